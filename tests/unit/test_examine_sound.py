"""The examination by sound: what it counts and keeps, and what it refuses."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.console.audio import RATE
from scripts import examine_sound
from scripts.examine_sound import ByLine, Spoken
from tests.voice.callers import MISSING
from tests.voice.lines import telephone

CALL = """
[[call]]
title = "a question"
kind = "ordinary"
lines = ["What does the iPhone Air cost?", "Thank you. Goodbye."]
path = ["greeting", "buying", "ended"]
orders = []
ended_by = "caller"
heard = ["$999"]
"""


def examined(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *given: str
) -> tuple[str, str, int]:
    """What the command prints, on both streams, and its exit code."""
    monkeypatch.setattr(sys, "argv", ["examine_sound", *given])
    code = 0
    try:
        examine_sound.main()
    except SystemExit as end:
        code = int(end.code or 0)
    told = capsys.readouterr()
    return told.out, told.err, code


def test_what_the_ears_lost_is_told_by_line_and_voice() -> None:
    """A call that was served as written, and not as heard, is one that the ears lost."""
    calls = [
        Spoken("a", "x", "joe", ["blue please"], [], {"clean": ByLine(["blue please"])}),
        Spoken("b", "x", "kumo", ["bye now"], [], {"clean": ByLine(["buy now"], ["path"], 2.0)}),
        Spoken("c", "x", "kumo", ["hello"], ["path"], {"clean": ByLine([""], ["path"])}),
    ]

    written, clean, joe, kumo = examine_sound.table(calls, ["clean"])
    assert "2 of 3 served" in written
    assert "1 of 3 served" in clean
    assert "1 lost by ear; 40.0% of words misheard; 0.67 s a line" in clean
    assert "1 of 1 served" in joe
    assert "0 of 2 served" in kumo
    told = "\n".join(examine_sound.lost(calls))
    assert "= buy now" in told
    assert "hello" not in told


def test_a_telephone_passes_a_voices_middle_alone() -> None:
    """Under 300 Hz and over 3,400 Hz nothing comes through."""
    for pitch, passes in ((100, False), (1000, True), (6000, False)):
        tone = (8000 * np.sin(2 * np.pi * pitch * np.arange(RATE) / RATE)).astype(np.int16)
        level = np.std(telephone(tone).astype(np.float64)) / np.std(tone.astype(np.float64))
        assert bool(level > 0.5) is passes


def test_a_file_without_calls_or_with_a_seal_is_refused_with_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing is spoken before it is known that there is something to hold."""
    if MISSING:
        pytest.skip("the callers' voices aren't installed")
    none, sealed = tmp_path / "none.toml", tmp_path / "sealed_calls.toml"
    none.write_text('order = ["yes"]')
    sealed.write_text(CALL)
    _, error, code = examined(capsys, monkeypatch, str(none))
    assert (code, "no call to hold" in error) == (2, True)
    _, error, code = examined(capsys, monkeypatch, str(sealed), "--wrong")
    assert (code, "leave out --wrong" in error) == (2, True)


@pytest.mark.skipif(bool(MISSING), reason="the callers' voices aren't installed")
def test_a_call_is_spoken_heard_and_held_and_a_sealed_ones_words_are_not_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same call, as written and as it was heard by telephone."""
    sealed, kept = tmp_path / "sealed_calls.toml", tmp_path / "kept.json"
    sealed.write_text(CALL)
    out, _, code = examined(
        capsys, monkeypatch, str(sealed), "--line", "telephone", "--json", str(kept)
    )
    assert code == 0
    assert "as written     1 of 1 served" in out
    assert "telephone      1 of 1 served" in out
    assert json.loads(kept.read_text()) == [
        {"kind": "ordinary", "voice": "joe", "served": True, "by_line": {"telephone": True}}
    ]
