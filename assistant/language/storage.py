"""The storages named in a sentence, however a size is said: "two fifty six", "half a terabyte"."""

from collections.abc import Iterator
from functools import lru_cache

from assistant.language.lists import word_lists
from assistant.language.negation import declined
from assistant.language.numbers import number_at
from assistant.language.sentence import Sentence, heard
from assistant.language.tokens import Token
from assistant.language.units import GIGABYTE, TERABYTE

BARE_SIZES = frozenset((64, 128, 256, 512))
"""The sizes understood without a unit."""
AMOUNT_UNITS = word_lists("counted", "numbers")["units"]
"""What makes the number before it money or a count, and neither a size nor a phone."""
_WHOLE_TERABYTE = TERABYTE - {"tera", "terra"}
_TWO = Token("two")
_ROUNDED = {120: 128, 125: 128, 250: 256, 255: 256, 500: 512, 510: 512, 1000: 1024, 2000: 2048}


@lru_cache(maxsize=256)
def find_storage(spoken: str) -> str | None:
    """The storage named in a sentence, written as in the catalogue ("256 GB", "1 TB").

    The first one that isn't declined ("not the 256, the 512") counts.
    """
    said = heard(spoken)
    found = (storage for start, _, storage in storage_spans(said) if not declined(said, start))
    return next(found, None)


def storage_spans(said: Sentence) -> Iterator[tuple[int, int, str]]:
    """Where storages are named: first place, place after the last, the storage."""
    place = 0
    while place < len(said):
        found = storage_at(said, place)
        if found is None:
            place += 1
        else:
            yield place, *found
            place = found[0]


def storage_at(said: Sentence, place: int) -> tuple[int, str] | None:
    """The place after a storage named here, and the storage."""
    token, following = said.at(place), said.word(place + 1)
    if token.word == "half" and following in TERABYTE:
        return place + 2, "512 GB"
    if token.word == "half" and following == "a":
        return (place + 3, "512 GB") if said.word(place + 2) in TERABYTE else None
    if token.word in _WHOLE_TERABYTE:
        return place + 1, "1 TB"
    if token.word in ("a", "to") and following in TERABYTE:
        return place + 2, "1 TB" if token.word == "a" else "2 TB"
    if token.money:
        return None
    for size, end in _readings(said, place):
        unit = said.word(end)
        if unit in TERABYTE and size <= 16:
            return end + 1, f"{size} TB"
        if unit in GIGABYTE and (size in BARE_SIZES if unit == "g" else size >= 16):
            return end + 1, _written(_ROUNDED.get(size, size))
        if size in BARE_SIZES and token.word != "to" and _stands_bare(said, place, end):
            return end, _written(size)
    return None


def _written(size: int) -> str:
    return f"{size // 1024} TB" if size >= 1024 and size % 1024 == 0 else f"{size} GB"


def _readings(said: Sentence, place: int) -> Iterator[tuple[int, int]]:
    """Numbers that may be read from a place on, longest first: "2 56", "2 5 6", "256"."""
    tokens, first = said.tokens[place : place + 3], said.number(place)
    if said.word(place) == "to":  # what recognisers make of "two"
        tokens, first = (_TWO, *tokens[1:]), None
    while tokens and any(token.money for token in tokens):
        tokens = tokens[:-1]
    number = number_at(tokens, 0)
    if number and number.end > 1 and 100 <= number.value < 1000:
        yield int(number.value), place + number.end
    if first is None:
        return
    added = said.number(place + 1) or 0
    if first in (120, 250) and 0 < added < 10:
        yield first + added, place + 2
    yield first, place + 1


def _is_pronoun(said: Sentence, place: int) -> bool:
    """Whether the "one" at a place is no number: "the 256 one"."""
    token, following = said.at(place), said.at(place + 1)
    return (
        token.spelled
        and token.number == 1
        and following.number is None
        and following.word not in TERABYTE
    )


def _stands_bare(said: Sentence, start: int, end: int) -> bool:
    """Whether a size without a unit is a storage: no amount, count, time or telephone number."""
    following, before = said.at(end), said.at(start - 1)
    if following.word in AMOUNT_UNITS or before.word in ("number", "code"):
        return False
    if following.number is not None and not following.money and not _is_pronoun(said, end):
        return False
    return before.number is None or 2 < before.number < 64 or _is_pronoun(said, start - 1)
