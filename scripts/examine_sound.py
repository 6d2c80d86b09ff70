"""Examines whole calls by sound: each caller's line is spoken, comes over a line, and is heard.

    python -m scripts.examine_sound FILE... [--calls N] [--seed N] [--engine NAME] [--wrong]

FILE is TOML with `[[call]]`, as `python -m scripts.examine` takes it. Of all of them, N calls are
drawn by the seed. Each is spoken in one of four voices, and comes over every line that is chosen:
clean, by telephone, or with people talking behind it. A room's own ears (voice activity detection,
recogniser, repairs) hear each line, as fast as they can; then the call is held in text with the
words they heard, and judged as in text. A line of which nothing is heard is not said. What is said
behind a caller stops with their line, and nobody says again what was misheard.

Printed: how many calls were served as written and as heard, by line and voice, with Wilson's
interval for 95 %; the share of words misheard; and the time that hearing took. `--json PATH` keeps
it all. `--wrong` lists what the ears lost, and is refused for a sealed file, as the words in JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
from livekit import rtc
from livekit.agents import stt

from assistant.console.audio import RATE
from assistant.providers import build as providers
from assistant.providers.offline.engines import Choice
from assistant.providers.speakable import spoken
from assistant.settings import Settings
from scripts.examine import examine_call, interval, read
from tests.calls import shop
from tests.voice.callers import BRITISH, MISSING, VOICES, Sound, says
from tests.voice.lines import LINES
from tests.voice.listening import plain

CALLERS = (*VOICES, BRITISH)
BEFORE, AFTER, SILENCE = RATE // 2, RATE // 4, RATE
"""Samples of the line before and after the caller's words, and of silence, in which they end."""


@dataclass
class ByLine:
    """A call as it was heard over one line: each of its lines, and what was wrong with it then."""

    heard: list[str]
    faults: Sequence[str] = ()
    seconds: float = 0.0
    """What hearing took."""


@dataclass
class Spoken:
    """A call, who spoke it, what was wrong with it as written, and how it was heard."""

    title: str
    kind: str
    voice: str
    lines: list[str]
    faults: Sequence[str]
    by_line: dict[str, ByLine] = field(default_factory=dict)


# Hearing


async def hear(ears: stt.STT[Any], sound: Sound) -> str:
    """What a room's ears make of a sound, its segments put together."""
    heard: list[str] = []
    step = RATE // 10
    async with ears.stream() as stream:
        for place in range(0, len(sound), step):
            part = sound[place : place + step]
            stream.push_frame(rtc.AudioFrame(part.tobytes(), RATE, 1, len(part)))
        stream.end_input()
        async for event in stream:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                heard.append(event.alternatives[0].text)
    return " ".join(heard)


def over(line: str, said: Sound) -> Sound:
    """A caller's sentence as it arrives over a line."""
    framed = np.concatenate([np.zeros(BEFORE, np.int16), said, np.zeros(AFTER, np.int16)])
    return np.concatenate([LINES[line](framed), np.zeros(SILENCE, np.int16)])


async def hold(
    call: Mapping[str, Any], voice: str, lines: Sequence[str], ears: stt.STT[Any]
) -> Spoken:
    """Hold a call as written, and as heard over each line."""
    written = await examine_call(call)
    said = list(call["lines"])
    found = Spoken(call["title"], written.kind, voice, said, written.faults)
    sounds = [says(voice, spoken(words)) for words in said]
    for line in lines:
        began = time.perf_counter()
        heard = [await hear(ears, over(line, sound)) for sound in sounds]
        took = time.perf_counter() - began
        again = await examine_call({**call, "lines": [words for words in heard if words]})
        found.by_line[line] = ByLine(heard, again.faults, took)
    return found


async def hold_all(
    drawn: Sequence[Mapping[str, Any]], lines: Sequence[str], settings: Settings
) -> list[Spoken]:
    """These calls, one after the other, each in the next voice; says how far it is."""
    models, problems, _ = shop()
    warm = providers.prewarm(settings)
    parts = providers.build_voice(settings, models, problems, warm)
    assert parts.stt is not None
    found = []
    for number, call in enumerate(drawn):
        found.append(await hold(call, CALLERS[number % len(CALLERS)], lines, parts.stt))
        print(f"\r{number + 1} of {len(drawn)} calls", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    await parts.aclose()
    return found


# Telling


def misheard(calls: Iterable[Spoken], line: str) -> float:
    """The share of words that were heard as others, left out or put in, over a line."""
    wrong = every = 0
    for call in calls:
        for said, heard in zip(call.lines, call.by_line[line].heard, strict=True):
            wanted, got = plain(spoken(said)).split(), plain(spoken(heard)).split()
            wrong += _distance(wanted, got)
            every += len(wanted)
    return wrong / max(1, every)


def _distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """How many words must be put in, left out or changed to make one of the other."""
    row = list(range(len(got) + 1))
    for place, word in enumerate(wanted, 1):
        above, row[0] = row[0], place
        for column, other in enumerate(got, 1):
            above, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, above + (word != other)),
            )
    return row[-1]


def table(calls: Sequence[Spoken], lines: Sequence[str]) -> Iterator[str]:
    """How many were served, as written and as heard, by line and by voice."""
    yield f"{'as written':14} {_share(not call.faults for call in calls)}"
    for line in lines:
        served = _share(not call.by_line[line].faults for call in calls)
        lost = sum(not c.faults and bool(c.by_line[line].faults) for c in calls)
        seconds = sum(c.by_line[line].seconds for c in calls) / sum(len(c.lines) for c in calls)
        words = f"{misheard(calls, line):.1%} of words misheard"
        yield f"{line:14} {served}, {lost} lost by ear; {words}; {seconds:.2f} s a line"
        for voice in CALLERS:
            own = [call for call in calls if call.voice == voice]
            if own:
                yield f"  {voice:12} {_share(not each.by_line[line].faults for each in own)}"


def _share(served: Iterable[bool]) -> str:
    each = list(served)
    low, high = interval(sum(each), len(each))
    return f"{sum(each)} of {len(each)} served, {low:.0%} to {high:.0%}"


def lost(calls: Iterable[Spoken]) -> Iterator[str]:
    """The calls that were served as written, and not as heard: what was heard for what."""
    for call in calls:
        for line, told in call.by_line.items():
            if told.faults and not call.faults:
                yield f"[{line}, {call.voice}] {call.title}"
                for said, heard in zip(call.lines, told.heard, strict=True):
                    yield f"    {said}"
                    if plain(said) != plain(heard):
                        yield f"      = {heard}"
                yield from (f"    !! {fault}" for fault in told.faults)


# The command


def main() -> None:
    """Examine files by sound and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--calls", type=int, default=60, help="how many are drawn (60)")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (1)")
    parser.add_argument("--line", choices=LINES, action="append", help="one line alone; repeatable")
    parser.add_argument("--engine", choices=get_args(Choice), default="auto", help="OFFLINE_STT")
    parser.add_argument("--json", type=Path, metavar="PATH", help="keep everything there")
    parser.add_argument("--wrong", action="store_true", help="list what the ears lost")
    given = parser.parse_args()
    if MISSING:
        parser.exit(2, f"the callers have no voice here: run `pip install {' '.join(MISSING)}`\n")
    every: list[Mapping[str, Any]] = []
    for path in given.files:
        try:
            every += read(path, wrong=given.wrong).get("call", [])
        except (OSError, ValueError) as error:
            parser.exit(2, f"{path}: {error}\n")
    if not every:
        parser.exit(2, "there is no call to hold: give a file with [[call]] in it\n")
    drawn = random.Random(given.seed).sample(every, min(given.calls, len(every)))
    lines = given.line or list(LINES)
    settings = Settings(stt="offline", tts="offline", llm="offline", offline_stt=given.engine)
    calls = asyncio.run(hold_all(drawn, lines, settings))
    for told in (*(lost(calls) if given.wrong else ()), *table(calls, lines)):
        print(told)
    if given.json is not None:
        sealed = any(path.name.startswith("sealed") for path in given.files)
        given.json.write_text(json.dumps(_kept(calls, sealed), indent=1), encoding="utf-8")


def _kept(calls: Iterable[Spoken], sealed: bool) -> list[dict[str, Any]]:
    """What is kept of these calls; of sealed ones who was served, and no word."""
    if not sealed:
        return [asdict(call) for call in calls]
    return [
        {
            "kind": call.kind,
            "voice": call.voice,
            "served": not call.faults,
            "by_line": {line: not told.faults for line, told in call.by_line.items()},
        }
        for call in calls
    ]


if __name__ == "__main__":
    main()
