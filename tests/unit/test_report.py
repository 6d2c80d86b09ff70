"""A call's report: its keys and values, and how it is written."""

from __future__ import annotations

import json
import os
import re
import threading
from functools import partial
from pathlib import Path

import pytest

from assistant.call.call import Call
from assistant.call.report import ReportError, _put, forget, path_of, report, write
from assistant.records import MemoryStore
from statemachine.answers import Answer
from statemachine.engine.journal.refusals import UNKNOWN_TRIGGER
from statemachine.offers import Offer
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    EndPurchaseCall,
    LogSupportIssue,
    RecordName,
    RecordNumber,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests import calls
from tests.calls import HEARD, PURCHASE

OFFERS = (Offer("iPhone Air", "256 GB", 99_900, ()), Offer("iPhone 16e", "128 GB", 59_950, ()))
call_after = partial(calls.call_after, offers=OFFERS, id="c1")


async def test_a_call_without_a_word_is_reported() -> None:
    """Everything is there, empty."""
    told = report(await call_after())
    assert str(told.pop("began")).endswith("+00:00")
    assert told.pop("lasted_seconds") == 0.0
    assert told == {
        "call": "c1",
        "path": ["greeting"],
        "facts": {
            "customer_name": "",
            "callback_number": "",
            "selected_model": "",
            "support_issue": "",
        },
        "orders": [],
        "tickets": [],
        "triggers": [],
        "model": {
            "requests": 0,
            "reflexes": 0,
            "prompt_characters": 0,
            "tokens": None,
            "first_word_seconds": None,
            "failures": {},
            "stood_in_for": 0,
        },
        "ended_by": "",
    }


async def test_a_whole_call_is_reported() -> None:
    """Path, facts, order, ticket, each trigger and the end."""
    call = await call_after(
        HEARD,
        ToBuying(),
        HEARD,
        RecordName("Dana"),
        SelectModel("iPhone Air"),
        CallerSpoke(Answer.YES),
        ConfirmPurchase(),
        RecordNumber("+12125550123"),
        ToSupport(),
        HEARD,
        LogSupportIssue("no sound"),
    )
    told = report(call)
    reference = call.facts.reference
    whose = {"name": "Dana", "call_on": "+12125550123"}
    assert told["path"] == ["greeting", "buying", "support"]
    assert told["facts"] == {
        "customer_name": "Dana",
        "callback_number": "+12125550123",
        "selected_model": "iPhone Air",
        "support_issue": "no sound",
    }
    assert told["orders"] == [
        {
            "number": f"S{reference}",
            "model": "iPhone Air",
            "storage": "256 GB",
            "colour": "",
            "price": 999,
            **whose,
        }
    ]
    ticket = {"number": f"T{reference}", "issue": "no sound", "status": "open"}
    assert told["tickets"] == [ticket | whose]


async def test_refused_and_unknown_triggers_are_reported_with_their_reasons() -> None:
    """A refusal stands where it happened, with its reason's name."""
    call = await call_after(ToBuying())
    await call.refuse("fly", {}, UNKNOWN_TRIGGER)
    here = {"from": "greeting", "to": "greeting", "accepted": False}
    assert report(call)["triggers"] == [
        {"trigger": "to_buying", **here, "reasons": ["spoken_since_entering"]},
        {"trigger": "fly", **here, "reasons": ["unknown_trigger"]},
    ]


async def test_a_price_in_cents_is_reported_in_dollars() -> None:
    """Half a dollar is not lost."""
    chosen, yes = SelectModel("iPhone 16e"), CallerSpoke(Answer.YES)
    call = await call_after(HEARD, ToBuying(), HEARD, chosen, yes, ConfirmPurchase())
    orders = report(call)["orders"]
    assert isinstance(orders, list)
    assert [order["price"] for order in orders] == [599.5]


async def test_what_ended_the_call_is_the_trigger_that_was_accepted() -> None:
    """A second ending, refused, changes nothing."""
    call = await call_after(HEARD, ToBuying(), HEARD, EndPurchaseCall(), EndPurchaseCall())
    assert report(call)["ended_by"] == "end_purchase_call"
    assert report(call)["path"] == ["greeting", "buying", "ended"]


async def test_waiting_and_tokens_are_reported() -> None:
    """Median and worst of the first words; tokens as the model counted them; failures by kind."""
    call = await call_after(HEARD)
    call.usage.first_words += [0.2, 3.0, 0.41239]
    call.usage.tokens.update(prompt=120, completion=7)
    call.usage.faults.update(silent=2)
    call.usage.stood_in = 1
    assert report(call)["model"] == {
        "requests": 0,
        "reflexes": 0,
        "prompt_characters": 0,
        "tokens": {"prompt": 120, "completion": 7},
        "first_word_seconds": {"median": 0.412, "max": 3.0},
        "failures": {"silent": 2},
        "stood_in_for": 1,
    }


async def test_what_was_said_is_reported_only_where_it_is_kept() -> None:
    """No transcript, no key."""
    call = await call_after(HEARD)
    assert "transcript" not in report(call)
    call.transcript.append(("caller", "hello"))
    assert report(call)["transcript"] == [{"who": "caller", "said": "hello"}]


async def test_a_report_is_written_as_json_for_its_owner_alone(tmp_path: Path) -> None:
    """The file holds the report and no scratch file is left beside it."""
    call = await call_after(HEARD, RecordName("Zoë"))
    path = tmp_path / "report.json"
    path.write_text("old")
    write(call, path)
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written | {"lasted_seconds": 0} == report(call) | {"lasted_seconds": 0}
    assert "Zoë" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [path.name]


async def test_a_report_goes_into_a_pipe_too(tmp_path: Path) -> None:
    """What is no plain file is written to, not replaced."""
    call = await call_after()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write(call, pipe)
    reader.join(5)
    assert json.loads(read[0])["call"] == "c1"


async def test_a_folder_that_is_gone_is_an_error_and_no_file(tmp_path: Path) -> None:
    """The console tells it; nothing is left behind."""
    with pytest.raises(OSError, match="none"):
        write(await call_after(), tmp_path / "none" / "report.json")


async def test_odd_characters_do_not_break_a_report(tmp_path: Path) -> None:
    """Bytes that came in as lone surrogates go out as something readable."""
    call = await call_after()
    await call.refuse("fly\udcff", {}, UNKNOWN_TRIGGER)
    write(call, tmp_path / "report.json")
    assert "fly" in (tmp_path / "report.json").read_text(encoding="utf-8")


# Forgetting


async def test_a_forgotten_report_keeps_states_counts_and_times_and_no_words(
    tmp_path: Path,
) -> None:
    """What the caller said is blanked wherever it stands, and nothing else is changed."""
    call = await call_after(
        *PURCHASE,
        SelectModel("", asked="Quill's one"),
        ToSupport("it gargles"),
        HEARD,
        LogSupportIssue("gargles in the bathtub"),
        RecordNumber("+12125550123"),
    )
    await call.refuse("call_dana", {"name": "Quill"}, UNKNOWN_TRIGGER)
    call.transcript += [("caller", "I'm Dana Quill"), ("greeting", "Hello Dana")]
    call.usage.first_words.append(0.5)
    path = path_of(tmp_path, call.id)
    write(call, path)
    written = json.loads(path.read_text())
    assert forget(path)
    left = path.read_text()
    assert not re.search("dana|quill|grandmother|gargle|bathtub|2125550123", left, re.IGNORECASE)
    blank = json.loads(left)
    assert blank["facts"] == {
        "customer_name": "[Forgotten]",
        "callback_number": "[Forgotten]",
        "selected_model": "iPhone Air",
        "support_issue": "[Forgotten]",
    }
    assert blank["transcript"] == [
        {"who": "caller", "said": "[Forgotten]"},
        {"who": "greeting", "said": "[Forgotten]"},
    ]
    assert [each["accepted"] for each in blank["triggers"]] == [e.accepted for e in call.journal]
    assert blank["triggers"][:-1] == written["triggers"][:-1]
    whose = {"name": "", "call_on": ""}
    words = whose | {"issue": ""}
    assert blank["tickets"][0] | words == written["tickets"][0] | words
    assert blank["orders"][0] | whose == written["orders"][0] | whose
    for same in ("call", "path", "model", "ended_by", "began", "lasted_seconds"):
        assert blank[same] == written[same]
    assert list(blank) == list(written)
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == [path.name]
    assert forget(path)
    assert path.read_text() == left


async def test_a_forgotten_report_says_what_the_forgotten_journal_says(tmp_path: Path) -> None:
    """One rule blanks both: a report of the call as it is in the records then is the same."""
    store = MemoryStore()
    said = (HEARD, RecordName("Dana"), ToSupport("no sound"), HEARD, LogSupportIssue("mute"))
    call = await call_after(*said, store=store)
    await call.refuse("fly", {}, UNKNOWN_TRIGGER)
    path = path_of(tmp_path, call.id)
    write(call, path)
    forget(path)
    await store.forget(call.id)
    kept = report(await Call.resume(call.id, store))
    timed = {"lasted_seconds": 0}
    assert json.loads(path.read_text()) | timed == kept | timed


def test_a_report_that_is_not_there_is_nothing_to_forget(tmp_path: Path) -> None:
    """No file, no error, and none is made."""
    assert not forget(tmp_path / "none.json")
    assert not forget(tmp_path / "no folder" / "none.json")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["", "Dana", "[]", "{}", '{"facts": [], "tickets": [1]}', "\udcff"]
)
def test_what_is_no_report_is_left_and_said(tmp_path: Path, text: str) -> None:
    """Nobody can tell whose words are in it: a person has to look."""
    path = tmp_path / "c1.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ReportError, match=r"c1\.json is no report, .*: delete it by hand"):
        forget(path)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


async def test_a_report_that_cannot_be_replaced_stays_whole(tmp_path: Path) -> None:
    """The old one is there, no half one beside it, and it is said that the words are."""
    path = path_of(tmp_path, "c1")
    path.mkdir()
    with pytest.raises(ReportError, match="still holds the caller's words: Is a directory"):
        forget(path)
    with pytest.raises(OSError, match="directory"):
        _put(path, "Dana")
    assert os.listdir(tmp_path) == [path.name]
