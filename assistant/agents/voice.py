"""Streams that are waited for no longer than a caller would wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from livekit import rtc
from livekit.agents import tts, utils

T = TypeVar("T")


async def late_or(stream: AsyncIterable[T], seconds: float | None) -> AsyncIterator[T | None]:
    """A stream, with None once before its first part where that comes later than these seconds."""
    parts = aiter(stream)
    first = asyncio.ensure_future(anext(parts, None))
    try:
        await asyncio.wait((first,), timeout=seconds)
        if not first.done():
            yield None
        part = await first
        if part is None:
            return
        yield part
        async for part in parts:
            yield part
    finally:
        await utils.aio.cancel_and_wait(first)


class Sentence:
    """A text on its way to a voice, which remembers what has been said."""

    def __init__(self, text: AsyncIterable[str]) -> None:
        self.heard = False
        """Whether any of it has become sound."""
        self._text = text
        self._said: list[str] = []
        self._all_said = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[str]:
        async for part in self._text:
            self._said.append(part)
            yield part
        self._all_said.set()

    async def again(self) -> AsyncIterator[str]:
        """The whole text once more."""
        yield "".join(self._said)

    async def within(
        self, sound: AsyncIterable[rtc.AudioFrame], seconds: float
    ) -> AsyncIterator[rtc.AudioFrame]:
        """Its sound, which may not pause for longer than that once all of the text is there.

        Raises:
            TimeoutError: it did.
        """
        frames = aiter(sound)
        while True:
            next_one = asyncio.ensure_future(anext(frames, None))
            complete = asyncio.ensure_future(self._all_said.wait())
            try:
                await asyncio.wait((next_one, complete), return_when=asyncio.FIRST_COMPLETED)
                frame = await asyncio.wait_for(next_one, seconds)
            finally:
                await utils.aio.cancel_and_wait(next_one, complete)
            if frame is None:
                return
            self.heard = True
            yield frame


@contextmanager
def breaking(voice: tts.TTS[Any] | None, sentence: Sentence) -> Iterator[asyncio.Event]:
    """An event that is set when, meanwhile, a voice has failed in the middle of the sentence."""
    broken = asyncio.Event()

    def changed(event: tts.AvailabilityChangedEvent) -> None:
        if not event.available and sentence.heard:
            broken.set()

    if not isinstance(voice, tts.FallbackAdapter):
        yield broken
        return
    voice.on("tts_availability_changed", changed)
    try:
        yield broken
    finally:
        voice.off("tts_availability_changed", changed)
