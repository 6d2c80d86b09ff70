"""The offline brain with the pure machine: whole calls, single sentences, and its stream."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from livekit.agents import function_tool, llm

from assistant.language.phrases.patterns import compile_phrases
from assistant.language.phrases.vocabulary import OWN_FOLDER, parse, read
from assistant.providers.offline.brain import OfflineLLM
from assistant.providers.offline.brain.supporting import next_step
from tests.brain_bench import (
    HELP,
    STOCK,
    Line,
    brain,
    faults_of,
    faults_of_utterance,
    run_call,
    scenarios,
    set_up,
)

CALLS = scenarios("brain_calls", "call")
UTTERANCES = scenarios("brain_utterances", "utterance")
GREETED = "Hi, this is Jill. Are you calling about a new iPhone, or do you need support?"


@pytest.mark.parametrize("call", CALLS, ids=[call["title"] for call in CALLS])
def test_a_whole_call_goes_the_way_the_caller_wants(call: dict[str, Any]) -> None:
    """Path, orders, tickets, name and ending are as the scenario says."""
    line = run_call(call["lines"])
    assert not faults_of(call, line), "\n".join(line.log)


@pytest.mark.parametrize(
    "utterance", UTTERANCES, ids=[f"{u['state']}: {u['said']}" for u in UTTERANCES]
)
def test_a_sentence_leads_to_its_tool(utterance: dict[str, Any]) -> None:
    """The first answer calls the tool that is meant, or only talks."""
    assert not faults_of_utterance(utterance)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("heldout_calls", "call"),
        ("second_heldout_calls", "call"),
        ("third_heldout_calls", "call"),
        ("heldout_utterances", "utterance"),
    ],
)
def test_callers_it_was_not_written_for_are_understood(name: str, key: str) -> None:
    """At most one in fifty of the held-out callers is misunderstood."""
    entries = scenarios(name, key)
    if key == "call":
        wrong = [e["title"] for e in entries if faults_of(e, run_call(e["lines"]))]
    else:
        wrong = [e["said"] for e in entries if faults_of_utterance(e)]
    assert len(wrong) <= len(entries) // 50, wrong


@pytest.mark.parametrize(
    "said",
    [
        "I'd take it for 700",
        "I want it cheaper",
        "I'll take it tomorrow",
        "how do I order it",
        "my wife will order it",
        "okay, good to know",
        "ok so 799 for that one",
        "ok bye",
        "thanks anyway",
        "is that the final price?",
        "yes but don't order it yet",
        "great, I'll come by and buy it there",
    ],
)
def test_what_is_no_yes_orders_nothing(said: str) -> None:
    """An offer, a delay, a thank-you or a question after the quote places no order."""
    line = run_call(["How much is the iPhone 17?", said])
    assert not line.conversation.facts.orders, "\n".join(line.log)


@pytest.mark.parametrize(
    "heard", ["", "The iPhone", "The iPhone 17 Pro with 512 GB in Silver is $1"]
)
@pytest.mark.parametrize("said", ["yes please", "I'll take it", "yes, the iPhone 17 Pro"])
def test_a_price_that_was_cut_off_is_said_again_before_anything_is_ordered(
    heard: str, said: str
) -> None:
    """Whoever says yes over the price hears it, with storage and colour, and then may order."""
    line = run_up_to("the iPhone 17 Pro with 512 gigs in silver please")
    quote = last_words(line)
    cut_off(line, heard)
    line.say(said)
    assert not line.conversation.facts.orders
    assert last_words(line) == quote
    line.say("yes please")
    assert [order.storage for order in line.conversation.facts.orders] == ["512 GB"]


@pytest.mark.parametrize(("said", "orders"), [("yes please", 0), ("yes, order it", 1)])
def test_a_yes_before_the_question_is_asked_orders_only_in_so_many_words(
    said: str, orders: int
) -> None:
    """The price was heard, its question wasn't: a bare yes gets both once more."""
    line = run_up_to("the iPhone 17 please")
    quote = last_words(line)
    cut_off(line, quote.partition(" Shall")[0])
    line.say(said)
    assert len(line.conversation.facts.orders) == orders
    assert (last_words(line) == quote) is (not orders)


@pytest.mark.parametrize(
    "said",
    ["I'll take two", "yes, two of them please", "make it two", "I need two, one for my wife"],
)
def test_more_than_one_is_ordered_one_at_a_time(said: str) -> None:
    """Whoever wants two is told so, and gets the first on their yes and the second when asked."""
    line = run_up_to("the iPhone 17 please", said)
    assert not line.conversation.facts.orders
    assert "one at a time" in last_words(line)
    for words in ("yes please", "and another one", "yes"):
        line.say(words)
    assert len(line.conversation.facts.orders) == 2, "\n".join(line.log)


def test_who_wants_both_is_asked_which_comes_first() -> None:
    """Both of two that were suggested: nothing is chosen for the caller."""
    line = run_up_to("something for photos", "I'll take both of them")
    assert line.conversation.facts.selection is None
    assert "first" in last_words(line)
    line.say("the Pro Max")
    assert "iPhone 17 Pro Max" in last_words(line)


@pytest.mark.parametrize("said", ["hmm ok", "the thing with the whatsit"])
def test_what_settles_nothing_leaves_the_question_open(said: str) -> None:
    """While an order waits for its yes, that is what is asked again."""
    line = run_up_to("the iPhone 17 please", said)
    assert last_words(line).lower().endswith("shall i order the iphone 17 for you?")
    line.say("yes")
    assert len(line.conversation.facts.orders) == 1


def test_who_asks_for_a_used_phone_hears_that_there_is_none() -> None:
    """It is answered rather than passed over."""
    line = run_up_to("do you sell refurbished ones?")
    assert "only sell new" in last_words(line)


def last_words(line: Line) -> str:
    """What the agent said last."""
    return line.chat.messages()[-1].text_content or ""


def run_up_to(*said: str) -> Line:
    """A call at the sales desk, so far."""
    line = Line()
    line.begin()
    for words in ("I want to buy a phone", *said):
        line.say(words)
    return line


def cut_off(line: Line, heard: str) -> None:
    """The agent's last words were heard only so far."""
    line.chat.items.remove(line.chat.messages()[-1])
    if heard:
        line.chat.add_message(role="assistant", content=heard)


def test_it_never_names_an_amount_of_its_own() -> None:
    """Its own words carry no figure of money, unless they repeat what was just said."""
    for utterance in UTTERANCES:
        line = set_up(utterance)
        line.chat.add_message(role="user", content=utterance["said"])
        text = line.ask().text
        assert "$" not in text or text.startswith("Sure:"), text


def test_nothing_it_does_in_a_call_is_refused_twice() -> None:
    """A refused tool isn't called again for the same words."""
    for call in CALLS:
        line = run_call(call["lines"])
        assert len(line.refused) <= 1, "\n".join(line.log)


# The stream


def _chat(*said: str, state: str = "greeting") -> llm.ChatContext:
    chat = llm.ChatContext.empty()
    chat.add_message(role="system", content=f"Help them.\n\nKnown so far:\n- state: {state}")
    for place, words in enumerate(said):
        chat.add_message(role="assistant" if place % 2 == 0 else "user", content=words)
    return chat


def _tool(name: str, *required: str) -> llm.Tool:
    async def fire(raw_arguments: dict[str, object]) -> str:
        return "done"

    properties = {key: {"type": "string"} for key in required}
    parameters = {"type": "object", "properties": properties, "required": list(required)}
    schema = {"name": name, "description": name, "parameters": parameters}
    return function_tool(fire, raw_schema=schema)  # type: ignore[return-value]


FRONT = [_tool("to_buying"), _tool("to_support"), _tool("record_name", "name"), _tool("end_call")]


async def test_tool_calls_come_as_json_and_may_be_several() -> None:
    """A name and a problem in one sentence are two calls of one answer."""
    chat = _chat(GREETED, "Hi, it's Dana, my screen is cracked")
    answer = await brain().chat(chat_ctx=chat, tools=FRONT).collect()
    called = {call.name: json.loads(call.arguments) for call in answer.tool_calls}
    assert called == {
        "record_name": {"name": "Dana"},
        "to_support": {"wish": "my screen is cracked"},
    }
    assert not answer.text


async def test_parallel_tool_calls_can_be_switched_off() -> None:
    """With `parallel_tool_calls` off there is one call at a time."""
    chat = _chat(GREETED, "Hi, it's Dana, my screen is cracked")
    stream = brain().chat(chat_ctx=chat, tools=FRONT, parallel_tool_calls=False)
    assert len((await stream.collect()).tool_calls) == 1


async def test_words_come_in_pieces() -> None:
    """A sentence is streamed, not sent in one block."""
    pieces = []
    async with brain().chat(chat_ctx=_chat(GREETED, "how are you?"), tools=FRONT) as stream:
        async for chunk in stream:
            if chunk.delta and chunk.delta.content:
                pieces.append(chunk.delta.content)
    assert len(pieces) > 3
    assert "".join(pieces).startswith("I'm very well")


async def test_without_a_choice_of_tools_it_talks() -> None:
    """`tool_choice="none"` is honoured, whatever is asked."""
    chat = _chat(GREETED, "I want to buy an iPhone")
    answer = await brain().chat(chat_ctx=chat, tools=FRONT, tool_choice="none").collect()
    assert answer.text
    assert not answer.tool_calls


async def test_a_named_choice_is_called() -> None:
    """A tool demanded by name is called with what was said."""
    chat = _chat(GREETED, "call me Dana")
    choice: llm.ToolChoice = {"type": "function", "function": {"name": "record_name"}}
    answer = await brain().chat(chat_ctx=chat, tools=FRONT, tool_choice=choice).collect()
    assert [(c.name, json.loads(c.arguments)) for c in answer.tool_calls] == [
        ("record_name", {"name": "Dana"})
    ]


async def test_a_tool_that_is_not_offered_is_never_called() -> None:
    """Only what is offered is called: with nothing on offer there are only words."""
    for utterance in UTTERANCES[::7]:
        chat = _chat(GREETED, utterance["said"])
        answer = await brain().chat(chat_ctx=chat, tools=[]).collect()
        assert answer.text
        assert not answer.tool_calls


# Steps


def test_the_next_step_is_one_that_was_not_said_yet() -> None:
    """What was said already is skipped, and at the end comes what to do then."""
    text = "Steps for it:\n1. Restart it.\n2. Update it.\nIf none helps: Bring it in."
    assert "Update it." in next_step(text, ("Let's try this: Restart it. Tell me.",))
    assert "Bring it in." in next_step(text, ("Restart it. And then, update it.",))


# A desk of the shop's own

RETURNS = """
[desk.takebacks]
names = ["returns", "return"]
wants = ["[return|give back|send back|bring back] ...? [it|phone|iphone|one]", "returns", "refund"]
"""


def _shop_with_returns() -> OfflineLLM:
    sections = dict(read(OWN_FOLDER))
    sections["desk"] = {**tomllib.loads(RETURNS)["desk"], **sections["desk"]}
    return OfflineLLM(STOCK, HELP, parse(sections))


async def test_a_new_desk_needs_its_words_and_no_code() -> None:
    """With a section in phrases/desks.toml callers are put through, heard and seen off there."""
    shop = _shop_with_returns()
    front = [*FRONT, _tool("to_takebacks")]
    chat = _chat(GREETED, "I'd like to return my iPhone, I ordered the wrong colour")
    answer = await shop.chat(chat_ctx=chat, tools=front).collect()
    assert [call.name for call in answer.tool_calls] == ["to_takebacks"]
    there = [_tool("log_takeback", "reason"), _tool("end_takebacks_call"), _tool("to_support")]
    said = (
        "You're with returns. Why are you giving it back?",
        "it's simply the wrong colour for me",
    )
    chat = _chat(*said, state="takebacks")
    answer = await shop.chat(chat_ctx=chat, tools=there).collect()
    assert [(c.name, json.loads(c.arguments)) for c in answer.tool_calls] == [
        ("log_takeback", {"reason": "it's simply the wrong colour for me"})
    ]
    chat = _chat("Noted. Is there anything else?", "no", state="takebacks")
    answer = await shop.chat(chat_ctx=chat, tools=there).collect()
    assert [call.name for call in answer.tool_calls] == ["end_takebacks_call"]


# The language of the phrases


@pytest.mark.parametrize(
    ("phrase", "fits", "misses"),
    [
        ("buy|order it", "please order it now", "order that"),
        ("charg* ...? slowly", "it charges very very slowly", "it charges fast"),
        ("[a cup|two cups] of? tea", "two cups tea", "a tea"),
        ("^ yes $", "yes", "yes but"),
    ],
)
def test_phrases_are_matched_word_by_word(phrase: str, fits: str, misses: str) -> None:
    """Optional words, prefixes, gaps, groups and the ends of a sentence work as described."""
    pattern = compile_phrases((phrase,), lambda name: ())
    assert pattern.search(f"{fits} ")
    assert not pattern.search(f"{misses} ")


def test_a_phrase_that_fits_anything_is_refused() -> None:
    """A phrase of optional words only would be found everywhere: it is named when it is read."""
    with pytest.raises(ValueError, match=r"'please\?' fits anything"):
        compile_phrases(("please?",), lambda name: ())


@pytest.mark.parametrize("said", ["No, the blue one.", "no no, the other one"])
def test_a_no_that_goes_on_ends_no_call(said: str) -> None:
    """Asked whether there is anything else, only a no and nothing more is the end."""
    line = run_up_to("the iPhone 17 please", "yes please")
    line.say(said)
    assert not line.conversation.ended


def test_three_times_no_at_the_front_desk_hears_three_different_answers() -> None:
    """Neither of the two, nothing else there, and then the call is over."""
    line = Line()
    line.begin()
    line.say("no")
    first = last_words(line)
    line.say("no")
    second = last_words(line)
    assert first != second
    line.say("no")
    assert line.conversation.ended


CRACKED = ("I need support", "my screen is cracked")


@pytest.mark.parametrize("said", ["how much is a new screen", "how long does a repair take?"])
def test_what_a_repair_costs_is_a_question_and_no_step(said: str) -> None:
    """Where the shop tells nothing of it, that is said; no step is told, nor a delivery."""
    line = run_up_to(*CRACKED, said)
    assert "of repairs" in last_words(line)
    assert len(line.conversation.facts.tickets) == 1


@pytest.mark.parametrize(
    ("said", "tickets"),
    [
        ("it does not charge", 2),
        ("also the sound is gone", 2),
        ("it is still cracked", 1),
        ("the glass is cracked all over", 1),
        ("it does not help", 1),
    ],
)
def test_another_problem_opens_another_ticket(said: str, tickets: int) -> None:
    """Told apart from more about the first one."""
    line = run_up_to(*CRACKED, said)
    assert len(line.conversation.facts.tickets) == tickets, "\n".join(line.log)


@pytest.mark.parametrize("said", ["Hello, baker here, I want a phone", "I am broke, but hello"])
def test_what_is_written_small_among_capitals_is_no_name(said: str) -> None:
    """A trade or a state of mind, where a name would have its capital."""
    assert not run_up_to(said).conversation.facts.customer_name


def test_a_correction_at_sales_is_no_problem() -> None:
    """ "Scratch that" leaves the caller where they are."""
    line = run_up_to("the iPhone 16 with 256", "hmm, scratch that, 128 is enough")
    assert line.conversation.facts.tickets == ()
    assert line.conversation.state.value == "buying"


def test_the_phone_that_is_broken_is_named_at_support_and_not_bought() -> None:
    """A model of former years, beside what it does: the caller stays."""
    line = run_up_to(
        *CRACKED, "It's an iPhone 13, and I get on with it, but it sounds like a tin can"
    )
    assert line.conversation.state.value == "support"
