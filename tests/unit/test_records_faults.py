"""Databases that break under a call: the caller is told, nothing is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.call.call import Call
from assistant.records import AddressError, Busy, Entry, Fenced, RecordError
from assistant.records.sql.address import address
from assistant.records.sql.opening import open_at_start, open_even_if_away, open_store
from assistant.records.sql.store import SqlStore
from assistant.records.sql.upgrade import upgrade
from assistant.shop.wording.lines import APOLOGY_ORDER
from statemachine.answers import Answer
from statemachine.conversation import MACHINE, Outcome
from statemachine.effects import PlaceOrder
from statemachine.engine.effects import HandOff, Say
from statemachine.engine.journal.refusals import UNKNOWN_TRIGGER
from statemachine.engine.journal.replay import replay
from statemachine.engine.machine import Accepted, Refused
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    ConfirmPurchase,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests.calls import call_after, console
from tests.failing import Broken, LosesAnswers, Unreachable, count

if TYPE_CHECKING:
    from tests.databases import Postgres  # at run time it comes as a plug-in

pytest_plugins = ["tests.databases"]

OFFERS = (Offer("iPhone 17", "256 GB", 79900, ("black",)),)
SPOKE = Entry("caller_spoke", {"answer": "open"}, "greeting", "greeting", True)
BREAKAGES = ["read-only", "locked", "full", "moved", "stopped"]


class Breaking:
    """A store, and a way to break its database for a while."""

    def __init__(self, store: SqlStore, how: str, server: Postgres | None) -> None:
        self.store, self._how, self._server = store, how, server

    @asynccontextmanager
    async def broken(self) -> AsyncIterator[None]:
        """The database can't be written for as long as this lasts."""
        if self._server is None:
            async with Broken(self.store, self._how):
                yield
            return
        await asyncio.to_thread(self._server.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(self._server.start)


@pytest.fixture(params=BREAKAGES)
async def breaking(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Breaking]:
    """A store in an empty database, once for each way in which one breaks."""
    server: Postgres | None = None
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    if request.param == "stopped":
        server = request.getfixturevalue("postgres")
        assert server is not None
        url = await server.database()
    store = await open_store(url)
    yield Breaking(store, request.param, server)
    await store.close()


async def quoted(store: SqlStore) -> Call:
    """A call in which a price was quoted and answered."""
    triggers = (
        CallerSpoke(Answer.YES),
        ToBuying(),
        CallerSpoke(Answer.YES),
        SelectModel("iPhone 17"),
        CallerSpoke(Answer.YES),
    )
    call = await call_after(*triggers, offers=OFFERS, store=store, id="one")
    assert all(entry.accepted for entry in call.journal)
    return call


async def as_written(call: Call, store: SqlStore) -> None:
    """The database tells the call exactly as it went, and has its orders once."""
    record = await store.read(call.id)
    assert list(record.journal) == call.journal
    told = replay(record.opening, record.journal, MACHINE)
    assert (told.state, told.facts) == (call.state, call.facts)
    assert await count(store, "orders") == len(call.facts.orders)
    assert await count(store, "tickets") == len(call.facts.tickets)


async def test_an_order_is_refused_while_the_database_fails_and_taken_when_it_is_back(
    breaking: Breaking, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller hears an apology, the call goes on where it was, and the next try succeeds."""
    call = await quoted(breaking.store)
    async with breaking.broken():
        refused = await call.fire(ConfirmPurchase())
        await call.fire(CallerSpoke(Answer.YES))
        await call.refuse("fly", {}, UNKNOWN_TRIGGER)
        again = await call.fire(ConfirmPurchase())
    for outcome in (refused, again):
        assert isinstance(outcome, Refused)
        assert outcome.says is not None
        assert outcome.says == Say(APOLOGY_ORDER, (("model", "iPhone 17"),))
    assert call.state is State.BUYING
    assert call.facts.orders == ()
    assert "call one: confirm_purchase was not written down" in caplog.text
    await call.fire(CallerSpoke(Answer.YES))
    assert isinstance(await call.fire(ConfirmPurchase()), Accepted)
    assert len(call.facts.orders) == 1
    await as_written(call, breaking.store)


async def test_a_caller_can_leave_while_the_database_fails(
    breaking: Breaking, caplog: pytest.LogCaptureFixture
) -> None:
    """The ending happens, is named in the log, and is written once the database is back."""
    call = await quoted(breaking.store)
    async with breaking.broken():
        await call.fire(CallerHungUp())
        assert call.ended.is_set()
        assert "call one has ended with caller_hung_up unwritten" in caplog.text
        assert not await call.write_up(0)
    assert await call.write_up()
    assert call.ended_by == "caller_hung_up"
    await as_written(call, breaking.store)
    assert (await breaking.store.recent())[0].ended_by == "caller_hung_up"


async def test_a_call_begins_while_the_database_fails(breaking: Breaking) -> None:
    """The caller is answered; the call is noted as soon as the database is back."""
    async with breaking.broken():
        call = await Call.begin("one", OFFERS, breaking.store)
        await call.fire(CallerSpoke(Answer.YES))
        assert isinstance(await call.fire(ToBuying()), Refused)
    await call.fire(CallerSpoke(Answer.YES))
    assert isinstance(await call.fire(ToBuying()), Accepted)
    await as_written(call, breaking.store)


AWAY = RecordError("nobody answers")


async def test_an_outage_is_one_line_when_it_begins_and_one_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An operator isn't told at each trigger; what they are told is how many entries were late."""
    store = Unreachable()
    call = await Call.begin("one", OFFERS, store)
    for _ in range(2):
        store.error = AWAY
        for trigger in (CallerSpoke(Answer.YES), ToBuying(), CallerSpoke(Answer.YES)):
            await call.fire(trigger)
        await call.refuse("fly", {}, UNKNOWN_TRIGGER)
        store.error = None
        await call.fire(CallerSpoke(Answer.YES))
    await call.fire(CallerSpoke(Answer.YES))
    assert [record.getMessage() for record in caplog.records] == [
        "call one: caller_spoke was not written down: nobody answers",
        "call one is written down again, 4 of its entries late",
    ] * 2


async def test_an_outage_in_which_a_call_begins_is_told_by_its_beginning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The line at the beginning is the one; the call's end names what is unwritten until then."""
    store = Unreachable()
    store.error = AWAY
    triggers = (CallerSpoke(Answer.YES), RecordName("Dana"), CallerHungUp())
    call = await call_after(*triggers, offers=OFFERS, store=store, id="one")
    assert not await call.write_up(0)
    store.error = None
    assert await call.write_up()
    assert [record.getMessage() for record in caplog.records] == [
        "call one: its beginning was not written down: nobody answers",
        "call one has ended with caller_spoke, record_name, caller_hung_up unwritten",
        "call one is written down again, 3 of its entries late",
    ]


async def test_another_reason_in_an_outage_is_told_too(caplog: pytest.LogCaptureFixture) -> None:
    """Each once; but a call that somebody else has taken up loses each entry, and says so."""
    store = Unreachable()
    call = await Call.begin("one", OFFERS, store)
    lost = Fenced("call one has been taken up by somebody else")
    for error in (AWAY, AWAY, RecordError("the disk is full"), AWAY, lost, lost):
        store.error = error
        await call.fire(CallerSpoke(Answer.YES))
    assert [record.getMessage().partition("down: ")[2] for record in caplog.records] == [
        "nobody answers",
        "the disk is full",
        str(lost),
        str(lost),
    ]


async def test_the_loop_goes_on_while_the_database_fails(breaking: Breaking) -> None:
    """Whatever is waited for, the call's sound would not stop."""
    call = await quoted(breaking.store)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    async with breaking.broken():
        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0.03)
        before, loop = ticks, asyncio.get_running_loop()
        started = loop.time()
        await call.fire(ConfirmPurchase())
        expected = (loop.time() - started) / 0.01
        ticking.cancel()
    assert ticks - before >= expected * 0.2 - 2


async def test_names_and_issues_stay_out_of_the_log_when_writing_fails(
    breaking: Breaking, caplog: pytest.LogCaptureFixture
) -> None:
    """An error says what was not written by its trigger, never by the caller's words."""
    caplog.set_level(logging.DEBUG, "assistant")
    call = await quoted(breaking.store)
    async with breaking.broken():
        await call.fire(RecordName("Zebedee"))
        await call.fire(ToSupport("Zebedee's battery"))
    assert "record_name was not written down" in caplog.text
    assert "Zebedee" not in caplog.text


async def test_a_row_that_another_connection_holds_is_waited_for_in_bounds(
    postgres: Postgres,
) -> None:
    """A slow PostgreSQL refuses the trigger, and the next try finds nothing half done."""
    store = await open_store(await postgres.database())
    call = await quoted(store)
    engine = create_async_engine(store.database.url)
    async with engine.begin() as other:
        await other.execute(text("UPDATE calls SET room = 'elsewhere'"))
        assert isinstance(await call.fire(ConfirmPurchase()), Refused)
    await engine.dispose()
    assert isinstance(await call.fire(ConfirmPurchase()), Accepted)
    await as_written(call, store)
    await store.close()


async def test_a_transaction_that_never_answers_is_given_up(sqlite_store: SqlStore) -> None:
    """Nobody waits for a connection that hangs, and it is not reused."""
    sqlite_store.database._patience = 0.2

    over = threading.Event()
    for _ in range(20):
        with pytest.raises(RecordError, match=r"did not answer within 0\.2 s"):
            await sqlite_store.database.run(lambda on: over.wait(60), writes=False)
    over.set()
    sqlite_store.database._patience = 2.0
    await quoted(sqlite_store)


@pytest.fixture
async def losing(url: str) -> AsyncIterator[LosesAnswers]:
    """A store whose answers get lost, once on each kind of database."""
    await upgrade(url)
    store = LosesAnswers(url)
    yield store
    await store.close()


async def test_an_order_whose_answer_was_lost_is_neither_lost_nor_doubled(
    losing: LosesAnswers,
) -> None:
    """The caller was told to say it again; before they do, the order is found and told once."""
    told: list[Outcome] = []
    call = await quoted(losing)
    call.carry_out = told.append
    losing.losing = True
    assert isinstance(await call.fire(ConfirmPurchase()), Refused)
    losing.away = True
    await call.fire(CallerSpoke(Answer.YES))
    assert call.facts.orders == ()
    losing.losing = losing.away = False
    await call.fire(CallerSpoke(Answer.YES))
    assert len(call.facts.orders) == 1
    again = await call.fire(ConfirmPurchase())
    assert isinstance(again, Refused)
    assert [reason.name for reason in again.reasons] == ["not_ordered_yet"]
    placed = [o for o in told if isinstance(o, Accepted) and _has(o, PlaceOrder)]
    assert len(placed) == 1
    await as_written(call, losing)


async def test_a_handoff_whose_answer_was_lost_is_made_up_for(losing: LosesAnswers) -> None:
    """State, agent and journal agree again at the next word, and what was said since counts."""
    told: list[Outcome] = []
    call = await quoted(losing)
    call.carry_out = told.append
    losing.losing = True
    assert isinstance(await call.fire(ToSupport("the battery")), Refused)
    losing.away = True
    await call.fire(CallerSpoke(Answer.YES))
    await call.refuse("fly", {}, UNKNOWN_TRIGGER)
    assert call.state is State.BUYING
    losing.losing = losing.away = False
    await call.fire(CallerSpoke(Answer.YES))
    assert call.facts.turn == 5
    assert call.on_the_line is State.SUPPORT
    assert sum(isinstance(o, Accepted) and _has(o, HandOff) for o in told) == 1
    await as_written(call, losing)


async def test_an_ending_whose_answer_was_lost_is_written_once(losing: LosesAnswers) -> None:
    """Asking again for the very same entry is no second entry."""
    call = await quoted(losing)
    losing.losing = True
    await call.fire(CallerHungUp())
    losing.losing = False
    assert await call.write_up()
    await as_written(call, losing)


def _has(outcome: Accepted[Facts], effect: type[object]) -> bool:
    return any(isinstance(each, effect) for each in outcome.effects)


FOLDER, READ_ONLY, NO_DATABASE = "", "calls.db?mode=ro&uri=true", "words.txt"
REMEDY = "name a SQLite file in DATABASE_URL that can be written, in a folder that can be written"


@pytest.fixture(params=[FOLDER, READ_ONLY, NO_DATABASE])
async def unusable(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a SQLite file in which nothing can be kept, for one reason or another."""
    (tmp_path / "words.txt").write_text("This is no database. " * 500)
    await upgrade(f"sqlite:///{tmp_path}/calls.db")
    form = "file:" if request.param == READ_ONLY else ""
    return f"sqlite:///{form}{tmp_path}/{request.param}"


async def test_a_file_in_which_nothing_can_be_kept_is_told_at_the_start(unusable: str) -> None:
    """One sentence says which, why and what to do; a call's process hangs up on nobody."""
    with pytest.raises(AddressError, match=REMEDY) as error:
        await open_at_start(unusable)
    assert str(error.value).startswith(str(address(unusable).database).rstrip("/"))
    assert "\n" not in str(error.value)
    await (await open_even_if_away(unusable, owner="agent-1")).close()


async def test_a_console_whose_orders_could_not_be_placed_does_not_start(
    unusable: str, tmp_path: Path
) -> None:
    """The caller isn't led through a sale that can't be written down."""
    process = await console(tmp_path, {"DATABASE_URL": unusable}, stderr=asyncio.subprocess.PIPE)
    async with asyncio.timeout(60):
        out, err = await process.communicate(b"hi\n")
    assert process.returncode == 2
    assert b"Jill" not in out
    assert err.startswith(b"The call could not start: ")
    assert REMEDY.encode() in err
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
async def test_a_file_that_another_program_holds_is_no_reason_not_to_start(
    how: str, tmp_path: Path
) -> None:
    """It lets go of it sooner or later; until then the file may have no tables yet."""
    file = tmp_path / "calls.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        store = await open_at_start(f"sqlite:///{file}")
        with pytest.raises(Busy, match="database is locked"):
            await store.begin("one", Facts())
        other.rollback()
    assert await store.begin("one", Facts())
    await store.close()


async def test_a_server_that_is_away_is_no_reason_not_to_start() -> None:
    """It comes back, and calls can be held meanwhile."""
    await (await open_at_start("postgresql://nobody@127.0.0.1:9/calls")).close()


async def test_a_blocked_loop_keeps_nobody_from_the_file(sqlite_store: SqlStore) -> None:
    """Whatever a caller keeps this process busy with, other calls' processes can write."""
    await sqlite_store.begin("one", Facts())
    holding = threading.Event()
    event.listen(sqlite_store.database.engine, "begin", lambda _: holding.set())
    writing = asyncio.create_task(sqlite_store.write("one", 0, SPOKE, ()))
    while not holding.is_set():  # noqa: ASYNC110 - it is a thread that tells
        await asyncio.sleep(0)
    file = str(sqlite_store.database.url.database)
    with closing(sqlite3.connect(file, timeout=1.0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # in the loop's own thread: the loop is blocked
        other.rollback()
    await writing
    assert len((await sqlite_store.read("one")).journal) == 1


async def test_an_order_isnt_told_when_the_file_was_taken_away(sqlite_store: SqlStore) -> None:
    """A file that is deleted still takes what is written, and keeps none of it."""
    call = await quoted(sqlite_store)
    file = str(sqlite_store.database.url.database)
    os.rename(file, f"{file}.kept")
    refused = await call.fire(ConfirmPurchase())
    assert isinstance(refused, Refused)
    assert [reason.name for reason in refused.reasons] == ["not_written"]
    assert call.facts.orders == ()
    os.rename(f"{file}.kept", file)
    await call.fire(CallerSpoke(Answer.YES))
    assert isinstance(await call.fire(ConfirmPurchase()), Accepted)
    await as_written(call, sqlite_store)
