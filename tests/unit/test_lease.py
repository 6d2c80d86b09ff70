"""Who holds a call: for how long, what ends it, and who finds out that nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest
import pytest_asyncio

from assistant.call.call import Call
from assistant.records import NOBODY, Caller, Fenced, Hold, Place, RecordError, UnknownCall
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.worker.lease import Lease
from assistant.worker.timing import Timing
from statemachine.facts import Facts
from statemachine.triggers import CallerHungUp, CallerSpoke

pytest_plugins = ["tests.databases"]

PLACE = Place("shop", "jill", '{"persona": "Max"}')


@pytest_asyncio.fixture
async def two(url: str) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    """Two stores in one database: a worker's and another's."""
    stores = await open_store(url), SqlStore(url)
    yield stores
    for each in stores:
        await each.close()


async def waiting(store: SqlStore, agent: str = "jill") -> list[str]:
    """The calls that nobody holds."""
    return [orphan.id for orphan in await store.orphans(agent)]


async def test_a_call_whose_lease_is_over_is_found_by_workers_of_its_name(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """Not before, not by others, and not one that has no room or that nobody ever looked after."""
    own, other = two
    await own.begin("held", Facts(), PLACE, 30.0)
    await own.begin("over", Facts(), PLACE, 0.01)
    await own.begin("console", Facts(), Place(), 0.01)
    await own.begin("old", Facts(), PLACE)
    await asyncio.sleep(0.1)
    assert await waiting(other) == ["over"]
    assert await waiting(other, "max") == []
    (found,) = await other.orphans("jill")
    assert (found.room, found.epoch, found.ended) == ("shop", 1, False)
    assert 0.05 < found.waiting < 5.0


async def test_a_call_that_is_given_up_is_found_at_once(two: tuple[SqlStore, SqlStore]) -> None:
    """By its owner, or by the worker above in its owner's name; by nobody else's."""
    own, other = two
    await own.begin("one", Facts(), PLACE, 30.0)
    await other.give_up("one")
    assert await waiting(other) == []
    await other.give_up("one", own.owner)
    assert await waiting(other) == ["one"]
    assert await own.renew("one", 30.0), "its owner lives and takes it back"
    assert await waiting(other) == []
    with pytest.raises(UnknownCall):
        await other.give_up("nobody")


async def test_a_worker_renews_all_its_calls_at_once(two: tuple[SqlStore, SqlStore]) -> None:
    """In the names of its processes; it hears what became of each that isn't theirs any more."""
    worker, other = two
    for call in ("kept", "handed on", "lost", "over"):
        await worker.begin(call, Facts(), PLACE, 30.0 if call != "over" else 0.001)
    await worker.give_up("handed on", staying=True)
    await worker.give_up("lost")
    await other.claim("lost", 30.0)
    owners = dict.fromkeys(("kept", "handed on", "lost", "over", "unknown"), worker.owner)
    assert await other.renew_all(owners, 30.0) == {
        "kept": Hold.KEPT,
        "handed on": Hold.HANDED_ON,
        "lost": Hold.LOST,
        "over": Hold.KEPT,
        "unknown": Hold.UNKNOWN,
    }
    assert await waiting(other) == ["handed on"]
    assert await other.renew_all({}, 30.0) == {}


async def test_a_call_that_is_handed_on_is_still_its_owners_until_somebody_has_it(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """The owner goes on writing, hears that it is to go, and is fenced by whoever comes."""
    own, other = two
    call = await Call.begin("one", (), own, PLACE, 30.0)
    await other.give_up("one", own.owner, staying=True)
    (found,) = await other.orphans("jill")
    assert found.attended
    assert not await own.renew("one", 30.0)
    assert await waiting(other) == ["one"]
    await call.fire(CallerSpoke())
    taken = await other.claim("one", 30.0, 1)
    assert (taken.place, len(taken.journal)) == (PLACE, 1)
    with pytest.raises(Fenced):
        await own.renew("one", 30.0)


async def test_a_call_can_be_claimed_for_an_heir(two: tuple[SqlStore, SqlStore], url: str) -> None:
    """The finder writes nothing to it; the heir claims it in turn, and may write."""
    own, finder = two
    call = await Call.begin("one", (), own, PLACE, 0.01)
    await call.fire(CallerSpoke())
    await asyncio.sleep(0.05)
    await finder.claim("one", 30.0, 1, "heir")
    with pytest.raises(Fenced):
        await finder.claim("one", 30.0)
    heir = SqlStore(url, owner="heir")
    with pytest.raises(Fenced):
        await heir.begin("one", Facts(), PLACE, 1.0)
    taken_up = await Call.resume("one", heir, 1.0)
    await taken_up.fire(CallerHungUp())
    assert (await heir.read("one")).journal[-1].trigger == "caller_hung_up"
    await heir.close()


async def test_a_call_whose_end_was_not_seen_to_is_found(two: tuple[SqlStore, SqlStore]) -> None:
    """Its room may still be open; once its worker is through, nobody need look after it."""
    own, other = two
    call = await Call.begin("one", (), own, PLACE, 0.01)
    await call.fire(CallerHungUp())
    await asyncio.sleep(0.05)
    (found,) = await other.orphans("jill")
    assert found.ended
    await own.finish("one")
    assert await waiting(other) == []


async def test_a_forgotten_call_leaves_no_place(two: tuple[SqlStore, SqlStore]) -> None:
    """A room's name may be a telephone number, and what a job brought may name the caller."""
    own, _ = two
    call = await Call.begin("one", (), own, PLACE)
    await call.fire(CallerHungUp())
    await own.attend("one", Caller("sip_+15551230987", "+15551230987"))
    await own.forget("one")
    left = await own.read("one")
    assert (left.place, left.caller) == (Place(agent="jill"), NOBODY)


QUICK = Timing(lease=0.8, heartbeat=0.05)
"""Leases that are over soon, and on a busy machine not before they are renewed."""


@contextmanager
def away(store: SqlStore, asked: str) -> Iterator[None]:
    """What is asked of this store is answered by nobody, for as long as this lasts."""

    async def nobody(*_: object) -> NoReturn:
        raise RecordError("the database is away")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, asked, nobody)
        yield


async def becomes(true: Callable[[], object], patience: float = 20.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def held(store: Any) -> tuple[Call, Lease, list[str]]:
    """A call that is held, and what its holder was told."""
    call = await Call.begin("one", (), store, PLACE, QUICK.lease)
    told: list[str] = []
    tells = [lambda what=what: told.append(what) for what in ("lost", "handed on")]
    holding = Lease(call, store, *tells, timing=QUICK)
    holding.begin()
    return call, holding, told


async def test_a_call_is_held_while_its_process_lives_and_no_longer(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """A process that ends under its call gives it up; one that is through with it doesn't."""
    own, other = two
    _, holding, told = await held(own)
    await asyncio.sleep(2 * QUICK.lease)
    assert await waiting(other) == []
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:  # as LiveKit does when the worker above a process is gone
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await waiting(other) == ["one"]
    assert told == []
    await own.claim("one", 30.0)
    await holding.finish()
    assert await waiting(other) == []


async def test_a_holder_is_told_that_it_is_to_go_and_then_that_it_has_lost(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """After that the call is fenced and its end is somebody else's to see to."""
    own, other = two
    call, holding, told = await held(own)
    await other.give_up("one", own.owner, staying=True)
    await becomes(lambda: told)
    assert set(told) == {"handed on"}
    await other.claim("one", 0.01)
    await becomes(lambda: told[-1] == "lost")
    assert told.count("lost") == 1
    assert call.fenced
    await holding.finish()
    await holding.give_up()
    (found,) = await other.orphans("jill")
    assert (found.epoch, found.attended) == (2, False), "whoever holds it looks after it"


async def test_whom_a_call_serves_is_noted_as_soon_as_it_can_be(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """Also once the records are there again, and anew when it serves somebody else."""
    own, other = two
    _, holding, _ = await held(own)
    callers = [Caller("caller", "+1555"), Caller("part\0ner")]
    with away(own, "attend"):
        holding.serve(callers[0])
        await asyncio.sleep(0.2)
    for caller in callers:
        holding.serve(caller)
        async with asyncio.timeout(20.0):
            while (await other.read("one")).caller != caller:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
    await holding.finish()
    with pytest.raises(Fenced):
        await other.attend("one", callers[0])
    with pytest.raises(UnknownCall):
        await other.attend("none", callers[0])


async def test_a_database_that_is_away_costs_nobody_their_call(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """What can't be renewed can't be taken either; the holder goes on, and renews when it can."""
    own, other = two
    call, holding, told = await held(own)
    with away(own, "renew"):
        await asyncio.sleep(0.6)
        assert (told, call.fenced) == ([], False)
    await asyncio.sleep(0.3)
    assert await waiting(other) == []
    await holding.finish()


async def test_a_call_whose_beginning_went_unanswered_is_held_all_the_same(
    two: tuple[SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept while its holder lives, and its holder is told when somebody else has it."""
    own, other = two
    begin = own.begin

    async def unanswered(*given: Any) -> str:
        await begin(*given)
        own._epochs.clear()
        raise RecordError("no answer")

    monkeypatch.setattr(own, "begin", unanswered)
    call, holding, told = await held(own)
    monkeypatch.setattr(own, "begin", begin)
    await asyncio.sleep(0.8)
    assert await waiting(other) == []
    await call.fire(CallerSpoke())
    assert len((await other.read("one")).journal) == 1
    await other.give_up("one", own.owner, staying=True)  # else it may renew before the claim
    await other.claim("one", 30.0)
    await becomes(lambda: told[-1:] == ["lost"])
    assert call.fenced
    await holding.stop()


async def test_a_database_that_comes_back_learns_of_the_call_by_itself(
    two: tuple[SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that began while it was away needs no further word of its caller for that."""
    own, other = two
    renew, renewed = own.renew, asyncio.Event()

    async def seen(*given: Any) -> bool:
        kept = await renew(*given)
        renewed.set()
        return kept

    monkeypatch.setattr(own, "renew", seen)
    with away(own, "begin"):
        _, holding, _ = await held(own)
        await asyncio.sleep(0.2)
    async with asyncio.timeout(20.0):
        await renewed.wait()
    await holding.give_up()
    assert await waiting(other) == ["one"]


async def test_a_call_lost_by_a_write_is_lost_to_its_lease_as_well(
    two: tuple[SqlStore, SqlStore],
) -> None:
    """Whoever finds out first, the agent leaves the line."""
    own, _ = two
    call, holding, told = await held(own)
    call.lose(Fenced("somebody else's"))
    await becomes(lambda: told == ["lost"])
    await holding.stop()
