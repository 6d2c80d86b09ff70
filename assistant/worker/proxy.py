"""The way to LiveKit's server: straight there, or by the proxy that the environment names."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

_SCHEMES = {"ws": "http", "wss": "https"}


def proxy_for(url: str) -> str | None:
    """The proxy by which a server is reached; none where NO_PROXY names it, or it is this machine.

    LiveKit's own reading of the environment knows no exceptions.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    proxies = getproxies()
    return proxies.get(_SCHEMES.get(address.scheme, address.scheme)) or proxies.get("all")


def session(url: str, seconds: float) -> aiohttp.ClientSession:
    """What asks the server of this address, and waits so long at most for an answer."""
    timeout = aiohttp.ClientTimeout(total=seconds)
    return aiohttp.ClientSession(timeout=timeout, proxy=proxy_for(url))
