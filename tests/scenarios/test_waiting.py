"""A caller who waits for the model is told so, and what is said then is written as it is heard."""

from __future__ import annotations

import pytest
from livekit.agents import APIConnectionError

from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.console.text_call import TextCall
from assistant.providers.build import Providers
from assistant.records import MemoryStore
from assistant.session.session import CallSession
from assistant.settings import Settings
from assistant.shop.wording import lines
from tests.calls import PATIENCE, Held, shop
from tests.fakes import QuickEar, ScriptedLLM, SilentTTS, Step

pytestmark = pytest.mark.timeout(30)

HOLD_ON = lines.HOLD_ON.wording
AT_ONCE = 1e-9
"""Seconds that no model's answer comes in; none at all would be no setting."""


async def spoken(voice: SilentTTS, *steps: Step) -> Held:
    """A call with a voice, in which every request of the model is waited for aloud."""
    models, problems, words = shop()
    call = await Call.begin("test", models.offers, MemoryStore())
    data = UserData(call, words, models, problems, Settings(hold_on=AT_ONCE))
    model = ScriptedLLM(*steps)
    held = Held(call, TextCall(CallSession(data, Providers(model, (), tts=voice)), PATIENCE), model)
    held.text.line.session.output.audio = QuickEar()
    await held.text.start()
    return held


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        (APIConnectionError(), lines.APOLOGY.wording),
        (ValueError("odd"), lines.APOLOGY.wording),
        ("", lines.APOLOGY.wording),
        ("Sales or support?", "Sales or support?"),
    ],
    ids=["failed", "fault", "nothing", "answered"],
)
async def test_a_wait_and_what_follows_are_two_sentences(step: Step, answer: str) -> None:
    """There is a space between them in the history; the voice says each for itself."""
    voice = SilentTTS()
    held = await spoken(voice, step)
    voice.said.clear()
    await held.say("hello")
    assert held.history[-1].strip() == f"{HOLD_ON} {answer}"
    said = [each.strip() for each in voice.said]
    assert said[0] == HOLD_ON
    assert " ".join(said[1:]) == answer
    await held.hang_up()
