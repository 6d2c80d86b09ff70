"""What docs/capacity.md says to do is done here, on both databases."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.call.call import Call
from assistant.records import Place
from assistant.records.sql.store import SqlStore
from statemachine.triggers import CallerHungUp
from tests.calls import PURCHASE, shop
from tests.failing import count

pytest_plugins = ["tests.databases"]

PAGE = (Path(__file__).parents[2] / "docs" / "capacity.md").read_text()


async def prune(store: SqlStore, before: float) -> None:
    """Do what the page says, for calls that ended before that."""
    (block,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    for statement in filter(str.strip, block.split(";")):
        await store.database.run(
            lambda on, asked=statement: on.execute(text(asked), {"before": before}), writes=True
        )


async def test_pruning_takes_the_steps_of_calls_that_ended_and_leaves_orders(
    sql_store: SqlStore,
) -> None:
    """A call that is on, or that nobody has seen to the end of, keeps all of its own."""
    held = []
    for name, lease in (("over", 0.0), ("on", 0.0), ("unseen", 0.001)):
        call = await Call.begin(name, shop()[0].offers, sql_store, Place("room"), lease)
        for trigger in PURCHASE:
            await call.fire(trigger)
        held.append(call)
    await held[0].fire(CallerHungUp())
    await held[2].fire(CallerHungUp())
    await prune(sql_store, time.time() - 60.0)
    assert len((await sql_store.read("over")).journal) == len(PURCHASE) + 1
    await prune(sql_store, time.time() + 60.0)
    kept = {name: len((await sql_store.read(name)).journal) for name in ("over", "on", "unseen")}
    assert kept == {"over": 0, "on": len(PURCHASE), "unseen": len(PURCHASE) + 1}
    assert await count(sql_store, "orders") == 3
    (over,) = [each for each in await sql_store.recent() if each.id == "over"]
    assert (over.ended_by, len(over.orders)) == ("caller_hung_up", 1)


@pytest.mark.parametrize("calls", [100, 10_000, 1_000_000])
def test_the_pages_arithmetic_is_right(calls: int) -> None:
    """At the busiest: so many at once on an average, and to be ready for."""
    average = calls * 0.15 * 180 / 3600
    ready = round(average + 3 * average**0.5)
    (row,) = re.findall(rf"^\| {calls:,} \|(.*)\|$", PAGE, re.MULTILINE)
    told = [cell.strip().replace(",", "") for cell in row.split("|")]
    assert float(told[0]) == calls * 0.15
    assert float(told[2]) == average
    assert abs(float(told[3]) - ready) <= 1
