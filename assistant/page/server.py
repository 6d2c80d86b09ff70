"""The page's server: who asks for what, what every answer says to browsers, and what fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from livekit import api

from assistant.history.commands import SILENT
from assistant.page import drawing, rooms, traffic
from assistant.page.access import Access, refused
from assistant.page.answering import Answering
from assistant.page.calling import Calling, asked_for
from assistant.page.left import SeeingTo
from assistant.page.looking import BadQuestion, Looking
from assistant.page.options import Options
from assistant.records.past import Past
from assistant.records.store import RecordError, UnknownCall
from statemachine.engine.rows import Row
from statemachine.engine.triggers import name_of
from statemachine.table import TABLE

log = logging.getLogger("assistant.page")

STATIC = Path(__file__).parent / "static"
FILES = {"/": "index.html", "/login": "login.html", "/button.js": "button.js"}
PUBLIC = ("/login", "/api/login", "/healthz", "/static/login.", "/static/app.css", "/static/icon.")
"""What is there for who hasn't given the password."""
FOR_WEBSITES = ("/button.js", "/api/token", "/static/vendor/")
"""What a website with the button on it asks for."""
LONGEST = 16_384
"""Bytes of what may be sent here."""
EVERY = 600.0
"""Seconds between two looks at which days are over."""
LOGIN = "The page asks for its password: reload it."
ELSEWHERE = "This page is asked for by its own address only: open the one that it printed."
STRANGER = "Calls from this website aren't taken: its origin has to stand in PAGE_ORIGINS."
AWAY = "The shop's records can't be read just now. Calls go on; try again in a moment."
UNKNOWN = "There is no such call."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(options: Options, past: Past) -> web.Application:
    """The page over these records."""
    app = web.Application(client_max_size=LONGEST)
    access = Access(options)
    page, calling = Page(options, access), Calling(options, access, past)
    answering = Answering(options, past)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await page.guard(request, handler)

    app.middlewares.append(guard)
    for part in (page, calling, answering, Looking(past, options.reports), SeeingTo(past)):
        app.add_routes(part.routes())

    async def livekit(_: web.Application) -> AsyncIterator[None]:
        await asyncio.to_thread(drawing.live)  # whoever comes first shall not wait for it
        limit = aiohttp.ClientTimeout(total=rooms.ANSWERS)
        async with aiohttp.ClientSession(timeout=limit, trust_env=True) as session:
            url, key, secret = options.livekit_url, options.livekit_key, options.livekit_secret
            calling.livekit = answering.livekit = api.LiveKitAPI(url, key, secret, session=session)
            yield
            await past.close()

    async def sums(_: web.Application) -> AsyncIterator[None]:
        summing = asyncio.get_running_loop().create_task(_sum_up(past))
        yield
        summing.cancel()
        await asyncio.wait({summing})

    app.cleanup_ctx.extend((livekit, sums))
    app.on_shutdown.append(answering.close)
    return app


async def _sum_up(past: Past) -> None:
    """Have the traffic of the days that are over summed up, until cancelled."""
    await asyncio.to_thread(traffic.blank)
    while True:
        try:
            await past.sum_up()
        except RecordError as error:  # what isn't summed up is counted whenever it is asked for
            log.info("The days' traffic isn't summed up: %s", error)
        await asyncio.sleep(EVERY)


class Page:
    """Guards every answer, and gives those that are the page itself."""

    def __init__(self, options: Options, access: Access) -> None:
        self._options = options
        self._access = access
        self._policy = _policy(options)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where each is asked for."""
        return [
            *(web.get(path, _file(name)) for path, name in FILES.items()),
            web.post("/api/login", self.login),
            web.get("/api/about", self.about),
            web.get("/healthz", _healthy),
            web.static("/static", STATIC),
        ]

    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through or not, and say to the browser what the page may do."""
        origin = self._access.origin_of(request)
        answer = self._turned_away(request, origin) or await self._answered(request, handler)
        answer.headers.update(self._policy)
        if request.path.startswith(FOR_WEBSITES):
            answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            if origin and self._access.is_invited(origin):
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Vary"] = "Origin"
        if request.path.startswith("/api/"):
            answer.headers["Cache-Control"] = "no-store"
        else:
            answer.headers["Cache-Control"] = "no-cache"
        return answer

    def _turned_away(self, request: web.Request, origin: str) -> web.StreamResponse | None:
        if not self._access.is_ours(request):
            return refused(403, ELSEWHERE)
        if origin:  # another website asks
            if not self._access.is_invited(origin) or not request.path.startswith(FOR_WEBSITES):
                return refused(403, STRANGER)
            return _may_ask() if request.method == "OPTIONS" else None
        if self._access.is_known(request) or request.path.startswith(PUBLIC):
            return None
        if self._options.origins and request.path.startswith(("/button.js", "/static/vendor/")):
            return None
        if request.path == "/":
            return web.Response(status=303, headers={"Location": "/login"})
        return refused(401, LOGIN)

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except BadQuestion as error:
            return refused(400, str(error))
        except UnknownCall:
            return refused(404, UNKNOWN)
        except RecordError:
            return refused(503, AWAY)
        except web.HTTPException as error:
            return refused(error.status, error.reason)

    async def login(self, request: web.Request) -> web.Response:
        """Somebody gives the password."""
        password = (await asked_for(request)).get("password")
        return self._access.let_in(request, password if isinstance(password, str) else "")

    async def about(self, _: web.Request) -> web.Response:
        """What the page has to know: the flowchart, and the names of states and endings."""
        endings = {name_of(row.trigger): row for row in TABLE if row.to is TABLE.final}
        return web.json_response(
            {
                "flowchart": await asyncio.to_thread(drawing.live),
                "states": [
                    {"name": state.value, "desk": state.desk, "agent": state.agent}
                    for state in TABLE.states
                ],
                "endings": [_ending(name, row) for name, row in endings.items()],
                "password": bool(self._options.password),
            }
        )


def _ending(name: str, row: Row) -> dict[str, Any]:
    desks = ", ".join(source.desk for source in row.sources)
    return {"name": name, "told": SILENT.get(name, f"with a goodbye, at {desks}")}


def _file(name: str) -> Handler:
    async def give(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / name)

    return give


async def _healthy(_: web.Request) -> web.StreamResponse:
    return web.Response(text="ok")


def _may_ask() -> web.Response:
    headers = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "600",
    }
    return web.Response(status=204, headers=headers)


def _policy(options: Options) -> dict[str, str]:
    """What browsers let the page do: its own scripts, and LiveKit's server."""
    parts = urlsplit(options.livekit_for_browsers)
    plain = f"http{'s' if parts.scheme == 'wss' else ''}://{parts.netloc}"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "media-src": "'self' blob:",
        "connect-src": f"'self' {parts.scheme}://{parts.netloc} {plain}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
