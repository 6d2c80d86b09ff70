"""A turn in the records: what a caller said and what came of it, in one way there and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import event

from assistant.call import call as calls
from assistant.call.call import Call
from assistant.records import Fenced, MemoryStore, RecordError, Store
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.shop import catalogue
from statemachine.engine.journal.refusals import UNKNOWN_TRIGGER
from statemachine.engine.machine import Accepted
from statemachine.facts import Facts
from statemachine.triggers import CallerHungUp, ConfirmPurchase, SelectModel, ToBuying
from tests.failing import LosesAnswers, Unreachable, count

pytest_plugins = ["tests.databases"]

OFFERS = catalogue.load().offers


@contextmanager
def asked(store: SqlStore) -> Iterator[list[str]]:
    """What its database is asked meanwhile: a server's statements, a file's transactions."""
    said: list[str] = []

    def note(_on: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if store.database.engine.dialect.name == "postgresql" or statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield said
    event.remove(store.database.engine, "before_cursor_execute", note)


async def written(store: Store) -> list[str]:
    """The triggers that stand in the records."""
    return [entry.trigger for entry in (await store.read("one")).journal]


async def becomes(store: Store, *triggers: str) -> None:
    """Wait until these stand there."""
    async with asyncio.timeout(20.0):
        while await written(store) != list(triggers):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_what_a_caller_says_is_written_with_what_comes_of_it(sql_store: SqlStore) -> None:
    """One statement for a turn, its order included; a refusal is one as well."""
    call = await Call.begin("one", OFFERS, sql_store)
    with asked(sql_store) as said:
        for trigger in (ToBuying(), SelectModel("iPhone 17"), ConfirmPurchase()):
            call.heard("yes please")
            assert isinstance(await call.fire(trigger), Accepted)
        call.heard("and fly")
        await call.refuse("fly", {}, UNKNOWN_TRIGGER)
    assert len(said) == 4
    record = await sql_store.read("one")
    assert list(record.journal) == call.journal
    assert len(record.journal) == 8
    assert await count(sql_store, "orders") == 1


async def test_what_a_caller_says_is_written_by_itself_where_nothing_comes_of_it(
    sql_store: SqlStore,
) -> None:
    """A moment later, or as soon as somebody waits for the call to be settled."""
    call = await Call.begin("one", OFFERS, sql_store)
    call.heard("hello")
    await call.caught_up()
    assert (len(call.journal), await written(sql_store)) == (1, [])
    await becomes(sql_store, "caller_spoke")
    call.heard("are you there")
    await call.settled()
    assert await written(sql_store) == ["caller_spoke"] * 2


async def test_several_turns_at_once_are_written_at_once(sql_store: SqlStore) -> None:
    """Whoever goes on speaking costs no more than their last words."""
    call = await Call.begin("one", OFFERS, sql_store)
    with asked(sql_store) as said:
        for words in ("well", "let me see", "yes"):
            call.heard(words)
        await call.fire(CallerHungUp())
    assert len(said) == 1
    assert await written(sql_store) == ["caller_spoke"] * 3 + ["caller_hung_up"]


async def test_entries_are_written_whole_or_not_at_all(sql_store: SqlStore) -> None:
    """Where one of them can't be, none of them is."""
    store = sql_store
    call = await Call.begin("one", OFFERS, store)
    call.heard("hello")
    await call.fire(ToBuying())
    spoke, led = call.journal
    with pytest.raises(RecordError):
        await store.write("one", 1, led, (), (led,))
    with pytest.raises(RecordError):
        await store.write("one", 4, led, (), (spoke,))
    assert list((await store.read("one")).journal) == [spoke, led]


async def test_entries_of_which_some_are_there_are_completed(sql_store: SqlStore) -> None:
    """Asked again after an answer was lost, none is written twice, and none left out."""
    call = await Call.begin("one", OFFERS, sql_store)
    for words in ("hello", "yes", "well"):
        call.heard(words)
    await call.fire(ToBuying())
    first, *more, last = call.journal
    await sql_store.begin("two", Facts(offers=OFFERS))
    await sql_store.write("two", 0, first, ())
    for _ in range(2):
        await sql_store.write("two", 3, last, (), (first, *more))
        assert list((await sql_store.read("two")).journal) == call.journal


@pytest_asyncio.fixture
async def losing(tmp_path: Path) -> AsyncIterator[LosesAnswers]:
    """A store whose answers can be lost."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    await (await open_store(url)).close()
    store = LosesAnswers(url)
    yield store
    await store.close()


async def test_a_turn_whose_answer_was_lost_has_happened_once(losing: LosesAnswers) -> None:
    """The words stand there and so does the order, which is made up for; nothing stands twice."""
    call = await Call.begin("one", OFFERS, losing)
    for trigger in (ToBuying(), SelectModel("iPhone 17")):
        call.heard("yes")
        await call.fire(trigger)
    losing.losing = True
    call.heard("yes")
    assert not isinstance(await call.fire(ConfirmPurchase()), Accepted)
    losing.losing = False
    call.heard("are you there")
    await call.fire(CallerHungUp())
    assert len(call.facts.orders) == 1
    assert await count(losing, "orders") == 1
    assert list((await losing.read("one")).journal) == call.journal
    assert [entry.trigger for entry in call.journal if entry.accepted][4:] == [
        "caller_spoke",
        "confirm_purchase",
        "caller_spoke",
        "caller_hung_up",
    ]


async def test_a_turn_that_could_not_be_written_is_written_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was set aside for it waits with it, in its place."""
    store = Unreachable()
    call = await Call.begin("one", OFFERS, store)
    call.heard("yes")
    store.error = RecordError("nobody answers")
    await call.fire(ToBuying())
    call.heard("yes")
    await call.caught_up()
    store.error = None
    await call.write_up()
    assert list((await store.read("one")).journal) == call.journal
    assert "2 of its entries late" in caplog.text or "3 of its entries late" in caplog.text


async def test_nothing_is_written_of_a_call_that_somebody_else_has(sql_store: SqlStore) -> None:
    """What was set aside meanwhile is theirs to hear again."""
    call = await Call.begin("one", OFFERS, sql_store)
    call.heard("yes")
    await call.caught_up()
    other = SqlStore(sql_store.database.url.render_as_string(hide_password=False))
    await other.claim("one")
    await call.settled()
    assert call.fenced
    assert await written(other) == []
    with pytest.raises(Fenced):
        await sql_store.write("one", 0, call.journal[0], ())
    await other.close()


async def test_a_call_that_is_settled_has_nothing_left_to_write() -> None:
    """Its timer finds that out for itself."""
    store = MemoryStore()
    call = await Call.begin("one", OFFERS, store)
    call.heard("hello")
    await call.settled()
    kept = dict(store.journals["one"])
    await asyncio.sleep(calls.SOON + 0.1)
    assert store.journals["one"] == kept
