"""Numbers the way people say and write them: every number in words is read here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from assistant.language.lists import meanings, table
from assistant.language.tokens import Token, word_at

_TABLE: Final = table("numbers")
UNITS: Final[dict[str, int]] = {word: value for value, word in enumerate(_TABLE["units"].split())}
"""From zero to nineteen."""
TENS: Final[dict[str, int]] = {
    word: 10 * value for value, word in enumerate(_TABLE["tens"].split(), start=2)
}
NUMBER_WORDS: Final = UNITS | TENS
"""The numbers that are one word, below a hundred."""
DIGITS: Final = {word: int(digit) for word, digit in meanings("numbers", "digits").items()}
"""Other names of digits: "oh"."""
TIMES: Final = {word: int(times) for word, times in meanings("numbers", "times").items()}
"""How often a digit is said by "double" and the like."""
SCALES: Final = {word: int(scale) for word, scale in meanings("numbers", "scales").items()}
_ROUND: Final = SCALES.keys() - {"k"}
_LOOSE: Final = ("a", "an", "half", "couple")
_ANY: Final = 10**9


class Number(NamedTuple):
    """A number as spoken or written: its value, where it ends, and how it was said."""

    value: Decimal
    end: int
    grand: bool = False
    kilo: bool = False
    pair: bool = False
    digits: bool = False


_Reader: TypeAlias = Callable[[Sequence[Token], int, int], Number | None]


def is_number_word(word: str) -> bool:
    """Whether a word is a number: in digits, or part of one in words."""
    written = word.replace(".", "", 1).isdecimal()
    return written or word in NUMBER_WORDS or word in ("hundred", "thousand")


def cardinal_at(tokens: Sequence[Token], place: int, below: int = _ANY) -> Number | None:
    """The plain cardinal that begins at a place: "twenty five", "two hundred and fifty six".

    Of the scales ("hundred", "k") it has only those that are smaller than `below`.
    """
    if word_at(tokens, place) in ("a", "an") and word_at(tokens, place + 1) in SCALES:
        return _scaled(tokens, Number(Decimal(1), place + 1), below, cardinal_at)
    group = _group(tokens, place)
    return _scaled(tokens, group, below, cardinal_at) if group else None


def number_at(tokens: Sequence[Token], place: int, below: int = _ANY) -> Number | None:
    """The number that begins at a place, in any way in which people say amounts and sizes.

    "eleven ninety nine", "two fifty six", "one one nine nine", "half a grand", "one point two".
    """
    if word_at(tokens, place) in ("hundreds", "thousands"):
        return Number(Decimal(SCALES[tokens[place].word]), place + 1)
    if number := loosely(tokens, place):
        return (
            _scaled(tokens, number, below, number_at)
            if word_at(tokens, number.end) in SCALES
            else None
        )
    number = _group(tokens, place)
    if number is None:
        return None
    if joined := _digit_by_digit(tokens, place) or _pair(tokens, number):
        return _scaled(tokens, joined, below, number_at)
    end = number.end
    if word_at(tokens, end) == "point" and (decimals := _digit_by_digit(tokens, end + 1, 1)):
        value = number.value + decimals.value / 10 ** (decimals.end - end - 1)
        number = Number(value, decimals.end)
    return _scaled(tokens, number, below, number_at)


def _group(tokens: Sequence[Token], place: int, *, joined: bool = False) -> Number | None:
    """A numeral, or number words below a hundred; joined to what stands before, if need be."""
    if place >= len(tokens) or (joined and tokens[place].pause):
        return None
    word, value = tokens[place].word, tokens[place].value
    if value is not None:
        return Number(value, place + 1)
    if word not in NUMBER_WORDS:
        return None
    unit = UNITS.get(word_at(tokens, place + 1), 0) if word in TENS else 0
    unit = 0 if unit > 9 or (unit and tokens[place + 1].pause) else unit
    return Number(Decimal(NUMBER_WORDS[word] + unit), place + 1 + (unit > 0))


def loosely(tokens: Sequence[Token], place: int) -> Number | None:
    """How many of what follows "a", "half a" or "a couple of" are meant: 1, 0.5, 2."""
    word, following = word_at(tokens, place), word_at(tokens, place + 1)
    if word not in _LOOSE:
        return None
    start = place + 1 + (word == "half" and following in ("a", "an"))
    value = Decimal("0.5") if word == "half" else Decimal(1)
    if word == "couple" or following in ("couple", "dozen"):
        value = Decimal(12 if following == "dozen" else 2)
        start = place + 1 + (word != "couple")
        start += word_at(tokens, start) == "of"
    return Number(value, start)


def _digit_by_digit(tokens: Sequence[Token], place: int, least: int = 2) -> Number | None:
    """Digits said one by one ("one one nine nine", "nine oh nine")."""
    said, end = "", place
    while end < len(tokens) and not (said and tokens[end].pause):
        if said and tokens[end].word in DIGITS and _group(tokens, end + 1, joined=True):
            said, end = said + "0", end + 1
            continue
        group = _group(tokens, end)
        if group is None or not (group.value < 10 and group.value == int(group.value)):
            break
        said, end = said + str(int(group.value)), group.end
    if len(said) < least or (least > 1 and word_at(tokens, end) in _ROUND):
        return None
    return Number(Decimal(said), end, digits=len(said) > 1)


def _pair(tokens: Sequence[Token], first: Number) -> Number | None:
    """Two numbers said as one ("eleven ninety-nine", "ten oh five", "1 199")."""
    value, end, *_ = first
    if not 1 <= value < 1000 or value != int(value):
        return None
    oh = word_at(tokens, end) in DIGITS
    group = _group(tokens, end + oh, joined=True)
    if group is None or word_at(tokens, group.end) in SCALES:
        return None
    written = tokens[end].value is not None and not tokens[end].spelled
    if written and len(tokens[end].word) == 3 and tokens[end - 1].value is not None:
        return Number(value * 1000 + group.value, group.end, pair=True)
    if value < 100 and (0 < group.value < 10 if oh else 10 <= group.value < 100):
        return Number(value * 100 + group.value, group.end, pair=True)
    return None


def _scaled(tokens: Sequence[Token], number: Number, below: int, read: _Reader) -> Number:
    """The number with the scales behind it: "nine hundred and ninety-nine", "two grand"."""
    value, end, grand, kilo, *_ = number
    while (scale := SCALES.get(word_at(tokens, end))) and not tokens[end].pause and scale < below:
        grand, kilo = grand or tokens[end].word == "grand", kilo or tokens[end].word == "k"
        value, end = value * scale, end + 1
        rest_at = end + (word_at(tokens, end) == "and")
        if not _group(tokens, rest_at):
            continue
        if read is cardinal_at and tokens[rest_at].value is not None:
            continue  # "a thousand 256 gigs"
        rest = read(tokens, rest_at, scale)
        if rest is None or rest.value >= scale or rest.kilo:
            continue
        if SCALES.get(word_at(tokens, rest.end), 0) >= scale:
            continue  # "two k, two k"
        paused = tokens[rest_at].pause or (rest_at > end and tokens[end].pause)
        if paused and not 100 <= rest.value < scale:
            continue
        value, end = value + rest.value, rest.end
    return number._replace(value=value, end=end, grand=grand, kilo=kilo)
