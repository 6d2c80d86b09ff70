"""A worker's life: starting, many calls, and stopping."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import urllib.request

import psutil
import pytest
from livekit import api

from assistant.worker.local import LocalServer
from tests.e2e.caller import PATIENCE, calling, greeted, put_through_to_sales, says_goodbye
from tests.e2e.conftest import RunningWorker, StartWorker, room_is_gone, until

GROWTH = 30
"""Megabytes that a worker may have more after ten calls than after the first, shared ones aside."""
SETTLED = 3.0
"""Megabytes by which a worker that does nothing may change in two seconds."""


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"LIVEKIT_API_SECRET": "wrong"}, "refused the key: check LIVEKIT_API_KEY"),
        ({"LIVEKIT_API_KEY": ""}, "LIVEKIT_API_KEY must be set"),
        ({"LIVEKIT_URL": "ws://127.0.0.1:9"}, "can't be reached: check LIVEKIT_URL"),
        ({"LIVEKIT_URL": "127.0.0.1"}, "LIVEKIT_URL=127.0.0.1 is no address"),
        ({"REPORTS": "/nowhere"}, "REPORTS=/nowhere is no directory"),
    ],
)
def test_wrong_settings_are_one_sentence(
    server: LocalServer, wrong: dict[str, str], told: str
) -> None:
    """A worker that cannot serve says why in one line, and its exit code is 2."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", "start"],
        env={**os.environ, **server.environment, **wrong},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_health_endpoint_is_on_the_loopback_address(worker: RunningWorker) -> None:
    """Unless told otherwise, nobody outside this machine can ask how the worker is."""
    found = re.search(r"HTTP server listening on ([\d.]+):(\d+)", worker.says())
    assert found is not None
    assert found[1] == "127.0.0.1"
    with urllib.request.urlopen(f"http://127.0.0.1:{found[2]}/", timeout=5) as answer:
        assert answer.read() == b"OK"


def lives(process: psutil.Process) -> bool:
    """Whether a process still runs; one that nobody has asked about since its end doesn't."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_ten_calls_leave_nothing_behind(
    server: LocalServer, start_worker: StartWorker, room: str
) -> None:
    """After ten calls a worker has the processes that it had, and no more memory to speak of."""
    worker = start_worker(AGENT_NAME="ten")

    async def one(number: int) -> None:
        async with calling(server, f"{room}-{number}", agent="ten") as caller:
            call = await caller.sid()
            async with asyncio.timeout(PATIENCE):
                await caller.answered.wait()
        await worker.report(call)
        await room_is_gone(server, f"{room}-{number}")
        await until(lambda: len(worker.family()) == processes, "a call's process is still there")

    def megabytes() -> float:
        return sum(process.memory_full_info().uss for process in worker.family()) / 2**20

    async def settled() -> float:
        """Once the process that waits for the next call has loaded everything."""
        before = 0.0
        async with asyncio.timeout(PATIENCE):
            while abs(megabytes() - before) > SETTLED:
                before = megabytes()
                await asyncio.sleep(2.0)
        return before

    processes = len(worker.family())
    await one(0)
    before = await settled()
    for number in range(1, 10):
        await one(number)
    after = await settled()

    assert len(worker.family()) == processes
    assert after - before < GROWTH, f"{before:.0f} MB became {after:.0f} MB"


async def test_a_worker_that_is_to_stop_finishes_its_call(
    server: LocalServer, start_worker: StartWorker, room: str
) -> None:
    """Asked to stop in the middle of a call, a worker serves it to its end, and then goes."""
    worker = start_worker(AGENT_NAME="drained")
    async with calling(server, room, agent="drained") as caller:
        call = await caller.sid()
        await greeted(caller)
        worker.drain()
        worker.waits_until("draining worker")
        await put_through_to_sales(caller)
        assert await says_goodbye(caller) == "ROOM_DELETED"
    report = await worker.report(call)
    family = worker.family()
    await until(lambda: worker.process.poll() is not None, "the worker is still there")

    assert report["ended_by"] == "end_purchase_call"
    assert worker.process.returncode == 0
    await until(lambda: not any(map(lives, family)), "its processes outlive it", 10.0)


async def test_an_agent_that_livekit_takes_out_of_the_room_is_replaced(
    server: LocalServer, start_worker: StartWorker, room: str
) -> None:
    """As it does with one whose connection was lost: the caller, who is there, carries on."""
    worker = start_worker(AGENT_NAME="taken-out")
    async with calling(server, room, agent="taken-out") as caller:
        call = await caller.sid()
        await greeted(caller)
        (agent,) = caller.first_sounds
        async with api.LiveKitAPI(server.url, server.key, server.secret) as livekit:
            asked = api.RoomParticipantIdentity(room=room, identity=agent)
            await livekit.room.remove_participant(asked)
        await caller.hears("cut off")
        await put_through_to_sales(caller)
        assert await says_goodbye(caller) == "ROOM_DELETED"
    report = await worker.report(call)
    assert (report["ended_by"], len(caller.first_sounds)) == ("end_purchase_call", 2)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere only an orderly end ends it")
async def test_the_server_of_make_room_ends_with_it(server: LocalServer) -> None:
    """Also where whoever began it is killed."""
    begins = (
        "import os, pathlib, signal; from assistant.worker.local import local_server\n"
        "from scripts import livekit_server\n"
        "with local_server(livekit_server.find(), -3) as here:\n"
        "    print(here.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    begun = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", begins), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await begun.communicate()
    its = int(said)
    await until(lambda: not psutil.pid_exists(its) or not lives(psutil.Process(its)), "it is left")
