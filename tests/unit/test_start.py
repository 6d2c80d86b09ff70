"""Starting the worker: what is refused in a sentence, and what Prometheus then reads off."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from assistant.worker.start import StartError, check_records
from tests.calls import ROOT

PATIENCE = 120.0
SCRAPING = """
import os, signal, sys, threading, time, urllib.request

def read():
    try:
        url = f"http://127.0.0.1:{os.environ['METRICS_PORT']}/metrics"
        return urllib.request.urlopen(url).read().decode()
    except OSError:
        return ""

def scrape():
    until = time.monotonic() + 60
    awaited = ("lk_agents_worker_load{", "lk_agents_child_process_count{", "shop_orders_total")
    while not all(each in read() for each in awaited):
        if time.monotonic() > until:
            break
        time.sleep(0.1)
    sys.modules["assistant.telemetry"].TAKEN_UP.one()
    print(read(), flush=True)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=scrape, daemon=True).start()
"""
"""Read in a worker's main process what Prometheus would, after a call was taken up there."""
AS = {
    "python -m assistant start": "from assistant.__main__ import main\nsys.exit(main(['start']))",
    "python -m livekit.agents start assistant/worker/server.py": (
        "from livekit.agents.__main__ import main\n"
        "sys.exit(main(['start', 'assistant/worker/server.py', '--log-level', 'ERROR']))"
    ),
}


@pytest.fixture
async def livekit() -> AsyncIterator[str]:
    """The address of a server that knows of no room and of no worker."""

    async def nothing(_: web.Request) -> web.Response:
        return web.Response(content_type="application/protobuf")

    app = web.Application()
    app.add_routes([web.post("/twirp/{service}/{method}", nothing)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"ws://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@contextmanager
def taken() -> Iterator[int]:
    """A port that somebody has."""
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        ours.listen()
        yield ours.getsockname()[1]


def free() -> int:
    """A port that nobody has."""
    with taken() as port:
        return port


def metrics_in(folder: str) -> list[Path]:
    """What workers keep their figures in."""
    return [*Path(folder).glob("iphone-shop-metrics-*")]


async def started(
    home: Path, livekit: str, *how: str, **settings: object
) -> tuple[int | None, str, str]:
    """The exit code of a worker that was started like this, what it printed, and its errors."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *how),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DATABASE_URL": f"sqlite:///{home}/calls.db",
            "LIVEKIT_URL": livekit,
            "LIVEKIT_API_KEY": "key",
            "LIVEKIT_API_SECRET": "secret" * 6,
            "LOG_LEVEL": "ERROR",
            "KEPT_LINES": "off",
            **dict.fromkeys(("OPENAI_API_KEY", "DEEPGRAM_API_KEY"), ""),
            **{name: str(value) for name, value in settings.items()},
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, out.decode(), err.decode()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("command", AS)
async def test_the_workers_own_counters_are_read_with_those_of_its_calls(
    command: str, tmp_path: Path, livekit: str
) -> None:
    """Calls taken up and LiveKit's gauges are counted in the main process, orders in a call's."""
    with tempfile.TemporaryDirectory() as temporary:  # a short path: sockets are made there
        settings = {
            "METRICS_PORT": free(),
            "HEALTH_PORT": 0,
            "IDLE_PROCESSES": 1,
            "TMPDIR": temporary,
        }
        code, out, err = await started(tmp_path, livekit, "-c", SCRAPING + AS[command], **settings)
        left = metrics_in(temporary)
    assert "shop_calls_taken_up_total 1.0" in out, err
    assert "shop_orders_total 0.0" in out
    assert "lk_agents_worker_load{" in out
    assert "lk_agents_child_process_count{" in out
    assert code == 0
    assert left == []


@pytest.mark.parametrize("command", ["start", "dev"])
async def test_a_metrics_port_that_is_taken_ends_the_start_with_one_sentence(
    command: str, tmp_path: Path, livekit: str
) -> None:
    """A second worker with the same settings finds out before it touches anything."""
    with taken() as port:
        settings = {"METRICS_PORT": port, "HEALTH_PORT": 0}
        ended = await started(tmp_path, livekit, "-m", "assistant", command, **settings)
    assert ended == (
        2,
        "",
        f"No calls are taken: The metrics endpoint can't have 127.0.0.1:{port} (Address already in "
        "use): set METRICS_PORT (0 is none) or HEALTH_HOST.\n",
    )


async def test_a_health_port_that_is_taken_ends_the_start_with_one_sentence(
    tmp_path: Path, livekit: str
) -> None:
    """It says which setting it is."""
    with taken() as port:
        ended = await started(tmp_path, livekit, "-m", "assistant", "start", HEALTH_PORT=port)
    assert ended[0] == 2
    assert "health endpoint" in ended[2]
    assert "set HEALTH_PORT (0 takes a free one) or HEALTH_HOST." in ended[2]


async def test_one_port_cannot_tell_both_health_and_metrics(tmp_path: Path, livekit: str) -> None:
    """Each is free; together they aren't."""
    port = free()
    settings = {"METRICS_PORT": port, "HEALTH_PORT": port}
    ended = await started(tmp_path, livekit, "-m", "assistant", "start", **settings)
    assert ended[0] == 2
    assert f"METRICS_PORT and HEALTH_PORT are both {port}" in ended[2]


@pytest.mark.parametrize("where", ["", "/none.db/calls.db", "/text"])
async def test_a_file_in_which_no_call_can_be_kept_ends_the_start(
    where: str, tmp_path: Path
) -> None:
    """A folder, a path below a file, something that is no database: waiting mends none of it."""
    (tmp_path / "none.db").touch()
    (tmp_path / "text").write_text("This is no database. " * 500)
    with pytest.raises(StartError, match="name a SQLite file in DATABASE_URL that can be written"):
        await check_records(f"sqlite:///{tmp_path}{where}")
