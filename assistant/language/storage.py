"""The storages named in a sentence, however a size is said: "two fifty six", "half a terabyte"."""

from collections.abc import Iterator

from assistant.language.negation import declined
from assistant.language.sentence import Sentence, heard, word_set

BARE_SIZES = frozenset((64, 128, 256, 512))
"""The sizes understood without a unit."""
TERABYTE = word_set("tb tbs tera terra terabyte terabytes terabite terabites")
AMOUNT_UNITS = word_set(
    "dollar dollars buck bucks usd euro euros pound pounds cent cents grand k hundred "
    "percent year years month months week weeks day days hour hours minute minutes second "
    "seconds old yo people person persons phones iphones pieces units times photos pictures "
    "videos apps songs street avenue road lane bit bits mm cm inch inches miles feet degrees am "
    "pm oclock th st nd rd chip chips megapixel megapixels mp million thousand contacts "
    "messages emails of"
)
"""What makes the number before it money or a count, and neither a size nor a phone."""
_GIGABYTE = word_set("gb gbs gig gigs giga gigabyte gigabytes gigabite gigabites g")
_WHOLE_TERABYTE = TERABYTE - {"tera", "terra"}
_ROUNDED = {120: 128, 125: 128, 250: 256, 255: 256, 500: 512, 510: 512, 1000: 1024, 2000: 2048}


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
        if unit in _GIGABYTE and (size in BARE_SIZES if unit == "g" else size >= 16):
            return end + 1, _written(_ROUNDED.get(size, size))
        if size in BARE_SIZES and token.word != "to" and _stands_bare(said, place, end):
            return end, _written(size)
    return None


def _written(size: int) -> str:
    return f"{size // 1024} TB" if size >= 1024 and size % 1024 == 0 else f"{size} GB"


def _readings(said: Sentence, place: int) -> Iterator[tuple[int, int]]:
    """Numbers that may be read from a place on, longest first: "2 56", "2 5 6", "256"."""
    run: list[int] = []
    for token in said.tokens[place : place + 3]:
        if token.word == "to" and not run:
            run.append(2)
        elif token.number is None or token.money:
            break
        else:
            run.append(token.number)
    for length in range(len(run), 0, -1):
        part = run[:length]
        if length == 1 and said.word(place) != "to":
            yield part[0], place + 1
        elif length == 2 and part[0] < 10 and 10 <= part[1] < 100:
            yield part[0] * 100 + part[1], place + 2
        elif length == 2 and part[0] in (120, 250) and 0 < part[1] < 10:
            yield part[0] + part[1], place + 2
        elif length == 3 and max(part) < 10:
            yield part[0] * 100 + part[1] * 10 + part[2], place + 3


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
    if following.word in AMOUNT_UNITS or before.word in ("at", "number", "code"):
        return False
    if following.number is not None and not following.money and not _is_pronoun(said, end):
        return False
    return before.number is None or 2 < before.number < 64
