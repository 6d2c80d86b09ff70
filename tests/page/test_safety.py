"""The page's password, and the button on somebody's website, in a real browser."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistant.worker.local import LocalServer
from tests.page.conftest import Served, ServePage
from tests.page.helpers import PATIENCE

Open = Callable[..., Any]


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of whom it served."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A website of somebody else's: its origin, and the folder of its files."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}", tmp_path
    serving.shutdown()


def test_the_page_opens_with_its_password(
    server: LocalServer, serve_page: ServePage, open_page: Open, records: str
) -> None:
    """A wrong one is told, the right one opens the page, and a reload doesn't ask again."""
    served = serve_page(**server.environment, DATABASE_URL=records, PAGE_PASSWORD="open sesame")
    page = open_page(served.address)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    page.get_by_label("Password").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Call the shop")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.get_by_role("button", name="Call the shop")).to_be_visible(timeout=PATIENCE)


def test_a_websites_button_calls_through_the_same_machine(
    server: LocalServer,
    served: Served,
    serve_page: ServePage,
    open_page: Open,
    records: str,
    website: tuple[str, Path],
) -> None:
    """One script tag: a visitor is greeted and put through; another website's visitor isn't."""
    origin, files = website
    home = serve_page(
        **server.environment, DATABASE_URL=records, PAGE_ORIGINS=origin, PAGE_PASSWORD="x"
    ).address
    tag = f'<!doctype html><title>A shop</title><script src="{home}/button.js" defer></script>'
    (files / "index.html").write_text(tag)
    page = open_page(f"{origin}/index.html")
    page.get_by_role("button", name="Call us").click()
    said = page.get_by_role("log")
    expect(said).to_contain_text("this is Jill", timeout=PATIENCE)
    page.get_by_label("What you say").fill("I want to buy a phone")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("sales", timeout=PATIENCE)
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("button", name="Call again")).to_be_visible(timeout=PATIENCE)

    stranger = open_page(f"{origin.replace('127.0.0.1', 'localhost')}/index.html")
    stranger.get_by_role("button", name="Call us").click()
    expect(stranger.get_by_role("alert")).to_contain_text("can't be reached from here")
