"""Callers who answer before the assistant has finished, or only show that they listen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache

import pytest

from assistant.console.audio import RATE
from assistant.providers.offline.tts import SAMPLE_RATE, loaded
from assistant.settings import Settings
from statemachine.triggers import CallerHungUp
from tests.fakes import ScriptedLLM
from tests.voice.callers import Sound, says
from tests.voice.telephone import Telephone, calling, warm

QUIET = Settings(turn_detection="off")
HELLO = "Hello, what can you do for me?"
BUY = "I'd like to buy an iPhone."
PRO = "How much is the iPhone 17 Pro?"
QUOTE = "The iPhone 17 Pro with 256 GB is $1,099. Shall I order it for you?"
COLOURS = "It comes in silver, cosmic orange or deep blue. Which would you like?"
STEPS = (
    "Open the settings, go to general and then to reset, and choose to reset the network settings."
    " Your phone begins anew after that, and it forgets every password it knew."
)
pytestmark = pytest.mark.timeout(300)


def line(words: str) -> Sound:
    """The caller says this."""
    return says("kumo", words)


def lasts(text: str) -> float:
    """How long the assistant takes to say that."""
    voice = loaded()
    return sum(len(voice.sound(each)) for each in voice.sentences(text)) / 2 / SAMPLE_RATE


async def says_under(phone: Telephone, words: str, before_the_end: float, text: str) -> None:
    """Speak so that the last of it is said that long before the end of the text under way."""
    began = await phone.first_sound(phone.now)
    starts = began + lasts(text) - before_the_end - len(line(words)) / RATE
    await asyncio.sleep(max(0.0, starts - phone.now))
    await phone.says(line(words))


async def asked(phone: Telephone) -> None:
    """The quote is on its way."""
    await phone.hears()
    await phone.says(line(BUY))
    await phone.hears()
    await phone.says(line(PRO))


async def chooses(phone: Telephone) -> None:
    await phone.hears()
    await phone.says(line(HELLO))
    await says_under(phone, "Cosmic orange.", 0.2, COLOURS)
    await phone.hears(pause=2.5)


async def agrees(phone: Telephone) -> None:
    await asked(phone)
    await says_under(phone, "Yeah.", 0.6, QUOTE)
    await phone.hears(pause=2.5)


async def agrees_too_early(phone: Telephone) -> None:
    await asked(phone)
    await says_under(phone, "Okay.", lasts(QUOTE) - 1.2, QUOTE)
    await phone.hears(pause=2.5)


async def listens(phone: Telephone) -> None:
    await phone.hears()
    await phone.says(line(HELLO))
    await says_under(phone, "Okay.", 0.5, STEPS)
    await phone.hears(pause=2.5)


async def objects(phone: Telephone) -> None:
    await phone.hears()
    await phone.says(line(HELLO))
    await says_under(phone, "Overheating.", lasts(STEPS) / 2, STEPS)
    await phone.hears(pause=2.5)


STORIES: dict[Callable[[Telephone], Awaitable[None]], tuple[str, ...]] = {
    chooses: (COLOURS, "Cosmic orange it is."),
    agrees: (),
    agrees_too_early: (),
    listens: (STEPS, "I answered to nothing."),
    objects: (STEPS, "I see, it gets hot."),
}
"""What the caller does, and what a scripted model says; without one, the embedded brain answers."""


@cache
def held() -> dict[str, Telephone]:
    """The calls, held at the same time."""
    at_once = asyncio.Semaphore(3)

    async def hold(story: Callable[[Telephone], Awaitable[None]]) -> Telephone:
        said = STORIES[story]
        model = ScriptedLLM(*said) if said else None
        async with at_once, calling(QUIET, name=story.__name__, model=model) as phone:
            await story(phone)
            await phone.call.fire(CallerHungUp())
        return phone

    async def all_of_them() -> list[Telephone]:
        return list(await asyncio.gather(*map(hold, STORIES)))

    for words in (HELLO, BUY, PRO, "Cosmic orange.", "Yeah.", "Okay.", "Overheating."):
        line(words)
    warm()
    calls = asyncio.run(all_of_them())
    return {story.__name__: phone for story, phone in zip(STORIES, calls, strict=True)}


def caller(phone: Telephone) -> list[str]:
    """What was understood of the caller."""
    return [words for who, words in phone.said if who == "caller"]


def test_a_choice_under_the_end_of_the_question_is_heard() -> None:
    """Who knows which they want names it before the question is over."""
    phone = held()["chooses"]
    assert caller(phone)[1:] == ["Cosmic orange."]
    assert phone.said[-1][1] == "Cosmic orange it is."


def test_a_yes_under_the_end_of_the_question_is_heard() -> None:
    """The question is spoken to its end, and answered."""
    phone = held()["agrees"]
    assert QUOTE in [words for _, words in phone.said]
    assert len(caller(phone)) == 3
    assert len(phone.call.facts.orders) == 1


def test_nobody_orders_at_a_price_they_have_not_heard() -> None:
    """An "okay" under the beginning of a quote only shows that the caller listens."""
    phone = held()["agrees_too_early"]
    assert phone.said[-1][1] == QUOTE
    assert len(caller(phone)) == 2
    assert not phone.call.facts.orders


def test_an_okay_under_a_statement_is_no_interruption() -> None:
    """It goes on to its end, and nothing is answered."""
    phone = held()["listens"]
    assert phone.said[-1][1] == STEPS
    assert len(caller(phone)) == 1


def test_a_word_that_is_long_enough_stops_a_statement() -> None:
    """A second of voice is no sign of listening: it is answered."""
    phone = held()["objects"]
    assert len(caller(phone)) == 2
    assert phone.said[-1][1] == "I see, it gets hot."
    assert STEPS not in [words for _, words in phone.said]
