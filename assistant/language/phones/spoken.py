"""Phones named in words, asked of `statemachine.offers` once for each sentence."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language import phones as shop
from statemachine.offers import Offer

Offers = tuple[Offer, ...]


@lru_cache(maxsize=256)
def _in_sentence(offers: Offers, sentence: str) -> tuple[str, ...]:
    return shop.find_models(offers, sentence)


def named(offers: Offers, text: str) -> tuple[str, ...]:
    """The models named in a text, sentence by sentence, in order of mention."""
    sentences = re.split(r"(?<=[.?!])\s+", text)
    return tuple(dict.fromkeys(m for each in sentences for m in _in_sentence(offers, each)))


@lru_cache(maxsize=128)
def wanted(offers: Offers, spoken: str) -> tuple[str, ...]:
    """The models asked for, neither only owned nor declined."""
    return shop.wanted_models(offers, spoken)


@lru_cache(maxsize=128)
def unsold(offers: Offers, spoken: str) -> str:
    """The phone asked for that isn't sold; empty for none."""
    return shop.unsold(offers, spoken) or ""


@lru_cache(maxsize=128)
def colour(offers: Offers, spoken: str, model: str) -> str:
    """The colour named, as the model has it, or a colour it doesn't have; empty for none."""
    found = shop.find_colour(offers, spoken, model or None)
    return found or shop.unsold_colour(offers, spoken, model or None) or ""


@lru_cache(maxsize=128)
def storage(spoken: str) -> str:
    """The storage named; empty for none."""
    return shop.find_storage(spoken) or ""
