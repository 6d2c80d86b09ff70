"""Looking back at many calls: found, counted, summed up, on every kind of database."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from assistant.page.traffic import ROOM, counted, drawn
from assistant.records import Place, Usage
from assistant.records.past import Mark, Sought
from assistant.records.sql import traffic
from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.schema import CALLS, EVENTS, TRAFFIC_WAYS
from assistant.records.sql.store import SqlStore
from scripts.many_calls import write
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.triggers import CallerHungUp, CallerSpoke, EndPurchaseCall, ToBuying
from tests.calls import PURCHASE, call_after

pytest_plugins = ["tests.databases"]

DAY = 86_400.0
HEARD = CallerSpoke()
BOUGHT: tuple[Trigger, ...] = (*PURCHASE, HEARD, EndPurchaseCall())


@pytest_asyncio.fixture
async def archive(url: str) -> AsyncIterator[SqlArchive]:
    """The archive over an empty database."""
    opened = SqlArchive(url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def written(url: str, archive: SqlArchive) -> AsyncIterator[SqlStore]:
    """A store in the same database, with three calls: bought, left at the front desk, still on."""
    store = SqlStore(url)
    await store.prepare()
    await call_after(*BOUGHT, store=store, id="bought")
    await call_after(HEARD, CallerHungUp(), store=store, id="left")
    await store.begin("on", Facts(), Place("a room"), lease=30.0)
    yield store
    await store.close()


async def ids(archive: SqlArchive, sought: Sought) -> list[str]:
    """The calls that are found."""
    return [call.id for call in await archive.calls(sought)]


async def test_calls_are_found_by_number_day_desk_and_ending(
    archive: SqlArchive, written: SqlStore
) -> None:
    """Each thing that may be known of a call leads to it, and to no other one."""
    everything = await archive.calls(Sought())
    bought = next(call for call in everything if call.id == "bought")
    now = time.time()

    assert {call.id for call in everything} == {"bought", "left", "on"}
    assert await ids(archive, Sought(number=bought.orders[0].number.lower())) == ["bought"]
    assert await ids(archive, Sought(number=bought.reference)) == ["bought"]
    assert await ids(archive, Sought(left_from="buying")) == ["bought"]
    assert await ids(archive, Sought(left_from="greeting")) == ["left"]
    assert await ids(archive, Sought(ended_by="caller_hung_up")) == ["left"]
    assert await ids(archive, Sought(left_from="buying", ended_by="caller_hung_up")) == []
    assert await ids(archive, Sought(until=now - 3600.0)) == []
    assert len(await ids(archive, Sought(since=now - 3600.0, until=now + 1.0))) == 3


async def test_a_list_goes_on_behind_its_last_call(archive: SqlArchive, url: str) -> None:
    """Piece by piece every call comes once, the newest first, also where two began together."""
    store = SqlStore(url)
    await store.prepare()
    for number in range(7):
        await store.begin(f"call-{number}", Facts())
    await store.close()
    found, behind = [], None
    while piece := await archive.calls(Sought(), behind, 3):
        found += piece
        behind = Mark(piece[-1].began, piece[-1].id)

    assert sorted(call.id for call in found) == [f"call-{number}" for number in range(7)]
    assert [call.began for call in found] == sorted((c.began for c in found), reverse=True)


async def test_only_calls_in_rooms_are_on_and_only_while_they_last(
    archive: SqlArchive, written: SqlStore
) -> None:
    """A call in a room is on until it ends; one that is over, or was at a console, is not."""
    (on,) = await archive.on_now()
    assert (on.id, on.state, on.attended) == ("on", "greeting", True)
    assert on.room == "a room"

    await written.finish("on")
    assert await archive.on_now() == ()


async def test_ways_are_counted_in_the_database(archive: SqlArchive, written: SqlStore) -> None:
    """Calls are counted by the ways they took, refusals by how often, the time at each desk."""
    told = counted(await archive.taken(0.0, time.time() + 1.0))

    assert told["calls"] == 2
    ways = {(way["source"], way["trigger"]): way["calls"] for way in told["ways"]}
    assert ways["greeting", "to_buying"] == 1
    assert ways["greeting", "caller_hung_up"] == 1
    assert told["refused"] == [{"state": "buying", "trigger": "confirm_purchase", "times": 1}]
    picture = drawn(await archive.taken(0.0, time.time() + 1.0))
    assert "refused once" in picture
    assert str(ROOM) not in picture, "no number is there but those that were counted"
    assert "way_greeting_caller_hung_up_ended" in picture
    assert "way_buying_caller_hung_up_ended" not in picture, "nobody left like that"
    assert set(told["seconds"]) == {"greeting", "buying", "ended"} - {"ended"} | {"ended"}
    assert all(seconds >= 0.0 for state, seconds in told["seconds"].items() if state != "ended")


async def test_days_that_are_over_are_summed_up_once_and_tell_the_same(
    archive: SqlArchive, url: str
) -> None:
    """Counted or summed up, any span has the same traffic; a call that ends later counts too."""
    await write(url, 60, 4.0)
    store = SqlStore(url)
    await store.prepare()
    now = time.time()
    midnight = now - now % DAY
    spans = [(0.0, now), (midnight - 2 * DAY, midnight), (midnight - 1.3 * DAY, midnight + 60.0)]
    before = [counted(await archive.taken(*span)) for span in spans]

    async def due() -> list[int]:
        return await store.database.run(lambda on: traffic.due(on, now), writes=False)

    assert len(await due()) >= 3
    await archive.sum_up()
    await archive.sum_up()
    assert await due() in ([], [int(midnight // DAY) - 1]), "an hour after midnight at the latest"
    assert [counted(await archive.taken(*span)) for span in spans] == before

    await store.begin("late", Facts())
    late = update(CALLS).where(CALLS.c.id == "late")
    closing = late.values(ended=now, began=midnight - 1.5 * DAY)
    await store.database.run(lambda on: on.execute(closing).rowcount, writes=True)
    assert counted(await archive.taken(*spans[0]))["calls"] == before[0]["calls"] + 1
    assert int((midnight - 1.5 * DAY) // DAY) in await due()
    await archive.sum_up()
    assert counted(await archive.taken(*spans[0]))["calls"] == before[0]["calls"] + 1
    await store.close()


async def test_what_a_model_made_up_is_not_kept_in_the_sums(
    archive: SqlArchive, written: SqlStore
) -> None:
    """A trigger's name may be a caller's words: nothing of it outlives a call that is forgotten."""
    made_up = update(EVENTS).where(EVENTS.c.trigger == "confirm_purchase", ~EVENTS.c.accepted)
    await written.database.run(
        lambda on: on.execute(made_up.values(trigger="call Zebedee Quine")).rowcount, writes=True
    )
    yesterday = update(CALLS).values(began=CALLS.c.began - 2 * DAY)
    await written.database.run(lambda on: on.execute(yesterday).rowcount, writes=True)
    await archive.sum_up()
    kept = await written.database.run(
        lambda on: on.execute(select(TRAFFIC_WAYS)).all(), writes=False
    )
    assert kept
    assert "Zebedee" not in str(kept)


async def test_figures_are_summed_up_slot_by_slot(archive: SqlArchive, written: SqlStore) -> None:
    """Calls, orders, money, and what calls took, each in the part of the span it belongs to."""
    await written.note_usage("bought", Usage(5, 900, 30, 2, 1.5, 1.0))
    await written.note_usage("bought", Usage(6, 1000, 40, 3, 2.5, 1.2))
    now = time.time()
    slots = await archive.figures(now - 3600.0, now + 3600.0, 4)

    assert sum(slot.calls for slot in slots) == 3
    busy = next(slot for slot in slots if slot.calls)
    assert (busy.ended, busy.orders, busy.cents, busy.tickets) == (2, 1, 99900, 0)
    assert busy.usage == Usage(6, 1000, 40, 3, 2.5, 1.2)


async def test_a_hundred_calls_made_up_replay_and_add_up(tmp_path: Path) -> None:
    """The database that measurements are made on is one that the program itself could have made."""
    url = f"sqlite:///{tmp_path}/many.db"
    await write(url, 120, 3.0)
    archive = SqlArchive(url)
    try:
        found = await archive.calls(Sought(), None, 200)
        told = counted(await archive.taken(0.0, time.time()))
        assert len(found) == 120
        assert sum(each["calls"] for each in told["left"]) == told["calls"] > 60
        assert any(call.orders for call in found)
        assert any(call.tickets for call in found)
    finally:
        await archive.close()


@pytest.mark.parametrize("trigger", [ToBuying("")])
async def test_a_call_that_is_on_counts_in_no_traffic(
    archive: SqlArchive, url: str, trigger: Trigger
) -> None:
    """Time and ways are counted of calls that have ended."""
    store = SqlStore(url)
    await store.prepare()
    await call_after(HEARD, trigger, store=store, id="on")
    await store.close()

    assert counted(await archive.taken(0.0, time.time()))["calls"] == 0
