"""Each part of hearing has one place: where words are cut, numbers read, and what "not" is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from assistant.language.lists import table
from assistant.language.negation import NOT
from assistant.language.numbers import NUMBER_WORDS

HERE = Path(__file__).parents[2] / "assistant"
SPOKEN_NUMBERS = {each for each in NUMBER_WORDS if each not in ("one", "two")}
READERS = ("sentence", "clauses", "digits", "stems", "units", "english")
"""Who cuts a text into words."""


def word_lists_in(path: Path) -> Iterator[frozenset[str]]:
    """The words of each list, table or text of words that a module spells out itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if "\n" not in node.value and "." not in node.value and "\\" not in node.value:
                yield frozenset(node.value.split())
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set, ast.Dict)):
            members = node.keys if isinstance(node, ast.Dict) else node.elts
            texts = (each.value for each in members if isinstance(each, ast.Constant))
            yield frozenset(text for text in texts if isinstance(text, str))


@pytest.mark.parametrize("room", ["language", "agents", "shop", "providers/offline/brain"])
def test_number_words_and_denials_are_listed_once(room: str) -> None:
    """No module has a list of its own of numbers in words or of ways to say "not"."""
    for path in (HERE / room).rglob("*.py"):
        for words in word_lists_in(path):
            assert len(words & SPOKEN_NUMBERS) < 3, f"{path}: number words are in numbers.toml"
            assert len(words & NOT) < 3, f"{path}: what says not is in negation.toml"


def test_whoever_reads_words_begins_with_the_same_tokens() -> None:
    """Every reader of words takes them from the one tokenizer."""
    graph = grimp.build_graph("assistant")
    cutters = graph.find_modules_that_directly_import("assistant.language.tokens")
    assert {f"assistant.language.{each}" for each in READERS} <= cutters


def test_whoever_reads_numbers_asks_the_one_parser() -> None:
    """Amounts, sizes, digits and codes take numbers from numbers.py."""
    graph = grimp.build_graph("assistant")
    for reader in ("money", "storage", "sentence", "digits", "codes", "units", "price_claims"):
        chain = graph.find_shortest_chain(
            f"assistant.language.{reader}", "assistant.language.numbers"
        )
        assert len(chain or range(9)) <= 3, reader


def test_no_word_stands_for_two_numbers() -> None:
    """A word of the tables has one value."""
    lists = [table("numbers")["units"].split(), table("numbers")["tens"].split()]
    lists += [" ".join(table("numbers")[name].values()).split() for name in ("digits", "scales")]
    words = [word for each in lists for word in each]
    assert len(words) == len(set(words))
