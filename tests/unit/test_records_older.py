"""Journals that older programs wrote, or go on writing beside this one: told as they were then."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.call.call import Call
from assistant.records.sql.address import address
from assistant.records.sql.older import FORM
from assistant.records.sql.opening import open_even_if_away, open_store
from assistant.records.sql.schema import EVENTS
from assistant.records.sql.store import SqlStore
from assistant.records.sql.upgrade import upgrade
from statemachine.answers import Answer
from statemachine.conversation import MACHINE
from statemachine.engine.flowchart import trace
from statemachine.engine.journal.codec import check_of, plain
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.journal.replay import replay, steps
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.engine.machine import Accepted
from statemachine.table import TABLE
from statemachine.triggers import CallerSpoke, ConfirmPurchase, SelectModel, ToBuying
from tests.failing import execute

pytest_plugins = ["tests.databases"]

DATA = Path(__file__).parents[1] / "data"
TOLD: dict[str, dict[str, Any]] = json.loads((DATA / "calls_0002.json").read_text())
"""What the program that wrote these calls told of each."""
WITHOUT_A_NAME = "unread_or_unwritten"
"""What that program called two reasons for which there are names now."""


@pytest_asyncio.fixture
async def older(url: str) -> str:
    """The address of a database as an older program has left it, once of each kind."""
    where = make_url(url)
    if where.drivername == "sqlite":
        shutil.copy(DATA / "calls_0002.sqlite", str(where.database))
        return url
    engine = create_async_engine(address(url))
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute((DATA / "calls_0002.sql").read_text())
    await engine.dispose()
    return url


async def forms(store: SqlStore) -> set[int]:
    """The forms in which its journals are written."""
    asked = select(EVENTS.c.form)
    return set(await store.database.run(lambda on: on.scalars(asked).all(), writes=False))


async def as_it_was_told(store: SqlStore, call: str) -> None:
    """The journal leads to the same facts, refusals and pictures as it did when it was written."""
    record, then = await store.read(call), TOLD[call]
    journal = record.journal
    assert [[e.trigger, e.source, e.target, e.accepted] for e in journal] == then["entries"]
    told = replay(record.opening, journal, MACHINE)
    assert told.state.value == then["state"]
    if journal:
        facts = plain(told.facts)
        del facts["offers"]
        facts.pop("contact", None)  # asked for since: what is asked of the caller's number
        assert facts == then["facts"]
    again = steps(record.opening, journal, MACHINE)
    assert [check_of(step.facts) for step in again] == then["checks"]
    for entry, labels in zip(journal, then["labels"], strict=True):
        assert all(map(str.isidentifier, entry.reasons))
        if WITHOUT_A_NAME in labels:
            assert entry.reasons in (("unfit_arguments",), ("not_written",))
        elif entry.reasons != ("unfit_arguments",):  # at another desk, as well
            assert list(entry.reasons) == labels
    noted = trace.of_call(TABLE, "", journal, record.began).notes
    for now, was in zip(noted, then["trace"], strict=True):
        assert now[2] == was[0]
        assert (
            now[3] == was[1] or "unfit_arguments" in str(journal) or "not_written" in str(journal)
        )
    for entry, (trigger, given, _) in zip(
        forgotten(journal, TABLE), then["forgotten"], strict=True
    ):
        given_by = {key: value for key, value in entry.arguments.items() if value}
        left = {key: value for key, value in given_by.items() if key != FORGOTTEN}
        assert entry.trigger == trigger
        assert left.items() <= given.items()  # what wasn't said about a phone stays unsaid
        assert FORGOTTEN not in entry.reasons


async def test_journals_of_an_older_program_are_rewritten_and_told_as_before(older: str) -> None:
    """Facts, states, refusals, traces and what forgetting leaves are those of then."""
    store = await open_store(older)
    assert await forms(store) == {FORM}
    for call in TOLD:
        await as_it_was_told(store, call)
    assert len(await store.recent(100)) == len(TOLD)
    await store.close()


async def test_journals_that_are_still_in_an_older_form_are_told_as_before(older: str) -> None:
    """A rewriting that was broken off leaves nothing that can't be read, or forgotten."""
    store = await open_store(older)
    await written_by_an_older_program(store)
    assert await forms(store) == {1}
    for call in TOLD:
        await as_it_was_told(store, call)
    await store.forget("refused-outside")
    assert "ebedee" not in repr(await store.read("refused-outside"))
    await store.close()


async def written_by_an_older_program(store: SqlStore) -> None:
    """Every entry is again what the older program wrote, in its form."""
    with closing(sqlite3.connect(DATA / "calls_0002.sqlite")) as file:
        written = file.execute("SELECT call, number, arguments, reasons FROM events").fetchall()
    as_they_were = [
        update(EVENTS)
        .where(EVENTS.c.call == call, EVENTS.c.number == number)
        .values(arguments=json.loads(arguments), reasons=json.loads(reasons), form=1)
        for call, number, arguments, reasons in written
    ]
    for some in range(0, len(as_they_were), 20):  # in bites, on a busy machine
        await execute(store, *as_they_were[some : some + 20])


async def test_words_are_taken_for_what_they_were_taken_for_then(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a word list has changed since, the facts that a choice led to tell which it was."""

    def misunderstood(*_: object) -> SelectModel:
        return SelectModel("iPhone Air", "256 GB", "sky blue")

    monkeypatch.setattr("assistant.language.wanted.wanted", misunderstood)
    store = await open_store(older)
    for call in TOLD:
        record = await store.read(call)
        now = [check_of(step.facts) for step in steps(record.opening, record.journal, MACHINE)]
        assert now == TOLD[call]["checks"]
    await store.close()


WITHOUT_WORDS = """
import asyncio, json, pathlib, sys
read = pathlib.Path.read_text
pathlib.Path.read_text = lambda path, *how, **more: (
    "" if path.parent.name == "phrases" else read(path, *how, **more)
)
from assistant.records.sql.opening import open_store
from statemachine.engine.journal.codec import check_of
from statemachine.conversation import MACHINE
from statemachine.engine.journal.replay import steps

async def told():
    store = await open_store(sys.argv[1])
    records = [await store.read(call.id) for call in await store.recent(100)]
    await store.close()
    again = {record.id: steps(record.opening, record.journal, MACHINE) for record in records}
    return {call: [check_of(step.facts) for step in each] for call, each in again.items()}

print(json.dumps(asyncio.run(told())))
"""


async def test_a_replay_depends_on_no_word_list(tmp_path: Path) -> None:
    """With every file of phrases emptied, the calls are told as they went."""
    url = f"sqlite:///{tmp_path}/calls.db"
    shutil.copy(DATA / "calls_0002.sqlite", tmp_path / "calls.db")
    await upgrade(url)
    told = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WITHOUT_WORDS, url),
        stdout=asyncio.subprocess.PIPE,
        cwd=DATA.parents[1],
    )
    out, _ = await told.communicate()
    assert json.loads(out) == {call: then["checks"] for call, then in TOLD.items()}


async def test_an_older_worker_goes_on_writing_beside_this_one(older: str) -> None:
    """It knows nothing of forms; its calls are taken up, told and forgotten all the same."""
    store = await open_even_if_away(older, owner="worker-9")
    call = await Call.resume("at-sales-quoted", store)
    sentence = "The caller hasn't answered since the price was quoted: wait for their yes."
    here = {"call": "at-sales-quoted", "number": len(call.journal), "epoch": 2}
    refused = {"trigger": "confirm_purchase", "arguments": {}, "accepted": False}
    more = {"source": "buying", "target": "buying", "reasons": [sentence], "at": 0.0}
    await execute(
        store,
        insert(EVENTS).values(here | refused | more | {"facts_check": ""}),
        "UPDATE calls SET entries = entries + 1 WHERE id = 'at-sales-quoted'",
    )
    taken_up = await Call.resume("at-sales-quoted", store)
    assert taken_up.journal[-1] == Entry(
        "confirm_purchase", {}, "buying", "buying", False, ("spoken_since_quoted",)
    )
    await taken_up.fire(CallerSpoke(Answer.YES))
    assert isinstance(await taken_up.fire(ConfirmPurchase()), Accepted)
    assert len(taken_up.facts.orders) == 1
    await store.forget("at-sales-quoted")
    assert await forms(store) == {FORM}
    await store.close()


async def test_a_call_that_is_held_while_its_journal_is_rewritten_goes_on(older: str) -> None:
    """Its owner and its lease are as they were; what it writes next fits behind the rest."""
    store = await open_even_if_away(older, owner="worker-1")
    call = (await store.read("in-mid-lease")).journal
    store._epochs["in-mid-lease"] = 1  # it has been this worker's all along
    spoke = Entry("caller_spoke", {"answer": "open"}, "buying", "buying", True)
    await store.write("in-mid-lease", len(call), spoke, ())
    assert await store.renew("in-mid-lease", 30.0)
    assert [orphan.id for orphan in await store.orphans("jill")] == ["orphaned", "ended-unattended"]
    resumed = await Call.resume("orphaned", store)
    await resumed.fire(CallerSpoke(Answer.YES))
    assert isinstance(await resumed.fire(ToBuying()), Accepted)
    await store.close()
