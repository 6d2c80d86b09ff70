"""What is written of a call: its beginning, and its entries with what they order or open."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, exists, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from assistant.records.sql import rows
from assistant.records.sql.reading import events, record, row_of
from assistant.records.sql.schema import CALLS, EVENTS, ORDERS, TICKETS, USAGE, DatabaseNow
from assistant.records.store import Caller, Fenced, Place, RecordError, Taken, Usage
from statemachine.effects import (
    NoteCaller,
    OpenTicket,
    PlaceOrder,
    ResolveTicket,
    TakeBack,
)
from statemachine.engine.effects import Effect
from statemachine.engine.journal.codec import fingerprint
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.journal.words import spoken_fields
from statemachine.engine.triggers import name_of
from statemachine.facts import Facts, Ticket
from statemachine.states import INITIAL
from statemachine.table import TABLE
from statemachine.triggers import SelectModel

_REFERENCE_DIGITS = (5, 5, 5, 5, 6, 6, 6, 7, 7, 8, 9)
"""How long a new call's reference is, try by try: they grow as the short ones are used up."""


def begin(on: Connection, call: str, facts: Facts, place: Place, owner: str, lease: float) -> str:
    """Note a new call under a reference that no other call has; that is returned.

    Raises:
        Fenced: somebody else has begun it.
    """
    dialect = postgresql if on.dialect.name == "postgresql" else sqlite
    given = [facts.reference] if facts.reference else map(_random, _REFERENCE_DIGITS)
    for reference in given:
        values = {
            "id": call,
            "reference": reference,
            "room": rows.kept(place.room),
            "opening": rows.opening(facts, reference),
            "version": fingerprint(TABLE),
            "state": INITIAL.value,
            "entries": 0,
            "epoch": 1,
            "owner": owner,
            "lease_until": DatabaseNow() + lease if lease else 0.0,
            "began": time.time(),
            "ended_by": "",
            "agent": rows.text(place.agent),
            "brought": rows.text(place.brought),
        }
        made = on.execute(dialect.insert(CALLS).values(values).on_conflict_do_nothing())
        if made.rowcount == 1:
            return reference
        there = on.execute(select(CALLS).where(CALLS.c.id == call)).first()
        if there is None:
            continue  # the reference is another call's
        if there.owner != owner or there.epoch != 1:
            raise Fenced(f"call {call} has been begun already")
        return str(there.reference)
    raise RecordError(f"no reference was free for call {call}")


def _random(digits: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def write(
    on: Connection,
    call: str,
    first: int,
    entries: Sequence[Entry],
    effects: tuple[Effect, ...],
    owner: str,
    epoch: int,
) -> None:
    """Write entries from this number on, and the order or ticket of the last one of them.

    They are written if the call is this owner's in this epoch.

    Raises:
        Taken, Fenced, RecordError: as the store says.
    """
    entry = entries[-1]
    standing: dict[str, object] = {}
    for each in entries:
        standing |= rows.standing(each)
    moving = (
        update(CALLS)
        .where(CALLS.c.id == call, CALLS.c.entries == first)
        .where(CALLS.c.epoch == epoch, CALLS.c.owner == owner)
        .values(entries=first + len(entries), **standing)
    )
    written = [
        (insert(EVENTS), rows.event(call, number, each, epoch))
        for number, each in enumerate(entries, start=first)
    ]
    who = next((rows.whose(each) for each in effects if isinstance(each, NoteCaller)), {})
    for effect in effects:
        written += [(into, {**values, **who}) for into, values in _made(call, entry.at, effect)]
    changing = _changes(call, entry.at, effects, who)
    if on.dialect.name == "postgresql":  # all of it in one way there and back
        moved = moving.returning(CALLS.c.id).cte("moved")
        told = select(func.count()).select_from(moved)
        for place, (inserting, values) in enumerate(written):
            told = told.add_cte(_if(moved, inserting, values).cte(f"written_{place}"))
        for place, change in enumerate(changing):
            if_moved = change.where(exists(select(moved.c.id)))
            told = told.add_cte(if_moved.cte(f"changed_{place}"))
        done = on.scalar(told)
    elif done := on.execute(moving).rowcount:
        for inserting, values in written:
            on.execute(inserting.values(values))
        for change in changing:
            on.execute(change)
    if done != 1:
        _why_not(on, call, first, entries[0], owner, epoch)
        if len(entries) > 1:  # that one stands there already, as it should
            write(on, call, first + 1, entries[1:], effects, owner, epoch)


def _changes(
    call: str, at: float, effects: tuple[Effect, ...], who: dict[str, object]
) -> list[Any]:
    """What the effects change about orders and tickets that stand there already.

    PostgreSQL changes a row once in a statement: a ticket is closed, or gets a name.
    """
    gone = [effect.number for effect in effects if isinstance(effect, TakeBack)]
    changing: list[Any] = [
        update(ORDERS).where(ORDERS.c.number == each).values(cancelled=at) for each in gone
    ]
    resolved = [effect.number for effect in effects if isinstance(effect, ResolveTicket)]
    if resolved:
        closing = update(TICKETS).where(TICKETS.c.call == call, TICKETS.c.number.in_(resolved))
        changing.append(closing.values(resolved=True, closed=at))
    elif who:
        changing += [update(each).where(each.c.call == call).values(who) for each in _LEFT]
    return changing


_LEFT = (ORDERS, TICKETS)


def _if(moved: Any, inserting: Any, values: dict[str, Any]) -> Any:
    """Insert these values where the call has moved."""
    columns = inserting.table.c
    told = [
        value if hasattr(value, "compile") else literal(value, columns[key].type)
        for key, value in values.items()
    ]
    return inserting.from_select(list(values), select(*told).select_from(moved))


def _made(call: str, at: float, effect: Effect) -> list[tuple[Any, dict[str, Any]]]:
    """What an effect adds to another table than the journal."""
    if isinstance(effect, PlaceOrder):
        order = {"call": call, "selection": _chosen(call), "placed": at, **rows.order(effect.order)}
        return [(insert(ORDERS), order)]
    if isinstance(effect, OpenTicket):
        return [(insert(TICKETS), {"call": call, "opened": at, **rows.opened(effect.ticket)})]
    return []


def _chosen(call: str) -> Any:
    """The number of the entry that selected what is ordered."""
    chosen: Select[Any] = (
        select(EVENTS.c.number)
        .where(EVENTS.c.call == call, EVENTS.c.trigger == name_of(SelectModel))
        .where(EVENTS.c.accepted)
        .order_by(EVENTS.c.number.desc())
        .limit(1)
    )
    return func.coalesce(chosen.scalar_subquery(), -1)


def attend(on: Connection, call: str, caller: Caller, owner: str, epoch: int) -> None:
    """Note whom a call serves, if it is this owner's in this epoch.

    Raises:
        Fenced: somebody else has taken it up.
        UnknownCall: there is no such call.
    """
    ours = (CALLS.c.id == call, CALLS.c.epoch == epoch, CALLS.c.owner == owner)
    noted = {"caller": rows.kept(caller.identity), "number": rows.text(caller.number)}
    if on.execute(update(CALLS).where(*ours).values(noted)).rowcount != 1:
        row_of(on, call)
        raise Fenced(f"call {call} has been taken up by somebody else")


def _why_not(on: Connection, call: str, number: int, entry: Entry, owner: str, epoch: int) -> None:
    """Return where the entry stands there already; else raise what keeps it out."""
    there = row_of(on, call)
    if there.epoch != epoch or there.owner != owner:
        raise Fenced(f"call {call} has been taken up by somebody else")
    if there.entries < number:
        raise RecordError(f"entry {there.entries} of call {call} is still to be written")
    found = on.execute(events(call).where(EVENTS.c.number == number)).one()
    (written,) = rows.journal([found], rows.facts(there.opening))
    if found.epoch != epoch:
        raise RecordError(f"entry {number} of call {call} has been written by somebody else")
    if written != entry:
        raise Taken(f"entry {number} of call {call} is already {written.trigger}", written)


def forget(on: Connection, call: str) -> None:
    """Blank the caller's words wherever they stand.

    Raises:
        UnknownCall: there is no such call.
        RecordError: it is still on.
    """
    there = row_of(on, call, CALLS.c.lease_until > DatabaseNow())
    if there.held:  # its farewell too is its own: a report is written after that
        raise RecordError(f"Call {call} is still on: forget it once it has ended.")
    told = record(on, there)
    for number, entry in enumerate(forgotten(told.journal, TABLE)):
        here = (EVENTS.c.call == call, EVENTS.c.number == number)
        on.execute(update(EVENTS).where(*here).values(rows.words(entry)))
    words = dict.fromkeys((*spoken_fields(Ticket), "issue_key"))
    on.execute(update(TICKETS).where(TICKETS.c.call == call).values(words))
    for table in _LEFT:
        on.execute(update(table).where(table.c.call == call).values(rows.NOBODYS))
    # A room's name may be a telephone number, and what a job brought may name the caller.
    blanked = {"room": "", "brought": "", "caller": "", "number": ""}
    # Whoever holds it without a lease, such as a console, has lost it and can write nothing more.
    on.execute(
        update(CALLS).where(CALLS.c.id == call).values(epoch=there.epoch + 1, owner="", **blanked)
    )


def note_usage(on: Connection, call: str, usage: Usage) -> None:
    """Write down what a call took; what was noted of it before is replaced."""
    dialect = postgresql if on.dialect.name == "postgresql" else sqlite
    values = asdict(usage)
    noting = dialect.insert(USAGE).values(call=call, **values)
    on.execute(noting.on_conflict_do_update(index_elements=["call"], set_=values))
