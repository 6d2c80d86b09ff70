"""What a sentence is to the second reader: the marks by which it is told apart from others.

Words alone and in rows, pieces of words (a misspelling keeps most of its pieces), how it begins
and ends, and all of that once more together with what had been asked: "no" after "anything else?"
leaves, after "did that help?" it doesn't.
"""

from __future__ import annotations

from typing import Final

from assistant.language.clauses import hear

_LONGEST: Final = 40
"""Words that are looked at: what somebody does is said in fewer."""
_PIECES: Final = (3, 4, 5)
_EDGE, _PAUSE, _ASKS, _FIGURE = "^", "/", "?", "#"
_KNOWN_FIGURES: Final = 2
"""Digits of a number that is looked at as it is: "17" is a phone, "799" only some amount."""


def marks(words: str, asked: str) -> frozenset[str]:
    """The marks of a caller's words after what had been asked."""
    tokens = _tokens(words)
    said = [token for token in tokens if token not in (_EDGE, _PAUSE)]
    plain = {*_rows(tokens), *_pieces(said), *_ends(tokens)}
    held = {*_rows(tokens, longest=2), *_ends(tokens), *_whole(said)}
    return frozenset(plain | {f"{asked}:{mark}" for mark in held} | {f"{asked}:"})


def _tokens(words: str) -> list[str]:
    """The words, with where they begin, pause, ask and end."""
    heard = hear(words)
    tokens = [_EDGE]
    for clause in heard.clauses:
        tokens += [_figure(word) for word in clause.text.split()]
        tokens += [_ASKS if clause.raw.endswith("?") else _PAUSE]
    if heard.asks and len(tokens) > 1:
        tokens[-1] = _ASKS
    return [*tokens[:_LONGEST], _EDGE]


def _figure(word: str) -> str:
    digits = word.strip("$€£%")
    return _FIGURE if digits.isdigit() and len(digits) > _KNOWN_FIGURES else word


def _rows(tokens: list[str], longest: int = 3) -> set[str]:
    """Words in a row, and two with one between them."""
    rows = {
        " ".join(tokens[place : place + length])
        for length in range(1, longest + 1)
        for place in range(len(tokens) - length + 1)
    }
    if longest > 2:
        rows |= {f"{one} _ {other}" for one, other in zip(tokens, tokens[2:], strict=False)}
    return rows


def _ends(tokens: list[str]) -> set[str]:
    """How it begins, and what its last clause is made of."""
    inner = tokens[1:-1]
    last = inner[:-1] if inner and inner[-1] in (_PAUSE, _ASKS) else inner
    while _PAUSE in last:
        last = last[last.index(_PAUSE) + 1 :]
    return {*(f"first {word}" for word in inner[:1]), *(f"last {word}" for word in last)}


def _pieces(said: list[str]) -> set[str]:
    """Letters in a row, word by word."""
    return {
        f"~{edged[place : place + length]}"
        for word in said
        for edged in (f"<{word}>",)
        for length in _PIECES
        for place in range(len(edged) - length + 1)
    }


def _whole(said: list[str]) -> set[str]:
    """A short sentence as a whole, and how long it is."""
    length = min(len(said), 12) // 2
    return {f"long {length}", *([f"whole {' '.join(said)}"] if len(said) < 7 else [])}
