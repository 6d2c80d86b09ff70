"""A number to call back on, as callers say it: whole, in pieces, corrected, or the one they use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assistant.language.clauses import tidy
from assistant.language.digits import DIGIT_WORDS, digits_in
from assistant.language.lists import word_lists
from assistant.language.negation import put_aside
from assistant.language.numbers import UNITS
from assistant.language.phrases.patterns import listed
from assistant.language.telephone import MOST, plausible, spoken, whole
from assistant.language.tokens import Token, cut, plain

COUNTRY: Final = "US"
"""The shop's, unless a setting says otherwise."""
LEAST_SAID: Final = 7
"""Digits of a number that is said without being asked for."""
LEAST_TAIL: Final = 3
"""So many digits alone, after a number was read back, are its end put right."""
_LISTS: Final = word_lists("reaching")
_FEW: Final = "|".join(word for word, value in UNITS.items() if 1 < value < 6)
_COUNTED: Final = re.compile(
    rf"\b({'|'.join(sorted(_LISTS['counted']))}) (?:{_FEW}|[2-5])\b"
    rf"(?: (?:{'|'.join(sorted(_LISTS['counted_things']))}))?",
    re.IGNORECASE,
)
"""How many digits are meant is none of them."""
_MORE: Final = re.compile(r"\?|\bname\b|\b(?:I'm|I am|this is) [A-Z]")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is known when words are understood: the shop's country, and the caller's numbers."""

    country: str = COUNTRY
    line: str = ""
    """The one that they ring from."""
    so_far: str = ""
    """What there is of one that is being said."""


def meant(said: str, numbers: Numbers) -> str:
    """The number that a tool's words name, as E.164 writes it; empty where it can't be rung.

    It is one that the caller has said or rings from: a model's own is none of theirs.
    """
    if found := number_in(said, numbers.country):
        theirs = (numbers.line, plausible(numbers.so_far, numbers.country))
        return found if found in theirs else ""
    digits = digits_in(said)
    if len(digits) < LEAST_TAIL and _says("this_one", said):
        return numbers.line
    if not digits:
        return ""
    pieces = numbers.so_far
    return plausible(pieces, numbers.country) if pieces.endswith(digits) else ""


def number_in(words: str, country: str) -> str:
    """The first number in what was said that can be rung, as E.164 writes it; empty for none."""
    for run in (words, *_runs(words)):
        digits = digits_in(run)
        for tried in (digits, digits.lstrip("0") if run.lower().startswith("oh") else ""):
            if tried and (found := plausible(tried, country)):
                return found
    return ""


def longest_run(words: str) -> str:
    """The digits of the longest stretch of them, where it may be a telephone number."""
    digits = digits_in(next(iter(_runs(words)), ""))
    return digits if len(digits) >= LEAST_SAID else ""


def so_far(words: str, before: str, noted: str, country: str) -> str:
    """The digits that there are once these words are said; empty where they are no part of one.

    `before` is what there was of it, `noted` a number that was read back and may be put right.
    """
    if number_in(words, country):
        return number_in(words, country)
    words = _COUNTED.sub(r"\1", words)
    piece = digits_in(words) if _only_digits(words) else ""
    if noted and (corrected := _corrected(words, piece, noted, country)):
        return corrected
    if not piece or noted:
        return ""
    joined = before + piece
    return joined if before and len(joined) <= MOST and not whole(before, country) else piece


def disputes(words: str) -> bool:
    """Whether the words say that what was read back is wrong."""
    return _says("disputed", words)


def says_more(words: str) -> bool:
    """Whether a number is said with a name or a question beside it."""
    return _MORE.search(words) is not None


def read_back(number: str, country: str) -> str:
    """A number digit by digit, as the shop's people would read it back; empty for none."""
    return spoken(number, country) if number else ""


def _corrected(words: str, piece: str, noted: str, country: str) -> str:
    """The number that was read back, with the digits put right that the words name."""
    runs = [
        (put_aside(tidy(words[:start])), digits_in(run))
        for start, run in _placed_runs(words, parted=True)
    ]
    wrong = [digits for aside, digits in runs if aside]
    right = [digits for aside, digits in runs if not aside]
    if len(wrong) == len(right) == 1 and noted.count(wrong[0]) == 1:
        return plausible(noted.replace(wrong[0], right[0]), country)
    says_so = _says("ending", words) or disputes(words)
    tail = piece or ("".join(digits for _, digits in runs) if says_so else "")
    if len(tail) >= LEAST_TAIL or (tail and says_so):
        return plausible(noted[: -len(tail)] + tail, country)
    return ""


def _only_digits(words: str) -> bool:
    """Whether nothing is said but digits, and what people say around them."""
    tokens = cut(plain(words))
    known = (_is_digit(token) or token.word in _LISTS["around"] for token in tokens)
    return any(map(_is_digit, tokens)) and all(known)


def _runs(words: str) -> tuple[str, ...]:
    """The stretches of digits in a sentence, the longest first."""
    return tuple(sorted((run for _, run in _placed_runs(words)), key=len, reverse=True))


def _placed_runs(words: str, *, parted: bool = False) -> Iterator[tuple[int, str]]:
    """Where each stretch of digits begins; `parted` says that a pause ends one."""
    words, start, end = plain(words), -1, -1
    for token in cut(words):
        ends = not (_is_digit(token) or token.word in _LISTS["joining"])
        if start >= 0 and (ends or (parted and token.pause and words[token.place - 1] == " ")):
            yield start, words[start:end]
            start = -1
        if _is_digit(token):
            start = token.place if start < 0 else start
            end = token.place + len(token.raw)
    if start >= 0:
        yield start, words[start:end]


def _is_digit(token: Token) -> bool:
    return token.value is not None or token.word == "+" or token.word in DIGIT_WORDS


def _says(name: str, words: str) -> bool:
    return listed("reaching", name).search(tidy(words)) is not None
