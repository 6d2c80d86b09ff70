"""Handoffs, the end of the call, and everything a model does wrong: one test for each promise."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from livekit.agents import (
    APIConnectionError,
    CloseEvent,
    CloseReason,
    UserInputTranscribedEvent,
    llm,
)

from assistant import lines
from assistant.agents import ShopAgent
from assistant.handoff import with_wish
from assistant.prompts import Prompts
from assistant.records import Entry, MemoryStore, RecordError
from statemachine import lines as conversation
from statemachine.effects import Effect, HandOff, Say
from statemachine.lines import Line
from statemachine.states import State
from statemachine.triggers import CallerWentSilent, ConfirmPurchase, EndCall, ToBuying
from tests.calls import PATIENCE, Held, begin, scripted
from tests.fakes import ScriptedLLM, Use

pytestmark = pytest.mark.timeout(30)

GREETING = conversation.GREETING.wording.format(persona="Jill", shop="the iPhone shop")
OPENING_BUYING = conversation.OPENING_BUYING.wording
OPENING_SUPPORT = conversation.OPENING_SUPPORT.wording
FAREWELL = conversation.FAREWELL.wording.format(shop="the iPhone shop")
FAREWELL_BUYING = conversation.FAREWELL_BUYING.wording.format(shop="the iPhone shop")
BRIDGE = lines.BRIDGE.wording
APOLOGY = lines.APOLOGY.wording
QUOTE_AIR = "The iPhone Air with 256 GB is $999. Shall I order it for you?"
NOT_LISTENED = "The caller hasn't said anything since they were put through: listen to them first."
OVER = "The call has ended: nothing more can be done."

BUY = [Use("to_buying")]
AIR = [Use("select_model", {"model": "Air"})]
ORDER = [Use("confirm_purchase")]


def messages(chat: llm.ChatContext) -> list[tuple[str, str]]:
    """Role and text of each message in a chat."""
    said = [item for item in chat.items if isinstance(item, llm.ChatMessage)]
    return [(item.role, (item.text_content or "").strip()) for item in said]


def asked(model: llm.LLM[str]) -> list[llm.ChatContext]:
    """The chats that a scripted model was sent."""
    assert isinstance(model, ScriptedLLM)
    return model.asked


# Being put through


async def test_a_transfer_without_a_wish_costs_one_request_and_one_voice() -> None:
    """The new agent opens with its fixed line; no model is asked for it."""
    held = await scripted(["I want to buy an iPhone"], BUY)
    assert held.said[1:] == [("caller", "I want to buy an iPhone"), ("buying", OPENING_BUYING)]
    assert held.call.requests == 1


async def test_a_transfer_with_a_wish_costs_two_requests_and_one_voice() -> None:
    """The new agent says a bridge and answers; the old one says nothing."""
    held = await scripted(["a pro"], [Use("to_buying", {"wish": "a pro"})], "Which of the two?")
    assert held.said[2:] == [("buying", BRIDGE), ("buying", "Which of the two?")]
    assert held.call.requests == 2


async def test_an_agent_entering_with_a_wish_acts_on_it_with_tools() -> None:
    """The wish is served in the same turn: selected, priced and asked about."""
    held = await scripted(["the air"], [Use("to_buying", {"wish": "the Air"})], AIR)
    assert held.heard[1:] == [BRIDGE, QUOTE_AIR]
    assert isinstance(held.model, ScriptedLLM)
    assert "select_model" in held.model.offered[1]
    assert held.call.requests == 2


async def test_two_transfers_in_one_step_the_first_wins() -> None:
    """The second is refused, one agent speaks, and nobody is left in silence."""
    held = await scripted(["hm"], [Use("to_buying"), Use("to_support")])
    assert held.triggers[:2] == [("to_buying", True), ("to_support", False)]
    assert held.refusals == [NOT_LISTENED]
    assert held.heard == [GREETING, OPENING_BUYING]
    assert held.call.requests == 1


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
    assert held.call.requests == 1


async def test_a_transfer_and_a_tool_of_the_next_desk_in_one_step() -> None:
    """A selection right behind the transfer counts: the new state's rows hold for it."""
    held = await scripted(["the air"], [*BUY, *AIR])
    assert held.triggers[:2] == [("to_buying", True), ("select_model", True)]
    assert sorted(held.heard[1:]) == sorted([OPENING_BUYING, QUOTE_AIR])
    assert held.call.state is State.ENDED


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
    assert held.call.requests == 3


async def test_words_along_with_a_transfer_are_said_once_and_before_the_opening() -> None:
    """What streams ahead of the tool call is heard; it isn't repeated, and one opening follows."""
    held = await scripted(["buy"], ["Sure, one second.", *BUY])
    assert held.heard[1:] == ["Sure, one second.", OPENING_BUYING]
    assert held.call.requests == 1


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
    assert held.call.requests == 3
    sent = 0
    for chat, names in zip(asked(held.model), held.model.offered, strict=True):  # type: ignore[attr-defined]
        sent += len(json.dumps(chat.to_provider_format(format="openai")[0])) + len(names)
    assert held.call.prompt_characters > sent


# Tools, as a model may use them


async def test_duplicate_call_ids_lose_no_tool_call() -> None:
    """LiveKit runs an id once; two different calls under one id happen both."""
    step = [Use("record_name", {"name": "Dana"}, "same"), Use("to_buying", {}, "same")]
    held = await scripted(["Dana, buy"], [*step])
    assert sorted(held.triggers[:2]) == [("record_name", True), ("to_buying", True)]
    assert held.refusals == []


async def test_a_call_id_used_again_in_a_later_turn_works() -> None:
    """Servers that number their calls from one each time are understood."""
    held = await scripted(
        ["buy", "the air", "yes"],
        [Use("to_buying", {}, "call_1")],
        [Use("select_model", {"model": "Air"}, "call_1")],
        [Use("confirm_purchase", {}, "call_1")],
    )
    assert [accepted for _, accepted in held.triggers] == [True] * 4
    assert len(held.call.facts.orders) == 1


@pytest.mark.parametrize("call_id", ["", "same"])
async def test_the_same_tool_twice_in_a_step_speaks_and_happens_once(call_id: str) -> None:
    """One order, one number spoken, and the repetition refused with its reason."""
    twice = [Use("confirm_purchase", {}, call_id)] * 2
    held = await scripted(["buy", "the air", "yes"], BUY, AIR, [*twice])
    assert held.triggers[2:4] == [("confirm_purchase", True), ("confirm_purchase", False)]
    assert held.refusals == [
        "That iPhone is ordered already: for another one, call select_model again."
    ]
    assert sum("order number" in words for words in held.heard) == 1


async def test_an_unknown_tool_is_journaled_and_answered() -> None:
    """The refusal names it, and the caller gets the model's words."""
    held = await scripted(["fly"], [Use("fly", {"to": "the moon"})], "Sales or support?")
    assert held.refusals == ["There is no tool 'fly'."]
    assert held.heard[-1] == "Sales or support?"


async def test_an_unknown_tool_beside_a_transfer_does_not_disturb_it() -> None:
    """The transfer happens with one voice; the other one is journaled."""
    held = await scripted(["buy"], [Use("fly"), *BUY])
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.heard[1:] == [OPENING_BUYING]
    assert held.refusals == ["There is no tool 'fly'."]


async def test_a_tool_of_another_desk_is_refused_with_what_is_possible() -> None:
    """The model learns where it is and what it may do, and the state stands."""
    held = await scripted(["yes"], ORDER, "Sales or support?")
    assert held.refusals == [
        "confirm_purchase is not possible while the caller is with the front desk."
    ]
    results = [i for i in asked(held.model)[1].items if isinstance(i, llm.FunctionCallOutput)]
    assert "Possible now: to_buying, to_support, record_name, end_call." in results[0].output


async def test_extra_arguments_are_ignored() -> None:
    """Arguments that a trigger doesn't have change nothing."""
    extra = {"model": "Air", "price": "$1", "discount": 0.9}
    held = await scripted(["buy", "air"], BUY, [Use("select_model", extra)])
    assert held.heard[-1] == QUOTE_AIR
    assert held.call.journal[3].arguments == {"model": "Air", "storage": "", "colour": ""}


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ({"model": 17}, "iPhone 17"),
        ({"model": "Air", "storage": 512}, "iPhone Air"),
        ({"model": "Air", "storage": None, "colour": None}, "iPhone Air"),
    ],
)
async def test_numbers_and_nulls_as_arguments_are_understood(
    arguments: dict[str, Any], model: str
) -> None:
    """A number is read as text, and null as nothing said."""
    held = await scripted(["buy", "that one"], BUY, [Use("select_model", arguments)])
    assert held.call.facts.selected_model == model


@pytest.mark.parametrize(
    "arguments",
    [{}, {"model": None}, {"model": ["Air"]}, {"model": {"name": "Air"}}, {"model": True}],
)
async def test_missing_and_wrongly_typed_arguments_are_refused(arguments: dict[str, Any]) -> None:
    """Nothing is selected, the refusal is journaled, and the model is told to ask."""
    step = [Use("select_model", arguments)]
    held = await scripted(["buy", "that one"], BUY, step, "Which one do you mean?")
    assert held.call.facts.selected_model == ""
    assert held.refusals == [
        "select_model didn't happen: what to put in it is still open. Ask the caller about it."
    ]
    assert held.heard[-1] == "Which one do you mean?"


@pytest.mark.parametrize("look_up", ["recommend_models", "compare_models"])
async def test_a_look_up_with_odd_arguments_ends_in_words(look_up: str) -> None:
    """Look-ups take numbers, nulls and lists without breaking."""
    odd = {"need": None, "budget": [900], "first": 17, "second": None, "nope": {}}
    held = await scripted(["buy", "suggest"], BUY, [Use(look_up, odd)], "Which do you mean?")
    assert held.heard[-1] not in (OPENING_BUYING, APOLOGY)


async def test_a_model_that_only_calls_refused_tools_is_stopped() -> None:
    """A handful of requests at most, and then the caller hears something."""
    held = await scripted(["hm"], *[ORDER] * 20)
    assert held.call.requests <= 5
    assert held.heard[-1] == APOLOGY


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n", "..."])
async def test_a_model_that_answers_with_nothing_is_apologised_for(nothing: str) -> None:
    """White space and marks reach nobody's ear, so the caller is asked to say it again."""
    held = await scripted(["hm", "hello?"], nothing, "Sales or support?")
    assert held.heard[1:] == [APOLOGY, "Sales or support?"]


# Buying


async def test_a_purchase_in_the_same_step_as_the_selection_is_refused() -> None:
    """The price is quoted and asked about; nothing is ordered."""
    held = await scripted(["buy", "the air"], BUY, [*AIR, *ORDER])
    assert held.heard[-1] == QUOTE_AIR
    assert held.call.facts.orders == ()
    assert held.refusals == [
        "The caller hasn't answered since the price was quoted: wait for their yes."
    ]


@pytest.mark.parametrize(
    "words", ["no", "wait", "No, thanks.", "hold on", "let me think", "not yet"]
)
async def test_a_purchase_after_a_no_is_refused(words: str) -> None:
    """A model that orders all the same is refused, and the caller gets a question instead."""
    held = await scripted(["buy", "the air", words], BUY, AIR, ORDER, "What would suit you better?")
    assert held.call.facts.orders == ()
    assert held.triggers[2] == ("confirm_purchase", False)
    assert held.heard[-1] == "What would suit you better?"


async def test_a_purchase_is_not_offered_after_a_no_but_is_after_a_yes() -> None:
    """What is offered follows the caller's last words."""
    held = await scripted(
        ["buy", "the air", "no", "okay yes"], BUY, AIR, "What else?", "Shall I order it?"
    )
    assert isinstance(held.model, ScriptedLLM)
    offered = ["confirm_purchase" in names for names in held.model.offered]
    assert offered == [False, False, False, True]


# Amounts in the model's own words


@pytest.mark.parametrize(
    "made_up",
    [
        "Your new price is one dollar.",
        "It's $1.",
        "I can do nine hundred bucks.",
        "For you, 850 dollars.",
        "That would be USD 5.",
        "It's yours for 700.",
        "The iPhone 17 Pro is $999.",
        "I'll give you 20% off.",
        "It's free.",
    ],
)
async def test_a_made_up_amount_reaches_neither_caller_nor_history(made_up: str) -> None:
    """A fixed sentence takes its place, and no later request contains it."""
    held = await scripted(["buy", "cheaper?", "hm"], BUY, f"Listen. {made_up} Deal?", "Well?")
    for words in (*held.heard, *held.history, *(w for _, w in messages(asked(held.model)[2]))):
        assert made_up.strip(".") not in words
    assert lines.PRICE_UNSAID.wording in held.heard[-2]


@pytest.mark.parametrize(
    "true",
    [
        "The iPhone 17 Pro is $1,099.",
        "With 512 GB the iPhone Air is $1,199.",
        "The iPhone 16e starts at 599 dollars.",
    ],
)
async def test_a_true_price_passes(true: str) -> None:
    """The price of a model named in the sentence is spoken as the model put it."""
    held = await scripted(["buy", "how much?"], BUY, true)
    assert held.heard[-1] == true


async def test_the_selected_price_and_the_callers_own_amount_pass() -> None:
    """What was quoted, and what the caller said themselves, may be repeated."""
    own = "You said nine hundred dollars."
    held = await scripted(
        ["buy", "the air", "i have nine hundred dollars", "hm"],
        BUY,
        AIR,
        own,
        "As I said, it is $999.",
    )
    assert held.heard[-2:] == [own, "As I said, it is $999."]


# When something breaks


async def test_an_exception_on_entering_ends_in_a_spoken_line() -> None:
    """The caller hears an apology from the new agent, and the call goes on with it."""
    held = await begin(ScriptedLLM(BUY, "Which one?"))
    broken = held.text.line.data.agents["buying"]
    broken.update_chat_ctx = _boom  # type: ignore[method-assign]
    await held.say("buy", "hello?")
    await held.hang_up()
    assert held.said[2:] == [
        ("buying", lines.APOLOGY_ENTERING.wording),
        ("caller", "hello?"),
        ("buying", "Which one?"),
    ]


async def test_an_exception_in_a_tool_ends_in_the_models_words() -> None:
    """The model is told of an internal error and answers; the call goes on."""
    held = await begin(ScriptedLLM(BUY, [Use("recommend_models")], "Which do you like?", "And?"))
    held.text.line.data.speak = _fault
    await held.say("buy", "suggest one", "hm")
    await held.hang_up()
    assert held.heard[-2:] == ["Which do you like?", "And?"]


async def test_an_exception_in_speaking_a_line_ends_in_an_apology() -> None:
    """A fault in carrying out an outcome is heard as an apology; the facts stand."""
    held = await begin(ScriptedLLM(BUY, AIR, "It is noted."))
    await held.say("buy")
    held.text.line.data.prompts = _broken(held.text.line.data.prompts, conversation.QUOTE)
    await held.say("the air", "hello?")
    await held.hang_up()
    assert held.heard[-2:] == [APOLOGY, "It is noted."]
    assert held.call.facts.selected_model == "iPhone Air"


async def test_a_handoff_that_fails_is_made_up_for_at_the_next_word() -> None:
    """The caller hears an apology, and their next words are answered by the right agent."""
    held = await begin(ScriptedLLM(BUY, "You're with sales.", "Which one?"))
    session = held.text.line.session
    update_agent = session.update_agent
    session.update_agent = _fault  # type: ignore[method-assign]
    await held.say("buy")
    assert held.heard[-1] == APOLOGY
    session.update_agent = update_agent  # type: ignore[method-assign]
    await held.say("hello?", "the air?")
    await held.hang_up()
    assert held.heard[-3:] == [BRIDGE, "You're with sales.", "Which one?"]
    assert held.call.path == ["greeting", "buying", "ended"]


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
    assert held.text.line.data.missed == []
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
    chat.add_message(role="user", content="I want the Air.", id=data.put_through_by)
    chat.add_message(role="assistant", content="One")
    chat.add_message(role="user", content="In blue.")
    whole = with_wish(chat, data.put_through_by, BRIDGE)
    assert messages(whole) == [("user", "I want the Air. In blue.")]
    chat.items[1].content = ["The Air is $999."]  # type: ignore[union-attr]
    assert with_wish(chat, data.put_through_by, BRIDGE) is chat
    await held.hang_up()


@pytest.mark.parametrize(
    ("reason", "ended_by"),
    [
        (CloseReason.JOB_SHUTDOWN, "call_failed"),
        (CloseReason.ERROR, "call_failed"),
        (CloseReason.PARTICIPANT_DISCONNECTED, "caller_hung_up"),
    ],
)
async def test_the_journal_says_whether_the_caller_or_we_ended_the_call(
    reason: CloseReason, ended_by: str
) -> None:
    """A worker that is stopped is no caller who hung up."""
    held = await begin(ScriptedLLM())
    held.text.line.session.emit("close", CloseEvent(reason=reason))
    await held.call.settled()
    assert held.call.ended_by == ended_by
    await held.hang_up()


async def test_a_handoff_that_fails_for_good_ends_the_call_properly() -> None:
    """Apologies, and after the third failure the farewell: nobody talks to nobody."""
    held = await begin(ScriptedLLM(BUY))
    held.text.line.session.update_agent = _fault  # type: ignore[method-assign]
    await held.say("buy", "hello?", "hello?", "hello?")
    await held.hang_up()
    assert held.heard[1:] == [APOLOGY, APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
    assert held.call.ended_by == "call_failed"


async def test_a_farewell_that_cannot_be_worded_still_hangs_up() -> None:
    """The session closes whatever happens to the last line."""
    held = await begin(ScriptedLLM([Use("end_call")]))
    held.text.line.data.prompts = _broken(held.text.line.data.prompts, conversation.FAREWELL)
    await held.say("bye")
    assert held.text.ended
    assert held.call.ended_by == "end_call"


async def test_an_observer_that_fails_disturbs_nothing() -> None:
    """Who only looks on can't hold up the call or count the caller's turn twice."""
    held = await begin(ScriptedLLM(BUY, AIR, ORDER))
    held.call.observers.append(_fault)
    await held.say("buy", "the air", "yes")
    await held.hang_up()
    assert held.call.facts.turn == 3
    assert len(held.call.facts.orders) == 1


async def test_a_failing_model_ends_in_a_farewell_after_three_times() -> None:
    """Two apologies, then the apology farewell, once."""
    held = await scripted(["one", "two", "three", "four"], *[APIConnectionError()] * 9)
    assert held.heard[1:] == [APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
    assert held.call.ended_by == "call_failed"


async def test_any_other_exception_of_a_model_is_an_apology_too() -> None:
    """A fault that is no provider's failure is heard as an apology."""
    held = await scripted(["one", "two"], ValueError("odd"), "Here I am.")
    assert held.heard[1:] == [APOLOGY, "Here I am."]


@dataclass
class Failing(MemoryStore):
    """A store that fails the first time a trigger of this name is written."""

    trigger: str = ""
    error: Exception = field(default_factory=lambda: RecordError("the disk is full"))
    times: int = 1

    async def write(
        self, call: str, number: int, entry: Entry, effects: tuple[Effect, ...]
    ) -> None:
        if entry.trigger == self.trigger and self.times:
            self.times -= 1
            raise self.error
        await super().write(call, number, entry, effects)


SALE = (BUY, AIR, ORDER, ORDER, [Use("end_purchase_call")])
DISK = [RecordError("the disk is full"), OSError("no space left"), RuntimeError("driver")]


@pytest.mark.parametrize("error", DISK, ids=["RecordError", "OSError", "RuntimeError"])
async def test_an_order_that_cannot_be_written_is_refused_and_can_be_tried_again(
    error: Exception,
) -> None:
    """An apology, no order and no number; the next yes orders it."""
    store = Failing(trigger="confirm_purchase", error=error)
    held = await scripted(["buy", "the air", "yes", "yes please", "bye"], *SALE, store=store)
    assert held.triggers[2:4] == [("confirm_purchase", False), ("confirm_purchase", True)]
    assert held.heard[3] == lines.APOLOGY_RECORDS.wording
    assert "order number" in held.heard[4]
    assert len(store.orders) == 1
    assert held.call.ended_by == "end_purchase_call"


async def test_a_transfer_that_cannot_be_written_stays_and_can_be_tried_again() -> None:
    """The caller stays with who they were with, hears an apology, and is put through next time."""
    held = await scripted(["buy", "buy!"], BUY, BUY, store=Failing(trigger="to_buying"))
    assert held.said[2] == ("greeting", lines.APOLOGY_RECORDS.wording)
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.heard[-1] == OPENING_BUYING


@pytest.mark.parametrize("error", DISK, ids=["RecordError", "OSError", "RuntimeError"])
@pytest.mark.parametrize("trigger", ["caller_spoke", "end_purchase_call"])
async def test_what_has_happened_and_endings_happen_without_a_disk(
    trigger: str, error: Exception
) -> None:
    """The caller's words count and the call ends, although neither could be written at once."""
    store = Failing(trigger=trigger, error=error, times=1 if trigger == "caller_spoke" else 99)
    steps = (BUY, AIR, ORDER, [Use("end_purchase_call")])
    held = await scripted(["buy", "the air", "yes", "bye"], *steps, store=store)
    assert held.call.ended_by == "end_purchase_call"
    assert held.call.facts.turn == 4
    assert held.heard[-1] == FAREWELL_BUYING


# The end of the call


@pytest.mark.parametrize(
    ("before", "goodbye", "farewell"),
    [
        ((), "end_call", conversation.FAREWELL),
        ((BUY,), "end_purchase_call", conversation.FAREWELL_BUYING),
        (([Use("to_support")],), "end_support_call", conversation.FAREWELL_SUPPORT),
    ],
)
async def test_each_desk_says_its_farewell_once_and_hangs_up(
    before: tuple[list[Use | str], ...], goodbye: str, farewell: Line
) -> None:
    """The farewell is the last thing heard, the session is closed, and the journal says why."""
    said = farewell.wording.format(shop="the iPhone shop")
    held = await begin(ScriptedLLM(*before, [Use(goodbye)], "Never said."))
    await held.say(*["go on"] * len(before), "bye", "are you there?")
    assert held.text.ended
    assert held.heard.count(said) == 1
    assert held.heard[-1] == said
    assert held.call.ended_by == goodbye
    assert held.call.requests == len(before) + 1


async def test_ending_twice_says_one_farewell() -> None:
    """The second goodbye of a step is refused and not spoken."""
    held = await scripted(["bye"], [Use("end_call"), Use("end_call")])
    assert held.triggers == [("end_call", True), ("end_call", False)]
    assert held.heard == [GREETING, FAREWELL]
    assert held.refusals == [OVER]


async def test_a_tool_call_after_the_end_changes_nothing() -> None:
    """A transfer behind the goodbye is refused; nobody else speaks."""
    held = await scripted(["bye"], [Use("end_call"), *BUY])
    assert held.call.path == ["greeting", "ended"]
    assert held.heard == [GREETING, FAREWELL]
    assert held.refusals == [OVER]


async def test_a_transfer_and_a_goodbye_in_one_step_put_the_caller_through() -> None:
    """The new desk has not been spoken to yet, so its goodbye is refused."""
    held = await scripted(["buy"], [*BUY, Use("end_purchase_call")])
    assert held.heard == [GREETING, OPENING_BUYING]
    assert held.refusals == [NOT_LISTENED]


async def test_after_the_end_nothing_is_offered_and_everything_is_refused() -> None:
    """The latch holds whatever is fired, and whoever fires it."""
    held = await scripted(["bye"], [Use("end_call")])
    assert held.call.offered() == ()
    facts = held.call.facts
    for trigger in (ToBuying(), ConfirmPurchase(), EndCall(), CallerWentSilent()):
        async with asyncio.timeout(PATIENCE):
            await held.call.fire(trigger)
    assert held.call.state is State.ENDED
    assert held.call.facts == facts
    assert held.call.ended_by == "end_call"
    assert held.heard == [GREETING, FAREWELL]


async def test_a_caller_who_leaves_hears_nothing_more() -> None:
    """Hanging up ends the call by its own trigger, without a farewell."""
    held = await scripted(["buy"], BUY)
    assert held.call.ended_by == "caller_hung_up"
    assert held.heard == [GREETING, OPENING_BUYING]


async def test_a_silent_caller_is_let_go_with_a_line() -> None:
    """Silence ends the call by its own trigger and its own farewell."""
    held = await begin(ScriptedLLM())
    async with asyncio.timeout(PATIENCE):
        await held.call.fire(CallerWentSilent())
    await held.hang_up()
    assert held.heard[-1] == conversation.SILENT_FAREWELL.wording
    assert held.call.ended_by == "caller_went_silent"


async def test_hanging_up_after_the_end_changes_nothing() -> None:
    """A second end of the line is no second end of the call."""
    held = await begin(ScriptedLLM([Use("end_call")]))
    await held.say("bye")
    await held.hang_up()
    await held.hang_up()
    assert [name for name, _ in held.triggers] == ["end_call"]


# Faults to put in


async def _boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


def _recognised(held: Held, *words: str) -> None:
    """What LiveKit tells when the caller's words have been recognised."""
    for each in words:
        event = UserInputTranscribedEvent(transcript=each, is_final=True)
        held.text.line.session.emit("user_input_transcribed", event)


def _fault(*_: object, **__: object) -> None:
    raise RuntimeError("fault")


def _broken(words: Prompts, line: Line) -> Prompts:
    """The same words, but this line cannot be spoken."""

    class Broken(Prompts):
        def word(self, say: Say | Line) -> str:
            if (say if isinstance(say, Line) else say.line) == line:
                raise RuntimeError("no such word")
            return super().word(say)

    return Broken(words.persona, words.shop, words.tone, words.instructions, words.wordings)
