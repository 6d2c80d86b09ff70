"""Who may see the page and who may call: password, signed cookie, origins, and limits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

from aiohttp import web

from assistant.page.options import Options

COOKIE = "shop_page"
LASTS = 12 * 3600
"""Seconds until the password is asked for again."""
TRIES, WITHIN = 10, 300.0
"""How many passwords one address may try, in how many seconds."""
AN_HOUR = 3600.0
MOST_ADDRESSES = 10_000
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Limit:
    """So many times in so many seconds, for each address."""

    def __init__(
        self, most: int, within: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._within = within
        self._clock = clock
        self._times: dict[str, deque[float]] = {}

    def allows(self, address: str) -> bool:
        """Count one more time, and say whether it is allowed."""
        now = self._clock()
        if len(self._times) >= MOST_ADDRESSES:
            self._times = {who: times for who, times in self._times.items() if self._is_new(times)}
        times = self._times.setdefault(address, deque())
        while times and times[0] <= now - self._within:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        return True

    def _is_new(self, times: deque[float]) -> bool:
        return bool(times) and times[-1] > self._clock() - self._within


class Access:
    """Decides on each request; who has no business here gets a sentence that says so."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # Sessions outlive a restart, and end with the password that began them.
        seed = f"page|{options.password}|{options.livekit_secret}"
        self._key = hashlib.sha256(seed.encode()).digest()
        self._tries = Limit(TRIES, WITHIN)
        self._calls = Limit(options.calls_an_hour, AN_HOUR)

    def address_of(self, request: web.Request) -> str:
        """The caller's address; a proxy in front is believed only if there is said to be one."""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if self._options.behind_proxy and forwarded:
            return forwarded.rpartition(",")[2].strip()
        return request.remote or ""

    def is_ours(self, request: web.Request) -> bool:
        """Whether the page was asked for by its own name.

        On the loopback address any website could have a name of its own that leads here.
        """
        name = urlsplit(f"//{request.host}").hostname or ""
        return not self._options.is_loopback or self._options.behind_proxy or name in _HERE

    def is_known(self, request: web.Request) -> bool:
        """Whether who asks has given the password, where there is one."""
        return not self._options.password or self._is_signed(request.cookies.get(COOKIE, ""))

    def origin_of(self, request: web.Request) -> str:
        """The website that asks, empty for the page itself and for who is no browser."""
        origin = request.headers.get("Origin", "")
        return "" if urlsplit(origin).netloc == request.host else origin

    def is_invited(self, origin: str) -> bool:
        """Whether a website's visitors may call."""
        return origin in self._options.origins

    def may_call(self, request: web.Request) -> bool:
        """Count one more call of this address, and say whether it is allowed."""
        return self._calls.allows(self.address_of(request))

    def let_in(self, request: web.Request, password: str) -> web.Response:
        """Answer somebody who gives a password."""
        if not self._tries.allows(self.address_of(request)):
            return refused(429, "Too many tries: wait five minutes, then try again.")
        given = hashlib.sha256(password.encode()).digest()
        right = hashlib.sha256(self._options.password.encode()).digest()
        if not self._options.password or not hmac.compare_digest(given, right):
            return refused(401, "That is not the password.")
        answer = web.json_response({"ok": True})
        answer.set_cookie(
            COOKIE,
            self._signed(int(time.time()) + LASTS),
            max_age=LASTS,
            httponly=True,
            samesite="Strict",
            secure=self._is_secure(request),
        )
        return answer

    def _is_secure(self, request: web.Request) -> bool:
        forwarded = self._options.behind_proxy and request.headers.get("X-Forwarded-Proto")
        return request.secure or forwarded == "https"

    def _signed(self, until: int) -> str:
        body = f"{until}.{secrets.token_urlsafe(12)}"
        return f"{body}.{self._signature(body)}"

    def _is_signed(self, cookie: str) -> bool:
        body, _, signature = cookie.rpartition(".")
        until = body.partition(".")[0]
        given, right = signature.encode(), self._signature(body).encode()
        return hmac.compare_digest(given, right) and until.isdigit() and int(until) > time.time()

    def _signature(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def refused(status: int, sentence: str) -> web.Response:
    """Why not, in one sentence for whoever reads the page."""
    return web.json_response({"error": sentence}, status=status)
