"""Phones named in words, sentence by sentence, with empty words for none."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language import phones as shop
from assistant.language.phones.lexicon import Lexicon, lexicon_of
from assistant.language.phones.mentions import mentions_of
from statemachine.offers import Offer

Offers = tuple[Offer, ...]
_END = re.compile(r"(?<=[.?!])\s+")


def named(offers: Offers, text: str) -> tuple[str, ...]:
    """The models named in a text, sentence by sentence, in order of mention."""
    return _named(lexicon_of(offers), text)


@lru_cache(maxsize=256)
def _named(lexicon: Lexicon, text: str) -> tuple[str, ...]:
    said = (mention for each in _END.split(text) for mention in mentions_of(lexicon, each))
    return tuple(dict.fromkeys(model for mention in said for model in mention.models))


def wanted(offers: Offers, spoken: str) -> tuple[str, ...]:
    """The models asked for, neither only owned nor declined."""
    return shop.wanted_models(offers, spoken)


def unsold(offers: Offers, spoken: str) -> str:
    """The phone asked for that isn't sold; empty for none."""
    return shop.unsold(offers, spoken) or ""


def colour(offers: Offers, spoken: str, model: str) -> str:
    """The colour named, as the model has it, or a colour it doesn't have; empty for none."""
    found = shop.find_colour(offers, spoken, model or None)
    return found or shop.unsold_colour(offers, spoken, model or None) or ""


def storage(spoken: str) -> str:
    """The storage named; empty for none."""
    return shop.find_storage(spoken) or ""
