"""Looking back at many calls in a database, which does the counting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, cast, exists, func, or_, select

from assistant.records.past import Mark, OnNow, Slot, Sought
from assistant.records.sql import reading, rows
from assistant.records.sql.schema import (
    CALLS,
    EVENTS,
    LOOKED_AFTER,
    ORDERS,
    TICKETS,
    USAGE,
    WAYS,
    DatabaseNow,
)
from assistant.records.store import Summary, Usage
from statemachine.states import FINAL

STALE = 60.0
"""Seconds after which a call that no worker looks after is not on any more."""


@dataclass(frozen=True)
class Span:
    """Equal parts of a span of time."""

    since: float
    until: float
    slots: int

    def of(self, moment: Any) -> ColumnElement[int]:
        """In which part a moment lies, counted from 0."""
        width = (self.until - self.since) / self.slots
        return cast(func.floor((moment - self.since) / width), Integer)

    def holds(self, moment: Any) -> tuple[ColumnElement[bool], ...]:
        """Whether it lies in the span at all."""
        return moment >= self.since, moment < self.until


def calls(on: Connection, sought: Sought, behind: Mark | None, most: int) -> tuple[Summary, ...]:
    """The calls sought, the newest first."""
    asked = select(CALLS.c.id).where(*_wanted(sought))
    if behind is not None:
        here = or_(
            CALLS.c.began < behind.began,
            (CALLS.c.began == behind.began) & (CALLS.c.id < behind.id),
        )
        asked = asked.where(CALLS.c.began <= behind.began, here)
    newest = asked.order_by(CALLS.c.began.desc(), CALLS.c.id.desc()).limit(most)
    return reading.summaries(on, newest)


def _wanted(sought: Sought) -> Iterable[ColumnElement[bool]]:
    if sought.since is not None:
        yield CALLS.c.began >= sought.since
    if sought.until is not None:
        yield CALLS.c.began < sought.until
    if sought.ended_by:
        yield CALLS.c.ended_by == sought.ended_by
    if sought.left_from:
        yield exists().where(
            EVENTS.c.call == CALLS.c.id,
            EVENTS.c.source == sought.left_from,
            EVENTS.c.target == FINAL.value,
            EVENTS.c.accepted,
            WAYS,
        )
    if number := sought.number.strip():
        upper = number.upper()
        yield CALLS.c.id.in_(
            select(ORDERS.c.call)
            .where(ORDERS.c.number == upper)
            .union_all(
                select(TICKETS.c.call).where(TICKETS.c.number == upper),
                select(CALLS.c.id).where(or_(CALLS.c.reference == number, CALLS.c.id == number)),
            )
        )


def on_now(on: Connection, most: int) -> tuple[OnNow, ...]:
    """The calls in rooms that have not ended, the newest first."""
    until = func.abs(CALLS.c.lease_until)
    asked = (
        select(
            *(CALLS.c[name] for name in ("id", "reference", "room", "state", "began", "entries")),
            DatabaseNow().label("now"),
            (CALLS.c.lease_until > DatabaseNow()).label("attended"),
        )
        .where(LOOKED_AFTER, CALLS.c.state != FINAL.value, CALLS.c.room != "")
        .where(until > DatabaseNow() - STALE)
    )
    # Sorted here: asked to, SQLite would look through all calls in their order.
    newest = sorted(on.execute(asked), key=lambda row: (-row.began, row.id))
    return tuple(
        OnNow(
            row.id,
            row.reference,
            rows.shown(row.room),
            row.state,
            row.began,
            row.now,
            row.entries,
            bool(row.attended),
        )
        for row in newest[:most]
    )


def figures(on: Connection, span: Span) -> tuple[Slot, ...]:
    """The figures of each part of a span."""
    slots = [Slot() for _ in range(span.slots)]

    def add(asked: Any, moment: Any) -> list[tuple[int, Any]]:
        part = span.of(moment).label("slot")
        found = on.execute(asked.add_columns(part).where(*span.holds(moment)).group_by(part))
        return [(min(row.slot, span.slots - 1), row) for row in found]

    lasted = func.coalesce(func.sum(CALLS.c.ended - CALLS.c.began), 0.0)
    held = select(func.count(), func.count(CALLS.c.ended), lasted)
    for slot, row in add(held, CALLS.c.began):
        slots[slot] = replace(slots[slot], calls=row[0], ended=row[1], lasted=float(row[2]))
    sold = select(func.count(), func.sum(ORDERS.c.price_cents))
    for slot, row in add(sold, ORDERS.c.placed):
        slots[slot] = replace(slots[slot], orders=row[0], cents=int(row[1]))
    for slot, row in add(select(func.count()).select_from(TICKETS), TICKETS.c.opened):
        slots[slot] = replace(slots[slot], tickets=row[0])
    summed = [func.sum(USAGE.c[name]) for name in _SUMMED]
    took = select(*summed, func.max(USAGE.c.longest_wait)).join(CALLS, CALLS.c.id == USAGE.c.call)
    for slot, row in add(took, CALLS.c.began):
        requests, prompt, completion, answers = (int(value) for value in row[:4])
        usage = Usage(requests, prompt, completion, answers, float(row[4]), float(row[5]))
        slots[slot] = replace(slots[slot], usage=usage)
    return tuple(slots)


_SUMMED = ("requests", "prompt_tokens", "completion_tokens", "answers", "waited")
