"""A call's sound where there is no room: a microphone and a loudspeaker that a device drives."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from livekit import rtc
from livekit.agents import AgentSession
from livekit.agents.voice import io
from livekit.agents.voice.transcription import TranscriptSynchronizer

RATE: Final = 24_000
"""Samples a second, one channel of 16 bits, in both directions."""
SILENCE: Final = b"\0\0"


class Microphone(io.AudioInput):
    """What the caller says: a device pushes, the session takes. Any thread may push."""

    def __init__(self) -> None:
        super().__init__(label="Microphone")
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[rtc.AudioFrame | None] = asyncio.Queue()

    def push(self, pcm: bytes) -> None:
        """Hand over samples."""
        frame = rtc.AudioFrame(pcm, RATE, 1, len(pcm) // 2)
        self._loop.call_soon_threadsafe(self._heard.put_nowait, frame)

    def close(self) -> None:
        """No more will come."""
        self._loop.call_soon_threadsafe(self._heard.put_nowait, None)

    async def __anext__(self) -> rtc.AudioFrame:
        frame = await self._heard.get()
        if frame is None:
            raise StopAsyncIteration
        return frame


@dataclass
class _Sentence:
    """A stretch of sound between two flushes."""

    left: bytearray = field(default_factory=bytearray)
    played: int = 0
    complete: bool = False


class Loudspeaker(io.AudioOutput):
    """What the caller hears: the session pushes, a device pulls. Any thread may pull."""

    def __init__(self) -> None:
        super().__init__(
            label="Loudspeaker",
            capabilities=io.AudioOutputCapabilities(pause=True),
            sample_rate=RATE,
        )
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._sentences: deque[_Sentence] = deque()
        self._paused = False
        self._closed = False

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        with self._lock:
            if not self._sentences or self._sentences[-1].complete:
                self._sentences.append(_Sentence())
            self._sentences[-1].left += bytes(frame.data)

    def flush(self) -> None:
        super().flush()
        with self._lock:
            if self._sentences:
                self._sentences[-1].complete = True
            closed = self._closed
        if closed:
            self.clear_buffer()

    def close(self) -> None:
        """Nobody listens any more: what wasn't heard, and what is still to come, is cut off."""
        with self._lock:
            self._closed = True
            under_way = bool(self._sentences) and not self._sentences[-1].complete
        if not under_way:  # else its flush does it
            self.clear_buffer()

    def clear_buffer(self) -> None:
        with self._lock:
            cut = list(self._sentences)
            self._sentences.clear()
        for sentence in cut:
            self._finished(sentence.played, interrupted=True)

    def pause(self) -> None:
        super().pause()
        self._paused = True

    def resume(self) -> None:
        super().resume()
        self._paused = False

    def pull(self, samples: int) -> bytes:
        """The next samples to be heard: silence where there is nothing to say."""
        wanted = 2 * samples
        with self._lock:
            if self._paused or self._closed or not self._sentences:
                return SILENCE * samples
            sentence = self._sentences[0]
            sound = bytes(sentence.left[:wanted])
            del sentence.left[:wanted]
            if sound and not sentence.played:
                self._later(self._started, time.time())
            sentence.played += len(sound) // 2
            if sentence.complete and not sentence.left:
                self._sentences.popleft()
                self._later(self._finished, sentence.played)
        return sound.ljust(wanted, b"\0")

    def _started(self, at: float) -> None:
        self.on_playback_started(created_at=at)

    def _finished(self, played: int, *, interrupted: bool = False) -> None:
        self.on_playback_finished(playback_position=played / RATE, interrupted=interrupted)

    def _later(self, tell: object, value: float) -> None:
        self._loop.call_soon_threadsafe(tell, value)  # type: ignore[arg-type]


@asynccontextmanager
async def connected(
    session: AgentSession[Any], ear: Microphone, mouth: Loudspeaker
) -> AsyncIterator[None]:
    """Give a session its sound; its history gets the words that were heard, not those cut off."""
    together = TranscriptSynchronizer(next_in_chain_audio=mouth, next_in_chain_text=None)
    session.input.audio = ear
    session.output.audio = together.audio_output
    session.output.transcription = together.text_output
    try:
        yield
    finally:
        ear.close()
        await together.aclose()
