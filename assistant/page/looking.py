"""Looking back, as the page asks: a list of calls, one of them step by step, traffic, figures."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from assistant.call import report
from assistant.call.snapshot import snapshot
from assistant.history.commands import SILENT, how
from assistant.page import traffic
from assistant.page.access import refused
from assistant.records.past import Mark, Past, Sought
from assistant.records.store import CallRecord, Summary
from statemachine.conversation import MACHINE
from statemachine.engine.flowchart.trace import stays
from statemachine.engine.journal.replay import ReplayError, steps
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.states import INITIAL, State
from statemachine.table import TABLE

PAGE = 50
"""Calls in one piece of the list."""
MOST_SLOTS = 400
FARTHEST = 1e11
"""The farthest moment that can be asked for, in seconds since 1970."""


class BadQuestion(ValueError):
    """What was asked for can't be; says what and why."""


class Looking:
    """Answers what the page asks about the past."""

    def __init__(self, past: Past, reports: Path | None) -> None:
        self._past = past
        self._reports = reports

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where each is asked for."""
        return [
            web.get("/api/calls", self.calls),
            web.get("/api/calls/{call}", self.call),
            web.get("/api/traffic", self.traffic),
            web.get("/api/figures", self.figures),
        ]

    async def calls(self, request: web.Request) -> web.Response:
        """A piece of the list of calls, and where the next one begins."""
        asked = request.query
        sought = Sought(
            number=asked.get("number", "")[:80],
            since=_moment(request, "since", None),
            until=_moment(request, "until", None),
            left_from=_state(asked.get("left", "")),
            ended_by=asked.get("ended", "")[:80],
        )
        found = await self._past.calls(sought, mark(asked.get("behind", "")), PAGE + 1)
        more = f"{found[PAGE - 1].began!r}~{found[PAGE - 1].id}" if len(found) > PAGE else None
        return web.json_response({"calls": list(map(_listed, found[:PAGE])), "next": more})

    async def call(self, request: web.Request) -> web.Response:
        """One call, with how it stood after each entry of its journal."""
        record = await self._past.read(request.match_info["call"])
        try:
            told = await asyncio.to_thread(_told, record)
        except ReplayError as error:
            return refused(409, f"This call can't be played back: {error}")
        return web.json_response(told | {"said": await asyncio.to_thread(self._said, record.id)})

    def _said(self, call: str) -> list[dict[str, str]]:
        """What was said, where transcripts are kept."""
        if self._reports is None:
            return []
        try:
            told = json.loads(report.path_of(self._reports, call).read_text(encoding="utf-8"))
            return [{"who": each["who"], "text": each["said"]} for each in told["transcript"]]
        except (OSError, ValueError, LookupError, TypeError):
            return []

    async def traffic(self, request: web.Request) -> web.Response:
        """The ways that the calls of a span took, counted and drawn."""
        since, until = _span(request)
        taken = await self._past.taken(since, until)
        svg = await asyncio.to_thread(traffic.drawn, taken) if taken.calls else ""
        return web.json_response(traffic.counted(taken) | {"svg": svg})

    async def figures(self, request: web.Request) -> web.Response:
        """The figures of a span, in so many equal parts."""
        since, until = _span(request)
        slots = int(_number(request, "slots", 24.0, 1.0, float(MOST_SLOTS)))
        found = await self._past.figures(since, until, slots)
        return web.json_response({"slots": [asdict(slot) for slot in found]})


def _listed(call: Summary) -> dict[str, Any]:
    return {
        "id": call.id,
        "reference": call.reference,
        "began": call.began,
        "ended": call.ended,
        "state": call.state,
        "path": list(call.path),
        "ended_by": call.ended_by,
        "how": how(call.ended_by),
        "silent": call.ended_by in SILENT,
        "orders": [
            {"number": each.number, "model": each.model, "price_cents": each.price_cents}
            for each in call.orders
        ],
        "tickets": [{"number": each.number, "status": each.status} for each in call.tickets],
    }


def _told(record: CallRecord) -> dict[str, Any]:
    """A call as the page plays it back: as it began, and after each entry.

    Raises:
        ReplayError: its journal is of a conversation that this program no longer has.
    """
    told = [{"at": record.began, **snapshot(INITIAL, record.opening)}]
    for step in steps(record.opening, record.journal, MACHINE):
        told.append({"at": step.entry.at, **snapshot(step.state, step.facts, step.entry)})
    last = record.journal[-1] if record.journal else None
    ended_by = last.trigger if last and told[-1]["state"] == "ended" else ""
    return {
        "id": record.id,
        "reference": record.opening.reference,
        "began": record.began,
        "ended_by": ended_by,
        "how": how(ended_by),
        "steps": told,
        "stays": [
            {"state": each.state.value, "seconds": round(each.seconds, 1), "turns": each.turns}
            for each in stays(TABLE, record.journal, record.began)
        ],
        "forgotten": FORGOTTEN,
    }


def mark(text: str) -> Mark | None:
    """A place in a list as the page knows it, `began~id`; None is its top.

    Raises:
        BadQuestion: there is no such place.
    """
    if not text:
        return None
    began, _, call = text.partition("~")
    try:
        return Mark(float(began), call[:80])
    except ValueError:
        raise BadQuestion("There is no such place in the list: begin at its top.") from None


def _state(name: str) -> str:
    if name and name not in [state.value for state in State]:
        raise BadQuestion(f"There is no state {name[:40]}.")
    return name


def _span(request: web.Request) -> tuple[float, float]:
    since, until = _number(request, "since", 0.0), _number(request, "until", FARTHEST)
    if until <= since:
        raise BadQuestion("The span ends before it begins: choose a later last day.")
    return since, until


def _moment(request: web.Request, name: str, default: float | None) -> float | None:
    return _number(request, name, 0.0) if request.query.get(name) else default


def _number(
    request: web.Request, name: str, default: float, least: float = 0.0, most: float = FARTHEST
) -> float:
    text = request.query.get(name, "")
    try:
        value = float(text) if text else default
    except ValueError:
        value = least - 1.0
    if not least <= value <= most:
        raise BadQuestion(f"{name} must be a number from {least:g} to {most:g}.")
    return value
