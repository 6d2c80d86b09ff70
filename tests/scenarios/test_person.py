"""A caller asks for a person, with the embedded brain: put through, called back, or back again."""

from __future__ import annotations

import asyncio

import pytest
from livekit.agents import ConversationItemAddedEvent, llm

from assistant.providers.offline.brain import OfflineLLM
from assistant.records import MemoryStore
from assistant.session import typed
from assistant.shop.wording import lines as wordings
from statemachine import lines
from statemachine.engine.triggers import SessionTrigger
from statemachine.states import State
from statemachine.triggers import (
    NobodyAnswered,
    PersonAnswered,
    PersonLeft,
    Staff,
    ToPerson,
)
from tests.calls import HEARD, PATIENCE, Held, begin, call_after, resumed, shop

pytestmark = pytest.mark.timeout(30)

ASKING = lines.OPENING_WAITING.wording
NOBODY = lines.NOBODY_ANSWERED_WHICH_NUMBER.wording


def brain() -> OfflineLLM:
    """The embedded brain."""
    models, knowledge, _ = shop()
    return OfflineLLM(models, knowledge)


async def staffed(staff: Staff = Staff.IN, opens: str = "") -> Held:
    """A call at a shop whose people are in, or not."""
    held = await begin(brain())
    held.text.line.data.staff = lambda: (staff, opens)
    return held


async def happens(held: Held, trigger: SessionTrigger) -> None:
    """Something is reported of a colleague, and what comes of it is said."""
    await held.call.fire(trigger)
    await settled(held)


async def settled(held: Held) -> None:
    """Whoever takes over has said what they have to say."""
    data = held.text.line.data
    async with asyncio.timeout(PATIENCE):
        for _ in range(200):
            if not data.handover.under_way:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # they look at the chat before they speak
        for speech in data.to_say:
            await speech.wait_for_playout()


def ticket(held: Held) -> str:
    """The call-back's number."""
    assert held.call.facts.callback is not None
    return held.call.facts.callback.number


@pytest.mark.parametrize(
    "words",
    [
        "Can I talk to a human?",
        "I'd like to speak to a real person, please.",
        "Put me through to your manager.",
        "Get me a human being.",
        "I want a person, not a machine.",
        "Is there somebody real I can talk to?",
        "Could I speak with one of your colleagues?",
        "A human please.",
    ],
)
async def test_who_asks_for_a_person_waits_for_one(words: str) -> None:
    """However they put it; and they hear at once that somebody is asked."""
    held = await staffed()
    await held.say(words)
    assert held.call.state is State.WAITING
    assert held.heard[-1] == ASKING
    await held.hang_up()


@pytest.mark.parametrize(
    "words",
    [
        "Are you a real person?",
        "Am I talking to a robot?",
        "I have to talk to my boss first.",
        "I don't want to talk to a person.",
        "I'd like to talk to sales.",
        "It's a phone for an elderly person.",
        "How nice to talk to a person for once.",
    ],
)
async def test_who_only_speaks_of_a_person_waits_for_none(words: str) -> None:
    """A question whether this is one, somebody of their own, another desk."""
    held = await staffed()
    await held.say(words)
    assert held.call.state is not State.WAITING
    await held.hang_up()


async def test_a_colleague_answers_talks_and_leaves() -> None:
    """The agent is silent while they talk, whatever is typed; then the front desk is back."""
    held = await staffed()
    await held.say("Can I talk to a human about my invoice?")
    assert held.call.facts.reason == "my invoice"
    await happens(held, PersonAnswered())
    assert held.heard[-1] == lines.OPENING_WITH_PERSON.wording
    before = len(held.said)
    typed.typed(held.text.line, "hello, can you hear me?")
    await settled(held)
    assert len(held.said) == before
    await happens(held, PersonLeft())
    assert held.heard[-1] == lines.PERSON_LEFT.wording
    await held.say("My screen is broken.")
    assert held.call.state is State.SUPPORT
    await held.hang_up()
    assert held.call.path == ["greeting", "waiting", "with_person", "greeting", "support", "ended"]


async def test_nobody_answers() -> None:
    """The caller is promised a call back under a ticket, and the call goes on."""
    held = await staffed()
    await held.say("Can I talk to a human?")
    await happens(held, NobodyAnswered())
    assert held.heard[-1] == NOBODY.replace("{ticket}", ticket(held))
    await held.say("What was the ticket number again?")
    assert ticket(held) in held.heard[-1]
    await held.say("No thanks, bye.")
    assert held.call.ended_by == "end_call"


async def test_a_closed_shop_says_when_it_opens() -> None:
    """Nobody is asked who has gone home."""
    held = await staffed(Staff.CLOSED, "tomorrow at 9 am")
    await held.say("Can I talk to a human?")
    assert held.call.state is State.GREETING
    assert "we open tomorrow at 9 am" in held.heard[-1]
    assert ticket(held) in held.heard[-1]
    await held.hang_up()


async def test_where_nobody_can_be_reached_a_call_back_is_promised() -> None:
    """As at the console, from which there is no way to anybody."""
    held = await begin(brain())
    await held.say("Can I talk to a human?")
    assert held.heard[-1] == lines.NOBODY_IN_WHICH_NUMBER.wording.replace("{ticket}", ticket(held))
    await held.hang_up()


@pytest.mark.parametrize("words", ["Never mind.", "I don't want to wait.", "Forget it."])
async def test_who_waits_may_say_never_mind(words: str) -> None:
    """They are back at the front desk."""
    held = await staffed()
    await held.say("Can I talk to a human?", words)
    assert held.call.state is State.GREETING
    assert held.heard[-1] == lines.STOPPED_WAITING.wording
    await held.hang_up()


async def test_what_is_said_while_waiting_is_answered_in_a_sentence() -> None:
    """And leaves the caller waiting, unless they say goodbye."""
    held = await staffed()
    await held.say("Can I talk to a human?", "How long will it take?")
    assert held.call.state is State.WAITING
    assert "still asking" in held.heard[-1]
    await held.say("I'll call later, bye.")
    assert held.call.ended_by == "end_call"


async def test_a_call_that_is_taken_up_while_its_caller_waits_goes_on_waiting() -> None:
    """They hear that they were cut off, and that somebody is asked."""
    store = MemoryStore()
    await call_after(HEARD, ToPerson("my invoice", Staff.IN), store=store)
    held = await resumed(brain(), store)
    assert held.heard == [wordings.RESUMED.wording, ASKING]
    assert held.call.state is State.WAITING
    await held.hang_up()


async def test_a_call_that_is_taken_up_while_they_talk_is_left_to_them() -> None:
    """Not a word is said into their conversation."""
    store = MemoryStore()
    await call_after(HEARD, ToPerson("", Staff.IN), PersonAnswered(), store=store)
    held = await resumed(brain(), store)
    assert held.heard == []
    await happens(held, PersonLeft())
    assert held.heard == [lines.PERSON_LEFT.wording]
    await held.hang_up()


async def test_who_presses_keys_hears_that_nobody_came() -> None:
    """What the keys are for is said behind it, also if the line changes hands in mid-sentence."""
    held = await staffed()
    await held.press("0")
    assert held.call.state is State.WAITING
    session = held.text.line.session
    await held.call.fire(NobodyAnswered())
    assert held.text.line.data.handover.under_way
    still_said = llm.ChatMessage(role="assistant", content=[ASKING])
    session.emit("conversation_item_added", ConversationItemAddedEvent(item=still_said))
    await settled(held)
    told = [said for said in held.heard if said == NOBODY.format(ticket=ticket(held))]
    assert len(told) == 1
    assert held.heard[-1].startswith("On your keypad: your number and then hash")
    await held.hang_up()
