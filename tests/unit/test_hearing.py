"""Ears pass on what they hear, and go over to their spare without a fault in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError, stt
from livekit.plugins import silero

from assistant.language.backchannel import aside, hum, names
from assistant.providers.hearing import Ears, by_segment, with_spare
from tests.calls import shop
from tests.fakes import ScriptedSTT

PATIENCE = 5.0
"""Seconds until ears that hear nothing fail their test."""
FRAME = rtc.AudioFrame(bytes(320), 16_000, 1, 160)


@asynccontextmanager
async def listening(ears: Ears) -> AsyncIterator[stt.RecognizeStream]:
    """A stream of these ears into which sound comes without a pause."""

    async def keep_pushing() -> None:
        while True:
            stream.push_frame(FRAME)
            await asyncio.sleep(0)

    async with ears.stream() as stream:
        pushing = asyncio.create_task(keep_pushing())
        try:
            yield stream
        finally:
            pushing.cancel()
            with suppress(asyncio.CancelledError):
                await pushing


async def next_words(stream: stt.RecognizeStream) -> str:
    """What is heard next."""
    async with asyncio.timeout(PATIENCE):
        return (await anext(aiter(stream))).alternatives[0].text


async def heard(ears: Ears, *, given_up: bool = False) -> str:
    """What these ears hear first; sound comes before and after it."""
    async with listening(ears) as stream:
        if given_up:
            await asyncio.sleep(0.05)
            assert ears.can_give_up
            ears.give_up()
            assert not ears.can_give_up
        try:
            return await next_words(stream)
        finally:
            await asyncio.sleep(0.05)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Every error that was logged."""
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]


async def test_deaf_ears_that_are_given_up_leave_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """Sound that comes while they close is left out, and the spare hears what follows."""
    deaf, spare = ScriptedSTT(), ScriptedSTT("hello")
    ears = with_spare(deaf, spare, silero.VAD.load(), PATIENCE)
    assert await heard(ears, given_up=True) == "hello"
    assert errors(caplog) == []


async def test_ears_that_were_given_up_are_not_opened_again() -> None:
    """No later stream, and no try to recover them, connects to the provider once more."""
    deaf, spare = ScriptedSTT(), ScriptedSTT("hello")
    ears = with_spare(deaf, spare, silero.VAD.load(), PATIENCE)
    assert await heard(ears, given_up=True) == "hello"
    assert await heard(ears) == "hello"
    assert deaf.opened == 1


async def test_ears_that_fail_leave_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """A line that breaks under the caller's words is warned of, not traced."""
    ears = with_spare(ScriptedSTT(breaks=True), ScriptedSTT("hello"), silero.VAD.load(), PATIENCE)
    assert await heard(ears) == "hello"
    assert errors(caplog) == []


async def test_where_no_ears_are_left_their_failure_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who reads the stream learns why it ended, and who still sends sound is not disturbed."""
    with pytest.raises(APIConnectionError, match="the line broke"):
        await heard(Ears(ScriptedSTT(breaks=True)))
    assert errors(caplog) == []


async def test_ears_pass_on_what_their_recogniser_is_and_does() -> None:
    """Its name, its single recognitions, its figures and its end are the recogniser's."""
    recogniser = ScriptedSTT("hello")
    ears = Ears(recogniser)
    counted: list[object] = []
    ears.on("metrics_collected", counted.append)
    assert (ears.model, ears.provider) == ("scripted", "tests")
    assert (await ears.recognize(FRAME)).alternatives[0].text == "hello"
    counted.clear()
    recogniser.emit("metrics_collected", "of a second")
    await ears.aclose()
    recogniser.emit("metrics_collected", "of a call that is over")
    assert counted == ["of a second"]
    assert recogniser.closed


async def test_words_that_are_none_are_not_heard() -> None:
    """What counts as an aside never becomes an event."""
    recogniser = ScriptedSTT("mhm")
    ears = Ears(recogniser)
    ears.is_aside = lambda words: words == "mhm"
    async with listening(ears) as stream:
        await asyncio.sleep(0.05)
        recogniser.words = "stop"
        assert await next_words(stream) == "stop"


async def test_words_that_were_left_out_can_be_heard_after_all() -> None:
    """Once, and only the last ones."""
    recogniser = ScriptedSTT("okay")
    ears = Ears(recogniser)
    ears.is_aside = lambda words: words in ("okay", "right")
    async with listening(ears) as stream:
        await asyncio.sleep(0.05)
        recogniser.words = "right"
        await asyncio.sleep(0.05)
        recogniser.words = ""
        await asyncio.sleep(0.05)
        ears.hear_after_all()
        ears.hear_after_all()
        assert await next_words(stream) == "right"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(next_words(stream), 0.1)


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        *[(words, 0.6) for words in ("Mhm.", "Uh-huh.", "Hm, hm.", "", "Amen.", "Mama mia.")],
        *[(words, 0.6) for words in ("Okay.", "Right.", "Yeah, okay.", "Yes.", "I see.")],
        *[(words, 1.2) for words in ("Mm-hmm.", "Okay.", "Right, right.", "Sure.")],
    ],
)
def test_signs_of_listening_are_asides(words: str, seconds: float) -> None:
    """A hum, an agreement and a short sound that was written as a word: nothing is to be done."""
    assert aside(words, seconds, names(shop()[0].offers))


@pytest.mark.parametrize(
    "words",
    [
        *("Cosmic orange.", "Black.", "Deep blue.", "Sage.", "Okay, silver.", "The second."),
        *("The Air.", "256 GB.", "1 TB.", "The last one.", "Both.", "No.", "Stop.", "Yes, no."),
    ],
)
def test_short_words_that_choose_or_refuse_are_none(words: str) -> None:
    """However short: what the shop sells, which of several, and no."""
    assert not aside(words, 0.4, names(shop()[0].offers))


def test_a_longer_word_is_meant() -> None:
    """Whoever speaks for a second under somebody's sentence wants to say something."""
    assert aside("Overheating.", 0.6)
    assert not aside("Overheating.", 0.8)
    assert not aside("My battery drains.", 0.6)


def test_a_hum_is_told_from_a_word() -> None:
    """Words that were left out may turn out to be an answer, a hum never."""
    assert hum("Mhm, uh-huh.")
    assert hum("")
    assert not hum("Okay.")


async def test_a_recogniser_of_segments_has_no_spare() -> None:
    """The embedded one is never given up: nothing stands behind it."""
    ears = by_segment(ScriptedSTT("hello"), silero.VAD.load())
    assert not ears.can_give_up
    ears.give_up()
    assert not ears.can_give_up
