"""A real model, and callers whose words are plain: it isn't asked for them."""

from __future__ import annotations

import asyncio

import pytest

from assistant.agents.userdata import UserData
from assistant.call.report import report
from assistant.console.text_call import TextCall
from assistant.providers import build as providers
from assistant.session.session import CallSession
from assistant.settings import Settings
from tests.calls import PATIENCE, Held, call_after, shop
from tests.fakes import Use
from tests.openai_server import Server, Step, says, uses

pytestmark = pytest.mark.timeout(60)

CALL = (
    "Hello, are you open today?",
    "I'd like to buy an iPhone.",
    "The iPhone Air in sky blue, please.",
    "Yes, please order it.",
    "That's all, goodbye.",
)
AIR = uses(Use("select_model", {"model": "iPhone Air", "colour": "sky blue"}))


async def held_at(server: Server, *said: str, reflex: bool = True) -> Held:
    """A call of this program's own parts, in which these lines were said."""
    settings = Settings(openai_api_key="k", openai_base_url=server.url, reflex=reflex)
    models, problems, words = shop()
    parts = providers.build(settings, models, problems)
    call = await call_after()
    data = UserData(call, words, models, problems, settings)
    held = Held(call, TextCall(CallSession(data, parts), PATIENCE), parts.llm)
    async with asyncio.timeout(PATIENCE):
        await held.text.start()
    await held.say(*said)
    await held.hang_up()
    await parts.aclose()
    return held


async def test_a_whole_purchase_asks_the_model_for_what_is_not_plain() -> None:
    """Two requests instead of five; the order is the same, and report and journal tell of both."""
    async with Server(says("We are."), AIR) as server:
        held = await held_at(server, *CALL)
    assert len(server.requests) == 2
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.call.ended_by == "end_purchase_call"
    (order,) = held.call.facts.orders
    assert (order.model, order.colour) == ("iPhone Air", "sky blue")
    model = report(held.call)["model"]
    assert isinstance(model, dict)
    assert (model["requests"], model["reflexes"]) == (2, 3)


async def test_turned_off_the_model_is_asked_each_time() -> None:
    """REFLEX=off."""
    script: tuple[Step, ...] = (
        says("We are."),
        uses(Use("to_buying")),
        AIR,
        uses(Use("confirm_purchase")),
        uses(Use("end_purchase_call")),
    )
    async with Server(*script) as server:
        held = await held_at(server, *CALL, reflex=False)
    assert len(server.requests) == 5
    assert held.call.usage.reflexes == 0
    assert held.call.ended_by == "end_purchase_call"


async def test_a_refused_reflex_is_answered_by_the_model() -> None:
    """Nothing is done twice over: what a tool has answered is the model's to go on from."""
    async with Server(says("Which one?")) as server:
        held = await held_at(server, "sales please", "sales please")
    assert held.triggers[0] == ("to_buying", True)
    assert held.heard[-1] == "Which one?"
