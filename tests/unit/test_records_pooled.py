"""PostgreSQL as managed databases have it: behind a pooler, or with few connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.call.call import Call
from assistant.records import Place, RecordError
from assistant.records.sql.address import address
from assistant.records.sql.database import _Server
from assistant.records.sql.opening import open_at_start, open_even_if_away
from assistant.records.sql.store import SqlStore
from assistant.worker import holding
from assistant.worker.holding import Above, Holding
from assistant.worker.lease import Lease
from assistant.worker.timing import USUAL
from statemachine.conversation import MACHINE
from statemachine.engine.journal.replay import replay
from statemachine.engine.machine import Accepted
from statemachine.triggers import ConfirmPurchase
from tests.calls import PURCHASE, shop
from tests.databases import Postgres, served
from tests.databases import postgres as postgres  # pytest finds it here
from tests.failing import count
from tests.pooler import pooled


@pytest_asyncio.fixture(params=["session", "transaction"])
async def behind(request: pytest.FixtureRequest, postgres: Postgres) -> AsyncIterator[str]:
    """The address of an empty database behind a pooler, in each of its ways to share connections.

    It has two connections to the server, so that one after the other is shared.
    """
    few = {"default_pool_size": "2"} if request.param != "session" else {}
    with pooled(postgres, await postgres.database(), pool_mode=request.param, **few) as address:
        yield address


async def purchase(
    store: SqlStore, id: str, at: str = "", together: asyncio.Barrier | None = None
) -> Call:
    """A call in which a phone is ordered; what a busy database refuses is asked for again.

    Its worker holds it meanwhile, `at` this socket, until all that go `together` have ordered.
    """
    call = await Call.begin(id, shop()[0].offers, store, Place("room", "jill"), 30.0)
    told: list[str] = []
    tells = (lambda: told.append("lost"), lambda: told.append("handed on"))
    lease = Lease(call, store, *tells, above=Above(id, store.owner, at=at))
    if at:
        lease.begin()
    for trigger in PURCHASE[:-1]:
        await call.fire(trigger)
        await asyncio.sleep(0.05)
    while not call.facts.orders and not call.fenced:
        await call.fire(ConfirmPurchase())
    if together is not None:
        await together.wait()
        await asyncio.sleep(4 * USUAL.lease)
        await together.wait()
    await lease.stop()
    assert told == []
    return call


async def as_written(call: Call, store: SqlStore) -> None:
    """The database tells the call as it went."""
    record = await store.read(call.id)
    told = replay(record.opening, record.journal, MACHINE)
    assert (told.state, told.facts) == (call.state, call.facts)
    assert list(record.journal) == call.journal


async def test_calls_are_held_behind_a_pooler(behind: str) -> None:
    """Tables are made, calls held side by side, taken up, listed and forgotten."""
    store = await open_at_start(behind)
    others = [await open_even_if_away(behind, owner=f"agent-{n}") for n in range(5)]
    calls = await asyncio.gather(*(purchase(other, other.owner) for other in others))
    for call, other in zip(calls, others, strict=True):
        await as_written(call, store)
        assert await other.renew(call.id, 30.0)
    assert await count(store, "orders") == len(calls)
    await store.give_up("agent-0", "agent-0")
    assert [orphan.id for orphan in await store.orphans("jill")] == ["agent-0"]
    taken_up = await Call.resume("agent-0", others[1])
    assert taken_up.facts == calls[0].facts
    assert not isinstance(await calls[0].fire(ConfirmPurchase()), Accepted)
    assert calls[0].fenced
    await store.give_up("agent-0", "agent-1")
    await store.forget("agent-0")
    assert len(await store.recent()) == len(calls)
    for each in (store, *others):
        await each.close()


@pytest_asyncio.fixture
async def small() -> AsyncIterator[str]:
    """The address of an empty database with ten connections, of which a worker may have seven."""
    with served() as server:
        server.set(max_connections=10)
        url = make_url(await server.database())
        engine = create_async_engine(address(url.render_as_string(hide_password=False)))
        async with engine.begin() as connection:
            await connection.execute(text("CREATE ROLE worker LOGIN"))
            await connection.execute(text("GRANT ALL ON SCHEMA public TO worker"))
        await engine.dispose()
        yield url.set(username="worker").render_as_string(hide_password=False)


async def connections(store: SqlStore) -> int:
    """How many this program has to the database."""
    ours = text("SELECT count(*) FROM pg_stat_activity WHERE usename = current_user")
    return int(await store.database.run(lambda on: on.scalar(ours), writes=False) or 0)


async def test_few_connections_lose_nobody_a_call(small: str) -> None:
    """Two workers, each with an eye on all calls, hold three each for as many processes.

    A worker takes one connection; a process takes one while its call has something to write.
    """
    workers = [await open_at_start(small) for _ in range(2)]
    late: list[str] = []

    async def watch(worker: SqlStore) -> None:
        """Look for calls that nobody holds, as a worker does."""
        while True:
            with suppress(RecordError):
                assert await worker.orphans("jill") == ()
            await asyncio.sleep(USUAL.poll)

    with holding.address() as first, holding.address() as second:
        sockets = [first, second]
        working = [
            asyncio.create_task(work)
            for worker, at in zip(workers, sockets, strict=True)
            for work in (watch(worker), Holding(worker, late.append, at=at).run())
        ]
        await asyncio.sleep(2 * USUAL.poll)  # a worker has its connection before any call comes
        processes = [await open_even_if_away(small, owner=f"agent-{n}") for n in range(6)]
        together = asyncio.Barrier(len(processes))
        calls = await asyncio.gather(
            *(
                purchase(each, each.owner, sockets[n % 2], together)
                for n, each in enumerate(processes)
            )
        )
        assert await connections(workers[0]) <= len(workers) + 1
        for task in working:
            assert not task.done()
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    assert late == []
    for call, process in zip(calls, processes, strict=True):
        assert await call.write_up()
        await as_written(call, process)
    assert await count(workers[0], "orders") == len(calls)
    for each in (*workers, *processes):
        await each.close()


async def test_a_question_that_comes_while_a_connection_is_let_go_leaves_none_open(
    small: str,
) -> None:
    """A program has one connection, however the two fall together."""
    store = await open_at_start(small)
    server = store.database._kind
    assert isinstance(server, _Server)
    for _ in range(5):
        server._let_go()
        asked = asyncio.create_task(connections(store))
        await asyncio.sleep(0)
        assert await asked == 1
    assert await connections(store) == 1
    await store.close()
