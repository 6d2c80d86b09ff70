"""What was measured, of this program and of others beside it: as a table, JSON and a plot."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib import metadata
from pathlib import Path

THIS = "this program"
PACKAGES = ("livekit-agents", "transitions", "livekit", "sqlalchemy")
BLUE, GREY, INK, FAINT = "#1d4ed8", "#94a3b8", "#1f2933", "#e2e8f0"


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
        return _short(middle)
    return f"{_short(middle)} ({_short(least)} to {_short(most)})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def as_json(figures: Iterable[Figure]) -> str:
    """The figures with the machine and the versions they were measured on."""
    told = {
        "machine": {
            "cores": os.cpu_count(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            "system": platform.system(),
        },
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "figures": [
            {"name": f.name, "unit": f.unit, "values": {k: list(v) for k, v in f.values.items()}}
            for f in figures
        ],
    }
    return json.dumps(told, indent=1)


def plot(figures: Iterable[Figure], title: str) -> str:
    """The figures that another program shares, as bars beside each other in an SVG."""
    shared = [f for f in figures if THIS in f.values and len(f.values) > 1]
    row, left, wide = 46, 330, 420
    height = 70 + row * len(shared)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + wide + 130} {height}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="13" fill="{INK}">',
        f'<rect width="100%" height="100%" fill="white"/><text x="16" y="28" font-size="17" '
        f'font-weight="bold">{escape(title)}</text>',
        f'<rect x="16" y="40" width="12" height="12" fill="{BLUE}"/><text x="33" y="51">{THIS}'
        f'</text><rect x="130" y="40" width="12" height="12" fill="{GREY}"/><text x="147" y="51">'
        "the other; each pair has a scale of its own, less is better</text>",
    ]
    for place, figure in enumerate(shared):
        other = next(name for name in figure.values if name != THIS)
        top, most = 66 + place * row, max(figure.middle(THIS), figure.middle(other)) or 1
        parts.append(
            f'<text x="{left - 12}" y="{top + 24}" text-anchor="end">{escape(figure.name)}</text>'
        )
        for nth, (name, colour) in enumerate(((THIS, BLUE), (other, GREY))):
            value = figure.middle(name)
            length, y = wide * value / most, top + 4 + nth * 18
            parts.append(
                f'<rect x="{left}" y="{y}" width="{wide}" height="15" fill="{FAINT}" '
                f'opacity="0.5"/><rect x="{left}" y="{y}" width="{length:.1f}" height="15" '
                f'fill="{colour}"/><text x="{left + length + 6:.1f}" y="{y + 12}" font-size="11">'
                f"{_short(value)} {escape(figure.unit)}</text>"
            )
    return "".join([*parts, "</svg>"])


def write(figures: Iterable[Figure], folder: Path, title: str) -> tuple[Path, ...]:
    """The three files of a run, in this folder."""
    figures = list(figures)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "bench.md": f"{table(figures)}\n",
        "bench.json": f"{as_json(figures)}\n",
        "bench.svg": f"{plot(figures, title)}\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in files)
