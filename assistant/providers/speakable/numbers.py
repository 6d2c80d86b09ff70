"""Numbers and codes as words: whole numbers, ordinals, years, and letters one at a time."""

from __future__ import annotations

from typing import Final

from assistant.language.numbers import NUMBER_WORDS, UNITS

DIGITS: Final = tuple(UNITS)
_IN_ONE_WORD: Final = {value: word for word, value in NUMBER_WORDS.items()}
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
SYMBOLS: Final = {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "/": "slash"}


def number_words(number: int) -> str:
    """Returns a whole number in words: 1199 is "one thousand one hundred ninety nine".

    Raises:
        ValueError: the number is negative or a thousand million or more.
    """
    if not 0 <= number < 1_000_000_000:
        raise ValueError(f"cannot say {number}: give a number from 0 to 999,999,999")
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            tail = f" {number_words(rest)}" if rest else ""
            return f"{number_words(head)} {name}{tail}"
    if number in _IN_ONE_WORD:
        return _IN_ONE_WORD[number]
    return f"{_IN_ONE_WORD[number - number % 10]} {DIGITS[number % 10]}"


def one_by_one(code: str) -> str:
    """Returns letters and digits one at a time, a small pause after each: "S48" as "S, four, …"."""
    return ", ".join(character(each) for each in code if each.isalnum() or each in SYMBOLS)


def character(one: str) -> str:
    """Returns a letter, digit or sign as it is said alone."""
    return DIGITS[int(one)] if one.isdigit() else SYMBOLS.get(one, one.upper())


def ordinal(number: int) -> str:
    head, _, last = number_words(number).rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head} {last}".strip()


def year(number: int) -> str:
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return number_words(number)
    if rest == 0:
        return f"{number_words(century)} hundred"
    return f"{number_words(century)} {'oh ' if rest < 10 else ''}{number_words(rest)}"


def counted(number: int, unit: str) -> str:
    return f"{number_words(number)} {unit}{'' if number == 1 else 's'}"
