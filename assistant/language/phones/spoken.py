"""Phones named in words, sentence by sentence, with empty words for none."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.language import phones as shop
from assistant.language.numbers import NUMBER_WORDS
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


def compared(offers: Offers, text: str) -> tuple[str, ...]:
    """The models named where models are compared: a last word or a number names one there."""
    tails, numbers = _parts(lexicon_of(offers))
    bare = re.compile(rf"(?<!the )(?<!\d )(?<!een )(?<!pro )\b({tails})\b", re.IGNORECASE)
    alone = re.compile(rf"(?<!phone )\b({numbers})\b(?! ?(?:gb|gig|pro))", re.IGNORECASE)
    return named(offers, bare.sub(r"the \1", alone.sub(r"iPhone \1", text)))


def wanted(offers: Offers, spoken: str) -> tuple[str, ...]:
    """The models asked for, neither only owned nor declined."""
    return shop.wanted_models(offers, spoken)


def wanted_at_sales(offers: Offers, spoken: str) -> tuple[str, ...]:
    """The same, where a model's last word may begin what is said: "Air, in gold"."""
    tails, _ = _parts(lexicon_of(offers))
    begins = re.compile(rf"^({tails})\b(?=[,.]| (?:in|with) )", re.IGNORECASE)
    return wanted(offers, begins.sub(r"the \1", spoken))


@lru_cache(maxsize=8)
def _parts(lexicon: Lexicon) -> tuple[str, str]:
    """What models' names end with, and their numbers as figures and in words: alternatives."""
    tails, numbers = set[str](), set[str]()
    for name in (sold.name for sold in lexicon.sold):
        words = name.lower().split()[1:]
        last = [word for word in words if not any(map(str.isdigit, word))]
        tails |= {" ".join(last), *last}
        numbers |= {word for word in words if word not in last}
    numbers |= {word for word, value in NUMBER_WORDS.items() if str(value) in numbers}
    longest_first = (
        sorted(map(re.escape, filter(None, each)), key=len, reverse=True) or ["(?!)"]
        for each in (tails, numbers)
    )
    one, other = ("|".join(each) for each in longest_first)
    return one, other


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
