"""Measure everything: `python -m scripts.bench [--quick] [--out FOLDER] [PART ...]`.

Progress goes to the error stream; the table is printed at the end, and written to the folder with
the numbers as JSON and a plot as SVG.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from scripts.bench import (
    conversations,
    growth,
    latency,
    looking_back,
    peers,
    plot,
    records,
    starting,
    states,
)
from scripts.bench.figures import Course, Figure, as_json, table

Tell = Callable[[str], None]


def _latency(times: int, tell: Tell, *ears: bool) -> list[Figure]:
    return [
        figure
        for embedded in ears
        for figure in asyncio.run(latency.measure(times, embedded, tell))
    ]


_asked: list[dict[str, peers.Peer]] = []
"""What other programs did, once they were asked."""


def _peers(times: int, turns: int, tell: Tell) -> dict[str, peers.Peer]:
    """Other programs, asked once for all parts."""
    if not _asked:
        _asked.append(peers.measure(times, turns, tell))
    return _asked[0]


def _conversations(times: int, turns: int, tell: Tell) -> list[Figure]:
    others = {name: each.runs for name, each in _peers(times, turns, tell).items()}
    return asyncio.run(conversations.measure(times, tell, others))


def _growth(times: int, turns: int, tell: Tell) -> list[Figure | Course]:
    others = {name: (each.turns, each.prompts) for name, each in _peers(times, turns, tell).items()}
    return asyncio.run(growth.measure(turns, tell, others))


def parts(quick: bool) -> dict[str, Callable[[Tell], Sequence[Figure | Course]]]:
    """What is measured, by name."""
    times = 2 if quick else 5
    turns = 100 if quick else 500
    return {
        "conversations": lambda tell: _conversations(times, turns, tell),
        "growth": lambda tell: _growth(times, turns, tell),
        "states": lambda tell: states.measure(200 if quick else 1000, tell),
        "start": lambda tell: starting.measure(times, tell),
        "records": lambda tell: records.every(tell, loaded=not quick),
        "looking-back": lambda tell: looking_back.every(tell, 10_000 if quick else 100_000),
        "latency": lambda tell: _latency(
            1 if quick else 5, tell, *((False,) if quick else (False, True))
        ),
    }


def main() -> int:
    """Measure, print the table, and write the files."""
    reads = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    reads.add_argument("parts", nargs="*", metavar="PART", help="only these (default: all)")
    reads.add_argument("--quick", action="store_true", help="fewer runs: about five minutes")
    reads.add_argument("--out", type=Path, default=Path("data/bench"), help="where the files go")
    given = reads.parse_args()
    every = parts(given.quick)
    if unknown := [name for name in given.parts if name not in every]:
        reads.error(f"there is no part {unknown[0]!r}; there are {', '.join(every)}")
    chosen = given.parts or list(every)
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    found: list[Figure | Course] = []
    failed: list[str] = []
    for nth, name in enumerate(chosen, start=1):

        def tell(what: str, place: str = f"{nth}/{len(chosen)}") -> None:
            print(f"[{place}, {time.monotonic() - began:4.0f} s] {what}", file=sys.stderr)

        try:
            found += every[name](tell)
        except latency.MissingVoiceError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
        except Exception as error:  # what was measured before it isn't lost
            failed.append(name)
            print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr)
    plain = f"make bench{' QUICK=1' if given.quick else ''}"
    command = f"python -m scripts.bench {' '.join(given.parts)}" if given.parts else plain
    title = f"{command}, {date.today().isoformat()}"
    figures = [each for each in found if isinstance(each, Figure)]
    print(table(figures))
    versions = {name: each.version for told in _asked for name, each in told.items()}
    for path in write(found, given.out, title, versions):
        print(f"Wrote {path}.", file=sys.stderr)
    return 1 if failed else 0


def write(
    found: Sequence[Figure | Course], folder: Path, title: str, versions: Mapping[str, str]
) -> tuple[Path, ...]:
    """The files of a run, in this folder; `versions` are those of the other programs."""
    figures = [each for each in found if isinstance(each, Figure)]
    courses = [each for each in found if isinstance(each, Course)]
    compared = [each for each in figures if len(each.values) > 1]
    files = {"bench.md": f"{title}\n\n{table(figures)}"}
    files["bench.json"] = as_json(figures, courses, title, versions)
    if compared:
        files["bench.svg"] = plot.bars(compared, title)
    if courses:
        files["growth.svg"] = plot.lines(courses, title)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    return tuple(folder / name for name in files)


if __name__ == "__main__":
    sys.exit(main())
