"""What stands open, on the page: the list, whole numbers on purpose alone, and marking it done."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from assistant.page.options import Options
from assistant.page.server import application
from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.store import SqlStore
from statemachine.triggers import LogSupportIssue, NumberShown, RecordNumber, ToSupport
from tests.calls import HEARD, PURCHASE, call_after

SHOWN, NUMBER = "+12125550123", "+12125550133"
DIGITS = ("2125550123", "2125550133", "555")
Page = TestClient[Any, Any]
Serve = Callable[..., Awaitable[Page]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database of its own."""
    return f"sqlite:///{tmp_path}/calls.db"


@pytest_asyncio.fixture
async def left(url: str) -> tuple[str, str]:
    """The numbers of an order and a ticket that a call has left."""
    store = SqlStore(url)
    rang = (NumberShown(SHOWN), *PURCHASE, RecordNumber(NUMBER), HEARD, ToSupport())
    call = await call_after(*rang, HEARD, LogSupportIssue("no sound"), store=store, id="one")
    await store.close()
    return call.facts.orders[0].number, call.facts.tickets[0].number


@pytest_asyncio.fixture
async def serve(url: str) -> AsyncIterator[Serve]:
    """Serves the page with these options."""
    clients: list[Page] = []

    async def begin(**chosen: Any) -> Page:
        given = Options("ws://127.0.0.1:7880", "key", "s" * 40, url, **chosen)
        clients.append(TestClient(TestServer(application(given, SqlArchive(url)))))
        await clients[-1].start_server()
        return clients[-1]

    yield begin
    for client in clients:
        await client.close()


async def listed(page: Page, **asked: str) -> list[dict[str, Any]]:
    """What the page lists."""
    answer = await page.get("/api/left", params=asked)
    assert answer.status == 200, await answer.text()
    return list((await answer.json())["left"])


async def test_what_stands_open_is_listed_with_two_digits_of_the_number(
    serve: Serve, left: tuple[str, str]
) -> None:
    """Who it is for, what, since when, and whose call it was; in the file for a spreadsheet too."""
    page = await serve()
    (order,), (ticket,) = await listed(page, kind="orders"), await listed(page, kind="tickets")
    assert (order["number"], ticket["number"]) == left
    assert order.items() >= {"name": "Dana Quill", "callback": "…33", "call": "one"}.items()
    assert (order["what"], order["price_cents"]) == ("iPhone Air with 256 GB", 99900)
    assert (ticket["what"], ticket["price_cents"]) == ("no sound", None)
    file = await page.get("/api/left.csv", params={"kind": "orders"})
    assert file.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    text = (await file.read()).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["number"], row["call_back_on"]) == (order["number"], "…33")
    for told in (str(order), str(ticket), text):
        assert not any(digits in told for digits in DIGITS)


async def test_a_whole_number_is_told_of_one_order_or_ticket_that_is_asked_about(
    serve: Serve, left: tuple[str, str]
) -> None:
    """As it is written and as it is rung; of what isn't there nothing is told."""
    page = await serve()
    for number in left:
        answer = await page.post("/api/left/number", json={"number": number})
        assert await answer.json() == {"callback": NUMBER, "written": "+1 212-555-0133"}
    for asked in ({"number": "S1"}, {}, {"number": None}):
        assert (await page.post("/api/left/number", json=asked)).status == 404


async def test_what_is_marked_done_is_listed_no_more_and_marked_once(
    serve: Serve, left: tuple[str, str]
) -> None:
    """A second colleague is told so; what is done is still there for who asks for everything."""
    page = await serve()
    for number, kind in zip(left, ("orders", "tickets"), strict=True):
        assert (await page.post("/api/left/done", json={"number": number.lower()})).status == 200
        assert await listed(page, kind=kind) == []
        (done,) = await listed(page, kind=kind, every="1")
        assert done["status"] == "done"
        again = await page.post("/api/left/done", json={"number": number})
        assert again.status == 409
        assert number in (await again.json())["error"]


async def test_the_list_goes_on_behind_its_last_one(serve: Serve, url: str) -> None:
    """Fifty at a time, each once, the newest first."""
    store = SqlStore(url)
    for number in range(53):
        await call_after(*PURCHASE, store=store, id=f"call-{number}")
    await store.close()
    page, asked = await serve(), {"kind": "orders"}
    found = await (await page.get("/api/left", params=asked)).json()
    rest = await (await page.get("/api/left", params={**asked, "behind": found["next"]})).json()
    assert (len(found["left"]), len(rest["left"]), rest["next"]) == (50, 3, None)
    calls = [each["call"] for each in found["left"] + rest["left"]]
    assert sorted(calls) == sorted(f"call-{number}" for number in range(53))
    assert calls[0] == "call-52"


async def test_other_questions_are_refused_in_a_sentence(serve: Serve) -> None:
    """Another kind, or a place that no list has."""
    page = await serve()
    for asked in ({}, {"kind": "calls"}, {"kind": "orders", "behind": "x"}):
        answer = await page.get("/api/left", params=asked)
        assert answer.status == 400
        assert (await answer.json())["error"].endswith(".")


@pytest.mark.parametrize(
    "path", ["/api/left", "/api/left.csv", "/api/left/number", "/api/left/done"]
)
async def test_nothing_is_told_or_marked_without_the_password(
    serve: Serve, left: tuple[str, str], path: str
) -> None:
    """Nor for a website that has the button."""
    page = await serve(password="x", origins=("https://shop.example",))
    method = page.post if path.count("/") == 3 else page.get
    assert (await method(path)).status == 401
    for origin in ("https://shop.example", "https://another.example"):
        assert (await method(path, headers={"Origin": origin})).status == 403
