"""Memory a call adds, beside other programs: `python -m scripts.bench.memory [CALLS] [NAME ...]`.

A LiveKit server runs here, and a worker after another. An ordinary LiveKit one and openrtc have an
agent that only listens (`make build/openrtc.ready` sets them up); this program's has everything
embedded, and hears and speaks. Callers join one after the other and say nothing. Told is what the
worker and all its processes hold, each page divided among those who share it, with the first call
and with all of them.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from livekit import rtc

from assistant.worker.local import LocalServer, local_server
from scripts import livekit_server
from scripts.bench.figures import THIS

RATE = 24_000
FRAME = RATE // 20
SETTLES = 12.0
"""Seconds after the last caller joined: a process for the next call is loaded then."""
STARTS = 90.0
PYTHON = Path(__file__).parents[2] / "build/openrtc/bin/python"
WORKER = Path(__file__).with_name("peer_worker.py")
ALL = {
    "ordinary LiveKit": [str(PYTHON), str(WORKER), "livekit", "start"],
    "openrtc": [str(PYTHON), str(WORKER), "openrtc", "start"],
    THIS: [sys.executable, "-m", "assistant", "start"],
}
OURS = {
    "IDLE_PROCESSES": "1",
    "MOST_CALLS": "20",
    "HEALTH_PORT": "0",
    **dict.fromkeys(("LLM", "STT", "TTS"), "offline"),
}


def held(worker: psutil.Process) -> float:
    """Megabytes of a worker and all of its processes; what they share counts once."""
    family = [worker, *worker.children(recursive=True)]
    total = 0.0
    for process in family:
        try:
            total += process.memory_full_info().pss / 2**20
        except psutil.NoSuchProcess:
            continue  # it has ended since
    return total


async def join(server: LocalServer, name: str) -> tuple[rtc.Room, asyncio.Task[None]]:
    """A caller who is there and says nothing."""
    room = rtc.Room()
    await room.connect(server.url, server.token("caller", name))
    source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)

    async def quiet() -> None:
        while True:
            await source.capture_frame(rtc.AudioFrame(b"\0\0" * FRAME, RATE, 1, FRAME))

    return room, asyncio.ensure_future(quiet())


async def measure(server: LocalServer, worker: psutil.Process, calls: int) -> tuple[float, float]:
    """Megabytes with the first call, and with so many."""
    there = []
    found = []
    for nth in range(calls):
        there.append(await join(server, f"memory-{worker.pid}-{nth}"))
        await asyncio.sleep(SETTLES if nth in (0, calls - 1) else SETTLES / 4)
        if nth in (0, calls - 1):
            agents = [len(room.remote_participants) for room, _ in there]
            if not all(agents):
                print(f"  of {len(there)} calls {agents.count(0)} have no agent", file=sys.stderr)
            found.append(held(worker))
    for room, talking in there:
        talking.cancel()
        await room.disconnect()
    return found[0], found[-1]


def main() -> int:
    """Measure every worker that can be had."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, command in ALL.items():
        if sys.argv[2:] and name not in sys.argv[2:]:
            continue
        if not Path(command[0]).exists():
            print(f"{name} isn't installed in build/openrtc, and is left out")
            continue
        with (
            tempfile.TemporaryFile() as log,
            tempfile.NamedTemporaryFile() as said,
            local_server(livekit_server.find(), log.fileno()) as server,
        ):
            worker = subprocess.Popen(
                command,
                env={**os.environ, **server.environment, **OURS},
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
            try:
                began = time.monotonic()
                while "registered worker" not in Path(said.name).read_text():
                    if worker.poll() is not None or time.monotonic() - began > STARTS:
                        print(f"{name} doesn't start: {Path(said.name).read_text()[-600:]}")
                        break
                    time.sleep(0.2)
                else:
                    time.sleep(5.0)  # its idle process is loaded
                    one, all_ = asyncio.run(measure(server, psutil.Process(worker.pid), calls))
                    each = (all_ - one) / (calls - 1)
                    print(f"{name}: {one:.0f} MB with one call, {all_:.0f} with {calls}", end="")
                    print(f": {each:.0f} MB for each more", flush=True)
            finally:
                process = psutil.Process(worker.pid)
                for each_ in [*process.children(recursive=True), process]:
                    each_.kill()
                worker.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
