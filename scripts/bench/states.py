"""What a trigger costs in a conversation of 4 to 100 states: a generated ring of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import make_dataclass, replace
from typing import Any, cast

from scripts.bench.figures import THIS, Course, Figure
from statemachine.engine.conversation import Conversation
from statemachine.engine.effects import Effect
from statemachine.engine.facts import Facts
from statemachine.engine.lines import Line
from statemachine.engine.machine import Accepted, Machine
from statemachine.engine.rows import Row, row
from statemachine.engine.states import State
from statemachine.engine.table import Samples, Table
from statemachine.engine.triggers import ModelTrigger, SessionTrigger

SIZES = (4, 10, 25, 50, 100)
OWN = 3
"""Triggers that each state has for itself, beside the end and the caller's words."""


def _trigger(name: str, base: type[Any]) -> type[Any]:
    kind = make_dataclass(name, [], bases=(base,), frozen=True, slots=True)
    kind.__doc__ = f"Do what {name} is for."
    return kind


def heard(facts: Facts) -> bool:
    """Listen first."""
    return facts.turn > facts.entered_at


def listen(facts: Facts, trigger: SessionTrigger) -> tuple[Facts, tuple[Effect, ...]]:
    """One more turn."""
    return replace(facts, turn=facts.turn + 1), ()


def ring(size: int) -> tuple[Machine, Conversation[Facts, State], type[Any], list[type[Any]]]:
    """A conversation of so many open states, each leading to the next, the last to the first.

    Returns the machine, a call in it, the trigger of the caller's words, and by state the trigger
    that leads on.
    """
    names = [(f"S{nth}", (f"s{nth}", f"Agent{nth}", f"desk {nth}")) for nth in range(size)]
    make = cast(Callable[..., Any], State)
    states = tuple(make("Ring", [*names, ("END", ("end", "", ""))]))
    open_, end = states[:-1], states[-1]
    spoke, leave = _trigger("Spoke", SessionTrigger), _trigger("Leave", ModelTrigger)
    rows: list[Row] = [row(leave, open_, end, when=(heard,)), row(spoke, open_, does=listen)]
    onwards = []
    for nth, state in enumerate(open_):
        onwards.append(_trigger(f"Next{nth}", ModelTrigger))
        rows.append(row(onwards[-1], state, open_[(nth + 1) % size], when=(heard,)))
        rows += (
            row(_trigger(f"Note{nth}{'abc'[kind]}", ModelTrigger), state, when=(heard,))
            for kind in range(OWN - 1)
        )
    table = Table(
        tuple(rows),
        states=states,
        initial=states[0],
        final=end,
        turn=spoke,
        opening=lambda name: Line(f"opening_{name}", "Yes?"),
        samples=Samples(Facts(), {}),
    )
    machine = Machine(table)
    return machine, Conversation(machine, Facts(), states[0]), spoke, onwards


def measure(times: int, tell: Callable[[str], None]) -> list[Figure | Course]:
    """A caller's words, the question what is offered, and a trigger, so many times in each size."""
    turns, built = [], []
    for size in SIZES:
        tell(f"{size} states")
        began = time.perf_counter()
        _, call, spoke, onwards = ring(size)
        built.append(1000 * (time.perf_counter() - began))
        took = []
        for nth in range(times):
            began = time.perf_counter()
            call.send(spoke())
            offered = call.offered()
            moved = call.send(onwards[nth % size]())
            took.append(1e6 * (time.perf_counter() - began))
            assert isinstance(moved, Accepted)
            assert len(offered) == OWN + 1
        turns.append(statistics.median(took))
    at = [float(size) for size in SIZES]
    return [
        Figure(f"words, offer and a trigger, {SIZES[0]} states", "µs", {THIS: [turns[0]]}),
        Figure(f"words, offer and a trigger, {SIZES[-1]} states", "µs", {THIS: [turns[-1]]}),
        Course("Words, offer and a trigger", "µs", "states", at, {THIS: turns}),
        Course("Checking and building the machine", "ms", "states", at, {THIS: built}),
    ]
