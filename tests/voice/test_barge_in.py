"""A caller who speaks over the assistant: nothing is lost, and nobody speaks twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from assistant.console.audio import RATE
from assistant.settings import Settings
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.triggers import CallerHungUp
from tests.calls import shop
from tests.fakes import ScriptedLLM, Use
from tests.voice.callers import Sound, says
from tests.voice.listening import plain, understood_by_two
from tests.voice.telephone import Telephone, calling, warm

VOICE = "kumo"
QUIET = Settings(turn_detection="off")
BUY = "I'd like to buy an iPhone."
AIR = "I'd like the iPhone Air."
PRO = "How much is the iPhone 17 Pro?"
AGAIN = "Sorry, how much was that?"
ORDER = "Yes, please order it."
NUMBER = "What is my order number?"
BYE = "No, that's all. Goodbye."
COLOUR = "The black one, please."
WAIT = "Wait, I have another question for you about all of that."


@dataclass
class Held:
    """A call that is over, and what was heard at the places that matter."""

    telephone: Telephone
    heard: dict[str, str] = field(default_factory=dict)

    def said(self, who: str) -> list[str]:
        """What was written down of the caller or of an agent."""
        return [words for speaker, words in self.telephone.said if speaker == who]


Story = Callable[[Telephone, dict[str, Sound]], Awaitable[None]]


def line(words: str) -> Sound:
    """The caller says this."""
    return says(VOICE, words)


def worded(name: object) -> str:
    """A fixed line as it is spoken."""
    return shop()[2].word(name)  # type: ignore[arg-type]


async def over(phone: Telephone, words: Sound, after: float = 0.8) -> None:
    """Speak over the assistant, that long after its first sound from now on."""
    began = await phone.first_sound(phone.now)
    await asyncio.sleep(max(0.0, began + after - phone.now))
    await phone.says(words)
    phone.forget()


async def greeting(phone: Telephone, heard: dict[str, Sound]) -> None:
    await over(phone, line(BUY))
    heard["then"] = await phone.hears()


async def opening(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(BUY))
    await over(phone, line(PRO))
    heard["then"] = await phone.hears()


async def bridge(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(AIR))
    await over(phone, line(COLOUR), after=0.1)
    heard["then"] = await phone.hears(pause=1.5)


async def transfer(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(BUY))
    await over(phone, line(PRO))
    heard["then"] = await phone.hears(pause=1.5)


async def price(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(BUY))
    await phone.hears()
    await phone.says(line(PRO))
    await over(phone, line(AGAIN), after=1.0)
    heard["then"] = await phone.hears()


async def number(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(AIR))
    await phone.hears()
    await phone.says(line(ORDER))
    await over(phone, line(NUMBER), after=0.8)
    heard["then"] = await phone.hears()


async def farewell(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(BUY))
    await phone.hears()
    await phone.says(line(BYE))
    start = int(await phone.first_sound(phone.now) * 100)
    await phone.says(line(WAIT))
    await phone.ends()
    heard["then"] = phone.between(start, int(phone.now * 100))


async def hums(phone: Telephone, heard: dict[str, Sound]) -> None:
    await phone.hears()
    await phone.says(line(BUY))
    await phone.hears()
    await phone.says(line(PRO))
    start = int(await phone.first_sound(phone.now) * 100)
    await asyncio.sleep(0.8)
    await phone.says(line("Mm-hmm."))
    await asyncio.sleep(1.5)
    await phone.says(cough())
    await phone.hears(pause=2.0)
    heard["then"] = phone.between(start, int(phone.now * 100))


def cough() -> Sound:
    """A quarter of a second of noise that dies away."""
    count = RATE // 4
    noise = np.random.default_rng(5).normal(0, 6000, count) * np.linspace(1, 0, count) ** 2
    return np.clip(noise, -32768, 32767).astype(np.int16)


STORIES: dict[str, Story] = {
    "greeting": greeting,
    "opening": opening,
    "bridge": bridge,
    "transfer": transfer,
    "price": price,
    "number": number,
    "farewell": farewell,
    "hums": hums,
}


LONG = ("opening", "price")
"""Those that are held only when asked for."""


def scripts() -> dict[str, ScriptedLLM]:
    """The calls in which a scripted model answers: it talks while it puts the caller through."""
    going = "Of course, I'll put you through to our sales desk, where they know every iPhone."
    return {
        "transfer": ScriptedLLM(
            [going, Use("to_buying")], [Use("select_model", {"model": "iPhone 17 Pro"})]
        )
    }


def held(name: str) -> Held:
    """A call that is over."""
    group = LONG if name in LONG else tuple(each for each in STORIES if each not in LONG)
    return all_held(group)[name]


@cache
def all_held(group: tuple[str, ...]) -> dict[str, Held]:
    """These calls, held at the same time; what was heard is understood when they are over."""
    at_once = asyncio.Semaphore(6)
    models = scripts()

    async def hold(name: str) -> tuple[Telephone, dict[str, Sound]]:
        heard: dict[str, Sound] = {}
        async with at_once, calling(QUIET, name=name, model=models.get(name)) as phone:
            await STORIES[name](phone, heard)
            await phone.call.fire(CallerHungUp())
        return phone, heard

    async def all_of_them() -> list[tuple[Telephone, dict[str, Sound]]]:
        return list(await asyncio.gather(*map(hold, group)))

    for words in (
        BUY,
        AIR,
        PRO,
        AGAIN,
        ORDER,
        NUMBER,
        BYE,
        WAIT,
        "Mm-hmm.",
        COLOUR,
    ):
        line(words)
    warm()
    calls = asyncio.run(all_of_them())
    return {
        name: Held(phone, {place: understood_by_two(sound) for place, sound in heard.items()})
        for name, (phone, heard) in zip(group, calls, strict=True)
    }


pytestmark = pytest.mark.timeout(300)


def test_over_the_greeting_the_caller_is_obeyed() -> None:
    """The greeting stops, the caller is put through by what they said, and isn't greeted again."""
    it = held("greeting")
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
    assert it.said("greeting") != [worded(conversation.GREETING)]
    assert plain(worded(conversation.OPENING_BUYING)) in it.heard["then"]


@pytest.mark.soak
def test_over_the_opening_the_caller_is_obeyed() -> None:
    """The new agent stops and answers; the old one is not heard again."""
    it = held("opening")
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
    assert plain("$1,099") in it.heard["then"]
    assert len(it.said("greeting")) == 1


def test_over_the_bridge_nothing_is_lost() -> None:
    """What was said before and under the bridge is answered once, by the agent put through to."""
    it = held("bridge")
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
    assert it.telephone.call.facts.selected_model == "iPhone Air"
    assert it.telephone.call.facts.selection is not None
    assert it.telephone.call.facts.selection.colour == "space black"
    assert len([w for w in it.said("buying") if w.endswith("order it for you?")]) == 1


def test_over_the_transfers_sentence_nothing_is_lost() -> None:
    """While one agent finishes and the next begins the caller asks; the next one answers."""
    it = held("transfer")
    assert it.telephone.call.path == ["greeting", "buying", "ended"]
    assert it.said("caller") == ["I'd like to buy an iPhone.", "How much is the iPhone 17 Pro?"]
    assert plain("$1,099") in it.heard["then"]
    assert len([w for w in it.said("buying") if w.endswith("order it for you?")]) == 1


@pytest.mark.soak
def test_a_price_that_was_cut_off_is_said_again() -> None:
    """A caller who missed the price asks, and hears it whole."""
    it = held("price")
    assert plain("$1,099") in it.heard["then"]


def test_an_order_number_that_was_cut_off_is_said_again() -> None:
    """A caller who missed the number of their order asks, and hears it; it was placed once."""
    it = held("number")
    orders = it.telephone.call.facts.orders
    assert len(orders) == 1
    assert plain(orders[0].number) in it.heard["then"]


def test_a_farewell_is_heard_to_its_end() -> None:
    """Who speaks over the farewell hears it whole, and then the call is over."""
    it = held("farewell")
    assert it.telephone.call.ended_by == "end_purchase_call"
    assert it.heard["then"].startswith(plain(worded(conversation.FAREWELL_BUYING)))


def test_mhm_and_a_cough_are_no_interruption() -> None:
    """The sentence goes on to its end, nothing is answered to a hum."""
    it = held("hums")
    assert plain("$1,099") in it.heard["then"]
    assert plain("Shall I order it for you?") in it.heard["then"]
    assert it.said("caller") == ["I'd like to buy an iPhone.", "How much is the iPhone 17 Pro?"]


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.soak if each in LONG else ()) for each in STORIES],
)
def test_after_a_barge_in_the_agent_is_the_machines(name: str) -> None:
    """Whoever speaks is the agent of the machine's state."""
    phone = held(name).telephone
    assert phone.agents
    assert all(agent == state for agent, state in phone.agents), phone.agents


def test_the_bridge_is_short() -> None:
    """A bridge lasts less than 1.5 s."""
    assert len(worded(lines.BRIDGE).split()) <= 3
