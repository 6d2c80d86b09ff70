"""What is read of calls: one with its journal, and the list of the last ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, func, inspect, select

from assistant.records.sql import rows
from assistant.records.sql.schema import (
    CALLS,
    EVENTS,
    ORDERS,
    STEPS_TAKEN,
    TICKETS,
    DatabaseNow,
)
from assistant.records.store import Caller, CallRecord, Orphan, Place, Summary, UnknownCall
from statemachine.states import FINAL, INITIAL

_LISTED = [CALLS.c[name] for name in ("id", "reference", "began", "ended", "state", "ended_by")]


def step(on: Connection) -> str | None:
    """The last step that the database's tables have taken; None for a new database."""
    there = inspect(on).has_table(STEPS_TAKEN.name)
    return on.scalar(select(STEPS_TAKEN.c.version_num)) if there else None


def row_of(on: Connection, call: str, held: Any = None) -> Row[Any]:
    """A call's row, and whether it is `held`.

    Raises:
        UnknownCall: there is no such call.
    """
    columns = [CALLS] if held is None else [CALLS, held.label("held")]
    there = on.execute(select(*columns).where(CALLS.c.id == call)).first()
    if there is None:
        raise UnknownCall(f"There is no call {call}.")
    return there


def events(call: str) -> Any:
    """The question for a call's journal."""
    return select(EVENTS).where(EVENTS.c.call == call).order_by(EVENTS.c.number)


def record(on: Connection, there: Row[Any]) -> CallRecord:
    """All of the call of this row."""
    opening = rows.facts(there.opening)
    return CallRecord(
        there.id,
        opening,
        rows.journal(on.execute(events(there.id)), opening),
        there.version,
        there.epoch,
        Place(rows.shown(there.room), there.agent, there.brought),
        there.began,
        Caller(rows.shown(there.caller), there.number),
    )


_LOOKED_AT = ("id", "room", "epoch", "state", "lease_until", "caller")


def orphans(on: Connection, agent: str) -> tuple[Orphan, ...]:
    """The calls whose lease is over, by the database's clock."""
    waiting = (DatabaseNow() - func.abs(CALLS.c.lease_until)).label("waiting")
    asked = (
        select(*(CALLS.c[name] for name in _LOOKED_AT), waiting)
        .where(CALLS.c.lease_until <= DatabaseNow(), CALLS.c.lease_until != 0)
        .where(CALLS.c.agent == agent, CALLS.c.room != "")
        .order_by(waiting.desc())
    )
    return tuple(
        Orphan(
            row.id,
            rows.shown(row.room),
            row.epoch,
            row.state == FINAL.value,
            row.waiting,
            row.lease_until < 0,
            rows.shown(row.caller),
        )
        for row in on.execute(asked)
    )


def recent(on: Connection, most: int) -> tuple[Summary, ...]:
    """The calls that began last, the newest first."""
    newest = select(CALLS.c.id).order_by(CALLS.c.began.desc(), CALLS.c.id.desc())
    return summaries(on, newest.limit(most))


def summaries(on: Connection, asked: Select[str]) -> tuple[Summary, ...]:
    """The calls of these ids with their paths, orders and tickets, the newest first."""
    ids = on.execute(asked).scalars().all()
    listed = select(*_LISTED).where(CALLS.c.id.in_(ids))
    calls = on.execute(listed.order_by(CALLS.c.began.desc(), CALLS.c.id.desc())).all()
    moved = (EVENTS.c.accepted, EVENTS.c.source != EVENTS.c.target)
    moves = on.execute(
        select(EVENTS.c.call, EVENTS.c.target)
        .where(EVENTS.c.call.in_(ids), *moved)
        .order_by(EVENTS.c.call, EVENTS.c.number)
    ).all()
    orders = on.execute(select(ORDERS).where(ORDERS.c.call.in_(ids)).order_by("placed")).all()
    tickets = on.execute(select(TICKETS).where(TICKETS.c.call.in_(ids)).order_by("opened")).all()
    return tuple(
        Summary(
            call.id,
            call.reference,
            call.began,
            call.ended,
            call.state,
            (INITIAL.value, *(move.target for move in moves if move.call == call.id)),
            call.ended_by,
            tuple(rows.placed(row) for row in orders if row.call == call.id),
            tuple(rows.ticket(row) for row in tickets if row.call == call.id),
        )
        for call in calls
    )
