"""A caller who says nothing, and a call that never ends."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest

from assistant import lines
from assistant.settings import Settings
from assistant.sound import RATE
from statemachine import lines as conversation
from tests.calls import shop
from tests.voice.callers import Sound
from tests.voice.telephone import Telephone, calling

QUICK = Settings(turn_detection="off", silence=1.0)
pytestmark = pytest.mark.timeout(300)


def hiss() -> Sound:
    """Ten seconds of noise without a word."""
    return np.random.default_rng(1).normal(0, 1500, 10 * RATE).astype(np.int16)


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


@cache
def held() -> tuple[Telephone, Telephone, Telephone]:
    """The calls, held at the same time."""

    async def all_of_them() -> tuple[Telephone, Telephone, Telephone]:
        return await asyncio.gather(silent(), noisy(), endless())

    return asyncio.run(all_of_them())


def worded(line: conversation.Line) -> str:
    """A fixed line as it is written down."""
    return shop()[2].word(line)


@pytest.mark.parametrize("number", [0, 1])
def test_a_silent_caller_is_asked_and_then_let_go(number: int) -> None:
    """Silence, or noise without words: the caller is asked once, then the call ends politely."""
    phone = held()[number]
    assert [words for _, words in phone.said] == [
        worded(conversation.GREETING),
        worded(lines.STILL_THERE),
        worded(conversation.SILENT_FAREWELL),
    ]
    assert phone.call.ended_by == "caller_went_silent"


def test_a_call_has_a_longest_time() -> None:
    """A call that would never end is ended by us, with a sentence that says so."""
    phone = held()[2]
    assert phone.said[-1][1] == worded(lines.TIME_IS_UP)
    assert phone.call.ended_by == "call_failed"
