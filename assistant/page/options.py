"""How the page is served, and what it reaches."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from assistant.errors import MendableError


class PageError(MendableError):
    """The page can't be served so; says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the page needs to know; the secrets stay out of its representation."""

    livekit_url: str
    livekit_key: str = field(repr=False)
    livekit_secret: str = field(repr=False)
    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    password: str = field(default="", repr=False)
    """What the page asks for before it shows anything; needed beyond this machine."""
    origins: tuple[str, ...] = ()
    """The websites whose visitors may call by the button, each like `https://shop.example`."""
    calls_an_hour: int = 30
    """How many calls one address may begin in an hour."""
    behind_proxy: bool = False
    """Whether a proxy in front tells the caller's address and that it speaks https."""
    browser_url: str = ""
    """LiveKit's address as browsers reach it, where it is another one."""
    agent_name: str = ""
    reports: Path | None = None
    """Where calls' reports are, with what was said if transcripts are kept."""

    def __post_init__(self) -> None:
        if not (self.livekit_url and self.livekit_key and self.livekit_secret):
            raise PageError(
                "LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name the server of the calls: "
                "set them, or use `make page`, which brings its own."
            )
        if not self.is_loopback and not self.password:
            raise PageError(
                f"PAGE_HOST={self.host} lets others in: set PAGE_PASSWORD too, or use 127.0.0.1."
            )
        for origin in self.origins:
            parts = urlsplit(origin)
            if f"{parts.scheme}://{parts.netloc}" != origin or parts.scheme not in _WEB:
                raise PageError(
                    f"PAGE_ORIGINS={origin} is no website's origin: write https://shop.example, "
                    "with nothing behind it."
                )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the page."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def livekit_for_browsers(self) -> str:
        """Where a browser finds LiveKit, as a WebSocket's address."""
        url = self.browser_url or self.livekit_url
        return url.replace("http", "ws", 1) if url.startswith("http") else url


_WEB = ("https", "http")
