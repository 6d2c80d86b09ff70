"""What was measured, of this program and of others beside it: as a table, JSON and a plot."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata

THIS = "this program"
PACKAGES = ("livekit-agents", "transitions", "livekit", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, of every program that does it; less is better."""

    name: str
    unit: str
    values: Mapping[str, Sequence[float]]
    """By program, this one first: what was measured, in the order of the runs."""

    def middle(self, program: str) -> float:
        """The median of a program's runs."""
        return statistics.median(self.values[program])

    def ratio(self, program: str) -> float:
        """How many times as much another program takes: the median over the runs, pair by pair."""
        pairs = zip(self.values[THIS], self.values[program], strict=False)
        return statistics.median(theirs / ours for ours, theirs in pairs if ours)


@dataclass(frozen=True, slots=True)
class Course:
    """How one thing goes while another grows, of every program that does it."""

    name: str
    unit: str
    over: str
    """What grows."""
    at: Sequence[float]
    """Where it was measured."""
    values: Mapping[str, Sequence[float]]
    """By program, this one first: what was measured there."""


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table: medians with least and most, and ratios."""
    figures = list(figures)
    others = list(dict.fromkeys(p for f in figures for p in f.values if p != THIS))
    head = ["", "unit", THIS, *(name for other in others for name in (other, "ratio"))]
    lines = [head, ["---"] * len(head)]
    for figure in figures:
        cells = [figure.name, figure.unit, _spread(figure.values.get(THIS, ()))]
        for other in others:
            told = other in figure.values
            cells.append(_spread(figure.values[other]) if told else "")
            cells.append(f"{figure.ratio(other):.2f}" if told and THIS in figure.values else "")
        lines.append(cells)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle, least, most = statistics.median(values), min(values), max(values)
    if least == most:
        return short(middle)
    return f"{short(middle)} ({short(least)} to {short(most)})"


def short(value: float) -> str:
    """A number in three figures, or whole."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def as_json(
    figures: Iterable[Figure],
    courses: Iterable[Course],
    title: str,
    peers: Mapping[str, str],
) -> str:
    """What was measured, with the machine and the versions; `peers` are those of other programs."""
    told = {
        "measured": title,
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "system": platform.system(),
        },
        "versions": {name: metadata.version(name) for name in PACKAGES} | dict(peers),
        "figures": [
            {"name": f.name, "unit": f.unit, "values": {k: list(v) for k, v in f.values.items()}}
            for f in figures
        ],
        "courses": [
            {**dataclasses.asdict(c), "values": {k: list(v) for k, v in c.values.items()}}
            for c in courses
        ],
    }
    return json.dumps(told, indent=1)
