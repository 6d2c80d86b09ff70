"""A spoken call in a process of its own, on a sound card that is none: how it begins and ends."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import signal
import sys
import termios
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.shop.wording import lines
from tests.scenarios.test_console import PATIENCE, ROOT, Terminal, environment

pytestmark = pytest.mark.timeout(300)

SOUND_CARD = Path(__file__).parents[1] / "sound_card"
AT_ONCE = 2
"""How many consoles run at the same time."""
SPOKEN = "just talk, Ctrl+C hangs up"


@dataclass(frozen=True)
class SpokenCall:
    """One console to run: on which sound card, and when Ctrl+C is pressed."""

    card: str = ""
    mode: str = "voice"
    env: tuple[tuple[str, str], ...] = ()
    awaited: str = ""
    """What is shown before Ctrl+C is pressed; it isn't, where this is empty."""
    after: float = 0.0
    """Seconds from then on."""
    presses: int = 1


@dataclass(frozen=True)
class Ended:
    """How it ended."""

    code: int
    shown: str
    report: dict[str, Any] | None
    restored: bool
    """Whether the terminal is as it was."""


CALLS = {
    "while loading": SpokenCall(awaited="Loading the voice"),
    "at once": SpokenCall(awaited=SPOKEN),
    "in the greeting": SpokenCall(awaited=SPOKEN, after=2.0, presses=4),
    "in the farewell": SpokenCall(
        env=(("SILENCE_SECONDS", "1"),), awaited="[caller_went_silent()", after=0.5
    ),
    "nobody speaks": SpokenCall(env=(("SILENCE_SECONDS", "1"),), mode=""),
    "unplugged": SpokenCall(card="unplugged"),
    "taken": SpokenCall(card="busy"),
    "no sound card": SpokenCall(card="none"),
}
HUNG_UP = ("while loading", "at once", "in the greeting")
HELD = (*HUNG_UP, "in the farewell", "nobody speaks", "unplugged")
NOT_HELD = tuple(name for name in CALLS if name not in HELD)


async def held(call: SpokenCall, home: Path) -> Ended:
    """Hold it to its end, on a terminal of its own."""
    report = home / "report.json"
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant", "console", "--report", str(report)),
        cwd=ROOT,
        env=environment(
            home,
            OPENAI_API_KEY="",
            MODE=call.mode,
            NO_COLOR="1",
            PYTHONPATH=str(SOUND_CARD),
            SOUND_CARD=call.card,
            **dict(call.env),
        ),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    terminal = Terminal(process, master)
    try:
        async with asyncio.timeout(PATIENCE):
            if call.awaited:
                await terminal.shows(call.awaited)
                await asyncio.sleep(call.after)
                for _ in range(call.presses):
                    process.send_signal(signal.SIGINT)
                    await asyncio.sleep(0.05)
            code = await process.wait()
            await asyncio.sleep(0.1)  # what it wrote last
            restored = termios.tcgetattr(slave) == before
            await terminal.ends()
    finally:
        os.close(slave)
        if process.returncode is None:
            process.kill()
    written = json.loads(report.read_text()) if report.exists() else None
    return Ended(code, terminal.shown, written, restored)


async def _all(folder: Path) -> dict[str, Ended]:
    free = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, call: SpokenCall) -> tuple[str, Ended]:
        home = folder / name.replace(" ", "-")
        home.mkdir()
        async with free:
            return name, await held(call, home)

    return dict(await asyncio.gather(*(one(name, call) for name, call in CALLS.items())))


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Every call above, held to its end."""
    return asyncio.run(_all(tmp_path_factory.mktemp("spoken")))


@pytest.mark.parametrize("name", CALLS)
def test_the_terminal_is_as_it_was(name: str, ended: dict[str, Ended]) -> None:
    """However the call ended; and nothing but sentences for people was shown."""
    assert ended[name].restored
    for foreign in ("Traceback", "livekit", "asyncio", "Warning", 'File "', "fault"):
        assert foreign not in ended[name].shown


@pytest.mark.parametrize("name", HELD)
def test_a_spoken_call_is_told_and_reported(name: str, ended: dict[str, Ended]) -> None:
    """Exit code 0, the path on the screen, the ending in the report, once."""
    outcome = ended[name]
    assert outcome.code == 0
    assert outcome.report is not None
    assert outcome.report["path"] == ["greeting", "ended"]
    by = outcome.report["ended_by"]
    assert [each["trigger"] for each in outcome.report["triggers"]] == [by]
    assert f"The call went greeting -> ended, ended by {by}." in outcome.shown


@pytest.mark.parametrize("name", HUNG_UP)
def test_ctrl_c_hangs_up_at_any_moment(name: str, ended: dict[str, Ended]) -> None:
    """While loading, speaking or waiting, once or in a fit."""
    assert ended[name].report["ended_by"] == "caller_hung_up"  # type: ignore[index]


def test_ctrl_c_cuts_the_farewell_off(ended: dict[str, Ended]) -> None:
    """It can't be talked over, but nobody has to hear it out; the call had ended already."""
    assert ended["in the farewell"].report["ended_by"] == "caller_went_silent"  # type: ignore[index]


def test_a_call_that_ends_by_itself_ends_the_process(ended: dict[str, Ended]) -> None:
    """Where there is sound and a terminal, a call is spoken without being asked for."""
    outcome = ended["nobody speaks"]
    assert SPOKEN in outcome.shown
    assert outcome.report["ended_by"] == "caller_went_silent"  # type: ignore[index]
    asked = outcome.shown.index(lines.STILL_THERE.wording)
    assert asked < outcome.shown.index("[caller_went_silent()")


def test_a_device_that_is_gone_ends_the_call(ended: dict[str, Ended]) -> None:
    """With a sentence, instead of waiting for ever."""
    assert " is gone, and with it the call." in ended["unplugged"].shown
    assert ended["unplugged"].report["ended_by"] == "caller_hung_up"  # type: ignore[index]


REFUSED = {
    "taken": "The call could not start: the microphone can't be opened (Device unavailable).",
    "no sound card": "The call could not start: MODE=voice needs sound: there is no microphone.",
}


@pytest.mark.parametrize("name", NOT_HELD)
def test_a_call_without_sound_cannot_start(name: str, ended: dict[str, Ended]) -> None:
    """Exit code 2, and one sentence with what is missing."""
    assert ended[name].code == 2
    assert REFUSED[name] in " ".join(ended[name].shown.split())
