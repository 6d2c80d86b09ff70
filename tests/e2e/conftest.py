"""A real LiveKit server on the loopback address, and real workers on it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from livekit import api

from assistant.worker.local import LocalServer, local_server
from scripts import livekit_server

STARTS = 240.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/e2e/" in item.nodeid or item.nodeid.startswith("e2e/"):
            item.add_marker(pytest.mark.e2e)
            if isinstance(item, pytest.Function) and asyncio.iscoroutinefunction(item.obj):
                # LiveKit's client keeps telling a loop what happens, also one that is closed.
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(480))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not (livekit_server.present() or livekit_server.can_build()):
        terminalreporter.write_line(livekit_server.left_out())


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The LiveKit server of all tests here."""
    if not (livekit_server.present() or livekit_server.can_build()):
        pytest.skip(f"calls in real rooms left out: {livekit_server.HOW_TO_HAVE_IT}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop what was started, then too
    log = tmp_path_factory.mktemp("livekit") / "server.log"
    with log.open("wb") as file, local_server(livekit_server.find(), file) as running:
        yield running


@dataclass
class RunningWorker:
    """A worker in processes of its own, as `make start` runs it."""

    process: subprocess.Popen[bytes]
    log: Path
    reports: Path
    server: LocalServer

    def says(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

    def waits_until(self, pattern: str, patience: float = STARTS) -> None:
        """Wait until its log holds this."""
        until = time.monotonic() + patience
        while not re.search(pattern, self.says()):
            assert self.process.poll() is None, f"the worker has ended:\n{self.says()[-3000:]}"
            assert time.monotonic() < until, f"no {pattern!r} in:\n{self.says()[-3000:]}"
            time.sleep(0.1)

    def serving(self, call: str) -> list[tuple[str, int]]:
        """When its processes began to serve a call, and which: the last one is who serves it."""
        found = []
        for line in self.says().splitlines():
            if f'"message": "call {call}: ' in line and '"pid"' in line:
                entry = json.loads(line)
                found.append((str(entry["timestamp"]), int(entry["pid"])))
        return found

    async def report(self, call: str, patience: float = 30.0) -> dict[str, Any]:
        """A call's report, once it is written."""
        path = self.reports / f"{call}.json"
        await until(path.exists, f"no report of {call} in:\n{self.says()[-3000:]}", patience)
        return dict(json.loads(path.read_text()))

    def family(self) -> list[psutil.Process]:
        """Its processes: itself, and all that descend from it."""
        try:
            mother = psutil.Process(self.process.pid)
            return [mother, *mother.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def stop(self) -> None:
        """Stop it at once, and nothing else."""
        family = self.family()
        for process in reversed(family):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)
        self.process.wait()

    def drain(self) -> None:
        """Ask it to stop when its calls are over, as a supervisor does: by all of its processes."""
        os.killpg(self.process.pid, signal.SIGTERM)


StartWorker = Callable[..., RunningWorker]


@pytest.fixture(scope="session")
def start_worker(
    server: LocalServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartWorker]:
    """Starts a worker with a command and settings besides the server's; waits until it serves."""
    running: list[RunningWorker] = []

    def begin(*command: str, **settings: str) -> RunningWorker:
        folder = tmp_path_factory.mktemp("worker")
        reports = folder / "reports"
        reports.mkdir()
        chosen = {
            "HEALTH_PORT": "0",
            "MOST_CALLS": "20",
            "IDLE_PROCESSES": "1",
            "REPORTS": str(reports),
            "KEEP_TRANSCRIPTS": "1",
            "DATABASE_URL": f"sqlite:///{folder}/calls.db",
            "LLM": "offline",
            "STT": "offline",
            "TTS": "offline",
            **server.environment,
            **settings,
        }
        with (folder / "worker.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *(command or ("-m", "assistant", "start"))],
                env={**os.environ, **chosen},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = RunningWorker(process, folder / "worker.log", reports, server)
        running.append(worker)
        worker.waits_until("registered worker")
        return worker

    yield begin
    for worker in running:
        worker.stop()


@pytest.fixture(scope="session")
def worker(start_worker: StartWorker) -> RunningWorker:
    """The worker that comes to every room that nobody asked another agent into.

    It waits long for a caller to speak: on a busy machine their words take long to be there.
    """
    return start_worker(SILENCE_SECONDS="60")


@pytest.fixture
def room() -> str:
    """A room's name that no other test uses."""
    return f"room-{uuid.uuid4().hex[:8]}"


async def until(
    true: Callable[[], bool | Awaitable[bool]], otherwise: str, patience: float = 60.0
) -> None:
    """Wait until something holds.

    Raises:
        AssertionError: it doesn't.
    """
    try:
        async with asyncio.timeout(patience):
            while True:
                found = true()
                if found if isinstance(found, bool) else await found:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(otherwise) from None


async def room_is_gone(server: LocalServer, name: str, patience: float = 10.0) -> None:
    """Wait until a room is closed, by its agent rather than for being empty (after 20 s)."""
    asked = api.ListRoomsRequest(names=[name])
    async with api.LiveKitAPI(server.url, server.key, server.secret) as livekit:

        async def gone() -> bool:
            return not (await livekit.room.list_rooms(asked)).rooms

        await until(gone, f"{name} is still open", patience)
