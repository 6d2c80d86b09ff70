"""Entries, orders and tickets as a database's rows, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from assistant.records.sql.older import FORM, renewed
from assistant.records.sql.schema import EVENTS
from assistant.records.store import RecordError
from statemachine.effects import NoteCaller
from statemachine.engine.journal.codec import facts_of, plain
from statemachine.engine.journal.entry import Entry, JournalError
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.facts import Facts, Order, Ticket
from statemachine.states import FINAL

_NAME = EVENTS.c.trigger.type.length  # type: ignore[attr-defined]


def text(said: str) -> str:
    """Text that every database takes: no zero bytes, no halves of characters."""
    return said.encode("utf-8", "replace").decode().replace("\0", "")


def kept(name: str) -> str:
    """A name that must come back as it was, without the zero bytes that no PostgreSQL keeps."""
    return name.replace("\x1a", "\x1a1").replace("\0", "\x1a0")


def shown(name: str) -> str:
    """A name as it was before it was kept."""
    return name.replace("\x1a0", "\0").replace("\x1a1", "\x1a")


def clean(entry: Entry) -> Entry:
    """An entry that every database takes, whatever a model has put into it."""
    return replace(
        entry,
        trigger=text(entry.trigger)[:_NAME],
        arguments={text(key): text(value) for key, value in entry.arguments.items()},
        reasons=tuple(map(text, entry.reasons)),
    )


def event(call: str, number: int, entry: Entry, epoch: int) -> dict[str, object]:
    """An entry as a row."""
    return {
        "call": call,
        "number": number,
        "source": entry.source,
        "target": entry.target,
        "accepted": entry.accepted,
        "at": entry.at,
        "facts_check": entry.check,
        "epoch": epoch,
        **words(entry),
    }


def journal(found: Iterable[Row[Any]], opening: Facts) -> tuple[Entry, ...]:
    """The rows of a call's whole journal as its entries; the call began with these facts."""
    return renewed(((entry(row), row.form) for row in found), opening)


def words(entry: Entry) -> dict[str, object]:
    """What of an entry may hold a caller's words."""
    return {
        "trigger": entry.trigger,
        "arguments": entry.arguments,
        "reasons": list(entry.reasons),
        "form": FORM,
    }


def entry(row: Row[Any]) -> Entry:
    """A row of the journal as an entry."""
    return Entry(
        row.trigger,
        row.arguments,
        row.source,
        row.target,
        row.accepted,
        tuple(row.reasons),
        row.at,
        row.facts_check,
    )


def standing(entry: Entry) -> dict[str, object]:
    """What an entry changes about its call's row."""
    if not entry.accepted:
        return {}
    ending = {"ended": entry.at, "ended_by": entry.trigger} if entry.target == FINAL.value else {}
    return {"state": entry.target, **ending}


def opening(facts: Facts, reference: str) -> object:
    """A call's first facts, as JSON."""
    return plain(replace(facts, reference=reference))


def facts(data: Mapping[str, Any]) -> Facts:
    """A call's first facts.

    Raises:
        RecordError: they were written by a program whose facts were others.
    """
    try:
        return facts_of(Facts, data)
    except JournalError as error:
        raise RecordError(f"The call's opening cannot be read: {error}.") from None


def order(order: Order) -> dict[str, object]:
    """An order as a row."""
    return {
        "number": order.number,
        "model": text(order.model),
        "storage": text(order.storage),
        "colour": text(order.colour),
        "price_cents": order.price_cents,
    }


def whose(who: NoteCaller) -> dict[str, object]:
    """Whom an order or a ticket is for, in its row."""
    return {"name": text(who.name), "callback": text(who.number)}


NOBODYS: Mapping[str, object] = {"name": "", "callback": ""}
"""The same once they are forgotten."""


def placed(row: Row[Any]) -> Order:
    """A row as an order."""
    gone = row.cancelled is not None
    return Order(row.number, row.model, row.storage, row.colour, row.price_cents, gone)


def opened(ticket: Ticket) -> dict[str, object]:
    """A ticket as a row. An index holds the fingerprint of its issue, however long that is."""
    issue = text(ticket.issue)
    key = hashlib.blake2s(issue.encode(), digest_size=16).hexdigest()
    return {"number": ticket.number, "issue": issue, "issue_key": key, "resolved": False}


def ticket(row: Row[Any]) -> Ticket:
    """A row as a ticket."""
    return Ticket(row.number, FORGOTTEN if row.issue is None else row.issue, row.resolved)
