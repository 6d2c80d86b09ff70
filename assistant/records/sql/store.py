"""The store in a database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping

from sqlalchemy import Connection

from assistant.records.left import Left
from assistant.records.sql import leases, left, reading, rows, writing
from assistant.records.sql.address import address, make_folder
from assistant.records.sql.database import PATIENCE, Database
from assistant.records.sql.schema import STEP, DatabaseNow, is_newer
from assistant.records.store import (
    NOWHERE,
    Caller,
    CallRecord,
    Fenced,
    Hold,
    Orphan,
    Place,
    Summary,
    UnknownCall,
    Usage,
)
from assistant.settings import DEFAULT_DATABASE
from statemachine.engine.effects import Effect
from statemachine.engine.journal.entry import Entry
from statemachine.facts import Facts


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
        step = await self.database.run(reading.step, writes=False)
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
        reference = await self.database.run(
            lambda on: writing.begin(on, call, facts, place, self.owner, lease),
            writes=True,
            whole=False,
        )
        self._epochs.setdefault(call, 1)
        return reference

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        """Write an entry with its order or ticket, if this store still owns the call."""
        if call not in self._epochs:
            raise Fenced(f"call {call} is not this writer's: it neither began nor claimed it")
        entries = [rows.clean(each) for each in (*before, entry)]
        ours, first = (self.owner, self._epochs[call]), number - len(before)
        await self.database.run(
            lambda on: writing.write(on, call, first, entries, effects, *ours),
            writes=True,
            whole=False,
        )

    async def claim(
        self, call: str, lease: float = 0.0, epoch: int | None = None, heir: str = ""
    ) -> CallRecord:
        """Take a call up, by one conditional update, and read all of it."""

        def work(on: Connection) -> CallRecord:
            claimed = leases.claim(on, call, heir or self.owner, lease, epoch)
            return reading.record(on, claimed)

        record = await self.database.run(work, writes=True, whole=False)
        if not heir:
            self._epochs[call] = record.epoch
        return record

    async def attend(self, call: str, caller: Caller) -> None:
        """Note whom a call serves, if this store still owns it."""
        epoch = self._epochs.get(call, 1)  # the answer to its beginning may have been lost
        await self.database.run(
            lambda on: writing.attend(on, call, caller, self.owner, epoch),
            writes=True,
            whole=False,
        )

    async def renew(self, call: str, lease: float) -> bool:
        """Keep a call for this many seconds more."""
        told = await self.database.run(
            lambda on: leases.renew(on, {call: self.owner}, lease, looked_after=False),
            writes=True,
            whole=False,
        )
        hold = told[call]
        if hold is Hold.UNKNOWN:
            raise UnknownCall(f"There is no call {call}.")
        if hold is Hold.LOST:
            raise Fenced(f"call {call} has been taken up by somebody else")
        return hold is Hold.KEPT

    async def renew_all(self, owners: Mapping[str, str], lease: float) -> dict[str, Hold]:
        """Keep these calls for this many seconds more, each for the owner that is named."""
        return await self.database.run(
            lambda on: leases.renew(on, owners, lease), writes=True, whole=False
        )

    async def give_up(self, call: str, owner: str = "", *, staying: bool = False) -> None:
        """Let the lease of an owner's call be over."""
        over = -DatabaseNow() if staying else DatabaseNow()
        await self.database.run(
            lambda on: leases.until(on, call, owner or self.owner, over), writes=True, whole=False
        )

    async def finish(self, call: str) -> None:
        """Take the call from those that are looked after."""
        await self.database.run(
            lambda on: leases.until(on, call, self.owner, 0.0), writes=True, whole=False
        )

    async def orphans(self, agent: str = "") -> tuple[Orphan, ...]:
        """The calls whose lease is over, by the database's clock."""
        return await self.database.run(
            lambda on: reading.orphans(on, agent), writes=False, whole=False
        )

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal."""
        return await self.database.run(
            lambda on: reading.record(on, reading.row_of(on, call)), writes=False
        )

    async def recent(self, most: int = 20) -> tuple[Summary, ...]:
        """The calls that began last, the newest first."""
        return await self.database.run(lambda on: reading.recent(on, most), writes=False)

    async def order(self, number: str) -> Left | None:
        """The order of this number, if there is one."""
        return await self.database.run(lambda on: left.order(on, number), writes=False)

    async def left_from(self, telephone: str) -> tuple[Left, ...]:
        """What who rang from this number, or is called back on it, has left."""
        return await self.database.run(lambda on: left.left_from(on, telephone), writes=False)

    async def note_usage(self, call: str, usage: Usage) -> None:
        """Write down what a call took, at its end."""
        await self.database.run(lambda on: writing.note_usage(on, call, usage), writes=True)

    async def forget(self, call: str) -> None:
        """Blank the caller's words in the journal and the tickets."""
        await self.database.run(lambda on: writing.forget(on, call), writes=True)
        await self.database.wipe()

    async def close(self) -> None:
        """Close the connections."""
        await self.database.close()
