"""Many calls read back from a database: SQLite in a file, or PostgreSQL."""

from __future__ import annotations

import time
from functools import partial

from assistant.records.left import Left
from assistant.records.past import Mark, OnNow, Slot, Sought, WaysTaken
from assistant.records.sql import left, past, traffic
from assistant.records.sql.past import Span
from assistant.records.sql.store import SqlStore
from assistant.records.store import CallRecord, Summary

PATIENCE = 20.0
"""How long counting may take, in seconds: nobody waits on the telephone for it."""


class SqlArchive:
    """Reads many calls; the tables are made or renewed at the first question."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._store = SqlStore(url, patience, newer=True)
        self._database = self._store.database

    async def calls(
        self, sought: Sought, behind: Mark | None = None, most: int = 50
    ) -> tuple[Summary, ...]:
        """The calls sought, the newest first."""
        await self._store.prepare()
        return await self._database.run(
            lambda on: past.calls(on, sought, behind, most), writes=False
        )

    async def on_now(self, most: int = 100) -> tuple[OnNow, ...]:
        """The calls in rooms that have not ended, the newest first."""
        await self._store.prepare()
        return await self._database.run(lambda on: past.on_now(on, most), writes=False)

    async def taken(self, since: float, until: float) -> WaysTaken:
        """Which ways the calls of a span took."""
        await self._store.prepare()
        return await self._database.run(lambda on: traffic.taken(on, since, until), writes=False)

    async def sum_up(self) -> None:
        """Sum up the traffic of each day that is over, in turn: others write meanwhile."""
        await self._store.prepare()
        for day in await self._database.run(lambda on: traffic.due(on, time.time()), writes=False):
            found = await self._database.run(partial(traffic.of_day, day=day), writes=False)
            await self._database.run(partial(traffic.keep, found=found), writes=True)

    async def figures(self, since: float, until: float, slots: int) -> tuple[Slot, ...]:
        """The figures of so many equal parts of a span."""
        await self._store.prepare()
        span = Span(since, until, slots)
        return await self._database.run(lambda on: past.figures(on, span), writes=False)

    async def left(
        self, kind: str, *, every: bool, most: int, behind: Mark | None = None
    ) -> tuple[Left, ...]:
        """The `orders` or `tickets` that are to be seen to, or every one, the newest first."""
        await self._store.prepare()
        listed = left.orders if kind == "orders" else left.tickets
        return await self._database.run(
            lambda on: listed(on, every=every, most=most, behind=behind), writes=False
        )

    async def find(self, number: str) -> Left | None:
        """The order or the ticket of this number, if there is one."""
        await self._store.prepare()
        return await self._database.run(lambda on: left.find(on, number), writes=False)

    async def done(self, number: str) -> bool:
        """Mark an order or a ticket done; whether there is such a one that stood open."""
        await self._store.prepare()
        return await self._database.run(lambda on: left.done(on, number), writes=True)

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal."""
        await self._store.prepare()
        return await self._store.read(call)

    async def close(self) -> None:
        """Close the connections."""
        await self._store.close()
