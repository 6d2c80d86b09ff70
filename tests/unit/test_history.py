"""Looking at calls: the list, one call's trace, the traffic, the replay, and forgetting."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest

from assistant.call.report import path_of, write
from assistant.errors import MendableError
from assistant.history import commands
from assistant.history.commands import Asked
from assistant.records.sql.opening import open_store
from assistant.records.sql.schema import STEP
from assistant.records.sql.upgrade import _steps
from statemachine.engine.flowchart import render, trace
from statemachine.engine.journal.entry import Entry
from statemachine.engine.triggers import Trigger
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.table import TABLE
from statemachine.triggers import (
    CallerHungUp,
    CompleteSupport,
    EndPurchaseCall,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToSupport,
)
from tests.calls import HEARD, PURCHASE, ROOT, call_after

OFFERS = (Offer("iPhone Air", "256 GB", 99_900, ()),)
BOUGHT: tuple[Trigger, ...] = (*PURCHASE, HEARD, EndPurchaseCall())
BROKEN: tuple[Trigger, ...] = (
    HEARD,
    ToSupport(),
    HEARD,
    LogSupportIssue("gargles in the bath"),
    SelectModel("iPhone Air"),
    HEARD,
    CompleteSupport(),
    CallerHungUp(),
)
OPEN: tuple[Trigger, ...] = (HEARD, ToSupport())


def run(asked: Asked) -> int:
    """Carry out a command as the command line does: what a person can mend is told."""
    try:
        commands.run(asked)
    except MendableError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def held(
    url: str, calls: Iterable[tuple[str, tuple[Trigger, ...]]], reports: Path | None = None
) -> None:
    """Hold these calls, and report them where reports are kept."""

    async def hold() -> None:
        store = await open_store(url)
        for name, triggers in calls:
            call = await call_after(*triggers, offers=OFFERS, store=store, id=name)
            if reports:
                write(call, path_of(reports, name))
        await store.close()

    asyncio.run(hold())


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a purchase, a support call that broke off at the end, and an open call."""
    where = f"sqlite:///{tmp_path_factory.mktemp('records') / 'calls.db'}"
    held(where, (("bought", BOUGHT), ("broken", BROKEN), ("open", OPEN)))
    return where


def test_calls_are_listed_with_how_they_went(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """When, how long, path, how it ended, order and ticket: the newest first."""
    assert run(Asked("calls", url)) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split("  ")[0] == "When"
    assert [re.split(r"\s{2,}", row)[2:5] for row in rows] == [
        ["open", "greeting > support", "not ended: on, or cut off"],
        ["broken", "greeting > support > greeting", "the caller hung up"],
        ["bought", "greeting > buying", "with a goodbye"],
    ]
    assert re.search(r"T\d+ \(resolved\)$", rows[1])
    assert re.search(r"S\d+ +-$", rows[2])
    assert run(Asked("calls", url, most=1)) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_trace_is_drawn_and_told(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The path is numbered in text and picture; refusals stand where they happened."""
    assert run(Asked("trace", url, "bought", folder=tmp_path / "t")) == 0
    told = capsys.readouterr().out
    assert "Call bought, " in told
    assert re.search(r"^1 +0:00 +record name +at the front desk$", told, re.MULTILINE)
    assert re.search(r"^5 +0:00 +end purchase call +the call ends$", told, re.MULTILINE)
    assert "refused: the caller hasn't answered since the price was quoted" in told
    assert (tmp_path / "t/bought.png").read_bytes().startswith(b"\x89PNG")
    picture = (tmp_path / "t/bought.svg").read_text()
    for words in ("record name", "confirm purchase", "refused once", "with a goodbye", "1 order"):
        assert words in picture.replace("&#160;", " ").replace("&#45;", "-")


@pytest.mark.parametrize("command", ["trace", "traffic", "calls"])
def test_what_is_shown_around_holds_no_words_of_a_caller(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Pictures and lists may lie about; only the replay tells what was said."""
    assert run(Asked(command, url, "bought", folder=tmp_path)) == 0
    shown = capsys.readouterr().out + "".join(path.read_text() for path in tmp_path.glob("*.svg"))
    assert not re.search("Dana|Quill|mother|gargle", shown)


def test_traffic_counts_calls_and_where_they_ended(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """How many took each way, and who left without a goodbye."""
    assert run(Asked("traffic", url, folder=tmp_path)) == 0
    told = capsys.readouterr().out
    assert re.search(r"^2 +67% +greeting +to_support +support$", told, re.MULTILINE)
    assert re.search(r"^1 +33% +sales +with a goodbye$", told, re.MULTILINE)
    assert re.search(r"^1 +33% +the front desk +the caller hung up$", told, re.MULTILINE)
    assert re.search(r"^1 x +confirm_purchase +at sales$", told, re.MULTILINE)
    assert {path.name for path in tmp_path.iterdir()} == {"traffic.svg", "traffic.png"}


def test_a_call_is_told_step_by_step(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each entry with what it changed, or why it was refused, and where the call stands then."""
    assert run(Asked("replay", url, "broken")) == 0
    told = capsys.readouterr().out
    assert "greeting -> support" in told
    assert "support_issue = gargles in the bath" in told
    assert "refused: select_model is not possible while the caller is with support." in told
    assert told.splitlines()[-1].startswith("Replayed: it stands in ended")


def test_a_forgotten_call_keeps_its_states_and_loses_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No table and no page of the file holds a word of the caller's; the call still replays."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    held(url, (("bought", BOUGHT), ("broken", BROKEN)))
    for call in ("bought", "broken"):
        assert run(Asked("forget", url, call)) == 0
        assert run(Asked("replay", url, call)) == 0
    assert "greeting -> buying" in capsys.readouterr().out
    with closing(sqlite3.connect(tmp_path / "calls.db")) as database:
        shown = "\n".join(database.iterdump())
    kept = shown.encode() + b"".join(path.read_bytes() for path in tmp_path.glob("calls.db*"))
    assert not re.search(rb"Dana|Quill|mother|gargle", kept)
    assert b"confirm_purchase" in kept


def test_forgetting_a_call_blanks_its_report_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own and no other's; what lies elsewhere is left to the person, who is told."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    held(url, (("bought", BOUGHT), ("broken", BROKEN)), tmp_path)
    assert run(Asked("forget", url, "bought", reports=tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Call bought: the caller's words are gone; its states, order and counts stay.",
        f"The caller's words are gone from its report too, {tmp_path / 'bought.json'}.",
        "A report written elsewhere (REPORT=FILE) has to be deleted by hand.",
    ]
    assert not re.search("Dana|Quill|mother", (tmp_path / "bought.json").read_text())
    assert "gargles" in (tmp_path / "broken.json").read_text()


@pytest.mark.parametrize("kept", [True, False])
def test_forgetting_a_call_without_a_report_says_where_it_looked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kept: bool
) -> None:
    """A worker may have had another folder than this shell's REPORTS."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    held(url, (("bought", BOUGHT),))
    assert run(Asked("forget", url, "bought", reports=tmp_path if kept else None)) == 0
    where = f"there is none in {tmp_path}" if kept else "REPORTS names no folder"
    told = capsys.readouterr().out.splitlines()
    assert told[1] == f"No report of it was found: {where}."
    assert "by hand" in told[2]


def test_a_report_whose_call_the_database_never_saw_is_blanked_too(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The call was held while the database was away; that it isn't there is said all the same."""
    held(f"sqlite:///{tmp_path / 'calls.db'}", (("away", BOUGHT),), tmp_path)
    assert run(Asked("forget", url, "away", reports=tmp_path)) == 2
    told = capsys.readouterr()
    assert (
        told.out == f"The caller's words are gone from its report too, {tmp_path / 'away.json'}.\n"
    )
    assert told.err.startswith("There is no call away: ")
    assert not re.search("Dana|Quill|mother", (tmp_path / "away.json").read_text())


def test_a_report_that_cannot_be_blanked_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The database's words are gone by then, and it is told which file to look at."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    held(url, (("bought", BOUGHT),))
    (tmp_path / "bought.json").write_text("Dana")
    assert run(Asked("forget", url, "bought", reports=tmp_path)) == 2
    told = capsys.readouterr()
    assert told.out.startswith("Call bought: the caller's words are gone;")
    assert told.err.endswith("may hold the caller's words: delete it by hand.\n")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("command", ["trace", "replay", "forget"])
@pytest.mark.parametrize(
    ("call", "sentence"), [("x", "There is no call x: "), ("", "Which call? ")]
)
def test_a_call_that_is_not_there_is_one_sentence(
    url: str, capsys: pytest.CaptureFixture[str], command: str, call: str, sentence: str
) -> None:
    """Unknown or not named: what to do, on the error stream, and exit code 2."""
    assert run(Asked(command, url, call)) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(sentence)
    assert "`make calls`" in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("command", ["calls", "traffic"])
def test_an_empty_database_has_no_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """It says so, and what to do."""
    assert run(Asked(command, f"sqlite:///{tmp_path / 'calls.db'}")) == 0
    assert capsys.readouterr().out == "No calls so far: `make console` holds one.\n"


def test_a_wrong_address_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """It names the setting."""
    assert run(Asked("calls", "mysql://somewhere/calls")) == 2
    assert capsys.readouterr().err.startswith("DATABASE_URL begins with mysql://")


def entry(at: float, source: State, trigger: str, target: State, ok: bool = True) -> Entry:
    """An entry at this second."""
    return Entry(trigger, {}, source.value, target.value, ok, () if ok else ("?",), at)


def test_time_is_counted_by_desk_however_often_it_was_entered() -> None:
    """From entering to leaving, added up; the end takes none."""
    entries = (
        entry(12, State.GREETING, "caller_spoke", State.GREETING),
        entry(15, State.GREETING, "to_support", State.SUPPORT),
        entry(75, State.SUPPORT, "complete_support", State.GREETING),
        entry(80, State.GREETING, "caller_hung_up", State.ENDED),
    )
    assert [(each.state, each.seconds, each.turns) for each in trace.stays(TABLE, entries, 10)] == [
        (State.GREETING, 10, 1),
        (State.SUPPORT, 60, 0),
        (State.ENDED, 0, 0),
    ]


def test_what_a_model_invented_is_not_repeated_in_a_picture() -> None:
    """A name that no trigger has may be anything, a caller's words too."""
    odd = entry(1, State.GREETING, "sell_dana_a_boat", State.GREETING, ok=False)
    drawn = render(TABLE, trace.of_call(TABLE, "t", (odd,), 0))
    assert "boat" not in drawn
    assert "another request refused once" in drawn


def test_the_step_that_is_looked_for_at_the_start_is_the_last_of_the_migrations() -> None:
    """A new migration without a new STEP would never be run."""
    assert _steps().get_current_head() == STEP


def test_a_call_is_replayed_where_the_output_is_no_utf_8(tmp_path: Path) -> None:
    """A letter that the terminal lacks is told by its code: no traceback, and nothing is lost."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"
    held(url, (("one", (HEARD, RecordName("Zo\u00eb"), CallerHungUp())),))
    ran = subprocess.run(
        [sys.executable, "-m", "assistant", "replay", "one"],
        env={
            **os.environ,
            "DATABASE_URL": url,
            "PYTHONIOENCODING": "ascii",
            "PYTHONUTF8": "0",
            "PYTHON_DOTENV_DISABLED": "1",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "record_name(name=Zo\\xeb)" in ran.stdout
