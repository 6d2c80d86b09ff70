"""What stands at a number: currencies, storages, percent; and what is glued to a numeral."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from assistant.language.lists import meanings, word_lists
from assistant.language.numbers import (
    SCALES,
    Number,
    cardinal_at,
    loosely,
    number_at,
)
from assistant.language.tokens import Token, cut, unmarked, word_at

_LISTS: Final = word_lists("units", "numbers")
SIGNS, CODES, PERCENT = (_LISTS[name] for name in ("signs", "codes", "percent"))
CENTS: Final = {word: int(cents) for word, cents in meanings("units", "cents", "numbers").items()}
CURRENCY: Final = dict.fromkeys(SIGNS | CODES | _LISTS["currencies"], 100) | CENTS
"""What each is worth in cents."""
_GLUED_CENTS, _SKIPPED = ("c", "ct", "cts"), ("&", "+")
GIGABYTE, TERABYTE, KINDS = (_LISTS[name] for name in ("gigabytes", "terabytes", "kinds"))
STORAGE: Final = GIGABYTE | TERABYTE | _LISTS["smaller_units"]
_APART: Final = KINDS | STORAGE | PERCENT
_NAMED: Final = CURRENCY.keys() - SIGNS - CODES
_UNITS: Final = CURRENCY.keys() | SCALES.keys() | STORAGE
_NO_NUMBER: Final = re.compile(
    r"(?<![\d$€£.,])(?:\d{4}-\d\d-\d\d|(?:\(\d{3}\)\s?)?\d{3}-\d{4}|\d{3}[ .]\d{3}[ .]\d{4}"
    r"|\d{1,2}:\d\d|\d{1,2}/\d{1,2})(?!\d)"
)
_RANGE: Final = re.compile(r"(?<=\d)\s?[-–]\s?(?=\d)")


def figures(sentence: str) -> list[Token]:
    """A sentence's tokens, as amounts are looked for in them.

    Dates, times and telephone numbers are none; what is glued to a numeral is a unit ("256gb") or
    makes a name of it ("16e", "S24"); "'s" is "is".
    """
    text = _RANGE.sub(" to ", _NO_NUMBER.sub(" x-x ", unmarked(sentence)))
    tokens: list[Token] = []
    for token in cut(text):
        last = tokens[-1] if tokens else token
        if token.word == "'s":
            tokens.append(token._replace(word="is", attached=False))
        elif token.attached and last.value is not None and token.word in _GLUED_CENTS:
            tokens.append(token._replace(word="cents"))
        elif token.word == "cent" and last.word == "per":
            tokens[-1] = last._replace(word="percent")
        elif token.attached and _is_name(tokens, token):
            whole = last.word + token.word
            tokens[-1] = last._replace(word=whole, value=None, number=None)
        else:
            tokens.append(token)
    return [token for token in tokens if token.word not in _SKIPPED]


def _is_name(tokens: list[Token], token: Token) -> bool:
    """Whether a token makes a name of the numeral or word before it."""
    last = tokens[-1]
    if not (token.word[0].isalnum() and last.word[0].isalnum()):
        return False
    if token.value is not None or last.value is None:
        return last.word not in CODES
    signed = len(tokens) > 1 and tokens[-2].word in SIGNS and token.word not in KINDS
    return not signed and token.word not in _UNITS


def figure_at(tokens: Sequence[Token], place: int) -> Number | None:
    """The number that begins at a place, told from names and storages beside it."""
    number = number_at(tokens, place)
    if number and number.pair and word_at(tokens, number.end) in _APART:
        return cardinal_at(tokens, place)
    if number or not (loose := loosely(tokens, place)):
        return number
    single = word_at(tokens, place) in ("a", "an") and loose.end == place + 1
    if single and word_at(tokens, loose.end) not in _NAMED and not number_at(tokens, loose.end):
        loose = loose._replace(end=loose.end + 1)  # "a single dollar"
    return loose if word_at(tokens, loose.end) in _NAMED else None
