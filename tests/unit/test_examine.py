"""The examination of callers: what it counts, and what it keeps sealed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts import examine

CALLERS = """
[[call]]
title = "a purchase"
kind = "ordinary"
lines = ["The iPhone Air please", "yes please", "bye"]
path = ["greeting", "buying", "ended"]
orders = [{ model = "iPhone Air", storage = "256 GB", colour = "" }]
ended_by = "caller"
heard = ["$999"]

[[call]]
title = "another one"
kind = "hard"
lines = ["The iPhone Air please", "yes please", "bye"]
path = ["greeting", "buying", "ended"]
orders = []
ended_by = "caller"
heard = ["$1"]

[[utterance]]
state = "greeting"
said = "I want to buy an iPhone"
trigger = "to_buying"
args = {}

[[utterance]]
state = "greeting"
said = "how are you?"
trigger = ""
args = {}
heard = ["very well", "never said"]
"""


def examined(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *given: str
) -> tuple[str, str, int]:
    """What the command prints, on both streams, and its exit code."""
    monkeypatch.setattr(sys, "argv", ["examine", *given])
    code = 0
    try:
        examine.main()
    except SystemExit as end:
        code = int(end.code or 0)
    told = capsys.readouterr()
    return told.out, told.err, code


def test_calls_and_utterances_are_counted_in_total_and_by_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call is judged by what it led to and what was heard, and told where it went wrong."""
    file = tmp_path / "working.toml"
    file.write_text(CALLERS, encoding="utf-8")
    out, _, code = examined(capsys, monkeypatch, str(file), "--wrong")
    assert code == 0
    for share in (
        "calls served: 1 of 2",
        "hard                      0 of 1",
        "ordinary                  1 of 1",
        "utterances understood: 1 of 2",
        "talk                      0 of 1",
    ):
        assert share in out
    assert "caller: yes please" in out
    assert "instead of []" in out
    assert "never heard: never said" in out


def test_a_sealed_file_is_counted_and_never_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence refuses to list it; without that it is run like any other."""
    file = tmp_path / "sealed_callers.toml"
    file.write_text('order = ["yes please", "if you were a horse"]', encoding="utf-8")
    out, error, code = examined(capsys, monkeypatch, str(file), "--wrong")
    assert (out, code) == ("", 2)
    assert "leave out --wrong" in error
    assert len(error.splitlines()) == 1
    out, _, code = examined(capsys, monkeypatch, str(file))
    assert code == 0
    assert "1 of 2 missed" in out
    assert "horse" not in out


def test_a_file_without_callers_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what could stand there."""
    file = tmp_path / "empty.toml"
    file.write_text("[[calls]]", encoding="utf-8")
    _, error, code = examined(capsys, monkeypatch, str(file))
    assert code == 2
    assert "write one of call, " in error
