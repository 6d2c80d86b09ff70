"""An agent's voice: each sentence for itself, waited for no longer than a caller would wait."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from livekit import rtc
from livekit.agents import APIError, APITimeoutError, tts, utils
from livekit.agents.voice.transcription.filters import filter_emoji, filter_markdown

log = logging.getLogger("assistant.agents")
Speak = Callable[[AsyncIterable[str]], AsyncIterable[rtc.AudioFrame]]


async def spoken(
    text: AsyncIterable[str], speak: Speak, voice: tts.TTS[Any] | None, first_sound: float
) -> AsyncIterator[rtc.AudioFrame]:
    """The sound of an answer, whose sentences are given to the voice one by one, whole.

    A voice that waits for the rest of an answer has said all it was given: it isn't to be taken for
    one that fell silent, which is noticed after `first_sound` seconds.
    """
    limit = 2 * first_sound + 1.0
    try:
        async for words in text:
            sentence = await plain(words)
            if is_heard(sentence):
                async for frame in _said(sentence, speak, voice, limit):
                    yield frame
                    await asyncio.sleep(0)  # others have their turn, as with kept sound
    except APIError as error:  # the session has been told, and whoever watches it apologises
        log.error("The voice failed: %s", type(error).__name__)
    except TimeoutError:
        log.error("The voice said nothing for %g s.", limit)
        if voice is not None:
            failure = APITimeoutError("the voice said nothing")
            told = tts.TTSError(
                timestamp=time.time(), label=voice.label, error=failure, recoverable=False
            )
            voice.emit("error", told)


async def _said(
    text: str, speak: Speak, voice: tts.TTS[Any] | None, limit: float
) -> AsyncIterator[rtc.AudioFrame]:
    """A sentence's sound. What one voice breaks off, the one behind it says again.

    Raises:
        APIError: no voice could say it.
        TimeoutError: it paused for longer than the limit.
    """
    sentence = Sentence(_once(text))
    with breaking(voice, sentence) as broken:
        async for frame in sentence.within(speak(sentence), limit):
            yield frame
        if broken.is_set():
            again = Sentence(sentence.again())
            async for frame in again.within(speak(again), limit):
                yield frame


def is_heard(words: str) -> bool:
    """Whether it reaches anybody's ear: white space and marks alone don't."""
    return any(letter.isalnum() for letter in words)


async def plain(sentence: str) -> str:
    """A sentence without the marks that are for readers, nor half of a pair that spans several."""
    kept = "".join([part async for part in filter_emoji(filter_markdown(_once(sentence)))])
    return kept.replace("*", "").replace("`", "")


async def _once(text: str) -> AsyncIterator[str]:
    """A text as the stream that LiveKit's voices take."""
    yield text


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
