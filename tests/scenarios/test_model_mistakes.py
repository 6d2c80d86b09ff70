"""Everything a model does wrong: it changes nothing, and the caller hears something."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.agents import llm

from assistant.records import MemoryStore
from assistant.shop.wording import lines
from statemachine.facts import Facts
from tests.calls import scripted
from tests.fakes import ScriptedLLM, Step, Use
from tests.scenarios.phrases import (
    AIR,
    APOLOGY,
    BUY,
    OPENING_BUYING,
    ORDER,
    QUOTE_AIR,
    asked,
    messages,
)

pytestmark = pytest.mark.timeout(30)


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
    assert held.refusals == ["not_ordered_yet"]
    assert sum("order number" in words for words in held.heard) == 1


async def test_an_unknown_tool_is_journaled_and_answered() -> None:
    """The refusal names it, and the caller gets the model's words."""
    held = await scripted(["fly"], [Use("fly", {"to": "the moon"})], "Sales or support?")
    assert held.refusals == ["unknown_trigger"]
    assert held.heard[-1] == "Sales or support?"


async def test_an_unknown_tool_beside_a_transfer_does_not_disturb_it() -> None:
    """The transfer happens with one voice; the other one is journaled."""
    held = await scripted(["buy"], [Use("fly"), *BUY])
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.heard[1:] == [OPENING_BUYING]
    assert held.refusals == ["unknown_trigger"]


async def test_a_tool_of_another_desk_is_refused_with_what_is_possible() -> None:
    """The model learns where it is and what it may do, and the state stands."""
    held = await scripted(["yes"], ORDER, "Sales or support?")
    assert held.refusals == ["not_possible_here"]
    results = [i for i in asked(held.model)[1].items if isinstance(i, llm.FunctionCallOutput)]
    assert (
        "Possible now: to_buying, to_support, to_person, record_name, record_number, "
        "request_callback, find_order." in results[0].output
    )


async def test_extra_arguments_are_ignored() -> None:
    """Arguments that a trigger doesn't have change nothing."""
    extra = {"model": "Air", "price": "$1", "discount": 0.9}
    held = await scripted(["buy", "air"], BUY, [Use("select_model", extra)])
    assert held.heard[-1] == QUOTE_AIR
    assert held.call.journal[3].arguments["model"] == "iPhone Air"


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
    assert held.refusals == ["unfit_arguments"]
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
    assert held.call.usage.requests <= 5
    assert held.heard[-1] == APOLOGY


@pytest.mark.parametrize("nothing", ["", "   ", "\n\n", "..."])
async def test_a_model_that_answers_with_nothing_is_apologised_for(nothing: str) -> None:
    """White space and marks reach nobody's ear, so the caller is asked to say it again."""
    held = await scripted(["hm", "hello?"], nothing, "Sales or support?")
    assert held.heard[1:] == [APOLOGY, "Sales or support?"]


async def test_an_answer_without_an_end_is_cut_short() -> None:
    """A caller hears about a minute of it at most, and the next words are answered as any."""
    endless = " ".join(["It has a very nice screen, and then some more to say about it."] * 300)
    held = await scripted(["hm", "hello?"], endless, "Sales or support?")
    assert 100 < len(held.heard[1].split()) < 200
    assert held.heard[2] == "Sales or support?"


# Buying


async def test_a_purchase_in_the_same_step_as_the_selection_is_refused() -> None:
    """The price is quoted and asked about; nothing is ordered."""
    held = await scripted(["buy", "the air"], BUY, [*AIR, *ORDER])
    assert held.heard[-1] == QUOTE_AIR
    assert held.call.facts.orders == ()
    assert held.refusals == ["spoken_since_quoted"]


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


QUOTED = (BUY, [Use("select_model", {"model": "17 pro"})])
SUGGESTED = [Use("recommend_models", {"need": "something cheaper"})]
COMPARED = [Use("compare_models", {"first": "17", "second": "17 pro"})]
PINK = [Use("select_model", {"model": "17 pro", "colour": "pink"})]


@pytest.mark.parametrize("between", [SUGGESTED, COMPARED, PINK], ids=["cheaper", "compare", "pink"])
async def test_a_yes_to_another_question_orders_nothing(between: Step) -> None:
    """Whatever the model makes of it: what was priced before must be selected and priced anew."""
    store = MemoryStore()
    steps = (*QUOTED, between, [Use("confirm_purchase")], ["Which one do you mean?"])
    held = await scripted(["buy", "the pro", "hm", "yes"], *steps, store=store)
    (refused,) = (each for each in held.call.journal if each.trigger == "confirm_purchase")
    assert refused.reasons == ("still_offered",)
    assert store.orders == {}


@pytest.mark.parametrize(
    "refused", ["Desde luego, es gratuito para usted.", "Your order number is S99999."]
)
async def test_a_yes_to_what_took_a_refused_sentence_s_place_orders_nothing(refused: str) -> None:
    """An order stands, another phone was quoted, and then something else was heard instead."""
    steps = (*QUOTED, ORDER, AIR, refused, ORDER, "Which one do you mean?")
    held = await scripted(["buy", "the pro", "yes", "the air", "hm", "yes"], *steps)
    assert held.heard[5] in ("I'm sorry, I only speak English.", _number(held.call.facts))
    assert [each.reasons for each in held.call.journal if not each.accepted] == [("still_offered",)]
    assert len(held.call.facts.orders) == 1


async def test_a_yes_to_the_price_that_took_a_refused_sentence_s_place_orders() -> None:
    """It asks whether to order that very phone."""
    steps = (*QUOTED, "For you it's $10.", ORDER)
    held = await scripted(["buy", "the pro", "cheaper?", "yes"], *steps)
    assert held.heard[3].endswith("Shall I order it for you?")
    assert len(held.call.facts.orders) == 1


def _number(facts: Facts) -> str:
    return lines.ORDER_NUMBER.wording.format(order=facts.orders[-1].number)
