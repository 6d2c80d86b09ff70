"""Order and ticket numbers in a sentence, however they are put: "S48213", "S 4 8 2 1 3"."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language.lists import word_lists
from assistant.language.numbers import DIGITS, UNITS
from assistant.language.tokens import unmarked

_WORDS = {name: "|".join(sorted(words)) for name, words in word_lists("codes").items()}
_ABOUT = re.compile(rf"\b(?:{_WORDS['about']})\b")
_SPELLED = re.compile(r"\b([a-z]) (?:as in|like|for) [a-z]+\b,?")
_DIGIT_WORDS = {word: str(value) for word, value in UNITS.items() if value < 10}
_DIGIT_WORDS |= {word: str(value) for word, value in DIGITS.items()}
_DIGIT = rf"(?:{'|'.join(_DIGIT_WORDS)}|\d)"
_SAID = re.compile(rf"\b{_DIGIT}(?:[ ,-]{{1,2}}{_DIGIT}){{2,15}}\b")
_CODE = re.compile(r"(?<![\w$€£])[a-z][ -]?\d{4,12}(?:-\d{1,3})?(?!\w)")
_ORDER = re.compile(r"(?<![\w+-])s?[ -]?(\d{5,9}(?:-\d{1,3})?)(?![\w-])", re.IGNORECASE)
_RUN = re.compile(
    r"(?<![\w$€£.])(?:[a-z]?\d{1,12}|[a-z])"
    r"(?:(?:[ ,]{1,2}|-| dash )(?:[a-z]|\d{1,12})){0,20}(?![\w%])"
    rf"(?!\.\d| ?(?:{_WORDS['units']}|(?:{_WORDS['names']})\b))"
)


@lru_cache(maxsize=256)
def codes_in(sentence: str) -> tuple[str, ...]:
    """Each number by which an order or ticket may be meant, as "s48213": letters and digits only.

    A letter with four digits or more is one anywhere; other rows of letters and digits are where
    the sentence is about a number. Amounts, storages and spans of time are none.
    """
    text = _SPELLED.sub(r"\1 ", unmarked(sentence))
    text = _SAID.sub(_in_figures, text)
    found = [_joined(match[0]) for match in _CODE.finditer(text)]
    if _ABOUT.search(text):
        found += (_joined(_without_article(match[0])) for match in _RUN.finditer(text))
    return tuple(dict.fromkeys(code for code in found if _is_code(code)))


def order_number(sentence: str) -> str:
    """The first order's number in a sentence, as it is written ("S48213-2"); empty for none."""
    if written := _ORDER.search(sentence):
        return f"S{written[1]}"
    found = (code.lstrip("s") for code in codes_in(sentence))
    return next((f"S{code}" for code in found if code.isdigit()), "")


def _in_figures(said: re.Match[str]) -> str:
    words = re.split(r"[ ,-]+", said[0])
    return "".join(_DIGIT_WORDS.get(word, word) for word in words)


def _without_article(run: str) -> str:
    return re.sub(r"^[ai](?: (?=\d{2})|$)", "", run)


def _joined(run: str) -> str:
    return re.sub(r"[^a-z\d]|dash", "", run)


def _is_code(code: str) -> bool:
    digits = sum(letter.isdigit() for letter in code)
    return digits > 2 or (digits > 0 and len(code) > 3) or (digits > 1 and code[0] in "st")
