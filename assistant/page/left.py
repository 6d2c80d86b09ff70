"""What stands open, on the page: orders and tickets with whom they are for, and marking them done.

A telephone number is shown by its last two digits. The whole one is told of one order or ticket
at a time, to who asks for it on purpose and may mark it done too; no list and no file has it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from aiohttp import web

from assistant.history.left import sheet
from assistant.language import telephone
from assistant.page.access import refused
from assistant.page.calling import asked_for
from assistant.page.looking import PAGE, BadQuestion, mark
from assistant.records.left import Left
from assistant.records.past import Past

KINDS = ("orders", "tickets")
MOST = 10_000
"""Rows in one file for a spreadsheet."""
UNKNOWN = "There is nothing of that number."
GONE = "{number} stands open no more: somebody else has seen to it, or its caller has cancelled it."


class SeeingTo:
    """Answers what the page asks about orders and tickets."""

    def __init__(self, past: Past) -> None:
        self._past = past

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where each is asked for."""
        return [
            web.get("/api/left", self.left),
            web.get("/api/left.csv", self.file),
            web.post("/api/left/number", self.number),
            web.post("/api/left/done", self.done),
        ]

    async def left(self, request: web.Request) -> web.Response:
        """A piece of the list, and where the next one begins."""
        kind, every = _asked(request)
        behind = mark(request.query.get("behind", ""))
        found = await self._past.left(kind, every=every, most=PAGE + 1, behind=behind)
        more = f"{found[PAGE - 1].at!r}~{found[PAGE - 1].number}" if len(found) > PAGE else None
        return web.json_response({"left": list(map(_listed, found[:PAGE])), "next": more})

    async def file(self, request: web.Request) -> web.Response:
        """The list as a file for a spreadsheet."""
        kind, every = _asked(request)
        found = await self._past.left(kind, every=every, most=MOST)
        text = await asyncio.to_thread(sheet, [_discreet(each) for each in found])
        # With the mark at its beginning by which spreadsheets know UTF-8.
        answer = web.Response(body=text.encode("utf-8-sig"), content_type="text/csv")
        answer.charset = "utf-8"
        answer.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
        return answer

    async def number(self, request: web.Request) -> web.Response:
        """The whole number to call back on, of one order or ticket."""
        found = await self._past.find(_number(await asked_for(request)))
        if found is None:
            return refused(404, UNKNOWN)
        told = telephone.written(found.callback, "") if found.callback else ""
        return web.json_response({"callback": found.callback, "written": told})

    async def done(self, request: web.Request) -> web.Response:
        """Mark one done."""
        number = _number(await asked_for(request))
        if not await self._past.done(number):
            return refused(409, GONE.format(number=number or "That"))
        return web.json_response({"ok": True})


def _asked(request: web.Request) -> tuple[str, bool]:
    """Which list is asked for, and whether with what needs nothing more."""
    kind = request.query.get("kind", "")
    if kind not in KINDS:
        raise BadQuestion("There are orders and tickets: ask for kind=orders or kind=tickets.")
    return kind, bool(request.query.get("every"))


def _number(asked: dict[str, Any]) -> str:
    return str(asked.get("number", ""))[:80].strip().upper()


def _discreet(each: Left) -> Left:
    return replace(each, callback=telephone.masked(each.callback))


def _listed(each: Left) -> dict[str, Any]:
    return {
        "number": each.number,
        "call": each.call,
        "at": each.at,
        "name": each.name,
        "callback": telephone.masked(each.callback),
        "what": each.what,
        "price_cents": each.cents,
        "status": each.status,
    }
