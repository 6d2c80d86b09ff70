"""Prompts and fixed lines: what a shop and a call may change, and how a bad overlay is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.shop.wording import lines, prompts
from assistant.shop.wording.prompts import PromptError
from statemachine import lines as conversation
from statemachine.engine.effects import Say
from statemachine.engine.lines import Line
from statemachine.states import SPOKEN, State

WORDS = prompts.load()


def test_every_open_state_has_instructions_with_the_tone() -> None:
    """One file a state comes with the assistant, and its placeholders are filled."""
    for state in SPOKEN:
        text = WORDS.instructions_for(state)
        assert text.endswith(f"Tone: {WORDS.tone}")
        assert "{" not in text


def test_the_prompts_name_no_price() -> None:
    """Prices have one home, and it isn't here."""
    for state in SPOKEN:
        assert "$" not in WORDS.instructions_for(state)


@pytest.mark.parametrize("line", lines.ALL, ids=lambda line: line.name)
def test_every_line_is_spoken_without_an_open_placeholder(line: Line) -> None:
    """With its values given, no brace is left."""
    values = tuple((name, f"<{name}>") for name in line.placeholders)
    said = WORDS.word(Say(line, values))
    assert "{" not in said
    assert all(f"<{name}>" in said for name in line.placeholders)


def test_the_names_of_lines_are_their_own() -> None:
    """A shop's wording belongs to exactly one line."""
    names = [line.name for line in lines.ALL]
    assert len(names) == len(set(names))


def test_values_are_not_taken_for_placeholders() -> None:
    """What a caller said may hold braces."""
    said = WORDS.word(Say(conversation.NOT_SOLD, (("asked", "{shop}"), ("nearest", "Air"))))
    assert "{shop}" in said


def test_a_shops_own_words_lie_over_the_rest(tmp_path: Path) -> None:
    """Persona, shop, tone, one state's text and one line change; everything else stays."""
    (tmp_path / "shop.toml").write_text(
        'persona = "Kim"\nshop = "Fruit Corner"\ntone = "Dry."\n'
        '[lines]\nbridge = "{persona} looks it up."\n'
    )
    (tmp_path / "buying.md").write_text("Sell for {shop}.\n")
    words = prompts.load(tmp_path)
    assert words.word(conversation.GREETING).startswith("Hi, this is Kim at Fruit Corner.")
    assert words.word(lines.BRIDGE) == "Kim looks it up."
    assert words.instructions_for(State.BUYING) == "Sell for Fruit Corner.\n\nTone: Dry."
    assert "troubleshoot iPhones on the phone for Fruit Corner" in words.instructions_for(
        State.SUPPORT
    )
    assert words.word(lines.APOLOGY) == lines.APOLOGY.wording


def test_other_files_of_a_shop_are_left_alone(tmp_path: Path) -> None:
    """A catalogue, knowledge, a README and what is no text of ours may stand beside."""
    for name in ("catalogue.toml", "knowledge.toml", "README.md", "logo.png"):
        (tmp_path / name).write_text("anything")
    assert prompts.load(tmp_path) == WORDS


def test_a_call_brings_its_own_words() -> None:
    """Persona, shop, tone and instructions from the job's metadata, for this call alone."""
    words = prompts.for_call(
        WORDS,
        '{"persona": "Kim", "tone": "Dry.", "instructions": {"support": "Help, {persona}."}}',
    )
    assert words.instructions_for(State.SUPPORT) == "Help, Kim.\n\nTone: Dry."
    assert WORDS.persona == "Jill"


@pytest.mark.parametrize("nothing", ["", "  \n", "{}"])
def test_a_call_without_metadata_keeps_the_shops_words(nothing: str) -> None:
    """Nothing given, nothing changed."""
    assert prompts.for_call(WORDS, nothing) == WORDS


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ("{", "the call's metadata is not JSON"),
        ("[]", "the call's metadata is not a JSON object."),
        ('{"graph": "x"}', "metadata: 'graph' is unknown; there are persona, shop, tone."),
        ('{"persona": 5}', "metadata: persona must be a text."),
        ('{"persona": " "}', "metadata: persona is empty; write or omit it."),
        ('{"shop": "{price}"}', "metadata: shop holds a brace, which marks a placeholder."),
        ('{"instructions": "x"}', "metadata: instructions needs an object, one text a state."),
        ('{"instructions": [1]}', "metadata: instructions needs a table of texts."),
        ('{"instructions": {"buying": 5}}', "metadata: instructions: buying must be a text."),
        ('{"instructions": {"ended": "x"}}', "metadata: there is no state 'ended'; there are "),
        (
            '{"instructions": {"buying": " "}}',
            "metadata: the instructions for buying are empty; write or omit them.",
        ),
        (
            '{"instructions": {"buying": "{price}"}}',
            "metadata: buying uses {price}; instructions may only use {persona}, {shop}, {tone}.",
        ),
    ],
)
def test_metadata_that_cannot_be_used_is_refused(metadata: str, sentence: str) -> None:
    """What is wrong and what there is, in one sentence."""
    with pytest.raises(PromptError) as error:
        prompts.for_call(WORDS, metadata)
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("shop.toml", "persona = ", "{path}: it isn't TOML: "),
        ("shop.toml", "persona = 5", "{path}: persona must be a text."),
        ("shop.toml", 'greeting = "x"', "{path}: 'greeting' is unknown; there are persona, "),
        ("shop.toml", 'tone = ""', "{path}: tone is empty; write or omit it."),
        ("shop.toml", '[line]\nbridge = "x"', "{path}: 'line' is unknown; did you mean 'lines'"),
        ("shop.toml", "lines = 5", "{path}: lines needs a table of texts."),
        ("shop.toml", "[lines]\nbridge = 5", "{path}: lines: bridge must be a text."),
        ("shop.toml", '[lines]\nbrigde = "x"', "{path}: there is no line 'brigde'; there are "),
        ("shop.toml", '[lines]\nbridge = " "', "{path}: the line bridge is empty; write or omit"),
        (
            "shop.toml",
            '[lines]\nbridge = "{price}"',
            "{path}: the line bridge must use exactly its placeholders: none (and, ",
        ),
        (
            "shop.toml",
            '[lines]\nquote = "The {model} is {price}."',
            "{path}: the line quote must use exactly its placeholders: {model}, {price}, {storage}",
        ),
        (
            "shop.toml",
            '[lines]\nordered = "{order!r}"',
            "{path}: in the line ordered, {order} is not a plain placeholder.",
        ),
        ("shop.toml", '[lines]\nordered = "{order"', "{path}: in the line ordered, "),
        ("shop.toml", '[lines]\nordered = "{}"', "{path}: in the line ordered, {} is not a plain"),
        ("buying.md", "", "{path}: the instructions for buying are empty; write or omit them."),
        ("buying.md", "{price}", "{path}: buying uses {price}; instructions may only use "),
        ("sales.md", "x", "{path} belongs to nothing; there are "),
        ("shops.toml", "", "{path} belongs to nothing; there are "),
    ],
)
def test_a_shops_file_that_cannot_be_used_is_refused(
    name: str, text: str, sentence: str, tmp_path: Path
) -> None:
    """Which file, what in it, and what to do; words change, graph and placeholders don't."""
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(PromptError) as error:
        prompts.load(tmp_path)
    assert str(error.value).startswith(sentence.replace("{path}", str(path)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["shop.toml", "support.md"])
def test_a_file_that_is_no_text_is_refused(name: str, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told with the file's name."""
    (tmp_path / name).write_bytes(b"\xff\xfe")
    with pytest.raises(PromptError, match="it isn't UTF-8 text; save it as UTF-8"):
        prompts.load(tmp_path)
