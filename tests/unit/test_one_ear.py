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
READERS = ("sentence", "clauses", "digits", "stems", "units", "english", "reaching")
"""Who cuts a text into words."""
MOST_WORDS = 16
"""In one list of a module's own: a longer one belongs into phrases/."""


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


def code_of(path: Path) -> Iterator[ast.AST]:
    """What stands in a module beside docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (node for node in ast.walk(tree) if id(node) not in told)


def test_word_lists_are_toml() -> None:
    """No module of the language room spells out a list of more than sixteen words."""
    for path in (HERE / "language").rglob("*.py"):
        for node in code_of(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                words = node.value.split()
                plain = all(word.isalnum() for word in words)
                assert not plain or len(words) <= MOST_WORDS, f"{path}:{node.lineno}: to phrases/"
            elif isinstance(node, ast.Dict):
                said = [each for each in node.keys if isinstance(each, ast.Constant)]
                assert len(said) <= MOST_WORDS, f"{path}:{node.lineno}: to phrases/"


@pytest.mark.parametrize(
    ("mark", "places"),
    [
        ("n't|", {"negation", "price_claims"}),
        ("[a-z]+(?:'", set()),
        ("(?:'(?!s\\b)[^\\W\\d_]+)*", {"tokens"}),
    ],
)
def test_no_module_hears_not_or_cuts_words_for_itself(mark: str, places: set[str]) -> None:
    """What marks an expression as a "not" or a tokenizer stands where those are."""
    found = {
        path.stem
        for path in (HERE / "language").rglob("*.py")
        for node in code_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and mark in node.value
    }
    assert found == places


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
