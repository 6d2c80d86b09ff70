"""A worker holds all of its calls at once, for processes that show that they live."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event

from assistant.call.call import Call
from assistant.records import Hold, Place, RecordError
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.worker import holding
from assistant.worker.holding import Above, Holding
from assistant.worker.lease import Lease
from assistant.worker.timing import Timing

pytest_plugins = ["tests.databases"]

PLACE = Place("shop", "jill")
QUICK = Timing(lease=0.6, heartbeat=0.1, slow=1.5, beginning=1.5)
"""A clock that runs faster."""
CALLS = ("one", "two", "three")


@pytest.fixture(autouse=True)
def socket() -> Iterator[None]:
    """A place for the worker's socket."""
    with holding.address():
        yield


@pytest_asyncio.fixture
async def stores(url: str) -> AsyncIterator[tuple[SqlStore, SqlStore, SqlStore]]:
    """A worker's store, its processes', and another worker's."""
    found = await open_store(url), SqlStore(url), SqlStore(url)
    yield found
    for each in found:
        await each.close()


class Worker:
    """A worker that holds calls, and the calls whose processes were late."""

    def __init__(self, store: SqlStore) -> None:
        self.late: list[str] = []
        self.holding = Holding(store, self.late.append, QUICK)
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Worker:
        self._task = asyncio.create_task(self.holding.run())
        while not os.path.exists(os.environ[holding.ADDRESS]):  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@contextlib.contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    """What a store asks of its database meanwhile."""
    asked: list[str] = []

    def note(_on: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement.split()[0])

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(store.database.engine, "before_cursor_execute", note)


async def becomes(true: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(20.0):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def waiting(store: SqlStore) -> list[str]:
    """The calls that nobody holds."""
    return [orphan.id for orphan in await store.orphans("jill")]


async def held(store: SqlStore, call: str = "one", owner: str = "") -> tuple[Lease, list[str]]:
    """A process that holds a call with its worker, and what it is told."""
    told: list[str] = []
    begun = await Call.begin(call, (), store, PLACE, QUICK.lease)
    tells = (lambda: told.append("lost"), lambda: told.append("handed on"))
    above = Above(call, owner or store.owner, 0.4 * QUICK.lease)
    lease = Lease(begun, store, *tells, timing=QUICK, above=above)
    lease.begin()
    return lease, told


async def test_all_calls_of_a_worker_are_held_in_one_statement(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """Its processes ask the database nothing while they only wait."""
    worker, processes, other = stores
    async with Worker(worker):
        leases = [(await held(processes, call))[0] for call in CALLS]
        await asyncio.sleep(2 * QUICK.heartbeat)
        with statements(processes) as theirs, statements(worker) as its:
            began = time.monotonic()
            await asyncio.sleep(3 * QUICK.lease)
            ticks = (time.monotonic() - began) / QUICK.heartbeat
        assert await waiting(other) == []
        assert theirs == []
        assert 1 <= its.count("UPDATE") <= ticks + 1
        for lease in leases:
            await lease.finish()
        await asyncio.sleep(2 * QUICK.lease)
    assert await waiting(other) == [], "what is finished is not held again"


async def test_a_process_that_hangs_is_held_no_longer_and_is_ended(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """Its worker tells on it; whoever is late for less is held, and no other worker takes it up."""
    worker, processes, other = stores
    await Call.begin("one", (), processes, PLACE, QUICK.lease)
    async with Worker(worker) as above:
        process = Above("one", processes.owner, 5.0)
        began = time.monotonic()
        assert await process.told() is Hold.KEPT
        while not above.late:
            assert await waiting(other) == []
            await asyncio.sleep(0.05)
        assert time.monotonic() - began >= QUICK.hanging
        await asyncio.sleep(2 * QUICK.lease)
        assert (above.late, await waiting(other)) == (["one"], ["one"])
        process.close()


async def test_a_process_learns_from_its_worker_that_its_call_is_somebody_elses(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """First that it is to go, and then that it has lost it."""
    worker, processes, other = stores
    async with Worker(worker):
        lease, told = await held(processes)
        await asyncio.sleep(2 * QUICK.heartbeat)
        await worker.give_up("one", processes.owner, staying=True)
        await becomes(lambda: told)
        assert set(told) == {"handed on"}
        await other.claim("one", 30.0)
        await becomes(lambda: told[-1] == "lost")
        await lease.stop()


async def test_a_worker_that_hangs_leaves_its_processes_to_hold_their_calls(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """It takes their beats and answers none: no lease runs out for that."""
    _, processes, other = stores

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(hang, os.environ[holding.ADDRESS])
    lease, told = await held(processes)
    until = time.monotonic() + 4 * QUICK.lease
    while time.monotonic() < until:
        assert await waiting(other) == []
        await asyncio.sleep(0.05)
    assert told == []
    await lease.finish()
    server.close()


async def test_a_worker_that_stops_to_look_after_calls_leaves_them_to_their_processes(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """One that drains, for half an hour perhaps; and one that begins only now finds them."""
    worker, processes, other = stores
    async with Worker(worker):
        lease, told = await held(processes)
        await asyncio.sleep(2 * QUICK.heartbeat)
    os.unlink(os.environ[holding.ADDRESS])
    with statements(processes) as theirs:
        await asyncio.sleep(2 * QUICK.lease)
    assert "UPDATE" in theirs
    async with Worker(worker):
        await asyncio.sleep(4 * QUICK.heartbeat)
        with statements(processes) as theirs:
            await asyncio.sleep(QUICK.lease)
    assert theirs == []
    assert (told, await waiting(other)) == ([], [])
    await lease.finish()


async def test_a_worker_that_was_asleep_blames_no_process_for_it(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """After a while in which it heard nobody, each gets to say that it lives."""
    worker, processes, _ = stores
    async with Worker(worker) as above:
        lease, _ = await held(processes)
        await asyncio.sleep(2 * QUICK.heartbeat)
        time.sleep(QUICK.hanging + 0.5)  # noqa: ASYNC251 - the loop stands still
        await asyncio.sleep(4 * QUICK.heartbeat)
        assert above.late == []
        await lease.finish()


async def test_a_call_is_held_for_a_process_that_starts_and_not_for_ever(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """On a busy machine one is late; if it doesn't come at all, somebody else's turn comes."""
    worker, _, other = stores
    await Call.begin("one", (), worker, PLACE, QUICK.lease)
    async with Worker(worker) as above:
        await worker.give_up("one")
        await worker.claim("one", QUICK.lease, 1, "agent-one-e2")
        above.holding.expect("one", "agent-one-e2")
        began = time.monotonic()
        while not await waiting(other):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
        assert time.monotonic() - began >= QUICK.beginning
        assert above.late == [], "there is nothing yet that could be ended"
        above.holding.expect("one", "agent-one-e2")
        above.holding.drop("one", "somebody else")
        await becomes(lambda: above.holding._kept["one"].told is Hold.KEPT)
        above.holding.drop("one", "agent-one-e2")
        await asyncio.sleep(2 * QUICK.lease)
        assert await waiting(other) == ["one"]


async def test_a_call_is_held_for_the_process_that_it_was_given_to_last(
    stores: tuple[SqlStore, SqlStore, SqlStore],
) -> None:
    """The one before, if it still beats, is told nothing and asks the records itself."""
    worker, processes, _ = stores
    await Call.begin("one", (), processes, PLACE, QUICK.lease)
    async with Worker(worker) as above:
        before = Above("one", processes.owner, 0.5)
        assert await before.told() is Hold.KEPT
        above.holding.expect("one", "heir")
        assert await before.told() is Hold.UNKNOWN
        assert await before.told() is Hold.UNKNOWN
        assert above.holding._kept["one"].owner == "heir"


async def test_a_worker_without_a_socket_leaves_its_processes_to_hold_their_calls(
    stores: tuple[SqlStore, SqlStore, SqlStore], caplog: pytest.LogCaptureFixture
) -> None:
    """One line says so, and it goes on looking for others' calls."""
    worker, _, _ = stores
    await Holding(worker, [].append, QUICK, at="/nowhere/at/all").run()
    assert "Each process holds its own call" in caplog.text


async def test_a_database_that_is_away_is_each_processes_own_to_notice(
    stores: tuple[SqlStore, SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker promises nothing that it could not write."""
    worker, processes, _ = stores

    async def away(*_: Any) -> Any:
        raise RecordError("nobody answers")

    monkeypatch.setattr(worker, "renew_all", away)
    await Call.begin("one", (), processes, PLACE, QUICK.lease)
    async with Worker(worker):
        process = Above("one", processes.owner, 0.5)
        assert await process.told() is Hold.UNKNOWN
        monkeypatch.undo()
        await becomes_kept(process)
        process.close()


async def becomes_kept(process: Above) -> None:
    """Wait until the worker holds its call."""
    async with asyncio.timeout(20.0):
        while await process.told() is not Hold.KEPT:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
