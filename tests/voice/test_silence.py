"""A caller who says nothing, and a call that never ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from assistant.console.audio import RATE
from assistant.providers.build import Warm
from assistant.providers.offline.stt import Recogniser, load
from assistant.settings import Settings
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.triggers import CallerHungUp
from tests.calls import shop
from tests.fakes import EverySoundIsAVoice
from tests.voice.callers import Sound, says
from tests.voice.telephone import Telephone, calling, warm

QUICK = Settings(turn_detection="off", silence=1.0)
pytestmark = pytest.mark.timeout(300)


LONG = 60
"""Seconds of sound that outlast a call."""


class Late:
    """The embedded recogniser on a busy machine."""

    def __init__(self, recogniser: Recogniser, seconds: float) -> None:
        self.engine, self.model = recogniser.engine, recogniser.model
        self._recogniser = recogniser
        self._seconds = seconds

    async def hear(self, buffer: object) -> str:
        """What is said, after a while."""
        words = await self._recogniser.hear(buffer)
        await asyncio.sleep(self._seconds)
        return words


def hiss(seconds: float = 10) -> Sound:
    """Noise without a word."""
    return np.random.default_rng(1).normal(0, 1500, int(seconds * RATE)).astype(np.int16)


def chatter(on: float, off: float) -> Sound:
    """Noise that comes and goes."""
    once = np.concatenate([hiss(on), np.zeros(int(off * RATE), np.int16)])
    return np.tile(once, int(LONG / (on + off)))


def easily_fooled() -> Warm:
    """Ears that take any sound for a voice, and understand no word of it."""
    return replace(warm(), vad=EverySoundIsAVoice())


async def silent() -> Telephone:
    async with calling(QUICK) as phone:
        await phone.ends()
    return phone


async def noisy() -> Telephone:
    async with calling(QUICK) as phone:
        await phone.says(hiss(), wait=False)
        await phone.ends(patience=90)
    return phone


async def endless() -> Telephone:
    async with calling(Settings(turn_detection="off", longest_call=2.0)) as phone:
        await phone.ends()
    return phone


async def television(sound: Sound, settings: Settings = QUICK) -> Telephone:
    async with calling(settings, loaded=easily_fooled()) as phone:
        await phone.says(sound, wait=False)
        await phone.ends(patience=90)
    return phone


async def mumbling() -> Telephone:
    """Somebody of whom no word is understood, and who waits until they have been answered."""
    settings = QUICK.model_copy(update={"silence": 3.0, "first_sound": 1.0})
    async with calling(settings, loaded=easily_fooled()) as phone:
        await phone.hears()
        await phone.says(chatter(1.0, 4.2), wait=False)
        await phone.ends(patience=90)
    return phone


async def late() -> Telephone:
    """Somebody who twice thinks for a while, and is then recognised slowly."""
    slow = replace(warm(), recogniser=Late(load(), 1.0))  # type: ignore[arg-type]
    settings = QUICK.model_copy(update={"silence": 2.0})
    async with calling(settings, loaded=slow) as phone:
        await phone.hears(pause=1.2)
        await phone.says(says("kumo", "I'd like to buy an iPhone."))
        await phone.hears()  # sales
        await phone.hears(pause=1.2)  # are you still there?
        await phone.says(says("kumo", "How much is the iPhone 17 Pro?"))
        await phone.hears()
        if not phone.call.ended.is_set():
            await phone.call.fire(CallerHungUp())
    return phone


CALLS = {
    "silent": silent,
    "noisy": noisy,
    "endless": endless,
    "television": lambda: television(hiss(LONG)),
    "television with pauses": lambda: television(chatter(1.0, 0.6)),
    "endless television": lambda: television(
        hiss(LONG), QUICK.model_copy(update={"silence": 12, "longest_call": 3})
    ),
    "mumbling": mumbling,
    "late": late,
}


@cache
def held() -> dict[str, Telephone]:
    """The calls, held at the same time."""

    async def all_of_them() -> list[Telephone]:
        at_once = asyncio.Semaphore(4)

        async def hold(name: str) -> Telephone:
            async with at_once:
                return await CALLS[name]()

        return list(await asyncio.gather(*map(hold, CALLS)))

    warm()
    return dict(zip(CALLS, asyncio.run(all_of_them()), strict=True))


def worded(line: conversation.Line) -> str:
    """A fixed line as it is written down."""
    return shop()[2].word(line)


def spoken(phone: Telephone) -> list[str]:
    """What the assistant said."""
    return [words for who, words in phone.said if who != "caller"]


@pytest.mark.parametrize("name", ["silent", "noisy"])
def test_a_silent_caller_is_asked_and_then_let_go(name: str) -> None:
    """Silence, or noise without words: the caller is asked once, then the call ends politely."""
    phone = held()[name]
    assert spoken(phone) == [
        worded(conversation.GREETING),
        worded(lines.STILL_THERE),
        worded(conversation.SILENT_FAREWELL),
    ]
    assert phone.call.ended_by == "caller_went_silent"


@pytest.mark.parametrize("name", ["television", "television with pauses"])
def test_a_line_on_which_somebody_else_talks_is_asked_and_then_let_go(name: str) -> None:
    """What sounds like a voice and is no words holds up neither the question nor the farewell."""
    phone = held()[name]
    assert spoken(phone)[-2:] == [
        worded(lines.STILL_THERE),
        worded(conversation.SILENT_FAREWELL),
    ]
    assert phone.call.ended_by == "caller_went_silent"


def test_who_mumbles_is_asked_for_words_no_more_than_three_times() -> None:
    """After that it is taken for sound on the line, and the call ends like any silent one."""
    phone = held()["mumbling"]
    assert 1 <= spoken(phone).count(worded(lines.UNHEARD)) <= 3
    assert spoken(phone)[-1] == worded(conversation.SILENT_FAREWELL)
    assert phone.call.ended_by == "caller_went_silent"


def test_a_call_has_a_longest_time() -> None:
    """A call that would never end is ended by us, with a sentence that says so."""
    phone = held()["endless"]
    assert spoken(phone)[-1] == worded(lines.TIME_IS_UP)
    assert phone.call.ended_by == "call_failed"


def test_the_longest_time_holds_over_somebody_elses_talk() -> None:
    """A sentence that waits for the end of a sound is not what the farewell waits for."""
    phone = held()["endless television"]
    assert spoken(phone)[-1] == worded(lines.TIME_IS_UP)
    assert phone.call.ended_by == "call_failed"


def test_who_answers_late_is_recognised_first() -> None:
    """Nobody is asked, or let go, while what they have just said is still being recognised."""
    phone = held()["late"]
    said = [words for _, words in phone.said]
    assert said[1] == "I'd like to buy an iPhone."
    assert worded(conversation.SILENT_FAREWELL) not in said
    assert phone.call.facts.selected_model == "iPhone 17 Pro"
    assert phone.call.ended_by == "caller_hung_up"
