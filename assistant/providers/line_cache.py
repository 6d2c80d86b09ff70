"""Fixed lines as sound: synthesised once, played at once, and there when the voice has failed."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import tempfile
import wave
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TypeAlias

from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, tts

log = logging.getLogger("assistant.providers")

Key: TypeAlias = tuple[str, str, str]
Sound: TypeAlias = rtc.AudioFrame

_kept: dict[Key, Sound] = {}
"""By provider, voice, with its pace where it has one, and text: what this process synthesised."""
_FRAME = 0.1
"""Seconds of sound handed over at a time."""


class KeptLines:
    """The fixed lines of one voice, shared by all calls of the process.

    With a folder they outlast the process: where each call has its own process, a provider that is
    paid by the character is asked for each line once, not once a call.
    """

    def __init__(self, voice: tts.TTS[str], folder: Path | None = None) -> None:
        self._voice = voice
        self._folder = folder

    def sound(self, text: str) -> Sound | None:
        """A line's sound, if it is kept."""
        return _kept.get(self._key(text))

    async def keep(self, texts: Iterable[str]) -> None:
        """Synthesise the lines that aren't kept yet, one after the other, in their order.

        A voice that fails leaves the rest to be spoken as they come.
        """
        for text in texts:
            if self._key(text) in _kept:
                continue
            try:
                found = await asyncio.to_thread(self._read, text)
                _kept[self._key(text)] = found or await self._synthesise(text)
            except (APIError, TimeoutError, OSError) as error:
                log.warning("No fixed lines kept in advance: %s failed.", type(error).__name__)
                return

    async def _synthesise(self, text: str) -> Sound:
        options = APIConnectOptions(max_retry=0, timeout=10.0)
        async with self._voice.synthesize(text, conn_options=options) as speech:
            sound = await speech.collect()
        if self._folder is not None:
            await asyncio.to_thread(_write, self._file(text), sound)
        return sound

    def _key(self, text: str) -> Key:
        voice = self._voice.model
        from assistant.providers.offline.tts import OfflineTTS  # a call in text has no voice

        if isinstance(self._voice, OfflineTTS):
            voice = f"{voice} at {self._voice.speed:g}"
        return self._voice.provider, voice, text

    def _file(self, text: str) -> Path:
        assert self._folder is not None
        name = hashlib.sha256("\n".join(self._key(text)).encode()).hexdigest()[:32]
        return self._folder / f"{name}.wav"

    def _read(self, text: str) -> Sound | None:
        if self._folder is None or not self._file(text).is_file():
            return None
        try:
            with wave.open(str(self._file(text)), "rb") as file:
                count, rate = file.getnframes(), file.getframerate()
                return rtc.AudioFrame(file.readframes(count), rate, file.getnchannels(), count)
        except (wave.Error, EOFError, ValueError):
            return None


async def playing(sound: Sound) -> AsyncIterator[rtc.AudioFrame]:
    """A kept sound as the frames in which a session takes it."""
    step = int(sound.sample_rate * _FRAME)
    data = bytes(sound.data)
    width = 2 * sound.num_channels
    for start in range(0, sound.samples_per_channel, step):
        part = data[start * width : (start + step) * width]
        yield rtc.AudioFrame(part, sound.sample_rate, sound.num_channels, len(part) // width)
        await asyncio.sleep(0)  # else LiveKit looks at the pace of the whole line at once: 0.1 s


def _write(path: Path, sound: Sound) -> None:
    """Write it whole or not at all; a folder that can't be written costs only time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as scratch:
            scratch.write(sound.to_wav_bytes())
        os.replace(scratch.name, path)
    except OSError as error:
        log.warning("Fixed lines can't be kept in %s: %s.", path.parent, error.strerror)
