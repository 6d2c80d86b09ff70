"""A real headless Chromium, a real LiveKit server, workers, and pages served over them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.worker.local import LocalServer
from scripts.browser import NO_CHROMIUM, chromium, flags
from tests.e2e.conftest import RunningWorker, StartWorker, server, start_worker

__all__ = ["server", "start_worker"]

WITHOUT_A_MICROPHONE = ["--no-sandbox", "--disable-gpu"]
NO_WAITING = "--autoplay-policy=no-user-gesture-required"
ALWAYS_OPEN = """
[[entry]]
id = "address"
asked = ["where are you"]
answer = "We're at 12 Market Street."
"""
"""What a shop knows that tells no hours."""
PATIENCE = 40_000
"""Milliseconds that something may take on a machine with other work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/page/" in item.nodeid or item.nodeid.startswith("page/"):
            item.add_marker(pytest.mark.page)
            item.add_marker(pytest.mark.timeout(420))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not chromium():
        terminalreporter.write_line(f"Left out: the page in a browser. {NO_CHROMIUM}.")


@dataclass
class Served:
    """A page's process, and its address."""

    address: str
    process: subprocess.Popen[str]


@dataclass
class Shop:
    """Another shop: how its workers are started, the first of them, and its page."""

    chosen: dict[str, str]
    worker: RunningWorker
    address: str


ServePage = Callable[..., Served]


@pytest.fixture(scope="session")
def serve_page() -> Iterator[ServePage]:
    """Serves a page by the command that people use, with these settings."""
    running: list[Served] = []

    def begin(**settings: str) -> Served:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "page"],
            env={**os.environ, "PAGE_PORT": "0", **settings},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                running.append(Served(found.group(), process))
                return running[-1]
        raise AssertionError("the page did not open")

    yield begin
    for page in running:
        page.process.send_signal(signal.SIGINT)
    for page in running:
        assert page.process.wait(15) == 0, "Ctrl+C ends it well"


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the database that worker and page share."""
    return f"sqlite:///{tmp_path_factory.mktemp('records')}/calls.db"


@pytest.fixture(scope="session")
def colleagues(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of a shop that is always open, whose people take calls on their pages."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "about.toml").write_text(ALWAYS_OPEN)
    return {"SHOP": str(folder), "PERSON_PAGE": "on", "PERSON_SECONDS": "90"}


@pytest.fixture(scope="session")
def shop(start_worker: StartWorker, records: str, colleagues: dict[str, str]) -> RunningWorker:
    """The worker that answers whoever calls from a page."""
    return start_worker(DATABASE_URL=records, IDLE_PROCESSES="2", **colleagues)


@pytest.fixture(scope="session")
def served(server: LocalServer, shop: RunningWorker, serve_page: ServePage, records: str) -> Served:
    """A page, with a worker that answers its calls."""
    return serve_page(
        **server.environment,
        DATABASE_URL=records,
        PAGE_CALLS_AN_HOUR="500",
        REPORTS=str(shop.reports),
    )


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Playwright, without a browser of its own."""
    if not chromium():
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def launch(driver: Any) -> Iterator[Callable[..., Any]]:
    """Starts a browser with these flags."""
    started: list[Any] = []

    def begin(*flags: str) -> Any:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(flags))
        started.append(browser)
        return browser

    yield begin
    for browser in started:
        browser.close()


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A browser with a microphone that hears nothing."""
    return launch(*flags(tmp_path_factory.mktemp("silence")), NO_WAITING)


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a tab of its own on an address; what the browser complains of fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def begin(
        address: str, using: Any = None, script: str = "", *, strict: bool = True, **chosen: Any
    ) -> Any:
        context = (using or browser).new_context(**chosen)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        if strict:
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda said: "Content Security" in said.text and complaints.append(said.text),
            )
        page.goto(address)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_shop(
    server: LocalServer,
    start_worker: StartWorker,
    serve_page: ServePage,
    tmp_path: Path,
) -> Callable[..., Shop]:
    """Opens another shop on the same server, by a name that its callers ask for."""

    def begin(name: str, **settings: str) -> Shop:
        url = f"sqlite:///{tmp_path}/calls.db"
        chosen = {"DATABASE_URL": url, "AGENT_NAME": name, **settings}
        worker = start_worker(**chosen)
        return Shop(chosen, worker, serve_page(**server.environment, **chosen).address)

    return begin


@pytest.fixture
def forget(records: str, shop: RunningWorker) -> Callable[[str], None]:
    """Forgets a call by the command that people use."""

    def begin(call: str) -> None:
        chosen = {"DATABASE_URL": records, "REPORTS": str(shop.reports), "CALL": call}
        subprocess.run(
            [sys.executable, "-m", "assistant", "forget"],
            env={**os.environ, **chosen},
            check=True,
            stdout=subprocess.DEVNULL,
        )

    return begin


@pytest.fixture
def locked(records: str) -> Callable[[], Any]:
    """Holds the records' file, as a program that hangs would: nobody else can write."""

    @contextlib.contextmanager
    def begin() -> Iterator[None]:
        holding = sqlite3.connect(Path(records.removeprefix("sqlite:///")), timeout=20.0)
        holding.isolation_level = None
        holding.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holding.execute("ROLLBACK")
            holding.close()

    return begin
