"""What stands open, in a real browser: it shows up by itself, is called back about, and is done."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.store import SqlStore
from assistant.worker.local import LocalServer
from statemachine.engine.triggers import Trigger
from statemachine.triggers import LogSupportIssue, RecordNumber, ToSupport
from tests.calls import HEARD, PURCHASE, call_after
from tests.page.conftest import Served, ServePage
from tests.page.helpers import complains, is_well, reaches

Open = Callable[..., Any]
NUMBER = "+12125550133"
BOUGHT = (*PURCHASE, RecordNumber(NUMBER))
BROKEN = (HEARD, ToSupport(), HEARD, LogSupportIssue("no sound <img src=x>"))


def meanwhile(doing: Coroutine[Any, Any, Any]) -> Any:
    """Do it beside the browser, whose driver has this thread's loop."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, doing).result()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of its own."""
    return f"sqlite:///{tmp_path_factory.mktemp('todo')}/calls.db"


@pytest.fixture(scope="module")
def desk(server: LocalServer, serve_page: ServePage, url: str) -> Served:
    """A page over that database."""
    return serve_page(**server.environment, DATABASE_URL=url)


@pytest.fixture(scope="module")
def held(url: str) -> Callable[..., str]:
    """Holds a call that leaves something; the number of its order or ticket."""

    async def hold(call: str, triggers: tuple[Trigger, ...]) -> str:
        store = SqlStore(url)
        facts = (await call_after(*triggers, store=store, id=call)).facts
        await store.close()
        return (*facts.orders, *facts.tickets)[0].number

    return lambda call, *triggers: meanwhile(hold(call, triggers))


def test_an_order_shows_up_by_itself_is_called_back_about_and_done(
    desk: Served, held: Callable[..., str], open_page: Open
) -> None:
    """By keyboard alone: its number is shown on purpose, its call is a link, one yes marks it."""
    first = held("first", *BOUGHT)
    page, other = open_page(f"{desk.address}/#/todo"), open_page(f"{desk.address}/#/todo")
    rows = page.locator(".todo li")
    expect(rows).to_have_count(1)
    second = held("second", *BOUGHT)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(second)
    expect(page.locator("#news")).to_contain_text(f"New order {second}")
    expect(rows.first).to_contain_text("Dana Quill")
    expect(rows.first.locator(".callback")).to_contain_text("…33")
    assert "555" not in page.content()

    reaches(page, "Show")
    page.keyboard.press("Enter")
    ring = rows.first.get_by_role("link", name="+1 212-555-0133")
    expect(ring).to_be_focused()
    assert ring.get_attribute("href") == f"tel:{NUMBER}"
    reaches(page, "Hide")
    page.keyboard.press("Enter")
    expect(rows.first.get_by_role("button", name="Show the number")).to_be_focused()
    assert "555" not in page.content()

    reaches(page, "Mark done")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=f"Mark {second} done")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    expect(page.locator("#news")).to_have_text(f"{second} is done.")
    expect(page.get_by_role("button", name=f"Mark {first} done")).to_be_focused()
    expect(other.locator(".todo li")).to_have_count(1)

    page.get_by_label("also what is done").check()
    expect(rows).to_have_count(2)
    expect(rows.first.locator(".status-of")).to_have_text("done")
    rows.first.get_by_role("link", name="The call of").click()
    expect(page.locator(".card.order")).to_contain_text(second)


def test_tickets_are_text_a_file_has_them_and_what_fails_is_told(
    desk: Served, held: Callable[..., str], url: str, open_page: Open
) -> None:
    """A caller's words are no markup; who is late with a mark is told who was before them."""
    ticket = held("broken", *BROKEN)
    page = open_page(f"{desk.address}/#/todo/tickets", viewport={"width": 390, "height": 844})
    row = page.locator(".todo li")
    expect(row).to_contain_text("no sound <img src=x>")
    assert page.locator("main img").count() == 0
    expect(row).to_contain_text(re.compile("no name given.*no number", re.DOTALL))
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save for a spreadsheet").click()
    assert saved.value.suggested_filename == "tickets.csv"
    assert ticket in Path(saved.value.path()).read_text(encoding="utf-8-sig")

    page.route("**/api/left/done", lambda way: _after(way, url, ticket))
    row.get_by_role("button", name="Mark").click()
    page.get_by_role("button", name="Yes, done").click()
    complains(page, f"{ticket} stands open no more")
    expect(page.locator(".empty")).to_contain_text("No ticket stands open")
    page.route("**/api/left?*", lambda way: way.abort())
    complains(page, "The page's server doesn't answer")
    page.unroute("**/api/left?*")
    is_well(page)


def _after(way: Any, url: str, number: str) -> None:
    """Let a mark through once somebody else has made it."""
    meanwhile(_done(url, number))
    way.continue_()


async def _done(url: str, number: str) -> None:
    archive = SqlArchive(url)
    assert await archive.done(number)
    await archive.close()
