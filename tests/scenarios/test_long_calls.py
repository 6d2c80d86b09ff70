"""No turn of a long call costs more than one of a short call, and what matters isn't forgotten."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from livekit.agents import llm

from assistant.agents.briefing import recent
from assistant.settings import Settings
from scripts.bench.conversations import CONVERSATIONS, ours
from statemachine.states import State
from tests.calls import begin
from tests.fakes import ScriptedLLM, Use

pytestmark = pytest.mark.timeout(120)

TURNS = 500
KEPT = 20
AIR = {"model": "iPhone Air", "colour": "sky blue"}


def said_in(request: llm.ChatContext) -> list[str]:
    """What the caller says in what a model was sent."""
    said = (item for item in request.items if isinstance(item, llm.ChatMessage))
    return [message.text_content or "" for message in said if message.role == "user"]


def length(request: llm.ChatContext) -> int:
    """Its characters, as OpenAI's are sent it."""
    return len(json.dumps(request.to_provider_format(format="openai")[0]))


async def test_a_request_is_no_longer_after_500_turns_and_the_first_ones_count_still() -> None:
    """The last turns are told word for word; a name and an order from the first ones as facts."""
    model = ScriptedLLM(
        [Use("record_name", {"name": "Dana Quill"})],
        "Hello Dana.",
        [Use("to_buying")],
        [Use("select_model", AIR)],
        [Use("confirm_purchase")],
    )
    held = await begin(model, Settings(history_turns=KEPT))
    await held.say("I'm Dana Quill.", "I want to buy a phone.", "The Air in blue.", "Yes, please.")
    numbers = range(TURNS)
    await held.say(*(f"And tell me about the weather in place {n}." for n in numbers))
    asked = model.asked[-TURNS:]

    early, late = map(length, (asked[KEPT], asked[-1]))
    assert max(map(length, asked)) < early * 2
    assert late < early * 2
    for n, request in zip(numbers, asked, strict=True):
        told = said_in(request)
        assert told[-1] == f"And tell me about the weather in place {n}."
        assert min(KEPT, n + 1) <= len(told) <= KEPT + KEPT // 2 + 4
        first = request.items[0]
        assert isinstance(first, llm.ChatMessage)
        assert first.role == "system"
        assert "You sell iPhones" in (first.text_content or "")
        assert "Dana Quill" in (first.text_content or "")
        assert "iPhone Air, 256 GB, sky blue" in (first.text_content or "")

    spoken = [entry for entry in held.call.journal if entry.trigger == "caller_spoke"]
    assert len(spoken) == TURNS + 4, "the journal has each turn"
    assert held.call.state is State.BUYING
    assert len(held.text.line.first_agent.chat_ctx.items) < 4 * KEPT
    await held.hang_up()


async def test_the_requests_of_a_purchase_have_20_000_characters_at_most() -> None:
    """Messages and tools as they are sent."""
    sent = (await ours(CONVERSATIONS[0])).sent
    assert sent.requests == 5
    assert sent.characters <= 20_000


async def test_in_between_what_a_provider_has_cached_stays_in_front() -> None:
    """The chat is cut once in ten turns: the requests between two cuts begin alike."""
    model = ScriptedLLM()
    held = await begin(model, Settings(history_turns=KEPT))
    await held.say(*(f"And number {n}?" for n in range(4 * KEPT)))
    firsts = [said_in(request)[0] for request in model.asked]
    cuts = sum(before != after for before, after in pairwise(firsts))
    assert cuts == (4 * KEPT - KEPT) // (KEPT // 2 + 1)
    await held.hang_up()


def test_a_chat_is_cut_where_the_caller_speaks() -> None:
    """A turn keeps its tools, and a tool its answer; a short chat stays as it is."""
    chat = llm.ChatContext.empty()
    for n in range(4):
        chat.add_message(role="user", content=f"{n}")
        chat.items.append(llm.FunctionCall(call_id=f"c{n}", name="look", arguments="{}"))
        chat.items.append(
            llm.FunctionCallOutput(call_id=f"c{n}", name="look", output="seen", is_error=False)
        )
        chat.add_message(role="assistant", content=f"answer {n}")
    kinds = ["message", "function_call", "function_call_output", "message"]
    assert [item.type for item in recent(chat.items, 2)] == 2 * kinds
    assert list(recent(chat.items, 3)) == chat.items
