"""A database of many calls, as an archive of months would hold them: to measure with, to look at.

`python -m scripts.many_calls FILE [CALLS] [DAYS]` writes a new SQLite file; every call replays.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from assistant.records.sql import rows
from assistant.records.sql.opening import open_store
from assistant.records.sql.schema import CALLS, EVENTS, ORDERS, TICKETS, USAGE
from assistant.shop import shop
from statemachine.answers import Answer
from statemachine.conversation import MACHINE, Conversation
from statemachine.engine.journal.codec import fingerprint, plain
from statemachine.engine.journal.entry import Entry
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import Trigger, arguments, name_of
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    CallerWentSilent,
    CallFailed,
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)

SPOKE, YES, NO = CallerSpoke(), CallerSpoke(Answer.YES), CallerSpoke(Answer.NO)
NAMES = ("Mary", "Anna Berg", "John Smith", "Lee", "Priya", "Tom", "Aiko", "Sofia")
ISSUES = ("the screen is broken", "it won't charge", "the battery is empty by noon", "no sound")
DAY = 86_400.0
BATCH = 2_000


@dataclass(frozen=True)
class Held:
    """A call's way: its rows without the call, at seconds from its beginning."""

    entries: tuple[Entry, ...]
    orders: tuple[dict[str, Any], ...]
    tickets: tuple[dict[str, Any], ...]
    state: str
    ended_by: str
    lasted: float


def held(offers: tuple[Offer, ...], chance: random.Random) -> Held:
    """One call that the machine itself has walked, with its refusals."""
    at, entries = 0.0, list[Entry]()
    conversation = Conversation(Facts(offers=offers, reference="0"))
    moments: dict[str, float] = {}
    for trigger in _wanted(offers, chance):
        at += chance.uniform(2.0, 9.0) if isinstance(trigger, CallerSpoke) else 0.8
        source = conversation.state.value
        outcome = conversation.send(trigger)
        accepted = isinstance(outcome, Accepted)
        reasons = () if isinstance(outcome, Accepted) else outcome.reasons
        entries.append(
            Entry(
                name_of(trigger),
                arguments(trigger),
                source,
                conversation.state.value,
                accepted,
                tuple(reason.name for reason in reasons),
                at,
            )
        )
        if accepted:
            moments[name_of(trigger)] = at
        if conversation.ended:
            break
    facts = conversation.facts
    placed, noted = moments.get("confirm_purchase", at), moments.get("log_support_issue", at)
    return Held(
        tuple(entries),
        tuple({**plain(order), "colour": order.colour, "placed": placed} for order in facts.orders),
        tuple(
            {"issue": t.issue, "resolved": t.resolved, "opened": noted, "closed": None}
            for t in facts.tickets
        ),
        conversation.state.value,
        entries[-1].trigger,
        at,
    )


def _wanted(offers: tuple[Offer, ...], chance: random.Random) -> list[Trigger]:
    """What happens in a call, in an order that people would recognise."""
    way: list[Trigger] = [SPOKE]
    leaving: Trigger = chance.choice((CallerHungUp(), CallerWentSilent(), CallFailed()))
    if chance.random() < 0.3:
        way += [RecordName(chance.choice(NAMES))]
    if chance.random() < 0.12:
        return [*way, SPOKE, EndCall() if chance.random() < 0.6 else leaving]
    if chance.random() < 0.6:
        offer = chance.choice(offers)
        way += [ToBuying(), SPOKE]
        if chance.random() < 0.15:
            way += [SelectModel("iPhone 4"), SPOKE]
        way += [SelectModel(offer.model)]
        if chance.random() < 0.2:
            way += [ConfirmPurchase()]  # in one breath: refused
        way += [chance.choice((YES, YES, NO)), ConfirmPurchase(), SPOKE]
        end: Trigger = EndPurchaseCall()
    else:
        way += [ToSupport(), SPOKE, LogSupportIssue(chance.choice(ISSUES)), SPOKE, SPOKE]
        if chance.random() < 0.3:
            return [*way, CompleteSupport(), SPOKE, EndCall()]
        end = EndSupportCall()
    return [*way, end if chance.random() < 0.8 else leaving]


async def write(url: str, calls: int, days: float, seed: int = 1) -> None:
    """Fill the new database at this address; the last call ends about now."""
    chance = random.Random(seed)
    offers = shop.load(None).catalogue.offers
    ways = [held(offers, chance) for _ in range(400)]
    store = await open_store(url, patience=600.0)
    try:
        for first in range(0, calls, BATCH):
            numbers = range(first, min(first + BATCH, calls))
            tables = _rows(numbers, calls, days, ways, offers, chance)

            await store.database.run(partial(_insert, tables), writes=True)
    finally:
        await store.close()


def _insert(tables: dict[Any, list[dict[str, Any]]], on: Connection) -> None:
    for table, found in tables.items():
        if found:
            on.execute(insert(table), found)


def _rows(
    numbers: range,
    calls: int,
    days: float,
    ways: list[Held],
    offers: tuple[Offer, ...],
    chance: random.Random,
) -> dict[Any, list[dict[str, Any]]]:
    tables: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (CALLS, EVENTS, ORDERS, TICKETS, USAGE)
    }
    now, version = time.time() - 120.0, fingerprint(MACHINE.table)
    for number in numbers:
        way, id, reference = chance.choice(ways), f"RM_{number:09}", str(1_000_000 + number)
        busy = chance.triangular(8.0, 20.0, 14.0) * 3600.0
        day = int((calls - number) * days / calls)
        midnight = now - now % DAY - day * DAY
        if midnight + busy + way.lasted > now:  # today, so far
            busy = chance.uniform(0.0, max(now % DAY - way.lasted, 0.0))
        began = midnight + busy
        asked = sum(entry.trigger == "caller_spoke" for entry in way.entries)
        waits = [chance.uniform(0.6, 1.8) for _ in range(asked)]
        ended = way.state == State.ENDED.value
        tables[CALLS].append(
            {
                "id": id,
                "reference": reference,
                "room": "",
                "opening": plain(replace(Facts(offers=offers), reference=reference)),
                "version": version,
                "state": way.state,
                "entries": len(way.entries),
                "epoch": 1,
                "owner": "generated",
                "lease_until": 0.0,
                "began": began,
                "ended": began + way.lasted if ended else None,
                "ended_by": way.ended_by if ended else "",
                "agent": "",
                "brought": "",
            }
        )
        tables[EVENTS] += [
            rows.event(id, nth, replace(entry, at=began + entry.at), 1)
            for nth, entry in enumerate(way.entries)
        ]
        tables[ORDERS] += [
            {
                **order,
                "number": f"S{reference}",
                "call": id,
                "selection": nth,
                "placed": began + order["placed"],
            }
            for nth, order in enumerate(way.orders)
        ]
        tables[TICKETS] += [
            {**ticket, "number": f"T{reference}", "call": id, "opened": began + ticket["opened"]}
            for ticket in way.tickets
        ]
        tables[USAGE].append(
            {
                "call": id,
                "requests": asked + 1,
                "prompt_tokens": 900 * asked,
                "completion_tokens": 30 * asked,
                "answers": asked,
                "waited": sum(waits),
                "longest_wait": max(waits, default=0.0),
            }
        )
    return tables


def main() -> int:
    """Write the database that is asked for, and say where."""
    if not 2 <= len(sys.argv) <= 4:
        print(__doc__, file=sys.stderr)
        return 2
    file, calls = Path(sys.argv[1]), int((sys.argv[2:3] or ["100000"])[0])
    if file.exists():
        print(f"{file} is there already: name a new file.", file=sys.stderr)
        return 2
    asyncio.run(write(f"sqlite:///{file}", calls, float((sys.argv[3:4] or ["90"])[0])))
    print(f"{calls} calls in {file}: DATABASE_URL=sqlite:///{file} make page")
    return 0


if __name__ == "__main__":
    sys.exit(main())
