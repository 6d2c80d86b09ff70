"""The wire: a real session with the real OpenAI provider, against a scripted server on loopback."""

from __future__ import annotations

import json
import logging

import pytest

from assistant.settings import Settings
from assistant.shop.wording import lines
from tests.calls import Held, shop, wired
from tests.fakes import Use
from tests.openai_server import (
    PATH,
    Server,
    Step,
    drops_after,
    empty,
    fails,
    says,
    stalls,
    stalls_after,
    uses,
)
from tests.scenarios.phrases import APOLOGY, OPENING_BUYING

pytestmark = pytest.mark.timeout(30)

KEY = "sk-never-to-be-seen"
FAREWELL = lines.APOLOGY_FAREWELL.wording
GIVE_UP_AFTER = 3


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the operator is told: our own warnings and worse, with nobody's key in them."""
    ours = [record for record in caplog.records if record.name.split(".")[0] == "assistant"]
    sentences = [record.getMessage() for record in ours if record.levelno >= logging.WARNING]
    assert KEY not in " ".join(sentences)
    return sentences


async def call(server: Server, *said: str, first_word: float = 5.0) -> Held:
    """A call over the wire up to these lines of the caller."""
    settings = Settings(
        openai_api_key=KEY, openai_base_url=server.url, first_word=first_word, fallback=False
    )
    held = await wired(settings)
    await held.say(*said)
    return held


async def done(held: Held) -> Held:
    """The caller leaves, and the client's connections are closed."""
    await held.hang_up()
    await held.model.aclose()
    return held


# What is asked of the server


async def test_the_request_names_the_default_model_and_forbids_parallel_tool_calls() -> None:
    """A request is a streamed chat completion of gpt-4.1-nano with one tool call at a time."""
    async with Server(says("What would you like?")) as server:
        await done(await call(server, "hello"))
    (request,) = server.requests
    assert (request.method, request.path, request.key) == ("POST", PATH, KEY)
    assert request.body["model"] == "gpt-4.1-nano"
    assert request.body["parallel_tool_calls"] is False
    assert request.body["stream"] is True


async def test_only_the_tools_offered_now_are_sent() -> None:
    """The tools of each request are those of the state and the facts at that moment."""
    script = (
        uses(Use("to_buying")),
        uses(Use("select_model", {"model": "17 Pro"})),
        uses(Use("confirm_purchase")),
        says("Anything else?"),
    )
    async with Server(*script) as server:
        await done(await call(server, "I want to buy", "the 17 pro", "yes", "hm"))
    anywhere = ["to_support", "record_name"]
    sales = [*anywhere, "select_model", "recommend_models", "compare_models"]
    assert [sorted(request.tools) for request in server.requests] == [
        sorted(names)
        for names in (
            [*anywhere, "to_buying"],  # who says what they want is not offered the end
            sales,  # who names a phone stays
            [*sales, "confirm_purchase"],
            # which number it is was asked; and what was ordered may be cancelled
            [*sales, "record_number", "decline_contact", "find_order", "end_purchase_call"],
        )
    ]


async def test_a_person_and_a_call_back_are_sent_once_they_are_spoken_of() -> None:
    """Then for the rest of the call: what the model asks back is answered in any words."""
    async with Server(says("What about?"), says("Which one?")) as server:
        await done(await call(server, "can I talk to somebody", "a phone"))
    for request in server.requests:
        assert {"to_person", "request_callback", "find_order", "record_number"} <= set(
            request.tools
        )


async def test_every_tool_is_sent_with_its_description_and_described_properties() -> None:
    """Nothing else: that an argument it doesn't have is ignored needn't be said in each request."""
    async with Server(says("Yes?")) as server:
        await done(await call(server, "hello"))
    for tool in server.requests[0].body["tools"]:
        function = tool["function"]
        assert function["description"]
        assert "additionalProperties" not in function["parameters"]
        for field in function["parameters"]["properties"].values():
            assert set(field) == {"type", "description"}


async def test_no_request_holds_a_price_that_was_not_stated() -> None:
    """Prices reach the model only once code has spoken them to the caller."""
    script = (
        uses(Use("to_buying")),
        says("Which one?"),
        uses(Use("select_model", {"model": "17 Pro"})),
        says("Take your time."),
    )
    async with Server(*script) as server:
        await done(await call(server, "buy", "hm", "the 17 pro", "hm"))
    sent = [json.dumps(request.body) for request in server.requests]
    assert ["$" in text for text in sent] == [False, False, False, True]
    assert "$1,099" in sent[3]
    catalogue, _, _ = shop()
    for offer in catalogue.offers:
        price = str(offer.price_cents // 100)
        assert not any(price in text or f"{price[:-3]},{price[-3:]}" in text for text in sent[:3])


async def test_the_system_prompt_comes_first_and_only_once() -> None:
    """Each request opens with the one system message, of the agent whose turn it is."""
    async with Server(uses(Use("to_buying")), says("Which?"), says("And?")) as server:
        await done(await call(server, "buy", "hm", "hm"))
    for request in server.requests:
        assert [message["role"] for message in request.messages].count("system") == 1
        assert request.messages[0]["role"] == "system"
    assert "You sell iPhones" in server.requests[1].messages[0]["content"]


async def test_requests_and_prompt_characters_are_those_that_were_sent() -> None:
    """The report counts each request, and the JSON of its messages and tools."""
    async with Server(says("What would you like?"), says("And?")) as server:
        held = await done(await call(server, "hello", "hm"))
    sent = [{key: r.body[key] for key in ("messages", "tools")} for r in server.requests]
    assert held.call.usage.requests == len(server.requests)
    assert held.call.usage.prompt_characters == sum(len(json.dumps(body)) for body in sent)


# What the caller gets


async def test_words_split_over_many_chunks_are_heard_whole() -> None:
    """A streamed answer reaches the caller as it was written."""
    text = "We open at nine. Would you like sales, or support?"
    async with Server(says(text)) as server:
        held = await done(await call(server, "hello"))
    assert held.heard[-1] == text


async def test_a_tool_call_split_over_chunks_is_put_together() -> None:
    """A name first and arguments in pieces make one trigger."""
    wanted = {"model": "iPhone 17 Pro Max", "storage": "512 GB", "colour": "deep blue"}
    async with Server(uses(Use("to_buying")), uses(Use("select_model", wanted))) as server:
        held = await done(await call(server, "buy", "the big pro, 512, blue"))
    assert held.heard[-1] == (
        "The iPhone 17 Pro Max in deep blue with 512 GB is $1,399. Shall I order it for you?"
    )


async def test_several_tool_calls_in_a_step_all_happen_in_their_order() -> None:
    """A server that ignores parallel_tool_calls: each call is taken, and code alone speaks."""
    step = uses(Use("record_name", {"name": "Dana"}), Use("select_model", {"model": "Air"}))
    async with Server(uses(Use("to_buying")), step) as server:
        held = await done(await call(server, "buy", "I'm Dana, the air"))
    assert held.triggers[1:3] == [("record_name", True), ("select_model", True)]
    assert held.heard[-1].startswith("The iPhone Air with 256 GB is $999.")
    assert held.call.facts.customer_name == "Dana"


async def test_a_duplicate_tool_call_happens_once() -> None:
    """The second of two equal calls is refused, and the caller hears one line."""
    step = uses(*[Use("select_model", {"model": "Air"})] * 2)
    async with Server(uses(Use("to_buying")), step) as server:
        held = await done(await call(server, "buy", "the air"))
    assert held.triggers[1:3] == [("select_model", True), ("select_model", False)]
    assert len(held.heard) == 3


async def test_duplicate_call_ids_lose_no_tool_call() -> None:
    """Two different calls under one id both happen, in one step as well as in two."""
    step = uses(
        Use("record_name", {"name": "Dana"}, "same"), Use("select_model", {"model": "Air"}, "same")
    )
    again = uses(Use("confirm_purchase", {}, "same"))
    async with Server(uses(Use("to_buying")), step, again) as server:
        held = await done(await call(server, "buy", "I'm Dana, the air", "yes"))
    assert held.triggers[1:4] == [
        ("record_name", True),
        ("select_model", True),
        ("confirm_purchase", True),
    ]


async def test_an_unknown_tool_is_refused_and_the_call_goes_on() -> None:
    """The model is told what there is and answers in words; the refusal is journaled."""
    async with Server(uses(Use("fly")), says("Would you like sales?")) as server:
        held = await done(await call(server, "fly me to the moon"))
    assert held.heard[-1] == "Would you like sales?"
    assert held.refusals == ["unknown_trigger"]
    assert "fly" in json.dumps(server.requests[1].messages)


@pytest.mark.parametrize("arguments", ["{bad", "[]", '"x"', "12", "wish=1"])
async def test_malformed_arguments_are_refused_and_the_call_goes_on(arguments: str) -> None:
    """Arguments that are no JSON object fire nothing, and the model gets to answer."""
    async with Server(uses(Use("to_buying", arguments)), says("Say that again?")) as server:
        held = await done(await call(server, "buy"))
    assert held.heard[-1] == "Say that again?"
    assert held.refusals == ["unfit_arguments"]
    assert held.call.path == ["greeting", "ended"]


async def test_arguments_cut_off_at_their_end_are_repaired() -> None:
    """LiveKit mends JSON that merely stops too early; what can be read of it is taken."""
    async with Server(
        uses(Use("to_buying")), uses(Use("select_model", '{"model": "Air'))
    ) as server:
        held = await done(await call(server, "buy", "the air"))
    assert held.call.facts.selected_model == "iPhone Air"


async def test_text_before_a_tool_call_is_heard_before_the_opening() -> None:
    """Words along with a transfer are said once, then the new agent opens."""
    async with Server(uses(Use("to_buying"), text="Sure, one second.")) as server:
        held = await done(await call(server, "buy"))
    assert held.heard[1:] == ["Sure, one second.", OPENING_BUYING]


async def test_an_empty_answer_becomes_an_apology() -> None:
    """A model that says nothing, asked twice, leaves no silence; the next turn is answered."""
    async with Server(*[empty()] * 2, *[says("   \n")] * 2, says("Yes?")) as server:
        held = await done(await call(server, "hello", "hello?", "anybody?"))
    assert held.heard[1:] == [APOLOGY, APOLOGY, "Yes?"]


async def test_a_made_up_price_never_arrives() -> None:
    """An amount in the model's own words is replaced, however it is split over chunks."""
    async with Server(says("Good choice. Your new price is $1. Shall I?"), says("Okay.")) as server:
        held = await done(await call(server, "cheaper", "hm"))
    assert not any("$1" in words for words in [*held.heard, *held.history])
    assert "$1" not in json.dumps(server.requests[1].messages)
    assert lines.NOT_HERE.wording in held.heard[1]


# What happens when it fails


ANSWERED = {
    fails(401, f"bad key {KEY}"): "{} refused the key (401): check OPENAI_API_KEY.",
    fails(403): "{} refused the key (403): check OPENAI_API_KEY.",
    fails(404, "The model `gpt-4.1-nano` does not exist", code="model_not_found"): (
        "{} doesn't know the model gpt-4.1-nano (404): check OPENAI_MODEL and the address."
    ),
    fails(404, "Not Found"): (
        "There is no chat model at {} (404): check OPENAI_BASE_URL (most end in /v1)."
    ),
    fails(400): (
        "{} didn't take the request (400): check OPENAI_MODEL and the address, and see its log."
    ),
    fails(429, "You exceeded your current quota", code="insufficient_quota"): (
        "The balance or quota at {} is used up (429): check the plan's limits and balance."
    ),
    fails(402, "no credits"): (
        "The balance or quota at {} is used up (402): check the plan's limits and balance."
    ),
}
OVERLOADED = (
    "{} is overloaded or has trouble of its own (%s): try again later, or check its status page."
)
ANSWERED_TWICE = {
    fails(429): (
        "{} has had enough requests for now (429): spread them, or check the plan's limits."
    ),
    fails(500): OVERLOADED % 500,
    fails(503, "overloaded"): OVERLOADED % 503,
}


@pytest.mark.parametrize(
    ("refusal", "sentence", "attempts"),
    [
        *[(refusal, sentence, 1) for refusal, sentence in ANSWERED.items()],
        *[(refusal, sentence, 2) for refusal, sentence in ANSWERED_TWICE.items()],
    ],
)
async def test_a_refused_request_is_an_apology_and_one_sentence(
    refusal: Step, sentence: str, attempts: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller hears an apology, the operator what to do; the next turn is answered."""
    async with Server(*[refusal] * attempts, says("Here I am.")) as server:
        held = await done(await call(server, "hello", "hello?"))
    assert held.heard[1:] == [APOLOGY, "Here I am."]
    assert told(caplog) == [sentence.format(server.url)]
    assert held.call.ended_by == "caller_hung_up"


async def test_a_rate_limit_that_lifts_is_not_noticed(caplog: pytest.LogCaptureFixture) -> None:
    """A request refused for now is made again, and the caller gets the answer."""
    async with Server(fails(429), says("Here I am.")) as server:
        held = await done(await call(server, "hello"))
    assert held.heard[1:] == ["Here I am."]
    assert told(caplog) == []


STALL = "said nothing for 1.5 s: check the server, or raise FIRST_WORD_SECONDS."


async def test_a_stall_before_the_first_word_is_an_apology(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that takes the request and stays silent leaves the caller waiting for no longer."""
    async with Server(stalls(), says("Here I am.")) as server:
        held = await done(await call(server, "hello", "hello?", first_word=1.5))
    assert held.heard[1:] == [APOLOGY, "Here I am."]
    assert told(caplog) == [f"The model at {server.url} {STALL}"]


async def test_a_stall_in_mid_sentence_says_whole_sentences_then_an_apology(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What was complete is heard, what was cut off is not, and an apology follows."""
    cut = stalls_after("We open at nine. We close at")
    async with Server(says("Yes?"), cut, says("Yes?")) as server:
        held = await done(await call(server, "hi", "hello", "hello?", first_word=1.5))
    assert "We open at nine." in held.heard[2]
    assert "We close" not in held.heard[2]
    assert held.heard[2].endswith(APOLOGY)
    assert held.heard[3] == "Yes?"
    assert told(caplog) == [f"The model at {server.url} {STALL}"]


@pytest.mark.parametrize(
    "cut", [drops_after("We open at nine. We close at"), drops_after("We open at nine. And")]
)
async def test_a_connection_closed_in_mid_stream_ends_in_an_apology(
    cut: Step, caplog: pytest.LogCaptureFixture
) -> None:
    """What was complete is heard, then an apology, and the next turn is answered."""
    async with Server(says("Yes?"), cut, says("Yes?")) as server:
        held = await done(await call(server, "hi", "hello", "hello?"))
    assert held.heard[2].startswith("We open at nine.")
    assert held.heard[2].endswith(APOLOGY)
    assert held.heard[3] == "Yes?"
    assert len(told(caplog)) == 1


async def test_a_connection_closed_before_a_word_is_tried_again() -> None:
    """Nothing was heard yet, so the request is made once more."""
    async with Server(drops_after(""), says("Here I am.")) as server:
        held = await done(await call(server, "hello"))
    assert held.heard[1:] == ["Here I am."]


async def test_a_tool_call_cut_off_in_its_arguments_never_happens() -> None:
    """Half a tool call fires nothing."""
    cut = drops_after("", Use("to_buying", '{"wish": "the 17'))
    async with Server(cut, says("Sales or support?")) as server:
        held = await done(await call(server, "buy"))
    assert held.call.path == ["greeting", "ended"]
    assert held.heard[1:] == ["Sales or support?"]


async def test_a_server_that_is_not_there_is_an_apology_and_one_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody listens at the address: the operator is told to check it."""
    async with Server() as server:
        pass
    held = await done(await call(server, "hello"))
    assert held.heard[1:] == [APOLOGY]
    assert told(caplog) == [
        f"The model at {server.url} can't be reached: check the network and OPENAI_BASE_URL."
    ]


@pytest.mark.parametrize(
    ("failure", "attempts", "first_word"),
    [
        (fails(401), 1, 5.0),
        (fails(500), 2, 5.0),
        (fails(429), 2, 5.0),
        (stalls(), 1, 1.5),
        (drops_after("Mm. "), 2, 5.0),
        (empty(), 2, 5.0),
    ],
    ids=["401", "500", "429", "stall", "dropped", "empty"],
)
async def test_after_three_failures_in_a_row_the_call_ends_properly(
    failure: Step, attempts: int, first_word: float, caplog: pytest.LogCaptureFixture
) -> None:
    """Two apologies, then the farewell, once; the journal says that the call failed."""
    async with Server(*[failure] * attempts * GIVE_UP_AFTER) as server:
        held = await call(server, "one", "two", "three", "four", first_word=first_word)
        await done(held)
    assert [words.endswith(APOLOGY) for words in held.heard[1:3]] == [True, True]
    assert held.heard[3].endswith(FAREWELL)
    assert len(held.heard) == 4
    assert held.call.ended_by == "call_failed"
    assert held.call.path == ["greeting", "ended"]
    assert "four" not in dict(held.said).values()
    assert server.left == 0
    assert len(told(caplog)) == GIVE_UP_AFTER


async def test_an_answer_in_between_starts_the_count_anew() -> None:
    """Three failures that are not in a row don't end the call."""
    script = (fails(401), fails(401), says("Yes?"), fails(401), fails(401))
    async with Server(*script) as server:
        held = await done(await call(server, "one", "two", "three", "four", "five"))
    assert held.heard[1:] == [APOLOGY, APOLOGY, "Yes?", APOLOGY, APOLOGY]
    assert held.call.ended_by == "caller_hung_up"


async def test_a_failure_after_a_handoff_with_a_wish_is_spoken_by_the_new_agent() -> None:
    """The bridge is followed by an apology when the model then fails, and the state stands."""
    async with Server(
        uses(Use("to_buying", {"wish": "the 17 Pro"})), fails(401), says("Which one?")
    ) as server:
        held = await done(await call(server, "the 17 pro", "hello?"))
    assert held.said[2:4] == [("buying", lines.BRIDGE.wording), ("buying", APOLOGY)]
    assert held.heard[-1] == "Which one?"
    assert held.call.path == ["greeting", "buying", "ended"]


async def test_a_failure_after_an_order_loses_nothing() -> None:
    """What was ordered stays ordered when the model's next request fails."""
    script = (
        uses(Use("to_buying")),
        uses(Use("select_model", {"model": "Air"})),
        uses(Use("confirm_purchase")),
        fails(401),
        says("Goodbye then."),
    )
    async with Server(*script) as server:
        held = await done(await call(server, "buy", "the air", "yes", "thanks", "bye"))
    (order,) = held.call.facts.orders
    assert (order.model, order.price_cents) == ("iPhone Air", 99_900)
    assert held.heard[-2:] == [APOLOGY, "Goodbye then."]
