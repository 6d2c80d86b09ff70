"""What the shop has to see to: orders and tickets with whom they are for, listed and marked."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

import pytest

from assistant.history.left import LeftError, Wanted, run
from assistant.records import Caller
from assistant.records.sql.store import SqlStore
from statemachine.answers import Answer
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    LogSupportIssue,
    NumberShown,
    RecordName,
    RecordNumber,
    RequestCallback,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests.calls import HEARD, call_after

LINE, OTHER = "+12125550123", "+12125550133"


async def held(url: str) -> tuple[str, str]:
    """A call that has left an order and tickets; the numbers of the order and of the first one."""
    store = SqlStore(url)
    call = await call_after(
        NumberShown(LINE),
        HEARD,
        ToBuying(),
        HEARD,
        SelectModel("iPhone Air"),
        CallerSpoke(Answer.YES),
        ConfirmPurchase(),
        RecordNumber(OTHER),
        RecordName("Dana Quill"),
        HEARD,
        ToSupport(),
        HEARD,
        LogSupportIssue("no sound"),
        RequestCallback("a big order"),
        store=store,
    )
    await store.attend(call.id, Caller("somebody", LINE))
    assert [each.number for each in await store.left_from(LINE)] == [
        each.number for each in await store.left_from(OTHER)
    ]
    assert await store.left_from("") == ()
    facts = call.facts
    await store.close()
    return facts.orders[0].number, facts.tickets[0].number


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of its own."""
    return f"sqlite:///{tmp_path}/calls.db"


async def test_orders_and_tickets_stand_with_name_and_number(url: str) -> None:
    """As they were last given, whether before or after; a call back is a ticket of its own."""
    await held(url)
    store = SqlStore(url)
    left = await store.left_from(OTHER)
    await store.close()
    assert {(each.name, each.callback) for each in left} == {("Dana Quill", OTHER)}
    assert {each.what for each in left} >= {"iPhone Air with 256 GB", "no sound", "a big order"}


def test_what_stands_open_is_listed_and_marked_done(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a table and as CSV; what is done is listed no more, and marked once."""
    order, ticket = asyncio.run(held(url))
    run(Wanted("orders", url))
    table = capsys.readouterr().out
    assert order in table
    assert "Dana Quill  +12125550133" in table
    run(Wanted("tickets", url, as_csv=True))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["what"] for row in rows} == {"no sound", "a big order"}
    assert {row["call_back_on"] for row in rows} == {OTHER}
    for number in (order, ticket):
        run(Wanted("orders", url, done=number.lower()))
        assert f"{number} is done." in capsys.readouterr().out
    run(Wanted("orders", url))
    assert "No orders stand open." in capsys.readouterr().out
    with pytest.raises(LeftError, match="stands open"):
        run(Wanted("orders", url, done=order))
    run(Wanted("orders", url, every=True))
    assert "done" in capsys.readouterr().out


def test_a_forgotten_call_leaves_an_order_that_is_nobodys(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name and number are blanked wherever they stand."""
    asyncio.run(held(url))
    asyncio.run(_forget(url))
    run(Wanted("orders", url))
    run(Wanted("tickets", url))
    assert "Dana" not in (told := capsys.readouterr().out)
    assert "555" not in told
    data = Path(url.removeprefix("sqlite:///")).read_bytes()
    assert b"Quill" not in data
    assert b"2125550133" not in data
    assert b"2125550123" not in data


async def _forget(url: str) -> None:
    store = SqlStore(url)
    await store.prepare()
    await store.forget("test")
    await store.close()
