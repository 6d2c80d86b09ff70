"""How soon the page's views over the past open, with a hundred thousand calls behind them.

    python -m scripts.bench.looking_back [CALLS]

Each is asked of the page's own server over HTTP, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Connection, select, update

from assistant.page.options import Options
from assistant.page.server import application
from assistant.records.sql import schema
from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.opening import open_store
from scripts import many_calls
from scripts.bench.figures import THIS, Figure, table
from scripts.bench.records import postgresql

CALLS, DAYS = 100_000, 120
TIMES = 5
FEW = 60
"""Calls whose orders and tickets are still to be seen to in the end."""
DAY = 86_400.0


def questions(calls: list[dict[str, Any]], next_page: str) -> dict[str, str]:
    """What a shop's owner asks for, and where; `calls` are the newest ones."""
    now = time.time()
    midnight = now - now % DAY
    sold = next(call for call in calls if call["orders"])["orders"][0]["number"]
    noted = next(call for call in calls if call["tickets"])["tickets"][0]["number"]
    spans = {"today": 0, "30 days": 29, "all days": DAYS}
    asked = {
        "the newest calls": "/api/calls",
        "the next fifty": f"/api/calls?behind={next_page}",
        "an order's call": f"/api/calls?number={sold}",
        "a ticket's call": f"/api/calls?number={noted}",
        "no call at all": "/api/calls?number=S0",
        "calls of a day": f"/api/calls?since={midnight - 60 * DAY}&until={midnight - 59 * DAY}",
        "calls left from support": "/api/calls?left=support",
        "calls that were hung up": "/api/calls?ended=caller_hung_up",
        "left from support by silence": "/api/calls?left=support&ended=caller_went_silent",
        "one call, step by step": f"/api/calls/{calls[0]['id']}",
        "calls that are on": "/api/now",
        "orders that stand open": "/api/left?kind=orders",
        "tickets that stand open": "/api/left?kind=tickets",
    }
    for name, days in spans.items():
        span = f"since={midnight - days * DAY}&until={midnight + DAY}"
        asked[f"traffic of {name}"] = f"/api/traffic?{span}"
        slots = 24 if days == 0 else min(days + 1, 120)
        asked[f"figures of {name}"] = f"/api/figures?{span}&slots={slots}"
    return asked


async def measure(name: str, url: str, calls: int, tell: Callable[[str], None]) -> list[Figure]:
    """Milliseconds until each view has what it shows, in this database."""
    tell(f"{calls} calls in {name}")
    await many_calls.write(url, calls, DAYS)
    archive = SqlArchive(url)
    began = time.perf_counter()
    await archive.sum_up()
    summed = [time.perf_counter() - began]
    await archive.close()
    figures = [Figure(f"{DAYS} days' traffic summed up once, {name}", "s", {THIS: summed})]
    tell(f"the page's views, on {name}")
    return figures + await views(name, url)


async def views(name: str, url: str) -> list[Figure]:
    """The same of a database that is there; in the end few of its orders and tickets stand open."""
    options, figures = Options("ws://127.0.0.1:9", "key", "s" * 40, url), list[Figure]()
    async with TestClient(TestServer(application(options, SqlArchive(url)))) as page:

        async def ask(what: str, path: str) -> None:
            taken = []
            for _ in range(TIMES):
                started = time.perf_counter()
                answer = await page.get(path)
                await answer.read()
                assert answer.status == 200, f"{path}: {answer.status}"
                taken.append(1000 * (time.perf_counter() - started))
            figures.append(Figure(f"{what}, {name}", "ms", {THIS: taken}))

        newest = await (await page.get("/api/calls")).json()
        for what, path in questions(newest["calls"], newest["next"]).items():
            await ask(what, path)
        await _see_to(url)
        for kind in ("orders", "tickets"):
            await ask(f"the last few {kind} that stand open", f"/api/left?kind={kind}")
    return figures


async def _see_to(url: str) -> None:
    """Mark everything done but the last few: these are the ones that take longest to find."""
    store = await open_store(url, patience=600.0)
    seen = select(schema.CALLS.c.id).order_by(schema.CALLS.c.began.desc()).limit(FEW)

    def mark(on: Connection) -> int:
        on.execute(
            update(schema.TICKETS).where(schema.TICKETS.c.call.not_in(seen)).values(resolved=True)
        )
        return on.execute(
            update(schema.ORDERS).where(schema.ORDERS.c.call.not_in(seen)).values(done=1.0)
        ).rowcount

    await store.database.run(mark, writes=True)
    await store.close()


def every(tell: Callable[[str], None], calls: int = CALLS) -> list[Figure]:
    """Both kinds of database, one after the other."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        file = f"sqlite:///{folder}/calls.db"
        figures += asyncio.run(measure("SQLite", file, calls, tell))
        with postgresql(Path(folder) / "data") as url:
            if url:
                figures += asyncio.run(measure("PostgreSQL", url, calls, tell))
    return figures


def main() -> None:
    """Measure, and print a table."""
    calls = int((sys.argv[1:] or [str(CALLS)])[0])
    del sys.argv[1:]  # an address of a PostgreSQL to others
    print(table(every(lambda what: print(f"{what} ...", file=sys.stderr), calls)))


if __name__ == "__main__":
    main()
