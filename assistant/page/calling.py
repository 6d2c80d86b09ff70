"""Calls that are on: a token for a new one, the list of them, and a token to watch one."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web
from livekit import api

from assistant.page import rooms
from assistant.page.access import Access, refused
from assistant.page.options import Options
from assistant.records.past import Past

FULL = "You have begun many calls in the last hour: wait a little, or ring the shop's telephone."
NO_LIVEKIT = (
    "The telephone exchange (the LiveKit server) doesn't answer: start it, or correct LIVEKIT_URL."
)
OVER = "That call is over: look back at it under Calls."


class Calling:
    """Answers what the page asks about calls that are on or to begin."""

    livekit: api.LiveKitAPI
    """Set once the server runs."""

    def __init__(self, options: Options, access: Access, past: Past) -> None:
        self._options = options
        self._access = access
        self._past = past

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where each is asked for."""
        return [
            web.post("/api/token", self.token),
            web.get("/api/now", self.now),
            web.post("/api/watch", self.watch),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """LiveKit's token endpoint: what the caller asks for is a wish, but for their name.

        The room is a new one, the agent the shop's; whoever they say they are, they are a caller.
        """
        asked = await asked_for(request)
        if not self._access.may_call(request):
            return refused(429, FULL)
        name = asked.get("participant_name")
        token = rooms.for_caller(self._options, name if isinstance(name, str) else "")
        told = {"server_url": self._options.livekit_for_browsers, "participant_token": token}
        return web.json_response(told, status=201)

    async def now(self, request: web.Request) -> web.Response:
        """The calls that are on."""
        calls = [asdict(call) for call in await self._past.on_now()]
        for call in calls:
            del call["room"]  # its name may be a telephone's number
        return web.json_response({"calls": calls})

    async def watch(self, request: web.Request) -> web.Response:
        """What lets somebody see a call that is on."""
        asked = await asked_for(request)
        wanted = [call for call in await self._past.on_now() if call.id == asked.get("call")]
        try:
            if not wanted or not await rooms.is_open(self.livekit, wanted[0].room):
                return refused(404, OVER)
        except rooms.Away:
            return refused(503, NO_LIVEKIT)
        token = rooms.for_watcher(self._options, wanted[0].room)
        told = {"server_url": self._options.livekit_for_browsers, "participant_token": token}
        return web.json_response(told, status=201)


async def asked_for(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent; anything else counts as an empty one."""
    if request.content_type != "application/json":
        return {}
    with contextlib.suppress(ValueError):
        found = json.loads(await request.text())
        if isinstance(found, dict):
            return found
    return {}
