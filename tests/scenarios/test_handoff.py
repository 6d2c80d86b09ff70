"""Handoffs: one voice, one request or two, and the next agent knows what was said before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from livekit.agents import UserInputTranscribedEvent, llm

from assistant.agents import ShopAgent
from assistant.agents.briefing import with_wish
from assistant.records import MemoryStore, Store
from assistant.records.sql.opening import open_store
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.engine.effects import Effect, HandOff, Say
from statemachine.states import State
from statemachine.triggers import CallerHungUp, CallFailed
from tests.calls import Held, begin, scripted
from tests.fakes import ScriptedLLM, Use
from tests.scenarios.phrases import (
    AIR,
    BRIDGE,
    BUY,
    GREETING,
    NOT_LISTENED,
    OPENING_BUYING,
    OPENING_SUPPORT,
    ORDER,
    QUOTE_AIR,
    asked,
    messages,
)

pytestmark = pytest.mark.timeout(30)


# Being put through


async def test_a_transfer_without_a_wish_costs_one_request_and_one_voice() -> None:
    """The new agent opens with its fixed line; no model is asked for it."""
    held = await scripted(["I want to buy an iPhone"], BUY)
    assert held.said[1:] == [("caller", "I want to buy an iPhone"), ("buying", OPENING_BUYING)]
    assert held.call.usage.requests == 1


async def test_a_transfer_with_a_wish_costs_two_requests_and_one_voice() -> None:
    """The new agent says a bridge and answers; the old one says nothing."""
    held = await scripted(["a pro"], [Use("to_buying", {"wish": "a pro"})], "Which of the two?")
    assert held.said[2:] == [("buying", BRIDGE), ("buying", "Which of the two?")]
    assert held.call.usage.requests == 2


async def test_an_agent_entering_with_a_wish_acts_on_it_with_tools() -> None:
    """The wish is served in the same turn: selected, priced and asked about."""
    held = await scripted(["the air"], [Use("to_buying", {"wish": "the Air"})], AIR)
    assert held.heard[1:] == [BRIDGE, QUOTE_AIR]
    assert isinstance(held.model, ScriptedLLM)
    assert "select_model" in held.model.offered[1]
    assert held.call.usage.requests == 2


async def test_two_transfers_in_one_step_the_first_wins() -> None:
    """The second is refused, one agent speaks, and nobody is left in silence."""
    held = await scripted(["hm"], [Use("to_buying"), Use("to_support")])
    assert held.triggers[:2] == [("to_buying", True), ("to_support", False)]
    assert held.refusals == [NOT_LISTENED]
    assert held.heard == [GREETING, OPENING_BUYING]
    assert held.call.usage.requests == 1


async def test_the_same_transfer_twice_in_a_step_happens_once() -> None:
    """The repeated transfer is refused and the opening is spoken once."""
    held = await scripted(["buy"], [Use("to_buying"), Use("to_buying")])
    assert held.triggers[:2] == [("to_buying", True), ("to_buying", False)]
    assert held.heard == [GREETING, OPENING_BUYING]


@pytest.mark.parametrize("transfer_first", [True, False])
async def test_a_transfer_with_another_tool_in_one_step_does_both(transfer_first: bool) -> None:
    """In either order the name is noted and the caller is put through, with one voice."""
    step: list[Use | str] = [Use("record_name", {"name": "Dana"}), Use("to_buying")]
    held = await scripted(["I'm Dana, I'd like to buy"], step[::-1] if transfer_first else step)
    assert sorted(held.triggers[:2]) == [("record_name", True), ("to_buying", True)]
    assert held.call.facts.customer_name == "Dana"
    assert held.heard == [GREETING, OPENING_BUYING]
    assert held.call.usage.requests == 1


def during_a_transfer(held: Held, happens: Callable[[], None]) -> None:
    """Have this happen once the line is changing hands and nobody can speak."""

    def on_tools(_: object) -> None:
        assert held.text.line.data.handover.under_way
        happens()

    held.text.line.session.once("function_tools_executed", on_tools)


def give_up(held: Held) -> None:
    """What whoever looks after a call does when it can't go on."""
    held.text.line.say(lines.APOLOGY_FAREWELL.wording, to_the_end=True)
    held.call.end(CallFailed())


@pytest_asyncio.fixture(params=["at once", "in a file"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Records in memory, and ones whose writing takes a moment."""
    if request.param == "at once":
        yield MemoryStore()
        return
    kept = await open_store(f"sqlite:///{tmp_path}/calls.db")
    yield kept
    await kept.close()


async def test_a_price_said_during_a_transfer_is_heard_before_anybody_can_order(
    store: Store,
) -> None:
    """Selected in one step with the transfer, the phone is priced instead of asked for."""
    held = await scripted(["the air", "yes please"], [*BUY, *AIR], ORDER, store=store)
    assert held.triggers[:2] == [("to_buying", True), ("select_model", True)]
    assert held.heard[1] == QUOTE_AIR
    assert OPENING_BUYING not in held.heard
    assert "order number" in held.heard[2]
    assert held.said[2] == ("buying", QUOTE_AIR)


async def test_a_ticket_opened_during_a_transfer_is_heard_with_its_first_step(
    store: Store,
) -> None:
    """The number and what to try first are said by the agent who takes over."""
    step = [Use("to_support"), Use("log_support_issue", {"issue": "no sound"})]
    held = await scripted(["my phone has no sound"], step, store=store)
    (ticket,) = held.call.facts.tickets
    (heard,) = held.heard[1:]
    assert " ".join(ticket.number) in heard or ticket.number in heard
    assert "Let's try something first." in heard


async def test_what_is_looked_up_during_a_transfer_is_heard(store: Store) -> None:
    """A recommendation behind the transfer is spoken in place of the opening."""
    held = await scripted(["buy, suggest one"], [*BUY, Use("recommend_models")], store=store)
    (heard,) = held.heard[1:]
    assert heard.startswith("I'd suggest")


async def test_a_wish_that_was_served_during_its_transfer_is_not_served_again(
    store: Store,
) -> None:
    """The price answers it: the model isn't asked once more."""
    step = [Use("to_buying", {"wish": "the Air"}), *AIR]
    held = await scripted(["the air"], step, "Never said.", store=store)
    assert held.heard[1:] == [QUOTE_AIR]
    assert held.call.usage.requests == 1


async def test_what_cannot_be_said_during_a_transfer_is_apologised_for(store: Store) -> None:
    """A fault behind the transfer ends in a spoken line, as anywhere else."""
    held = await begin(ScriptedLLM([*BUY, *AIR]), store=store)
    words = held.text.line.data.prompts
    perform = held.text.line._perform

    def faulty(effects: tuple[Effect, ...]) -> None:
        if any(isinstance(effect, Say) for effect in effects):
            raise RuntimeError("fault")
        perform(effects)

    held.text.line._perform = faulty  # type: ignore[method-assign]
    await held.say("the air")
    await held.hang_up()
    assert held.heard[1:] == [words.word(lines.APOLOGY)]


async def test_a_call_that_fails_during_a_transfer_ends_with_its_farewell() -> None:
    """Whoever takes over says it to the end and hangs up."""
    held = await begin(ScriptedLLM(BUY))
    during_a_transfer(held, lambda: give_up(held))
    await held.say("buy")
    assert held.heard[1:] == [lines.APOLOGY_FAREWELL.wording]
    assert held.text.ended
    assert held.call.ended_by == "call_failed"


async def test_a_call_whose_transfer_never_arrives_ends_all_the_same() -> None:
    """Its farewell waits for the agent entering, but not for ever."""
    held = await begin(ScriptedLLM(BUY), taking_over=0.2)
    held.text.line.session.update_agent = lambda agent: None  # type: ignore[method-assign]
    during_a_transfer(held, lambda: give_up(held))
    await held.say("buy")
    await held.hang_up()
    assert held.text.ended
    assert held.call.ended_by == "call_failed"


async def test_a_caller_who_leaves_during_a_transfer_is_let_go() -> None:
    """The session closes at once; the agent who would have taken over says nothing."""
    held = await begin(ScriptedLLM(BUY))
    during_a_transfer(held, lambda: held.call.end(CallerHungUp()))
    await held.say("buy")
    assert held.text.ended
    assert held.heard == [GREETING]


async def test_nobody_is_nudged_while_the_line_is_handed_over() -> None:
    """The agent entering breaks the silence, and nobody is asked whether they are there."""
    held = await begin(ScriptedLLM(BUY))
    during_a_transfer(held, lambda: held.text.line.nudge(lines.STILL_THERE.wording))
    await held.say("buy")
    held.text.line.nudge(lines.UNHEARD.wording)
    await held.say("a phone")
    await held.hang_up()
    assert held.heard[1:3] == [OPENING_BUYING, lines.UNHEARD.wording]


async def test_a_caller_who_comes_back_during_a_transfer_hears_the_agent_entering() -> None:
    """They have missed nothing: the opening is still to come, and comes once."""
    held = await begin(ScriptedLLM(BUY))

    def away_for_a_moment() -> None:
        held.text.line.cut_off()
        held.text.line.is_back()

    during_a_transfer(held, away_for_a_moment)
    await held.say("buy")
    await held.hang_up()
    assert held.heard[1:] == [OPENING_BUYING]


async def test_a_line_for_a_session_that_is_over_disturbs_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whoever watches the call may speak too late: it is logged, and nothing is raised."""
    held = await scripted(["hm"], "Sales or support?")
    held.text.line.say("Are you still there?")
    assert held.heard[1:] == ["Sales or support?"]
    assert "was not said" in caplog.text


async def test_an_agent_cannot_bounce_a_caller_back() -> None:
    """Ping-pong in one turn: the second desk keeps the caller and answers."""
    held = await scripted(
        ["hm"],
        [Use("to_buying", {"wish": "a pro"})],
        [Use("to_support", {"wish": "broken"})],
        "Which pro?",
    )
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.refusals == [NOT_LISTENED]
    assert held.heard[1:] == [BRIDGE, "Which pro?"]


async def test_an_agent_entering_with_a_wish_is_not_offered_a_way_out() -> None:
    """Before the caller has spoken to it, neither transfer nor goodbye is among its tools."""
    held = await scripted(["hm"], [Use("to_buying", {"wish": "a pro"})], "Which pro?")
    assert isinstance(held.model, ScriptedLLM)
    assert not {"to_support", "end_purchase_call"} & set(held.model.offered[1])


async def test_a_caller_may_go_back_and_forth_turn_by_turn() -> None:
    """Each transfer after a word of the caller's is taken, and each desk opens again."""
    held = await scripted(["buy", "broken", "buy"], BUY, [Use("to_support")], BUY)
    assert held.call.path == ["greeting", "buying", "support", "buying", "ended"]
    assert held.heard[1:] == [OPENING_BUYING, OPENING_SUPPORT, OPENING_BUYING]
    assert held.call.usage.requests == 3


async def test_words_along_with_a_transfer_are_said_once_and_before_the_opening() -> None:
    """What streams ahead of the tool call is heard; it isn't repeated, and one opening follows."""
    held = await scripted(["buy"], ["Sure, one second.", *BUY])
    assert held.heard[1:] == ["Sure, one second.", OPENING_BUYING]
    assert held.call.usage.requests == 1


async def test_words_behind_a_tool_call_are_not_spoken_over_the_new_agent() -> None:
    """Once the tool is called its line or the next agent speaks, and nobody else."""
    held = await scripted(["buy"], [*BUY, "I'm putting you through to sales now."])
    assert held.heard[1:] == [OPENING_BUYING]


async def test_unfinished_words_before_a_tool_call_are_not_lost() -> None:
    """A text that stops without a full stop before the call is heard all the same."""
    held = await scripted(["buy"], ["Sure", *BUY])
    assert held.heard[1:] == ["Sure", OPENING_BUYING]


async def test_the_call_is_greeted_once() -> None:
    """However often the front desk is reached again, the greeting is not repeated."""
    held = await scripted(
        ["broken", "no sound", "works again", "and buy"],
        [Use("to_support")],
        [Use("log_support_issue", {"issue": "no sound"})],
        [Use("complete_support")],
        BUY,
    )
    assert held.heard.count(GREETING) == 1
    assert held.call.path == ["greeting", "support", "greeting", "buying", "ended"]


async def test_transfer_to_agent_carries_out_the_handoff_and_nothing_else() -> None:
    """The name the shop's people know moves the line; facts, journal and state stay untouched."""
    held = await begin(ScriptedLLM())
    data = held.text.line.data
    agent = data.agents["greeting"]
    assert isinstance(agent, ShopAgent)
    before = (held.call.state, held.call.facts, list(held.call.journal))
    agent._transfer_to_agent(HandOff(State.BUYING, "", Say(conversation.OPENING_BUYING)))
    assert (held.call.state, held.call.facts, held.call.journal) == before
    assert held.text.line.session.current_agent is data.agents["buying"]
    assert data.prev_agent is agent
    await held.hang_up()


# What the next agent knows


async def test_the_next_agent_sees_what_was_said_once_and_in_order() -> None:
    """The history is carried over whole, behind the system prompt, with nothing in it twice."""
    held = await scripted(
        ["hello", "the air please", "hm"],
        "Sales or support?",
        ["Sure, one second.", Use("to_buying", {"wish": "the Air"})],
        "A fine choice.",
        "Well?",
    )
    roles = messages(asked(held.model)[2])
    assert [role for role, _ in roles].count("system") == 1
    assert roles[0][0] == "system"
    assert roles[1:] == [
        ("assistant", GREETING),
        ("user", "hello"),
        ("assistant", "Sales or support?"),
        ("user", "the air please"),
        ("assistant", "Sure, one second."),
    ]


async def test_no_orphan_tool_call_reaches_a_model() -> None:
    """In every request each tool call has its result and each result its call."""
    held = await scripted(
        ["buy", "the air", "yes", "broken", "no sound", "hm", "works", "buy", "hm"],
        [Use("record_name", {"name": "Dana"}), *BUY],
        [*AIR, *ORDER],
        ORDER,
        [Use("to_support", {"wish": "broken"})],
        "What is it doing?",
        [Use("log_support_issue", {"issue": "no sound"})],
        [Use("troubleshooting_steps", {"issue": "no sound"})],
        "Check the switch.",
        [Use("complete_support")],
        BUY,
        "Which?",
    )
    for chat in asked(held.model):
        calls = [item.call_id for item in chat.items if isinstance(item, llm.FunctionCall)]
        results = [i.call_id for i in chat.items if isinstance(i, llm.FunctionCallOutput)]
        assert sorted(calls) == sorted(results)
    assert held.call.path == ["greeting", "buying", "support", "greeting", "buying", "ended"]


async def test_the_next_agent_knows_what_is_established() -> None:
    """Name, model, order, ticket and wish stand in the prompt of whoever takes over."""
    held = await scripted(
        ["Dana here, the air", "yes", "and my old one has no sound", "it has no sound"],
        [Use("record_name", {"name": "Dana"}), Use("to_buying", {"wish": "the Air"})],
        AIR,
        ORDER,
        [Use("to_support", {"wish": "no sound"})],
        "What is it doing?",
        [Use("log_support_issue", {"issue": "no sound"})],
    )
    (order,) = held.call.facts.orders
    prompt = messages(asked(held.model)[4])[0][1]
    assert "- state: support" in prompt
    assert "- caller's name: Dana" in prompt
    assert f"- order {order.number}: iPhone Air, 256 GB, $999" in prompt
    assert "- put through with the wish: no sound" in prompt
    assert "The caller is already with you: don't greet." in prompt


async def test_a_shop_that_lets_callers_talk_long_carries_the_last_messages() -> None:
    """A long history is cut to the last whole messages, the caller's newest words among them."""
    small_talk = [f"line {number}" for number in range(20)]
    answers = [f"answer {number}" for number in range(20)]
    held = await scripted(
        [*small_talk, "the air"], *answers, [Use("to_buying", {"wish": "the Air"})], "Right."
    )
    seen = messages(asked(held.model)[-1])
    assert len(seen) <= 14
    assert seen[-1] == ("user", "the air")
    assert ("user", "line 19") in seen
    assert ("user", "line 1") not in seen


async def test_requests_and_prompt_characters_are_counted() -> None:
    """Every request counts, with the JSON of the messages and tools sent with it."""
    held = await scripted(["hello", "buy", "hm"], "Sales or support?", BUY, "Which one?")
    assert held.call.usage.requests == 3
    sent = 0
    for chat, names in zip(asked(held.model), held.model.offered, strict=True):  # type: ignore[attr-defined]
        sent += len(json.dumps(chat.to_provider_format(format="openai")[0])) + len(names)
    assert held.call.usage.prompt_characters > sent


# What is said while the line changes hands


async def test_what_is_said_while_the_line_is_handed_over_is_answered() -> None:
    """LiveKit drops it; the agent taking over answers it instead of opening, and only once."""
    told: list[list[tuple[str, str]]] = []

    def leaving(chat: llm.ChatContext, offered: list[str]) -> list[Use | str]:
        _recognised(held, "How much", "is the Air?")
        return [Use("to_buying")]

    def arriving(chat: llm.ChatContext, offered: list[str]) -> list[Use | str]:
        told.append(messages(chat))
        return [Use("select_model", {"model": "Air"})]

    held = await begin(ScriptedLLM(leaving, arriving, "Anything else?"))
    await held.say("sales", "no")
    await held.hang_up()
    assert told[0][-1] == ("user", "How much is the Air?")
    assert held.heard[1:] == [BRIDGE, QUOTE_AIR, "Anything else?"]
    assert held.text.line.data.handover.missed == ()
    spoke = [entry for entry in held.call.journal if entry.trigger == "caller_spoke"]
    assert len(spoke) == 3


async def test_what_has_become_a_message_is_not_answered_again_after_a_handoff() -> None:
    """Words of a turn that was taken up are the next agent's history, not its question."""
    held = await begin(ScriptedLLM(BUY, AIR))
    _recognised(held, "Put me through", "to sales.")
    await held.say("Put me through to sales.")
    await held.hang_up()
    assert held.heard[1:] == [OPENING_BUYING]


async def test_a_wish_and_what_was_added_before_its_answer_are_one_message() -> None:
    """Who speaks over the bridge is answered to both: neither half is left to the other."""
    held = await begin(ScriptedLLM([Use("to_buying", {"wish": "the Air"})], AIR))
    data = held.text.line.data
    await held.say("I want the Air.")
    chat = llm.ChatContext.empty()
    chat.add_message(role="user", content="I want the Air.", id=data.handover.by)
    chat.add_message(role="assistant", content="One")
    chat.add_message(role="user", content="In blue.")
    whole = with_wish(chat, data.handover.by, [BRIDGE])
    assert messages(whole) == [("user", "I want the Air. In blue.")]
    chat.items[1].content = ["The Air is $999."]  # type: ignore[union-attr]
    assert with_wish(chat, data.handover.by, [BRIDGE]) is chat
    await held.hang_up()


def _recognised(held: Held, *words: str) -> None:
    """What LiveKit tells when the caller's words have been recognised."""
    for each in words:
        event = UserInputTranscribedEvent(transcript=each, is_final=True)
        held.text.line.session.emit("user_input_transcribed", event)
