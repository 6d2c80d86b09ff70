"""What a caller says is shown to whoever looks, and not obeyed by their terminal."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest

from assistant import logs
from assistant.call.report import write
from assistant.console.screen import Screen
from assistant.display import shown
from assistant.history import commands
from assistant.history.commands import Asked
from assistant.records.sql.opening import open_store
from statemachine.triggers import CallerHungUp, LogSupportIssue, RecordName, ToSupport
from tests.calls import HEARD, call_after

CLIPBOARD = "\x1b]52;c;cm0gLXJmIH4=\x07"
CLEAR = "\x1b[2J"
OTHER_WAY = "\u202egnihtemos\u202c"
HALF = "\ud83d"
OBEYED = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", HALF)


@pytest.mark.parametrize("text", [CLIPBOARD, CLEAR, OTHER_WAY, HALF, "\r", "\x9b2J", "\u2028"])
def test_what_a_terminal_would_obey_is_shown_as_its_code(text: str) -> None:
    """Nothing of it is left that moves a cursor, turns a line round or breaks an encoding."""
    told = shown(f"a{text}b")
    assert told.startswith("a\\u")
    assert told.isprintable()
    told.encode()


@pytest.mark.parametrize("text", ["naïve 📱 café", "two\nlines\tand a tab", "שלום", "日本"])
def test_words_of_any_language_are_shown_as_they_are(text: str) -> None:
    """New lines and tabs too."""
    assert shown(text) == text


def test_the_screen_shows_what_is_said_without_obeying_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By whoever it is said, and in notes and troubles too; the screen's own colours stay."""
    screen = Screen(colours=True)
    for text in (CLIPBOARD, CLEAR, OTHER_WAY, HALF):
        screen.heard(text)
        screen.speech(f"Jill{text}", text)
        screen.note(text)
        screen.trouble(text)
    told = "".join(capsys.readouterr())
    assert "\033[1;36m" in told
    for mark in ("\x1b]52", CLEAR, "\x07", "\u202e", HALF):
        assert mark not in told


async def test_a_report_has_no_raw_marks_and_says_the_same(tmp_path: Path) -> None:
    """Whoever prints the file is safe, whoever reads it as JSON loses nothing."""
    name = f"{OTHER_WAY} Q\x9bx"
    call = await call_after(HEARD, RecordName(name))
    write(call, tmp_path / "r.json")
    text = (tmp_path / "r.json").read_text(encoding="utf-8")
    assert not any(mark in text for mark in OBEYED)
    assert json.loads(text)["facts"]["customer_name"] == call.facts.customer_name


@pytest.mark.parametrize("command", ["replay", "trace", "calls", "traffic"])
def test_looking_back_shows_a_callers_marks_and_obeys_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Told and drawn: the operator's terminal and their browser stay theirs."""
    url = f"sqlite:///{tmp_path / 'calls.db'}"

    async def hold() -> None:
        store = await open_store(url)
        issue = f"it {CLIPBOARD}{CLEAR}{OTHER_WAY} breaks"
        await call_after(
            HEARD, ToSupport(issue), HEARD, LogSupportIssue(issue), CallerHungUp(), store=store
        )
        await store.close()

    asyncio.run(hold())
    commands.run(Asked(command, url, "test", folder=tmp_path / "drawn"))
    told = capsys.readouterr().out
    assert not any(mark in told for mark in OBEYED)
    assert command != "replay" or "\\u001b]52" in told
    for drawn in (tmp_path / "drawn").glob("*.svg"):
        assert not any(mark in drawn.read_text(encoding="utf-8") for mark in OBEYED)


def test_a_log_shows_names_from_outside_and_obeys_none(caplog: pytest.LogCaptureFixture) -> None:
    """A room or a participant may be called anything."""
    factory = logging.getLogRecordFactory()
    logs.keep_words_out()
    try:
        logging.getLogger("assistant.test").warning("the room %s", f"{CLEAR}{OTHER_WAY}")
    finally:
        logging.setLogRecordFactory(factory)
    assert "the room \\u001b[2J\\u202egnihtemos" in caplog.text
    assert not any(mark in caplog.text for mark in OBEYED)
