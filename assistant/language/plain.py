"""What is plain: sentences accounted for to their last word, about which there is nothing to ask.

Only the commonest ways of saying three things, each whole: whatever stands beside them makes a
sentence the model's. Nothing here guesses; who is not understood is asked for by the model.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from assistant.language.clauses import hear, tidy
from assistant.language.leaving import Leaving, leaving
from assistant.language.phones import find_colour, find_models, find_storage
from statemachine.offers import Offer

_LEAD: Final = r"(?:(?:hi|hello|hey|yes|yeah|well|um|uh|good (?:morning|afternoon|evening)) )*"
_WANT: Final = r"(?:i (?:would like|would love|want|need|wish|am calling|am looking) )"
_BUYING: Final = re.compile(
    rf"{_LEAD}(?:{_WANT}to (?:buy|order|purchase|get) (?:an? |a new |one |some )?"
    rf"(?:new )?(?:iphone|phone)s? |{_WANT}(?:an? )?(?:new )?(?:iphone|phone) "
    r"|(?:put me through to |connect me to |i (?:want|need) )?(?:the )?sales(?: department)? )"
    r"(?:please )?(?:thank you |thanks )?"
)
_SUPPORT: Final = re.compile(
    rf"{_LEAD}(?:{_WANT})?(?:to (?:speak|talk) (?:to|with) |put me through to |connect me to )?"
    r"(?:the |some |technical |tech )*support(?: department| team)? (?:please )?"
    r"(?:thank you |thanks )?"
)
_GOODBYE: Final = re.compile(
    r"(?:(?:okay|ok|alright|great|perfect|no|no thanks|no thank you|thanks|thank you"
    r"|thank you very much|thanks a lot|that is all|that is it|that is everything|nothing else) )+"
    r"(?:good ?bye|bye(?: bye)?) "
)
_CHOOSES: Final = re.compile(
    r"(?:(?:yes|okay|ok|well|um|uh|then|please|i|would|will|like|want|take|to|buy|order|get|have"
    r"|the|an?|new|one|in|with|and|of|storage|model|colour|color|iphone|memory) )*"
)


class Plain(Enum):
    """What a sentence plainly is."""

    BUYING = auto()
    SUPPORT = auto()
    GOODBYE = auto()


_FEW: Final = 3
"""Words of a goodbye that may be something else heard wrongly: "bye" is a "buy"."""


def plainly(words: str) -> Plain | None:
    """What these words plainly are, all of them; None for everything else."""
    text = tidy(words)
    if "?" in words:
        return None
    for meaning, pattern in (
        (Plain.BUYING, _BUYING),
        (Plain.SUPPORT, _SUPPORT),
        (Plain.GOODBYE, _GOODBYE),
    ):
        if pattern.fullmatch(text):
            return meaning
    return None


def chosen(words: str, offers: tuple[Offer, ...]) -> tuple[str, str, str] | None:
    """The one model, storage and colour that these words plainly ask for, and nothing else.

    A colour is empty where none is named.
    """
    models, storage = find_models(offers, words), find_storage(words)
    if len(models) != 1 or storage is None or "?" in words:
        return None
    colour = find_colour(offers, words, models[0]) or ""
    rest = tidy(words)
    for said in (models[0].removeprefix("iPhone "), colour, *_ways(storage)):
        if said:
            rest = re.sub(rf"(?<![^ ]){re.escape(tidy(said).strip())} ", "", rest, count=1)
    sold = any(
        offer.model == models[0]
        and offer.storage == storage
        and (not colour or colour in offer.colours)
        for offer in offers
    )
    return (models[0], storage, colour) if sold and _CHOOSES.fullmatch(rest) else None


def _ways(storage: str) -> tuple[str, ...]:
    """How a storage is said."""
    number, unit = storage.split()
    units = (
        ("gb", "gigabytes", "gigs", "gigabyte") if unit == "GB" else ("tb", "terabyte", "terabytes")
    )
    return (*(f"{number} {each}" for each in units), *(f"{number}{each}" for each in units), number)


def takes_leave(words: str) -> bool:
    """Whether a goodbye is what they end with, and nothing in them asks, denies or is too short."""
    heard = hear(words)
    if "?" in words or "not" in heard.words or leaving(words) is not Leaving.GOODBYE:
        return False
    if len(heard.words) < _FEW and "goodbye" not in heard.words:
        return False
    return any(leaving(clause.raw) is Leaving.GOODBYE for clause in heard.clauses[-2:])
