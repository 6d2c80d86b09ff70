"""Servers as they are: what they stream, write and refuse, each against the real provider."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from itertools import pairwise

import pytest

from assistant.settings import Settings
from assistant.shop.wording import lines
from tests.calls import Held, wired
from tests.fakes import Use
from tests.openai_server import (
    Server,
    Step,
    breaks,
    empty,
    fails,
    piece,
    says,
    sends,
    stalls,
    streams,
    uses,
)
from tests.scenarios.phrases import APOLOGY, OPENING_BUYING

pytestmark = pytest.mark.timeout(30)

WISH = {"wish": ""}
Telling = Callable[[], list[str]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Telling:
    """What the operator is told: our own warnings and worse."""

    def sentences() -> list[str]:
        ours = [record for record in caplog.records if record.name.split(".")[0] == "assistant"]
        return [record.getMessage() for record in ours if record.levelno >= logging.WARNING]

    return sentences


async def call(*script: Step, said: str = "buy", key: str = "sk-1") -> tuple[Held, Server]:
    """A call in which these lines were said, parted by bars, to a server with this script."""
    async with Server(*script) as server:
        held = await wired(Settings(openai_api_key=key, openai_base_url=server.url, fallback=False))
        await held.say(*said.split("|"))
        await held.hang_up()
        await held.model.aclose()
    return held, server


# Tool calls as servers stream them

STREAMED = {
    "an empty id": streams(piece(0, "", "to_buying", "{}")),
    "no id": streams(piece(0, None, "to_buying", "{}"), finish="tool_calls"),
    "neither id nor index": streams(piece(None, None, "to_buying", '{"wish": ""}')),
    "no finish reason": streams(piece(0, "a", "to_buying", '{"wish": ""}'), finish=None),
    "another finish reason": streams(piece(0, "a", "to_buying", "{}"), finish="eos"),
    "arguments as an object": streams(piece(0, "a", "to_buying", WISH)),
    "no arguments": streams(piece(0, "a", "to_buying")),
    "arguments written twice over": streams(piece(0, "a", "to_buying", '"{\\"wish\\": \\"\\"}"')),
    "a prefix": streams(piece(0, "a", "functions.to_buying", "{}")),
    "another prefix": streams(piece(0, "a", "default_api:to_buying", "{}")),
    "white space": streams(piece(0, "a", " to_buying\n", "{}")),
    "a mark behind the name": streams(piece(0, "a", "to_buying<|channel|>commentary", "{}")),
    "the name in each piece": streams(
        piece(0, "a", "to_buying", ""),
        piece(0, "a", "to_buying", '{"wish"'),
        piece(0, "a", "to_buying", ': ""}'),
    ),
    "pieces without a name or an id": streams(
        piece(0, "", "to_buying", ""), piece(0, "", "", '{"wi'), piece(0, "", "", 'sh": ""}')
    ),
    "the older form": streams(
        {"function_call": {"name": "to_buying", "arguments": "{}"}}, finish="function_call"
    ),
    "not streamed": sends(
        json.dumps(
            {
                "id": "1",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "tool_calls",
                        "message": {"role": "assistant", **piece(0, "a", "to_buying", WISH)},
                    }
                ],
            }
        )
    ),
}


@pytest.mark.parametrize("how", STREAMED)
async def test_a_whole_call_is_taken_however_it_is_streamed(how: str, told: Telling) -> None:
    """The caller is put through as by OpenAI itself."""
    held, _ = await call(STREAMED[how])
    assert held.heard[1:] == [OPENING_BUYING]
    assert told() == []


@pytest.mark.parametrize("ids", [("a", "b"), ("", ""), (None, None)], ids=str)
@pytest.mark.parametrize("indices", [(0, 0), (0, 1), (None, None)], ids=str)
async def test_two_calls_with_the_same_index_both_happen(
    indices: tuple[int | None, int | None], ids: tuple[str | None, str | None]
) -> None:
    """Neither overwrites the other, with an id of their own or without."""
    step = streams(
        piece(indices[0], ids[0], "record_name", '{"name": "Dana"}'),
        piece(indices[1], ids[1], "to_buying", "{}"),
    )
    held, _ = await call(step)
    assert held.triggers[:2] == [("record_name", True), ("to_buying", True)]


@pytest.mark.parametrize("finish", [None, "length"])
async def test_half_a_call_is_a_failure_and_is_asked_for_once_more(
    finish: str | None, told: Telling
) -> None:
    """Nothing fires; the next answer serves, and if that fails too the operator is told."""
    half = streams(piece(0, "a", "to_buying", '{"wish": "the'), finish=finish)
    held, _ = await call(half, uses(Use("to_buying")))
    assert held.heard[1:] == [OPENING_BUYING]
    assert told() == []
    held, server = await call(half, half)
    assert held.heard[1:] == [APOLOGY]
    (sentence,) = told()
    assert sentence.startswith(
        f"The model gpt-4.1-nano at {server.url} answered with what is neither words nor a whole "
        "tool call"
    )


async def test_half_calls_for_ever_end_the_call_properly(told: Telling) -> None:
    """Counted, told and given up like any failure."""
    half = streams(piece(0, "", "to_buying", '{"wish": "the'), finish=None)
    held, _ = await call(*[half] * 6, said="a|b|c")
    assert held.heard[1:3] == [APOLOGY, APOLOGY]
    assert held.heard[3] == lines.APOLOGY_FAREWELL.wording
    assert held.call.ended_by == "call_failed"
    assert len(told()) == 3


# Calls and thoughts in the text

WRITTEN = [
    '{"name": "to_buying", "arguments": {"wish": ""}}',
    '```json\n{"name": "to_buying", "parameters": {}}\n```',
    '<tool_call>\n{"name": "to_buying", "arguments": {}}\n</tool_call>',
    "`to_buying()`",
    "to_buying()",
    "<think>They want to buy.</think>to_buying()",
    "They want to buy.\n</think>\n\nto_buying()",
    "<|channel|>analysis<|message|>Buy.<|end|><|start|>assistant<|channel|>commentary to=functions."
    'to_buying <|constrain|>json<|message|>{"wish": ""}<|call|>',
]


@pytest.mark.parametrize("text", WRITTEN)
async def test_a_call_written_as_text_is_taken_and_not_heard(text: str, told: Telling) -> None:
    """In the first answer of a server as well as later, and never sent on in the history."""
    held, server = await call(
        says(text), says("Which one?"), says(text), says("Yes?"), said="buy|hm|and now?"
    )
    assert held.heard[1:] == [OPENING_BUYING, "Which one?", "Yes?"]
    assert held.triggers[:2] == [("to_buying", True), ("to_buying", False)]
    assert not any("to_buying" in words or "analysis" in words for words in held.history)
    assert told() == []
    assert "analysis" not in json.dumps(server.requests[1].messages)


THOUGHT = {
    "<think>They say hello.</think>\n\nGood morning.",
    "They say hello. I greet them.\n</think>\n\nGood morning.",
    "<|channel|>analysis<|message|>Hello.<|end|><|start|>assistant<|channel|>final<|message|>"
    "Good morning.<|return|>",
    "analysisThey say hello.assistantfinalGood morning.",
    "Good morning.<|im_end|>\n<|im_start|>user\nI want one",
    "Good morning.</s>",
}


@pytest.mark.parametrize("text", sorted(THOUGHT))
async def test_thoughts_and_marks_are_never_heard(text: str, told: Telling) -> None:
    """In the first answer, and in those after it."""
    held, _ = await call(says(text), says(text), said="hello|hello?")
    assert held.heard[1:] == ["Good morning.", "Good morning."]
    assert told() == []


async def test_a_sentence_that_turns_into_a_call_is_not_begun() -> None:
    """What was let through of it is taken back before it is spoken."""
    held, _ = await call(
        says("Yes?"), says("One moment. I now call to_buying(wish='') for you."), said="hi|buy"
    )
    assert held.heard[1:] == ["Yes?", "One moment.", OPENING_BUYING]


@pytest.mark.parametrize("text", ["<tool_call>{", "to_buying(wish=the", "<think>for ever", "<s>"])
async def test_text_that_is_neither_words_nor_a_call_is_a_failure(text: str, told: Telling) -> None:
    """It is asked for once more; then the caller hears an apology, and the operator is told."""
    held, _ = await call(says(text), says(text))
    assert held.heard[1:] == [APOLOGY]
    assert "neither words nor a whole tool call" in told()[0]


# Answers that are none

BUSY = {"message": "Overloaded", "type": "overloaded_error"}
SPENT = {"message": "You exceeded your current quota", "code": "insufficient_quota"}
NO_ANSWER = {
    "an error with status 200": (sends(json.dumps({"error": BUSY})), 2, "is overloaded"),
    "a quota with status 200": (sends(json.dumps({"error": SPENT})), 1, "balance or quota"),
    "an error in the stream": (breaks(**BUSY), 2, "is overloaded"),
    "a status in the stream": (breaks(message="no", code=429), 2, "enough requests for now (429)"),
    "a key in the stream": (breaks(message="Invalid API key"), 1, "refused the key"),
    "nothing": (empty(), 2, "answered with nothing"),
    "no choices": (sends(json.dumps({"detail": "?"})), 2, "didn't take the request"),
    "a page for people": (sends("<html>", kind="text/html"), 1, "There is no chat model at"),
    "a stream that is none": (sends("data: {\n\n", kind="text/event-stream"), 2, "neither words"),
    "a wrong path": (fails(404, "Not Found"), 1, "There is no chat model at"),
    "a method": (fails(405, "Method Not Allowed"), 1, "There is no chat model at"),
    "no tools": (fails(400, "tiny does not support tools"), 1, "takes no tools"),
    "too long": (fails(400, "context_length_exceeded"), 1, "has become too long"),
    "a model": (fails(400, "tiny is not a valid model ID"), 1, "doesn't know the model"),
    "silence": (stalls(), 1, "said nothing for 1 s"),
}


@pytest.mark.parametrize("how", NO_ANSWER)
async def test_what_is_true_is_said(how: str, told: Telling) -> None:
    """One sentence to the operator, an apology to the caller; three of them end the call."""
    step, attempts, sentence = NO_ANSWER[how]
    async with Server(*[step] * 3 * attempts) as server:
        settings = Settings(
            openai_api_key="k", openai_base_url=server.url, first_word=1.0, fallback=False
        )
        held = await wired(settings)
        await held.say("a", "b", "c")
        await held.hang_up()
        await held.model.aclose()
    assert server.left == 0
    assert held.heard[1:] == [APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
    assert held.call.ended_by == "call_failed"
    assert len(told()) == 3
    assert sentence in told()[0]


@pytest.mark.parametrize("key", ["sk-“quoted”", "sk-1\nsk-2"])
async def test_a_key_that_no_header_can_carry_is_said_to_be_one(key: str, told: Telling) -> None:
    """It isn't the network, and nothing is sent."""
    held, server = await call(key=key)
    assert held.heard[1:] == [APOLOGY]
    assert told() == [
        f"OPENAI_API_KEY holds letters that can't be sent to {server.url}: copy the key again."
    ]
    assert server.requests == []


async def test_an_unlucky_generation_is_asked_for_once_more(told: Telling) -> None:
    """The server's 400 for what its own model wrote is not noticed."""
    unlucky = fails(
        400, "Failed to call a function.", code="tool_use_failed", failed_generation="<function="
    )
    held, _ = await call(unlucky, uses(Use("to_buying")))
    assert held.heard[1:] == [OPENING_BUYING]
    assert told() == []


# Servers that want another request


ROLES = [
    fails(400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    fails(500, "Error rendering prompt with jinja template: roles must alternate"),
    fails(400, "System role not supported"),
    fails(422, "The first message must be from the user"),
]


@pytest.mark.parametrize("refusal", ROLES)
async def test_a_server_that_wants_the_caller_first_gets_it_so(
    refusal: Step, told: Telling
) -> None:
    """From then on, with everything in it that was said, and one after the other."""
    script = (refusal, says("Hello."), uses(Use("to_buying")), says("Which one?"), says("And?"))
    held, server = await call(*script, said="hi|buy|hm|hm")
    assert held.heard[1:] == ["Hello.", OPENING_BUYING, "Which one?", "And?"]
    assert told() == []
    assert server.requests[0].messages[0]["role"] == "system"
    for request in server.requests[1:]:
        roles = [m["role"] for m in request.messages if m["role"] != "tool"]
        assert roles[0] == "user"
        assert all(one != other for one, other in pairwise(roles))
        assert "Known so far" in request.messages[0]["content"]
    assert "hm" in server.requests[-1].messages[-1]["content"]


async def test_a_part_of_the_request_that_a_server_does_not_know_is_left_out(
    told: Telling,
) -> None:
    """It is asked once more without it, and never again with it."""
    refusal = fails(400, "Unrecognized request argument supplied: parallel_tool_calls")
    held, server = await call(refusal, says("Hello."), says("Yes?"), said="hi|hm")
    assert held.heard[1:] == ["Hello.", "Yes?"]
    assert ["parallel_tool_calls" in r.body for r in server.requests] == [True, False, False]
    assert told() == []


async def test_an_answer_without_end_is_cut_short_at_a_sentence(told: Telling) -> None:
    """Of thousands of words a caller hears a minute's, and the call goes on."""
    endless = "We have three of them in stock. " * 600
    held, _ = await call(says(endless), uses(Use("to_buying")), said="hello|buy")
    answer = held.heard[1]
    assert 100 < len(answer.split()) < 200
    assert answer.endswith("in stock.")
    assert held.heard[2] == OPENING_BUYING
    assert sum("an endless answer is cut short" in line for line in told()) == 1


async def test_a_silent_server_is_told_of_with_the_seconds_that_were_waited(told: Telling) -> None:
    """FIRST_WORD_SECONDS is for how long, and what the line says."""
    async with Server(*[stalls()] * 4) as server:
        settings = Settings(
            openai_api_key="sk-1", openai_base_url=server.url, fallback=False, first_word=0.75
        )
        held = await wired(settings)
        began = asyncio.get_running_loop().time()
        await held.say("hello")
        waited = asyncio.get_running_loop().time() - began
        await held.hang_up()
        await held.model.aclose()
    assert waited >= 0.75
    assert held.heard[1:] == [APOLOGY]
    assert any("0.75 s" in line for line in told())
