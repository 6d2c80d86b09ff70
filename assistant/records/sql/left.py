"""What calls have left for the shop to see to: orders and tickets, in a database."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, update

from assistant.records.left import Left, ordered
from assistant.records.past import Mark
from assistant.records.sql import rows
from assistant.records.sql.schema import CALLS, ORDERS, TICKETS


def order(on: Connection, number: str) -> Left | None:
    """The order of this number."""
    found = on.execute(select(ORDERS).where(ORDERS.c.number == number)).first()
    return _order(found) if found else None


def find(on: Connection, number: str) -> Left | None:
    """The order or the ticket of this number."""
    found = on.execute(select(TICKETS).where(TICKETS.c.number == number)).first()
    return _ticket(found) if found else order(on, number)


def left_from(on: Connection, telephone: str, most: int = 20) -> tuple[Left, ...]:
    """What who rang from this number, or is called back on it, has left, the newest first."""
    if not telephone:
        return ()
    placed = on.execute(_theirs(ORDERS, telephone, ORDERS.c.placed, most))
    opened = on.execute(_theirs(TICKETS, telephone, TICKETS.c.opened, most))
    left = [*map(_order, placed), *map(_ticket, opened)]
    return tuple(sorted(left, key=lambda each: each.at, reverse=True))


def _theirs(table: Any, telephone: str, at: ColumnElement[float], most: int) -> Select[Any]:
    rang = select(CALLS.c.id).where(CALLS.c.number == telephone)
    theirs = or_(table.c.callback == telephone, table.c.call.in_(rang))
    return select(table).where(theirs).order_by(at.desc()).limit(most)


def orders(
    on: Connection, *, every: bool, most: int, behind: Mark | None = None
) -> tuple[Left, ...]:
    """The orders that are to be seen to, or `every` one, the newest first."""
    asked = _newest(ORDERS, ORDERS.c.placed, behind).limit(most)
    if not every:
        asked = asked.where(ORDERS.c.done.is_(None), ORDERS.c.cancelled.is_(None))
    return tuple(map(_order, on.execute(asked)))


def tickets(
    on: Connection, *, every: bool, most: int, behind: Mark | None = None
) -> tuple[Left, ...]:
    """The tickets that are to be seen to, or `every` one, the newest first."""
    asked = _newest(TICKETS, TICKETS.c.opened, behind).limit(most)
    if not every:
        asked = asked.where(TICKETS.c.resolved.is_(False))
    return tuple(map(_ticket, on.execute(asked)))


def _newest(table: Any, at: ColumnElement[float], behind: Mark | None) -> Select[Any]:
    """All of a table, the newest first, from a place in it on."""
    asked = select(table).order_by(at.desc(), table.c.number.desc())
    if behind is None:
        return asked
    here = or_(at < behind.began, and_(at == behind.began, table.c.number < behind.id))
    return asked.where(at <= behind.began, here)


def done(on: Connection, number: str) -> bool:
    """Mark an order or a ticket done; whether there is such a one that stood open."""
    now = time.time()
    standing = (ORDERS.c.number == number, ORDERS.c.done.is_(None), ORDERS.c.cancelled.is_(None))
    if on.execute(update(ORDERS).where(*standing).values(done=now)).rowcount:
        return True
    unsolved = (TICKETS.c.number == number, TICKETS.c.resolved.is_(False))
    return bool(
        on.execute(update(TICKETS).where(*unsolved).values(resolved=True, closed=now)).rowcount
    )


def _order(row: Row[Any]) -> Left:
    return Left(
        *(row.number, row.call, row.placed, row.name, row.callback),
        what=ordered(rows.placed(row)),
        cents=row.price_cents,
        done=row.done,
        cancelled=row.cancelled,
    )


def _ticket(row: Row[Any]) -> Left:
    return Left(
        *(row.number, row.call, row.opened, row.name, row.callback),
        what=rows.ticket(row).issue,
        done=row.closed if row.resolved else None,
    )
