"""Callers who wait for a person: told to each colleague's page, and put through to one of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from livekit import api

from assistant.call.brief import brief
from assistant.page import rooms
from assistant.page.access import refused
from assistant.page.calling import NO_LIVEKIT, asked_for
from assistant.page.options import Options
from assistant.phone.people import DECLINED, TOPIC, word
from assistant.records.past import OnNow, Past
from assistant.shop.wording import prompts
from statemachine.conversation import MACHINE
from statemachine.engine.journal.replay import ReplayError, replay
from statemachine.states import State

EVERY = 0.5
"""Seconds between two looks at who waits, while somebody's page listens."""
LONGEST = 20.0
"""Seconds that an unchanged list is kept from a page that asks for the next one."""
GONE = 30.0
"""Seconds after which a page that asks no more is thought to be closed."""
TAKEN = "Somebody else has taken that call, or its caller waits no more."


@dataclass(slots=True)
class Waiting:
    """A caller who waits, and which pages have declined them."""

    call: OnNow
    since: float
    brief: tuple[str, ...]
    declined: set[str] = field(default_factory=set)

    def told(self) -> dict[str, Any]:
        """What a colleague's page shows of them."""
        waited = max(time.time() - self.since, 0.0)
        return {
            "call": self.call.id,
            "reference": self.call.reference,
            "waited": round(waited, 1),
            "brief": list(self.brief),
        }


class Answering:
    """Answers what a colleague's page asks about callers who wait for a person."""

    livekit: api.LiveKitAPI
    """Set once the server runs."""

    def __init__(self, options: Options, past: Past) -> None:
        self._options = options
        self._past = past
        self._words = prompts.load()
        self._waiting: dict[str, Waiting] = {}
        self._looked = 0.0
        self._looking = asyncio.Lock()
        self._closing = False
        self._pages: dict[str, float] = {}
        """The pages that listen, and when each asked last."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where each is asked for."""
        return [
            web.get("/api/waiting", self.waiting),
            web.post("/api/answer", self.answer),
            web.post("/api/decline", self.decline),
        ]

    async def waiting(self, request: web.Request) -> web.Response:
        """Who waits, as soon as that is another list than the one which the page knows."""
        page, known = request.query.get("page", "")[:40], request.query.get("known", "")
        until = time.monotonic() + LONGEST
        while True:
            self._pages[page] = time.monotonic()
            await self._look()
            there = [each for each in self._waiting.values() if page not in each.declined]
            mark = ",".join(f"{each.call.id}:{each.call.entries}" for each in there)
            if mark != known or time.monotonic() > until or self._closing:
                return web.json_response({"calls": [each.told() for each in there], "mark": mark})
            await asyncio.sleep(EVERY)
            if request.transport is None or request.transport.is_closing():
                self._pages.pop(page, None)  # it was closed: nobody is asked there any more
                raise web.HTTPRequestTimeout

    async def close(self, _: web.Application) -> None:
        """Answer who listens: the server is to end, and waits for nobody."""
        self._closing = True

    async def answer(self, request: web.Request) -> web.Response:
        """What lets a colleague into the room of a caller who waits, with a microphone."""
        found = await self._asked_about(await asked_for(request))
        try:
            if found is None or not await rooms.is_open(self.livekit, found.call.room):
                return refused(409, TAKEN)
        except rooms.Away:
            return refused(503, NO_LIVEKIT)
        token = rooms.for_colleague(self._options, found.call.room, found.call.id)
        told = {"server_url": self._options.livekit_for_browsers, "participant_token": token}
        return web.json_response(told, status=201)

    async def decline(self, request: web.Request) -> web.Response:
        """A colleague can't take a call; once none of them can, its caller is told so."""
        asked = await asked_for(request)
        found = await self._asked_about(asked)
        if found is None:
            return web.json_response({"ok": True})  # it is nobody's any more
        found.declined.add(str(asked.get("page", ""))[:40])
        fresh = time.monotonic() - GONE
        self._pages = {page: at for page, at in self._pages.items() if at > fresh}
        if found.declined >= self._pages.keys():
            try:
                await self._tell(found.call)
            except (api.TwirpError, aiohttp.ClientError, TimeoutError, OSError):
                return refused(503, NO_LIVEKIT)
        return web.json_response({"ok": True})

    async def _tell(self, call: OnNow) -> None:
        """Tell the agent of a call that nobody at a page takes it."""
        room = self.livekit.room
        there = await room.list_participants(api.ListParticipantsRequest(room=call.room))
        agent = api.ParticipantInfo.Kind.AGENT
        agents = [who.identity for who in there.participants if who.kind == agent]
        if agents:
            await room.send_data(
                api.SendDataRequest(
                    room=call.room,
                    data=word(self._options.livekit_secret, call.id, DECLINED),
                    kind=api.DataPacket.Kind.RELIABLE,
                    destination_identities=agents,
                    topic=TOPIC,
                )
            )

    async def _asked_about(self, asked: dict[str, Any]) -> Waiting | None:
        """The call that is meant, if its caller still waits."""
        self._looked = 0.0
        await self._look()
        return self._waiting.get(str(asked.get("call", "")))

    async def _look(self) -> None:
        """See who waits; those who are known already are not read again."""
        async with self._looking:
            if time.monotonic() - self._looked < EVERY:
                return
            there: dict[str, Waiting] = {}
            for call in await self._past.on_now():
                if call.state != State.WAITING:
                    continue
                before = self._waiting.get(call.id)
                if before is None or before.call.entries != call.entries:
                    now = await self._read(call)
                    if before is not None and before.since == now.since:
                        now.declined = before.declined
                    before = now
                there[call.id] = before
            self._waiting = there
            self._looked = time.monotonic()

    async def _read(self, call: OnNow) -> Waiting:
        record = await self._past.read(call.id)
        came = [e.at for e in record.journal if e.accepted and e.source != e.target]
        try:
            told = await asyncio.to_thread(replay, record.opening, record.journal, MACHINE)
            words = tuple(map(self._words.word, brief(told.facts)))
        except ReplayError:  # of another program's table: they wait all the same
            words = ()
        return Waiting(call, came[-1] if came else time.time(), words)
