"""Properties of the grammar: walked word by word, it finds what the phrases say, however often."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.phrases.grammar import Grammar, Piece, read_grammar
from assistant.language.phrases.patterns import compile_phrases

WORDS = ("yes", "no", "thank", "thanks", "you", "it")
LISTS = {"polite": ("thank* you?", "please"), "thing": ("it", "[the|this] phone?")}
_word = st.sampled_from((*WORDS, "please", "the", "this", "phone", "yes|no", "thank*", "th*"))
_may = st.sampled_from(("<polite>", "<thing>", "[it|thank you]", "it", "you"))
_optional = _may.map(lambda part: f"{part}?")
_phrases = st.lists(
    st.lists(_word | _may | _optional, max_size=3).flatmap(
        lambda rest: st.tuples(_word, st.permutations(rest)).map(lambda p: " ".join((p[0], *p[1])))
    ),
    min_size=1,
    max_size=4,
)
_said = st.lists(
    st.sampled_from((*WORDS, "please", "the", "phone", "thankful", "other")), max_size=7
)


def costs(pieces: tuple[Piece, ...], grammar: Grammar) -> float:
    """What a sentence's pieces cost: an unknown word costs more than any phrase."""
    return sum(grammar.weights.get(piece.kind, 100.0) for piece in pieces)


def cheapest(kinds: dict[str, list[str]], grammar: Grammar, said: list[str]) -> float:
    """The same worked out by regular expressions, each on every stretch of the sentence."""
    patterns = {k: [compile_phrases((p,), LISTS.__getitem__) for p in kinds[k]] for k in kinds}
    best = [0.0, *[float("inf")] * len(said)]
    for end in range(1, len(said) + 1):
        best[end] = best[end - 1] + 100
        for start in range(end):
            text = "".join(f"{word} " for word in said[start:end])
            fitting = [k for k in kinds if any(p.fullmatch(text) for p in patterns[k])]
            best[end] = min([best[end], *(best[start] + grammar.weights[k] for k in fitting)])
    return best[len(said)]


@given(st.fixed_dictionaries({"one": _phrases, "other": _phrases}), st.lists(_said, max_size=4))
def test_the_grammar_finds_what_the_phrases_say(
    kinds: dict[str, list[str]], sentences: list[list[str]]
) -> None:
    """It cuts a sentence as cheaply as can be, into stretches that are what they are called."""
    grammar = read_grammar(kinds, LISTS.__getitem__)
    for said in (*sentences, *sentences):  # the second time from what was kept
        pieces = grammar.pieces(tuple(said))
        assert " ".join(piece.words for piece in pieces) == " ".join(said)
        assert costs(pieces, grammar) == pytest.approx(cheapest(kinds, grammar, said))
        for piece in pieces:
            if piece.kind:
                known = compile_phrases(tuple(kinds[piece.kind]), LISTS.__getitem__)
                assert re.fullmatch(known, f"{piece.words} ")


def test_what_is_kept_of_sentences_has_an_end() -> None:
    """Whatever callers say, a grammar keeps only so many of the ways that it has walked."""
    grammar = read_grammar({"any": ["say* ...", "[say*|said] ... then"]}, LISTS.__getitem__)
    for nth in range(30_000):
        grammar.pieces((f"say{nth}", "one", f"say{nth + 1}"))
    assert grammar.kept <= 50_001
