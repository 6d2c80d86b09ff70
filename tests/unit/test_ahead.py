"""Segments are recognised at each short pause, so that their words are there when they end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, LanguageCode, stt, utils

from assistant.providers.ahead import Ahead, at_once
from tests.fakes import EverySoundIsAVoice

RATE = 16_000
STEP = RATE // 100
ONCE = APIConnectOptions(max_retry=0, timeout=5.0)


class Measuring(stt.STT[str]):
    """A recogniser that hears how many tenths of a second it was given."""

    def __init__(self, hears: Callable[[int], str] = str) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        self.asked: list[int] = []
        self._hears = hears

    async def _recognize_impl(self, buffer: utils.AudioBuffer, **given: Any) -> stt.SpeechEvent:
        tenths = round(rtc.combine_audio_frames(buffer).duration * 10)
        self.asked.append(tenths)
        text = self._hears(tenths)
        await asyncio.sleep(0)
        words = stt.SpeechData(language=LanguageCode("en"), text=text)
        return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[words])


def sound(*tenths: int) -> list[rtc.AudioFrame]:
    """Tenths of a second of voice, silence, voice and so on, in frames of 10 ms."""
    frames = []
    for place, length in enumerate(tenths):
        level = 0 if place % 2 else 5000
        data = np.full(STEP, level, np.int16).tobytes()
        frames += [rtc.AudioFrame(data, RATE, 1, STEP)] * (10 * length)
    return frames


async def heard(
    recogniser: Measuring, *tenths: int, quiet: Callable[[], Awaitable[None]] = at_once
) -> list[str]:
    """What is heard of this sound, segment by segment."""
    words = []
    ears = Ahead(recogniser, EverySoundIsAVoice(), quiet)
    async with ears.stream(conn_options=ONCE) as stream:
        for frame in sound(*tenths):
            stream.push_frame(frame)
            await asyncio.sleep(0.0005)
        stream.end_input()
        async for event in stream:
            if event.type is stt.SpeechEventType.FINAL_TRANSCRIPT:
                words.append(event.alternatives[0].text)
    return words


@pytest.mark.timeout(30)
async def test_the_words_are_there_when_the_pause_is_long_enough() -> None:
    """It was asked once, in the pause, with what was said before it."""
    recogniser = Measuring()
    words = await heard(recogniser, 5, 6)
    assert words == ["9"]  # five of voice, and as much silence as ends a segment
    assert recogniser.asked == [9]


@pytest.mark.timeout(30)
async def test_who_goes_on_after_a_short_pause_is_heard_whole() -> None:
    """What was recognised of the beginning is dropped."""
    recogniser = Measuring()
    words = await heard(recogniser, 5, 3, 5, 6)
    assert words == ["17"]
    assert recogniser.asked == [9, 17]


@pytest.mark.timeout(30)
async def test_a_pause_too_short_to_end_anything_asks_nothing() -> None:
    """A gap between two words costs no recognition."""
    recogniser = Measuring()
    words = await heard(recogniser, 5, 1, 5, 6)
    assert words == ["15"]
    assert recogniser.asked == [15]


@pytest.mark.timeout(30)
@pytest.mark.parametrize("fault", ["fails", "hears nothing"])
async def test_what_could_not_be_told_ahead_is_asked_at_the_end(fault: str) -> None:
    """Nothing is lost by having asked too early."""

    def hears(tenths: int) -> str:
        if recogniser.asked[1:]:
            return "these words"
        if fault == "fails":
            raise APIConnectionError("not yet", retryable=False)
        return ""

    recogniser = Measuring(hears)
    assert await heard(recogniser, 5, 6) == ["these words"]


@pytest.mark.timeout(30)
async def test_two_segments_are_told_apart() -> None:
    """Each has its own words."""
    words = await heard(Measuring(), 5, 6, 3, 6)
    assert words == ["9", "7"]


@pytest.mark.timeout(30)
async def test_words_wait_until_everybody_has_noticed_that_the_voice_ended() -> None:
    """Who weighs them by how long it was would count the pause with it."""
    recogniser, noticed = Measuring(), []

    async def quiet() -> None:
        await asyncio.sleep(0.05)
        noticed.append(len(recogniser.asked))

    assert await heard(recogniser, 5, 6, 3, 6, quiet=quiet) == ["9", "7"]
    assert noticed == [1, 2]
