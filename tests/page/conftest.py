"""A real headless Chromium, a real LiveKit server, workers, and pages served over them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.worker.local import LocalServer
from scripts.page_picture import NO_CHROMIUM, chromium, flags
from tests.e2e.conftest import StartWorker, server, start_worker
from tests.voice import callers

__all__ = ["server", "start_worker"]

WITHOUT_A_MICROPHONE = ["--no-sandbox", "--disable-gpu"]
PATIENCE = 40_000
"""Milliseconds that something may take on a machine with other work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/page/" in item.nodeid or item.nodeid.startswith("page/"):
            item.add_marker(pytest.mark.page)
            item.add_marker(pytest.mark.timeout(420))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not chromium():
        terminalreporter.write_line(f"Left out: the page in a browser; {NO_CHROMIUM}.")


@dataclass
class Served:
    """A page's process, and its address."""

    address: str
    process: subprocess.Popen[str]


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
        assert page.process.wait(15) == 0, "Ctrl+C ends it well"


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the database that worker and page share."""
    return f"sqlite:///{tmp_path_factory.mktemp('records')}/calls.db"


@pytest.fixture(scope="session")
def served(
    server: LocalServer, start_worker: StartWorker, serve_page: ServePage, records: str
) -> Served:
    """A page, with a worker that answers its calls."""
    start_worker(DATABASE_URL=records, IDLE_PROCESSES="2")
    return serve_page(**server.environment, DATABASE_URL=records, PAGE_CALLS_AN_HOUR="500")


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
    return launch(*flags(tmp_path_factory.mktemp("silence")))


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a tab of its own on an address; what the browser complains of fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def begin(address: str, using: Any = None, **chosen: Any) -> Any:
        context = (using or browser).new_context(**chosen)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
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


def spoken(path: Path, lines: list[tuple[float, str]]) -> Path:
    """A microphone's recording: each line said at its second."""
    rate = callers.RATE
    sound = np.zeros(int((lines[-1][0] + 20.0) * rate), np.int16)
    for at, words in lines:
        said, start = callers.says("joe", words), int(at * rate)
        sound[start : start + len(said)] = said
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return path
