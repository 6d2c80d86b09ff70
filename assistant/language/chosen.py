"""What describes the phone that was quoted, and its price, among a caller's words."""

from __future__ import annotations

from typing import Final, Protocol

from assistant.language.backchannel import names
from assistant.language.money import amounts_in
from assistant.language.numbers import is_number_word
from assistant.language.phones import find_colour, find_models, find_storage
from assistant.language.sentence import word_set
from statemachine.offers import Offer, offered

_CHOSEN: Final = "thisphone"
"""Stands in consent.toml for whatever describes the phone that was quoted."""
_PRICE: Final = "thisprice"
"""Stands there for its price."""
_MONEY: Final = word_set("dollars dollar bucks usd and hundred")
_GLUE: Final = word_set("the a an in with of and storage memory one color")
UNITS: Final = word_set(
    "gb gig gigs gigabyte gigabytes tb terabyte terabytes iphone phone apple model"
)
"""What phones and storages are said with."""


class Chosen(Protocol):
    """The phone that was quoted."""

    @property
    def model(self) -> str: ...
    @property
    def storage(self) -> str: ...
    @property
    def colour(self) -> str: ...


def pointed(words: list[str], offers: tuple[Offer, ...], chosen: Chosen) -> list[str]:
    """The words with what describes the chosen phone made one; another one is left standing."""
    telling = names(offers) | UNITS | _GLUE
    result: list[str] = []
    place = 0
    while place < len(words):
        if end := _price(words, place, offers, chosen):
            result.append(_PRICE)
            place = end
            continue
        end = place
        while end < len(words) and (words[end] in telling or is_number_word(words[end])):
            end += 1
        start = place
        while start < end and words[start] in _GLUE:
            start += 1
        while end > start and words[end - 1] in _GLUE:
            end -= 1
        if start < end and _describes(" ".join(words[start:end]), offers, chosen):
            result += [*words[place:start], _CHOSEN]
        else:
            end = max(end, place + 1)
            result += words[place:end]
        place = end
    return result


def _price(words: list[str], place: int, offers: tuple[Offer, ...], chosen: Chosen) -> int:
    """Where the price of the chosen phone ends, if it is said there; 0 if it isn't."""
    end = place
    while end < len(words) and _is_figure(words[end], first=end == place):
        end += 1
    while end > place and words[end - 1] == "and":
        end -= 1
    if end == place:
        return 0
    offer = offered(offers, chosen.model, chosen.storage)
    said = amounts_in(" ".join(words[place:end]))
    return end if offer and said == (offer.price_cents,) else 0


def _describes(phrase: str, offers: tuple[Offer, ...], chosen: Chosen) -> bool:
    """Whether a phrase names the chosen phone, its storage or colour, and nothing else."""
    models, storage = find_models(offers, phrase), find_storage(phrase)
    colour = find_colour(offers, phrase, chosen.model)
    if not (models or storage or colour) or (models and models != (chosen.model,)):
        return False
    return storage in (None, chosen.storage) and colour in (None, chosen.colour)


def _is_figure(word: str, *, first: bool) -> bool:
    return is_number_word(word) or word.startswith("$") or (not first and word in _MONEY)
