"""What a model's text holds: words to be heard, calls written out, and what is neither."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.providers.chat.words import Words
from assistant.providers.chat.written import Reading, read
from tests.fakes import Use

KNOWN = {"to_buying": ["wish"], "select_model": ["model", "storage", "colour"], "end_call": []}
WISH = {"wish": "x"}
A_CALL = {
    '{"name": "to_buying", "arguments": {"wish": "x"}}',
    '{"name": "to_buying", "arguments": "{\\"wish\\": \\"x\\"}"}',
    '{"type": "function", "name": "to_buying", "parameters": {"wish": "x"}}',
    '{"tool_calls": [{"function": {"name": "to_buying", "arguments": {"wish": "x"}}}]}',
    '{"to_buying": {"wish": "x"}}',
    "{'name': 'to_buying', 'arguments': {'wish': 'x'}}",
    '```json\n{"name": "to_buying", "arguments": {"wish": "x"}}\n```',
    '```tool_code\nto_buying(wish="x")\n```',
    '`to_buying(wish="x")`',
    '**to_buying("x")**',
    '[to_buying(wish="x")]',
    'functions.to_buying({"wish": "x"})',
    'print(default_api.to_buying(wish="x"))',
    'to_buying: {"wish": "x"}',
    'Action: to_buying\nAction Input: {"wish": "x"}',
    '<tool_call>\n{"name": "to_buying", "arguments": {"wish": "x"}}\n</tool_call>',
    '<tool_call>{"name": "to_buying", "arguments": {"wish": "x"}}',
    '<function=to_buying>{"wish": "x"}</function>',
    "<tool_call><function=to_buying><parameter=wish>\nx\n</parameter></function></tool_call>",
    "<tool_call>to_buying\n<arg_key>wish</arg_key>\n<arg_value>x</arg_value>\n</tool_call>",
    '<invoke name="to_buying"><parameter name="wish">x</parameter></invoke>',
    '<to_buying>{"wish": "x"}</to_buying>',
    '[TOOL_CALLS] [{"name": "to_buying", "arguments": {"wish": "x"}}]',
    '[TOOL_CALLS]to_buying[ARGS]{"wish": "x"}',
    '<|python_tag|>{"name": "to_buying", "parameters": {"wish": "x"}}',
    '<|python_tag|>to_buying.call(wish="x")',
    "<|channel|>analysis<|message|>They want to buy.<|end|><|start|>assistant<|channel|>commentary "
    'to=functions.to_buying <|constrain|>json<|message|>{"wish": "x"}<|call|>',
    'analysisThey want to buy.assistantcommentary to=functions.to_buying json{"wish": "x"}',
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>to_buying\n```json\n"
    '{"wish": "x"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.to_buying:0"
    '<|tool_call_argument_begin|>{"wish": "x"}<|tool_call_end|><|tool_calls_section_end|>',
    '<think>They want to buy.</think>\n{"name": "to_buying", "arguments": {"wish": "x"}}',
}
WORDS = {
    "Which one would you like?": "Which one would you like?",
    "The **iPhone 17** is `great` (really).": "The **iPhone 17** is great (really).",
    "<think>Hm. Which?</think>Which one?": "Which one?",
    "Okay, they said hi.\n</think>\n\nWhich one?": "Which one?",
    "[THINK]hm[/THINK]Which one?": "Which one?",
    "◁think▷hm◁/think▷Which one?": "Which one?",
    "Which one?<think>Did I say that": "Which one?",
    "<|channel|>analysis<|message|>Use to_buying.<|end|><|start|>assistant<|channel|>final"
    "<|message|>Which one?<|return|>": "Which one?",
    "analysisThey said hi.assistantfinalWhich one?": "Which one?",
    "Which one?<|im_end|>\n<|im_start|>user\nthe red one": "Which one?",
    "<|start_header_id|>assistant<|end_header_id|>\n\nWhich one?<|eot_id|>": "Which one?",
    "<s>[INST] Which one?</s>": "Which one?",
    "<answer>Which one?</answer>": "Which one?",
    "I will use to_buying now. Which one?": "Which one?",
    "Finally! Which one?": "Finally! Which one?",
}
NOTHING = {
    '{"name": "to_buying", "argum',
    "<tool_call>{",
    "to_buying(wish=the red one)",
    "<think>it never ends",
    "analysisIt never ends either.",
    "<to_buying wish='x'/>",
    '{"wish": "x"}',
    "<|im_end|>",
    "",
}


def streamed(text: str, cuts: list[int] | None = None, *, whole: bool = False) -> Reading:
    """A text in pieces, and what was heard of it: no sentence that was taken back."""
    words, said, heard = Words(KNOWN, whole=whole), "", ""
    for start, end in zip([0, *(cuts or [])], [*(cuts or []), len(text)], strict=True):
        said += words.feed(text[start:end])
    rest, unsaid = words.end()
    if unsaid:
        ended = max(said.rfind(mark) for mark in (". ", "? ", "! ", "\n")) + 1
        said = said[:ended]
    heard = said + rest.words
    return Reading(heard, rest.calls, rest.broken)


def uses(reading: Reading) -> list[Use]:
    return [Use(call.name, json.loads(call.arguments)) for call in reading.calls]


@pytest.mark.parametrize("text", sorted(A_CALL))
def test_a_whole_call_that_is_written_out_is_taken(text: str) -> None:
    """However it is written; and nothing of it is heard."""
    for reading in (read(text, KNOWN), streamed(text, whole=True)):
        assert uses(reading) == [Use("to_buying", WISH)]
        assert reading.words == ""


@pytest.mark.parametrize("text", WORDS)
def test_what_is_no_speech_is_taken_out_of_the_words(text: str) -> None:
    """Thoughts, channels, templates' marks and sentences about tools are not heard."""
    for reading in (read(text, KNOWN), streamed(text, whole=True)):
        assert reading.words.strip() == WORDS[text]
        assert reading.calls == []


@pytest.mark.parametrize("text", sorted(NOTHING))
def test_what_is_neither_is_no_answer(text: str) -> None:
    """Half a call, and what only a machine would say."""
    for reading in (read(text, KNOWN), streamed(text, whole=True)):
        assert (reading.words.strip(), reading.calls) == ("", [])


@given(st.sampled_from([*sorted(A_CALL), *WORDS]), st.data())
def test_it_is_the_same_however_it_is_cut(text: str, data: st.DataObject) -> None:
    """Pieces may end anywhere, also within a mark, a name or a letter's escape."""
    if "</think>" in text and "<think>" not in text:
        return  # nobody can know that it is one before it ends
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    once, cut = read(text, KNOWN), streamed(text, cuts)
    assert cut.words.split() == once.words.split()
    assert uses(cut) == uses(once)


def test_words_before_a_call_are_heard() -> None:
    """The sentence is said, the call is taken."""
    reading = streamed('One moment. {"name": "end_call", "arguments": {}}', [5, 20, 30])
    assert reading.words.strip() == "One moment."
    assert uses(reading) == [Use("end_call")]


def test_several_calls_are_taken_in_their_order() -> None:
    """As a list, and one behind the other."""
    for text in ('[end_call(), to_buying("x")]', '{"end_call": {}}\n{"to_buying": {"wish": "x"}}'):
        assert uses(read(text, KNOWN)) == [Use("end_call"), Use("to_buying", WISH)]


def test_a_call_that_is_not_offered_is_one_all_the_same() -> None:
    """The machine refuses it, with its reason; it is not read aloud."""
    for text in ("confirm_purchase()", '{"name": "confirm_purchase", "arguments": {}}'):
        assert uses(read(text, KNOWN)) == [Use("confirm_purchase")]


def test_a_thought_without_a_beginning_is_not_heard_once_it_is_known_of() -> None:
    """The answer of a model that may think so is held until its thought has ended."""
    words = Words(KNOWN, whole=True)
    assert words.feed("They want a phone.\n") == ""
    assert words.feed("</think>\nWhich one? I ") == "Which one? I "
    assert words.thinks
