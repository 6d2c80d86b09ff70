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
from collections.abc import Callable
from datetime import date
from pathlib import Path

from scripts.bench import conversations, figures, growth, latency, looking_back, records, starting
from scripts.bench.figures import Figure

Tell = Callable[[str], None]


def _latency(times: int, tell: Tell, *ears: bool) -> list[Figure]:
    return [
        figure
        for embedded in ears
        for figure in asyncio.run(latency.measure(times, embedded, tell))
    ]


def parts(quick: bool) -> dict[str, Callable[[Tell], list[Figure]]]:
    """What is measured, by name."""
    times = 2 if quick else 5
    turns = 100 if quick else 500
    return {
        "conversations": lambda tell: asyncio.run(conversations.measure(times, tell)),
        "growth": lambda tell: asyncio.run(growth.measure(turns, tell)),
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
    found: list[Figure] = []
    for nth, name in enumerate(chosen, start=1):

        def tell(what: str, place: str = f"{nth}/{len(chosen)}") -> None:
            print(f"[{place}, {time.monotonic() - began:4.0f} s] {what}", file=sys.stderr)

        try:
            found += every[name](tell)
        except latency.MissingVoiceError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    print(figures.table(found))
    title = f"make bench{' QUICK=1' if given.quick else ''}, {date.today().isoformat()}"
    for path in figures.write(found, given.out, title):
        print(f"Wrote {path}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
