"""Measure what calls in rooms cost: `python -m scripts.bench.rooms [CALLS] [SECONDS] [QUESTION]`.

A LiveKit server and a worker run here with the embedded providers, and so many callers at once ask
a question again and again. Printed are the processor's time and the memory by part, how long a
question takes to be answered, and how often an answer had a hole in it (a tenth of a second of
nothing at all between two words), which is what a caller hears as stuttering.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
from livekit import rtc

from assistant.providers.offline import stt as speech_to_text
from assistant.providers.offline import tts as text_to_speech
from assistant.providers.offline.shared import process as shared_speech
from assistant.worker.local import LocalServer, local_server
from scripts import livekit_server

QUESTION = "Which iPhones do you have?"
RATE = 24_000
FRAME = RATE // 20
HEARD_MS = 20
"""Milliseconds that a caller hears at once; with less, callers cost as much as their calls."""
LOUD = 150.0
PAUSE = 0.9
THINKS = 3.0
"""Seconds that a caller says nothing after an answer."""
APART = 5.0
"""Seconds from one caller to the next: the process that then loads isn't what is measured."""


@dataclass
class Asking:
    """A caller who asks the same question again and again."""

    waits: list[float] = field(default_factory=list)
    """Seconds from the end of each question to the first sound of its answer."""
    holes: int = 0
    """How often sound ran out in the middle of an answer."""

    def begin(self) -> None:
        """Count from now on."""
        self.waits.clear()
        self.holes = 0

    async def call(self, server: LocalServer, name: str, question: bytes) -> None:
        """Join a room of this name and ask until cancelled."""
        room = rtc.Room()
        self._loud = self._began = 0.0
        self._speaking = False
        room.on("track_subscribed", lambda track, *_: asyncio.ensure_future(self._listen(track)))
        await room.connect(server.url, server.token("caller", name))
        source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, options)
        try:
            await self._ask(source, question)
        finally:
            await room.disconnect()

    async def _ask(self, source: rtc.AudioSource, question: bytes) -> None:
        quiet = b"\0\0" * FRAME
        while True:
            while self._speaking or time.monotonic() - self._loud < THINKS or not self._loud:
                await source.capture_frame(rtc.AudioFrame(quiet, RATE, 1, FRAME))
            for start in range(0, len(question) - 2 * FRAME + 1, 2 * FRAME):
                piece = question[start : start + 2 * FRAME]
                await source.capture_frame(rtc.AudioFrame(piece, RATE, 1, FRAME))
            asked = time.monotonic()
            while self._began < asked and time.monotonic() - asked < 20.0:
                await source.capture_frame(rtc.AudioFrame(quiet, RATE, 1, FRAME))
            if self._began > asked:
                self.waits.append(self._began - asked)

    async def _listen(self, track: rtc.Track) -> None:
        empty = 0.0
        async for event in rtc.AudioStream(
            track, sample_rate=16_000, num_channels=1, frame_size_ms=HEARD_MS
        ):
            frame = np.frombuffer(event.frame.data, np.int16).astype(np.float64)
            now = time.monotonic()
            if np.sqrt(np.mean(frame**2)) > LOUD:
                if not self._speaking:
                    self._began, self._speaking = now, True
                elif 0.1 <= empty < 0.5 and self.waits:
                    self.holes += 1
                self._loud = now
            elif self._speaking and now - self._loud > PAUSE:
                self._speaking = False
            empty = 0.0 if frame.any() else empty + event.frame.duration


def _children(worker: psutil.Process) -> list[psutil.Process]:
    return [child for child in worker.children(recursive=True) if child.is_running()]


def _seconds(processes: Iterable[psutil.Process]) -> dict[int, float]:
    found = {}
    for process in processes:
        used = process.cpu_times()
        found[process.pid] = used.user + used.system
    return found


def _private(process: psutil.Process) -> float:
    """Megabytes that go with this process: what it shares with none."""
    return float(process.memory_full_info().uss) / 2**20


def _speech(processes: Iterable[psutil.Process]) -> psutil.Process | None:
    """The process that hears and speaks for all calls."""
    name = shared_speech.__name__
    return next((process for process in processes if name in process.cmdline()), None)


async def measure(
    server: LocalServer, worker: psutil.Process, calls: int, seconds: float, asked: str
) -> None:
    """Hold so many calls for so long, and print what they took."""
    speech = _speech(_children(worker))
    idle = [_private(child) for child in _children(worker) if child != speech]
    print(f"worker       {_private(worker):6.0f} MB of its own")
    print(f"idle process {statistics.median(sorted(idle)[1:] or idle):6.0f} MB")
    voice = text_to_speech.loaded()
    question = b"".join(voice.sound(part) for part in voice.sentences(asked))
    callers = [Asking() for _ in range(calls)]
    work = []
    for number, caller in enumerate(callers):
        work.append(asyncio.create_task(caller.call(server, f"load-{number}", question)))
        await asyncio.sleep(APART)
    await asyncio.sleep(15.0)  # greeted, and everything loaded
    for caller in callers:
        caller.begin()
    livekit, ours = psutil.Process(server.process.pid), psutil.Process()
    parts = [ours, livekit, worker, *_children(worker)]
    begin, began = _seconds(parts), time.monotonic()
    await asyncio.sleep(seconds)
    end, took = _seconds(parts), time.monotonic() - began
    share = {pid: (end[pid] - begin[pid]) / took for pid in begin}
    others = {ours.pid, livekit.pid, worker.pid, *([speech.pid] if speech else [])}
    theirs = [pid for pid in share if pid not in others]
    busiest = sorted(theirs, key=share.__getitem__)[-calls:]
    print(f"a call       {statistics.mean(share[pid] for pid in busiest):6.2f} of a core")
    memory = statistics.mean(_private(psutil.Process(pid)) for pid in busiest)
    print(f"             {memory:6.0f} MB of its own")
    if speech is not None:
        print(f"the speech process {share[speech.pid]:.2f} of a core, {_private(speech):.0f} MB")
    print(f"the worker   {share[worker.pid]:6.2f} of a core")
    print(f"its share of the LiveKit server {share[livekit.pid] / calls:6.3f} of a core")
    print(f"the LiveKit server {_private(livekit):6.0f} MB")
    print(f"a caller's own {share[ours.pid] / calls:6.2f} of a core")
    for task in work:
        task.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    waits = sorted(wait for caller in callers for wait in caller.waits)
    if waits:
        print(f"answered in  {statistics.median(waits):6.2f} s, {waits[-1]:.2f} s at most")
    print(f"holes        {sum(caller.holes for caller in callers):6d}")
    print(f"answers      {len(waits):6d} to {calls} callers in {took:.0f} s")


def main() -> int:
    """Measure."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 40.0
    asked = sys.argv[3] if len(sys.argv) > 3 else QUESTION
    speech_to_text.load()
    with (
        tempfile.TemporaryFile() as log,
        tempfile.NamedTemporaryFile() as said,
        local_server(livekit_server.find(), log.fileno()) as server,
    ):
        settings = {
            "IDLE_PROCESSES": "2",
            "MOST_CALLS": str(calls + 1),
            "HEALTH_PORT": "0",
            **dict.fromkeys(("LLM", "STT", "TTS"), "offline"),
        }
        worker = subprocess.Popen(
            [sys.executable, "-m", "assistant", "start"],
            env={**os.environ, **server.environment, **settings},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            while "registered worker" not in Path(said.name).read_text():
                if worker.poll() is not None:
                    print(Path(said.name).read_text()[-2000:], file=sys.stderr)
                    return 2
                time.sleep(0.2)
            asyncio.run(measure(server, psutil.Process(worker.pid), calls, seconds, asked))
            print(f"taken up     {Path(said.name).read_text().count('is taken up'):6d}")
        finally:
            family = [psutil.Process(worker.pid), *_children(psutil.Process(worker.pid))]
            for process in reversed(family):
                process.kill()
            worker.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
