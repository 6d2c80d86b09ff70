"""What counts as a caller's words is said once; whatever keeps any of them loses them with it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.call import report
from assistant.call.call import Call
from assistant.history import commands
from assistant.history.commands import Asked
from assistant.records import Caller, Place
from assistant.records.sql.opening import open_store
from assistant.shop import catalogue
from statemachine.answers import Answer
from statemachine.engine.journal.refusals import UNFIT_ARGUMENTS, UNKNOWN_TRIGGER
from statemachine.engine.journal.words import own_name, own_reasons, spoken_arguments, spoken_fields
from statemachine.engine.triggers import ModelTrigger, name_of
from statemachine.facts import Facts, Ticket
from statemachine.table import TABLE
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    ConfirmPurchase,
    LogSupportIssue,
    NumberShown,
    RecordName,
    RecordNumber,
    SelectModel,
    ToBuying,
    ToPerson,
    ToSupport,
)

MARK = "Zqzq"


def marked(what: str) -> str:
    """Words that are found again: so many that a row of them needs pages of its own."""
    return f"{MARK} {what} " * 900


def found(folder: Path) -> dict[str, int]:
    """How often the words stand in each file below a folder, in any of its bytes."""
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: held.lower().count(MARK.lower().encode()) for name, held in files.items()}


async def said_everything(folder: Path) -> Call:
    """A call in which every place that takes words has been given some, kept as calls are."""
    store = await open_store(f"sqlite:///{folder / 'calls.db'}")
    place = Place(marked("room"), "jill", json.dumps({"persona": marked("persona")}))
    call = await Call.begin("one", catalogue.load().offers, store, place)
    await store.attend("one", Caller(marked("identity"), marked("number")))
    for kind in TABLE.triggers.values():  # as a model may ask for each, and be refused
        if issubclass(kind, ModelTrigger):
            words = {name: marked(name) for name in spoken_arguments(kind)}
            await call.refuse(name_of(kind), {**words, MARK: marked("more")}, UNFIT_ARGUMENTS)
    await call.refuse(f"sell_{MARK}_a_boat", {MARK: MARK}, UNKNOWN_TRIGGER)
    for trigger in (
        RecordName(marked("name")),
        ToPerson(marked("reason")),
        ToBuying(marked("wish")),
        SelectModel("", asked=marked("asked"), nearest=marked("nearest")),
        SelectModel("iPhone 17"),
        ConfirmPurchase(),
        ToSupport(marked("other wish")),
        LogSupportIssue(marked("issue")),
        NumberShown(marked("line")),
        RecordNumber(f"+{marked('callback')}"),
        CallerSpoke(digits=marked("digits")),
    ):
        await call.fire(CallerSpoke(Answer.YES))
        await call.fire(trigger)
    call.transcript.append(("caller", marked("transcript")))
    await call.fire(CallerHungUp())
    report.write(call, report.path_of(folder, call.id))
    await store.close()
    return call


async def test_what_a_caller_has_said_is_gone_from_everything_that_is_kept(tmp_path: Path) -> None:
    """Database with free pages and log, report, picture: every place that takes words is tried."""
    call = await said_everything(tmp_path)
    assert call.facts.orders
    assert {"customer_name", "wish", "support_issue"} <= spoken_fields(Facts)
    for ticket in call.facts.tickets:
        assert all(getattr(ticket, name) for name in spoken_fields(Ticket))
    before = found(tmp_path)
    assert before["calls.db"] + before.get("calls.db-wal", 0) > 900 * 5
    assert before["one.json"] > 900 * 3
    asked = Asked("trace", f"sqlite:///{tmp_path / 'calls.db'}", "one", folder=tmp_path)
    await asyncio.to_thread(commands.run, asked)
    assert "one.svg" in found(tmp_path)
    forgetting = replace(asked, command="forget", reports=tmp_path)
    await asyncio.to_thread(commands.run, forgetting)
    assert {name: times for name, times in found(tmp_path).items() if times} == {}


@pytest.mark.parametrize("name", ["sell_dana_a_boat", "Dana", ""])
def test_a_name_that_nothing_of_ours_has_is_words(name: str) -> None:
    """A model makes them up of what was said; reasons are names, or somebody worded them."""
    assert own_name(name, TABLE, "unknown") == "unknown"
    assert own_reasons(["not_declined", "Dana said no"]) == ("not_declined", "[Forgotten]")


def test_what_a_trigger_carries_is_words_unless_it_is_exact() -> None:
    """A new argument is forgotten until somebody declares what it was understood to mean."""
    words = {name_of(kind): spoken_arguments(kind) for kind in TABLE.triggers.values()}
    assert words["to_buying"] == {"wish"}
    assert words["record_name"] == {"name"}
    assert words["record_number"] == {"number", "said"}
    assert words["select_model"] == {"asked", "nearest"}
    assert words["log_support_issue"] == {"issue"}
    assert words["caller_spoke"] == {"digits"}
    assert words["confirm_purchase"] == set()
