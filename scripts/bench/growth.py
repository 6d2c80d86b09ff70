"""What grows with a call: the time of a turn, the prompt, the memory and the journal, drawn."""

from __future__ import annotations

import dataclasses
import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from assistant.call.call import Call
from scripts.bench import ordinary
from scripts.bench.conversations import ORDINARY, Clerk
from scripts.bench.figures import THIS, Course, Figure
from tests.calls import begin, shop

POINTS = 20
"""Into how many stretches a call is cut; the first warms up, and the second is compared with."""

Say = Callable[[str], Awaitable[object]]


@dataclass
class Line:
    """A call under way with one of the programs."""

    say: Say
    clerk: Clerk
    call: Call | None = None
    """Where it has a journal."""


@asynccontextmanager
async def ours() -> AsyncIterator[Line]:
    """A call with this program."""
    clerk = Clerk({})
    held = await begin(clerk)
    yield Line(held.say, clerk, held.call)
    await held.hang_up()


@asynccontextmanager
async def theirs() -> AsyncIterator[Line]:
    """A call with the ordinary one."""
    clerk = Clerk({})
    session, first = ordinary.set_up(shop()[0], clerk)
    await session.start(first, capture_run=True, record=False)
    yield Line(lambda words: session.run(user_input=words), clerk)
    await session.aclose()


PROGRAMS = {THIS: ours, ORDINARY: theirs}


@dataclass
class Grown:
    """What one call was like after each stretch."""

    turns: list[float] = field(default_factory=list)
    """Milliseconds of a turn in it, the model's own aside: the median."""
    prompts: list[float] = field(default_factory=list)
    """Characters of the last request."""
    memory: list[float] = field(default_factory=list)
    """Kilobytes since the first turn."""
    journal: list[float] = field(default_factory=list)
    """Kilobytes of the journal, as it is stored."""


async def measure(
    turns: int,
    tell: Callable[[str], None],
    peers: Mapping[str, tuple[Sequence[float], Sequence[float]]],
) -> list[Figure | Course]:
    """So many turns of small talk in calls of each program: one timed, one weighed.

    `peers` are other programs' seconds of each turn, and characters of its last request.
    """
    grown: dict[str, Grown] = {}
    stretch = turns // POINTS
    for program, line in PROGRAMS.items():
        grown[program] = Grown()
        for each in (_timed, _weighed):
            tell(f"{turns} turns, {program}, {each.__name__.strip('_')}")
            async with line() as under_way:
                await each(under_way, stretch, grown[program])
    for program, (seconds, characters) in peers.items():
        stretches = range(0, POINTS * stretch, stretch)
        grown[program] = Grown(
            [1000 * statistics.median(seconds[nth : nth + stretch]) for nth in stretches],
            [characters[nth + stretch - 1] for nth in stretches],
        )
    at = [float((nth + 1) * stretch) for nth in range(POINTS)]

    def course(name: str, unit: str, take: Callable[[Grown], list[float]]) -> Course:
        taken = {program: take(each) for program, each in grown.items()}
        return Course(name, unit, "turns", at, {p: each for p, each in taken.items() if each})

    def figure(name: str, unit: str, take: Callable[[Grown], float]) -> Figure:
        weighed = {p: each for p, each in grown.items() if each.memory or "memory" not in name}
        return Figure(name, unit, {program: [take(each)] for program, each in weighed.items()})

    late = f"the last {stretch} of {turns} turns"
    return [
        figure(f"a turn in {late}", "ms", lambda g: g.turns[-1]),
        figure(f"{late} to an early one", "times", lambda g: g.turns[-1] / g.turns[1]),
        figure(f"the longest prompt of {turns} turns", "characters", lambda g: max(g.prompts)),
        figure("memory that a turn adds", "kB", lambda g: _slope(g.memory) / stretch),
        course("A turn, model aside", "ms", lambda g: g.turns),
        course("The prompt", "characters", lambda g: g.prompts),
        course("Memory", "kB", lambda g: g.memory),
        course("The journal", "kB", lambda g: g.journal),
    ]


def _slope(values: list[float]) -> float:
    """What is added from one stretch to the next, usually."""
    return statistics.median(b - a for a, b in pairwise(values))


async def _timed(line: Line, stretch: int, grown: Grown) -> None:
    for nth in range(POINTS):
        times = []
        for turn in range(nth * stretch, (nth + 1) * stretch):
            own, started = line.clerk.spent, time.perf_counter()
            await line.say(f"Tell me more, please, number {turn}.")
            times.append(time.perf_counter() - started - (line.clerk.spent - own))
        grown.turns.append(1000 * statistics.median(times))
        grown.prompts.append(float(line.clerk.sent.last))
        if line.call is not None:
            entries = [dataclasses.asdict(entry) for entry in line.call.journal]
            grown.journal.append(len(json.dumps(entries)) / 1000)


async def _weighed(line: Line, stretch: int, grown: Grown) -> None:
    gc.collect()
    tracemalloc.start()
    for nth in range(POINTS):
        for turn in range(nth * stretch, (nth + 1) * stretch):
            await line.say(f"Tell me more, please, number {turn}.")
        gc.collect()
        grown.memory.append(tracemalloc.get_traced_memory()[0] / 1000)
    tracemalloc.stop()
