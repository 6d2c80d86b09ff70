"""What grows with a call: the time of a turn, the prompt and the memory, over hundreds of turns."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable

from scripts.bench import ordinary
from scripts.bench.conversations import ORDINARY, Clerk
from scripts.bench.figures import THIS, Figure
from tests.calls import begin, shop

WINDOW = 20
"""Turns at the beginning and at the end that are compared."""

Say = Callable[[str], Awaitable[object]]


async def measure(turns: int, tell: Callable[[str], None]) -> list[Figure]:
    """So many turns of small talk in one call of each program."""
    grown: dict[str, tuple[float, float, float]] = {}
    tell(f"{turns} turns, {THIS}")
    clerk = Clerk({})
    held = await begin(clerk)
    grown[THIS] = await _grown(clerk, held.say, turns)
    await held.hang_up()
    tell(f"{turns} turns, {ORDINARY}")
    clerk = Clerk({})
    session, first = ordinary.set_up(shop()[0], clerk)
    await session.start(first, capture_run=True, record=False)
    grown[ORDINARY] = await _grown(clerk, lambda words: session.run(user_input=words), turns)
    await session.aclose()
    names = (
        (f"a turn's time, the last {WINDOW} of {turns} to the first", "times"),
        (f"the longest prompt of {turns} turns", "characters"),
        (f"memory that a turn adds, over {turns}", "kB"),
    )
    return [
        Figure(name, unit, {program: [each[place]] for program, each in grown.items()})
        for place, (name, unit) in enumerate(names)
    ]


async def _grown(clerk: Clerk, say: Say, turns: int) -> tuple[float, float, float]:
    times: list[float] = []
    for nth in range(WINDOW):
        await _timed(say, nth, times)
    gc.collect()
    tracemalloc.start()
    for nth in range(WINDOW, turns - WINDOW):
        await say(f"Tell me more, please, number {nth}.")
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for nth in range(turns - WINDOW, turns):
        await _timed(say, nth, times)
    ratio = statistics.median(times[-WINDOW:]) / statistics.median(times[:WINDOW])
    return ratio, float(clerk.sent.longest), kept / 1000 / (turns - 2 * WINDOW)


async def _timed(say: Say, nth: int, times: list[float]) -> None:
    started = time.perf_counter()
    await say(f"Tell me more, please, number {nth}.")
    times.append(time.perf_counter() - started)
