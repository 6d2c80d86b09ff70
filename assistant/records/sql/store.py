"""The store in a database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import os
import secrets
import socket
import time
from typing import Any

from sqlalchemy import Row, false, func, insert, inspect, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from assistant.records.sql import rows
from assistant.records.sql.database import PATIENCE, Database, address, in_a_file, make_folder
from assistant.records.sql.schema import (
    CALLS,
    EVENTS,
    ORDERS,
    STEP,
    STEPS_TAKEN,
    TICKETS,
    DatabaseNow,
    is_newer,
)
from assistant.records.store import (
    NOWHERE,
    AddressError,
    Busy,
    CallRecord,
    Fenced,
    Orphan,
    Place,
    RecordError,
    SchemaError,
    Summary,
    Taken,
    UnknownCall,
)
from assistant.settings import DEFAULT_DATABASE
from statemachine.effects import Effect, OpenTicket, PlaceOrder, ResolveTicket
from statemachine.engine.journal.codec import fingerprint
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.machine import MACHINE
from statemachine.facts import Facts
from statemachine.states import FINAL, INITIAL
from statemachine.triggers import SelectModel, name_of

_REFERENCE_DIGITS = (5, 5, 5, 5, 6, 6, 6, 7, 7, 8, 9)
"""How long a new call's reference is, try by try: they grow as the short ones are used up."""


async def open_store(url: str = DEFAULT_DATABASE, patience: float = PATIENCE) -> SqlStore:
    """The store in this database, its tables made or renewed first.

    Raises:
        SchemaError: its tables can't be used by this program.
        AddressError: the address is wrong.
        RecordError: the database is away.
    """
    store = SqlStore(url, patience)
    try:
        await store.prepare()
    except BaseException:
        await store.close()
        raise
    return store


async def open_even_if_away(
    url: str = DEFAULT_DATABASE, patience: float = PATIENCE, owner: str = ""
) -> SqlStore:
    """The store for a call; if its database is away, the tables are seen to once it is back.

    Tables that a newer program has renewed are gone on with: while workers are replaced one by one,
    the older ones keep their callers.

    Raises:
        SchemaError: its tables can't be used by this program.
        AddressError: the address is wrong.
    """
    store = SqlStore(url, patience, owner, newer=True)
    try:
        await store.prepare()
    except (SchemaError, AddressError):
        await store.close()
        raise
    except RecordError:
        pass  # whoever begins a call on it finds out, and says so with the call's id
    return store


async def open_at_start(url: str = DEFAULT_DATABASE, patience: float = PATIENCE) -> SqlStore:
    """The store for a program that starts, which is told now what waiting wouldn't mend.

    A server that is away, or a file that another program holds, is no reason not to start: the
    tables are seen to later. A file that can't be opened or written is one: it stays like that.

    Raises:
        SchemaError: its tables are newer than this program's, or not its own.
        AddressError: the address is wrong, or names a file in which nothing can be kept.
    """
    store = SqlStore(url, patience)
    try:
        await store.prepare()
        await store.database.run(_write_nothing, writes=True)
    except (SchemaError, AddressError):
        await store.close()
        raise
    except RecordError as error:
        if in_a_file(store.database.url) and not isinstance(error, Busy):
            await store.close()
            raise AddressError(
                f"{error}: name a SQLite file in DATABASE_URL that can be written, in a folder "
                "that can be written too."
            ) from None
    return store


class SqlStore:
    """Calls, journals, orders and tickets in a database whose tables are there.

    `owner` names this writer among all that may write to a call, one after another; with `newer`,
    tables of a newer program are as good as this one's.
    """

    def __init__(
        self,
        url: str = DEFAULT_DATABASE,
        patience: float = PATIENCE,
        owner: str = "",
        *,
        newer: bool = False,
    ) -> None:
        self.owner = owner or f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.database = Database(address(url), patience)
        self._epochs: dict[str, int] = {}
        self._newer = newer
        self._prepared = False

    async def prepare(self) -> None:
        """Make or renew the tables, where they aren't this program's already.

        Raises:
            SchemaError: they can't be used by this program.
            RecordError: the address is wrong, or the database is away.
        """
        if self._prepared:
            return
        make_folder(self.database.url)
        step = await self.database.run(_step, writes=False)
        if step != STEP and not (self._newer and is_newer(step)):
            from assistant.records.sql.upgrade import (
                upgrade,  # a quarter of a second, seldom needed
            )

            await upgrade(self.database.url.render_as_string(hide_password=False))
        self._prepared = True

    async def begin(
        self, call: str, facts: Facts, place: Place = NOWHERE, lease: float = 0.0
    ) -> str:
        """Note a new call under a reference that no other call has."""
        await self.prepare()

        async def work(on: AsyncConnection) -> str:
            there = (await on.execute(select(CALLS).where(CALLS.c.id == call))).first()
            if there is None:
                return await _new_call(on, call, facts, place, self.owner, lease)
            if there.owner != self.owner or there.epoch != 1:
                raise Fenced(f"call {call} has been begun already")
            return str(there.reference)

        reference = await self.database.run(work, writes=True)
        self._epochs.setdefault(call, 1)
        return reference

    async def write(
        self, call: str, number: int, entry: Entry, effects: tuple[Effect, ...]
    ) -> None:
        """Write an entry with its order or ticket, if this store still owns the call."""
        entry, epoch = rows.clean(entry), self._epoch(call)

        async def work(on: AsyncConnection) -> None:
            moved = await on.execute(
                update(CALLS)
                .where(CALLS.c.id == call, CALLS.c.entries == number)
                .where(CALLS.c.epoch == epoch, CALLS.c.owner == self.owner)
                .values(entries=number + 1, **rows.standing(entry))
            )
            if moved.rowcount != 1:
                await self._why_not(on, call, number, entry, epoch)
                return
            await on.execute(insert(EVENTS).values(rows.event(call, number, entry, epoch)))
            for effect in effects:
                await _write_effect(on, call, entry.at, effect)

        await self.database.run(work, writes=True)

    def _epoch(self, call: str) -> int:
        if call not in self._epochs:
            raise Fenced(f"call {call} is not this writer's: it neither began nor claimed it")
        return self._epochs[call]

    async def _why_not(
        self, on: AsyncConnection, call: str, number: int, entry: Entry, epoch: int
    ) -> None:
        """Return where the entry stands there already; else raise what keeps it out."""
        there = await _call(on, call)
        if there.epoch != epoch or there.owner != self.owner:
            raise Fenced(f"call {call} has been taken up by somebody else")
        if there.entries < number:
            raise RecordError(f"entry {there.entries} of call {call} is still to be written")
        found = (await on.execute(_journal(call).where(EVENTS.c.number == number))).one()
        written = rows.entry(found)
        if found.epoch != epoch:
            raise RecordError(f"entry {number} of call {call} has been written by somebody else")
        if written != entry:
            raise Taken(f"entry {number} of call {call} is already {written.trigger}", written)

    async def claim(
        self, call: str, lease: float = 0.0, epoch: int | None = None, heir: str = ""
    ) -> CallRecord:
        """Take a call up, by one conditional update, and read all of it."""
        owner = heir or self.owner

        async def work(on: AsyncConnection) -> CallRecord:
            free = or_(CALLS.c.lease_until <= DatabaseNow(), CALLS.c.owner == owner)
            claiming = update(CALLS).where(CALLS.c.id == call, free)
            if epoch is not None:
                claiming = claiming.where(CALLS.c.epoch == epoch)
            claimed = await on.execute(
                claiming.values(
                    epoch=CALLS.c.epoch + 1, owner=owner, lease_until=DatabaseNow() + lease
                )
            )
            if claimed.rowcount != 1:
                await _call(on, call)
                raise Fenced(f"call {call} is in somebody else's hands")
            return await _record(on, call)

        record = await self.database.run(work, writes=True)
        if not heir:
            self._epochs[call] = record.epoch
        return record

    async def renew(self, call: str, lease: float) -> bool:
        """Keep a call for this many seconds more."""

        async def work(on: AsyncConnection) -> bool:
            # Where the answer to its beginning was lost, the call has begun all the same.
            epoch = self._epochs.get(call, 1)
            kept = await on.execute(
                update(CALLS)
                .where(CALLS.c.id == call, CALLS.c.epoch == epoch, CALLS.c.owner == self.owner)
                .where(CALLS.c.lease_until >= 0)
                .values(lease_until=DatabaseNow() + lease)
            )
            if kept.rowcount == 1:
                return True
            there = await _call(on, call)
            if (there.epoch, there.owner) != (epoch, self.owner):
                raise Fenced(f"call {call} has been taken up by somebody else")
            return False

        return await self.database.run(work, writes=True)

    async def give_up(self, call: str, owner: str = "", *, staying: bool = False) -> None:
        """Let the lease of an owner's call be over."""
        over = -DatabaseNow() if staying else DatabaseNow()
        await self._looked_after_until(call, owner or self.owner, over)

    async def finish(self, call: str) -> None:
        """Take the call from those that are looked after."""
        await self._looked_after_until(call, self.owner, 0.0)

    async def _looked_after_until(self, call: str, owner: str, until: Any) -> None:
        here = (CALLS.c.id == call, CALLS.c.owner == owner, CALLS.c.lease_until != 0)
        giving = update(CALLS).where(*here).values(lease_until=until)

        async def work(on: AsyncConnection) -> None:
            if (await on.execute(giving)).rowcount != 1:
                await _call(on, call)

        await self.database.run(work, writes=True)

    async def orphans(self, agent: str = "") -> tuple[Orphan, ...]:
        """The calls whose lease is over, by the database's clock."""
        waiting = (DatabaseNow() - func.abs(CALLS.c.lease_until)).label("waiting")
        asked = (
            select(
                CALLS.c.id, CALLS.c.room, CALLS.c.epoch, CALLS.c.state, CALLS.c.lease_until, waiting
            )
            .where(CALLS.c.lease_until <= DatabaseNow(), CALLS.c.lease_until != 0)
            .where(CALLS.c.agent == agent, CALLS.c.room != "")
            .order_by(waiting.desc())
        )
        found = await self.database.run(lambda on: on.execute(asked), writes=False)
        return tuple(
            Orphan(
                row.id,
                row.room,
                row.epoch,
                row.state == FINAL.value,
                row.waiting,
                row.lease_until < 0,
            )
            for row in found
        )

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal."""
        return await self.database.run(lambda on: _record(on, call), writes=False)

    async def recent(self, most: int = 20) -> tuple[Summary, ...]:
        """The calls that began last, the newest first."""
        return await self.database.run(lambda on: _recent(on, most), writes=False)

    async def forget(self, call: str) -> None:
        """Blank the caller's words in the journal and the tickets."""

        async def work(on: AsyncConnection) -> None:
            there = await _call(on, call, CALLS.c.lease_until > DatabaseNow())
            if there.state != FINAL.value and there.held:
                raise RecordError(f"Call {call} is still on: forget it once it has ended.")
            record = await _record(on, call)
            for number, entry in enumerate(forgotten(record.opening, record.journal)):
                here = (EVENTS.c.call == call, EVENTS.c.number == number)
                await on.execute(update(EVENTS).where(*here).values(rows.words(entry)))
            await on.execute(update(TICKETS).where(TICKETS.c.call == call).values(issue=None))
            # A room's name may be a telephone number, and what a job brought may name the caller.
            blanked = {"room": "", "brought": ""}
            await on.execute(update(CALLS).where(CALLS.c.id == call).values(blanked))

        await self.database.run(work, writes=True)
        await self.database.wipe()

    async def close(self) -> None:
        """Close the connections."""
        await self.database.close()


async def _write_nothing(on: AsyncConnection) -> None:
    """What fails where rows can be read, and none can be written."""
    await on.execute(update(CALLS).where(false()).values(entries=0))


async def _step(on: AsyncConnection) -> str | None:
    """The last step that the database's tables have taken; None for a new database."""
    there = await on.run_sync(lambda plain: inspect(plain).has_table(STEPS_TAKEN.name))
    return (await on.execute(select(STEPS_TAKEN.c.version_num))).scalar() if there else None


async def _new_call(
    on: AsyncConnection, call: str, facts: Facts, place: Place, owner: str, lease: float
) -> str:
    dialect = postgresql if on.dialect.name == "postgresql" else sqlite
    given = [facts.reference] if facts.reference else map(_random, _REFERENCE_DIGITS)
    for reference in given:
        values = {
            "id": call,
            "reference": reference,
            "room": place.room,
            "opening": rows.opening(facts, reference),
            "version": fingerprint(MACHINE.table),
            "state": INITIAL.value,
            "entries": 0,
            "epoch": 1,
            "owner": owner,
            "lease_until": DatabaseNow() + lease if lease else 0.0,
            "began": time.time(),
            "ended_by": "",
            "agent": place.agent,
            "brought": rows.text(place.brought),
        }
        made = await on.execute(dialect.insert(CALLS).values(values).on_conflict_do_nothing())
        if made.rowcount == 1:
            return reference
    raise RecordError(f"no reference was free for call {call}")


def _random(digits: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


async def _write_effect(on: AsyncConnection, call: str, at: float, effect: Effect) -> None:
    if isinstance(effect, PlaceOrder):
        chosen = (
            select(func.coalesce(func.max(EVENTS.c.number), -1))
            .where(EVENTS.c.call == call, EVENTS.c.trigger == name_of(SelectModel))
            .where(EVENTS.c.accepted)
            .scalar_subquery()
        )
        values = {"call": call, "selection": chosen, "placed": at, **rows.order(effect.order)}
        await on.execute(insert(ORDERS).values(values))
    elif isinstance(effect, OpenTicket):
        ticket = effect.ticket
        opened = {"number": ticket.number, "issue": rows.text(ticket.issue), "resolved": False}
        await on.execute(insert(TICKETS).values(call=call, opened=at, **opened))
    elif isinstance(effect, ResolveTicket):
        here = (TICKETS.c.call == call, TICKETS.c.number == effect.number)
        await on.execute(update(TICKETS).where(*here).values(resolved=True, closed=at))


def _journal(call: str) -> Any:
    return select(EVENTS).where(EVENTS.c.call == call).order_by(EVENTS.c.number)


async def _call(on: AsyncConnection, call: str, held: Any = None) -> Row[Any]:
    columns = [CALLS] if held is None else [CALLS, held.label("held")]
    there = (await on.execute(select(*columns).where(CALLS.c.id == call))).first()
    if there is None:
        raise UnknownCall(f"There is no call {call}.")
    return there


async def _record(on: AsyncConnection, call: str) -> CallRecord:
    there = await _call(on, call)
    journal = rows.journal(await on.execute(_journal(call)))
    return CallRecord(
        call,
        rows.facts(there.opening),
        journal,
        there.version,
        there.epoch,
        Place(there.room, there.agent, there.brought),
        there.began,
    )


async def _recent(on: AsyncConnection, most: int) -> tuple[Summary, ...]:
    newest = select(CALLS).order_by(CALLS.c.began.desc(), CALLS.c.id).limit(most)
    calls = list(await on.execute(newest))
    ids = [call.id for call in calls]
    moves = list(
        await on.execute(
            select(EVENTS.c.call, EVENTS.c.target)
            .where(EVENTS.c.call.in_(ids), EVENTS.c.accepted, EVENTS.c.source != EVENTS.c.target)
            .order_by(EVENTS.c.call, EVENTS.c.number)
        )
    )
    orders = list(await on.execute(select(ORDERS).where(ORDERS.c.call.in_(ids)).order_by("placed")))
    tickets = list(
        await on.execute(select(TICKETS).where(TICKETS.c.call.in_(ids)).order_by("opened"))
    )
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
