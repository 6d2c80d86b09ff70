"""What callers say under somebody's sentence: words that are meant, or a sign of listening."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from assistant.language.tokens import as_heard
from statemachine.offers import Offer

SHORT: Final = 0.7
"""Seconds: who says less than that under somebody's sentence mostly shows that they listen."""
_HUM: Final = re.compile(
    r"m+-?h+m+|h*m{2,}|u+h+-?h+u+h+|mm+-mm+|u+h+|u+m+|a+h+|e+r+m*|o+h+|hm+", re.IGNORECASE
)
_AGREES: Final = re.compile(
    r"yes|yeah|yep|yup|sure|ok|okay|right|alright|all|fine|good|great|i|see|please"
)
_MEANT: Final = re.compile(
    r"stop|wait|hold|hang|hello|excuse|sorry|pardon|what|no|nope|not|help|cancel|repeat"
    r"|again|bye|goodbye|sales|support|buy|order|price|human|person|iphone|air|pro|max|plus|.*\d.*"
    r"|first|second|third|fourth|last|former|latter|both|neither|either|one|two|gigs?|terabytes?"
)
_WORD_ENDS: Final = re.compile(r"[\s,.!?…]+")


def aside(text: str, seconds: float, sold: frozenset[str] = frozenset()) -> bool:
    """Whether words under somebody's sentence are none: "mhm", "okay", or a short sound.

    Recognisers write a hum as any word ("Amen", "Mama"), so a short one counts only if it is among
    those with which callers interrupt or choose, holds a figure, or names something that is `sold`.
    `seconds` are the voice's own, without the pause after it.
    """
    words = _words(text)
    if hum(text):
        return True
    if any(_MEANT.fullmatch(word) or word in sold for word in words):
        return False
    if all(_AGREES.fullmatch(word) for word in words):
        return True
    return seconds < SHORT and len(words) <= 2


def hum(text: str) -> bool:
    """Whether that is no word at all: "mhm", "uh-huh", or nothing."""
    return all(_HUM.fullmatch(word) for word in _words(text))


@cache
def names(offers: tuple[Offer, ...]) -> frozenset[str]:
    """The words with which callers choose among these: of models, storages and colours."""
    return frozenset(
        word
        for offer in offers
        for name in (offer.model, offer.storage, *offer.colours)
        for word in _words(name)
    )


def _words(text: str) -> list[str]:
    return [word for word in _WORD_ENDS.split(as_heard(text).lower()) if word]
