"""A worker dies in the middle of a call, and the caller carries on."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from assistant.records.sql.store import SqlStore
from assistant.worker.local import LocalServer
from tests.e2e.caller import (
    PATIENCE,
    calling,
    cut_off,
    greeted,
    put_through_to_sales,
    says_goodbye,
)
from tests.e2e.conftest import RunningWorker, StartWorker, until
from tests.e2e.kills import VICTIMS, Fleet, Kill, buying, one_kill, record, send, table

NIGHTLY = int(os.environ.get("KILLS", "50"))
Killing = Callable[[str, float], Awaitable[Kill]]
LONGEST = 20.0
"""Seconds into a call that nearly ends with it."""


@pytest.fixture(scope="module")
def fleet(start_worker: StartWorker, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Two workers of one database."""
    file = tmp_path_factory.mktemp("records") / "calls.db"
    return Fleet(start_worker, f"sqlite:///{file}")


@pytest_asyncio.fixture(loop_scope="session")
async def store(fleet: Fleet) -> AsyncIterator[SqlStore]:
    """Their database."""
    opened = SqlStore(fleet.settings["DATABASE_URL"])
    yield opened
    await opened.close()


@pytest.fixture
def killing(server: LocalServer, fleet: Fleet, store: SqlStore, room: str) -> Killing:
    """Both workers serve, and one call, in a room of its own, is killed."""
    numbers = itertools.count()

    async def one(victim: str, after: float) -> Kill:
        await fleet.complete()
        return await one_kill(server, fleet, store, f"{room}-{next(numbers)}", victim, after)

    return one


def sound(kills: list[Kill]) -> None:
    """Nothing is lost or doubled, and nobody waits long."""
    for kill in kills:
        assert kill.orders == 1, kill
        assert kill.silence is None or kill.silence < 4.0, kill
        # A claim by the worker that found the call and one by its process; where the call had
        # ended, by who closes its room.
        assert kill.claims == 3 or (kill.silence is None and kill.claims <= 2), kill


async def test_a_caller_whose_worker_dies_carries_on(
    killing: Killing, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another agent apologises and goes on where the call stood; one order is placed."""
    moments = zip(VICTIMS, (8.0, 13.0, 3.0), strict=True)
    kills = [await killing(victim, after) for victim, after in moments]
    with capsys.disabled():
        print(f"\n{table(kills)}")
    sound(kills)


async def test_a_worker_that_was_stopped_for_a_while_speaks_no_more(
    server: LocalServer, fleet: Fleet, store: SqlStore, room: str
) -> None:
    """Frozen, it loses its call to another worker; thawed, it finds that out and leaves."""
    await fleet.complete()
    async with buying(server, room, fleet) as (caller, call):
        worker, _ = await fleet.serving(call)
        (frozen,) = caller.first_sounds
        family = worker.family()
        send(signal.SIGSTOP, reversed(family))
        await until(lambda: len(caller.first_sounds) == 2, "nobody took the call up", PATIENCE)
        send(signal.SIGCONT, family)
        thawed = time.monotonic()
        leaves = "has been taken up by another worker: this one leaves it"
        await asyncio.to_thread(worker.waits_until, leaves, 10.0)
    assert caller.last_sounds[frozen] < thawed + 0.5
    assert len(caller.first_sounds) == 2
    written = await record(store, call)
    assert [e.trigger for e in written.journal if "confirm" in e.trigger] == ["confirm_purchase"]
    assert worker.process.poll() is None, "it serves other calls"


async def test_a_worker_told_to_stop_hands_its_call_over(
    server: LocalServer, start_worker: StartWorker, fleet: Fleet, store: SqlStore, room: str
) -> None:
    """What is still on when a worker's time is up is taken up by another, and it goes."""
    stopping = Fleet(
        start_worker, fleet.settings["DATABASE_URL"], AGENT_NAME="told", DRAIN_SECONDS="1"
    )
    await stopping.complete()
    async with buying(server, room, stopping) as (caller, call):
        worker, _ = await stopping.serving(call)
        worker.drain()
        await until(lambda: len(caller.first_sounds) == 2, "nobody took the call up", PATIENCE)
        gap = max(caller.first_sounds.values()) - min(caller.last_sounds.values())
    assert gap < 4.0
    assert (await record(store, call)).journal[-1].trigger == "end_purchase_call"
    await until(lambda: worker.process.poll() == 0, "the worker is still there")


async def test_a_call_that_nobody_takes_over_ends_with_a_sentence(
    server: LocalServer, start_worker: StartWorker, room: str
) -> None:
    """The last worker that is told to stop leaves no caller in a silent room."""
    worker = start_worker(AGENT_NAME="alone", DRAIN_SECONDS="1")
    async with calling(server, room, agent="alone") as caller:
        call = await caller.sid()
        await greeted(caller)
        worker.drain()
        assert await caller.is_disconnected() == "ROOM_DELETED"
    assert "call again" in caller.heard[-1].lower()
    assert (await worker.report(call))["ended_by"] == "call_failed"


async def test_a_caller_who_was_cut_off_finds_their_call(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """Somebody whose device died joins again and is told where the call stands."""
    call = await cut_off(server, room, after=3.0)
    async with calling(server, room) as caller:
        assert await caller.sid() == call
        await caller.hears("cut off")
        await put_through_to_sales(caller)
        await says_goodbye(caller)
    report = await worker.report(call)
    assert report["path"] == ["greeting", "buying", "ended"]
    assert report["ended_by"] == "end_purchase_call"


@pytest.mark.soak
@pytest.mark.timeout(60 * NIGHTLY)
async def test_many_kills_at_random_moments(
    killing: Killing, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever dies, and whenever: no order is lost or doubled, and every call goes on."""
    kills = []
    for number in range(NIGHTLY):
        victim, after = VICTIMS[number % len(VICTIMS)], random.uniform(0.0, LONGEST)
        kills.append(await killing(victim, after))
        with capsys.disabled():
            print(f"\n{number + 1:>3} {kills[-1].row()}", end="", flush=True)
        await asyncio.sleep(0)
    with capsys.disabled():
        print(f"\n{table(kills)}")
    sound(kills)
