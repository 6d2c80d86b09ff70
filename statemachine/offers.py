"""An offer as it stands in the catalogue, and what is looked up among offers by exact values."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """One model in one storage, as it stands in the catalogue; the price is in US cents."""

    model: str
    storage: str
    price_cents: int
    colours: tuple[str, ...]
    aliases: tuple[str, ...] = ()


def models(offers: tuple[Offer, ...]) -> tuple[str, ...]:
    """Every model sold, in catalogue order."""
    return tuple(dict.fromkeys(offer.model for offer in offers))


def of_model(offers: tuple[Offer, ...], model: str) -> tuple[Offer, ...]:
    """A model's offers, smallest storage first; none for a model that isn't sold."""
    of_it = (offer for offer in offers if offer.model == model)
    return tuple(sorted(of_it, key=lambda offer: gigabytes(offer.storage)))


def offered(offers: tuple[Offer, ...], model: str, storage: str = "") -> Offer | None:
    """The offer for a model in a storage, in the smallest one when none is named."""
    of_it = of_model(offers, model)
    return next((offer for offer in of_it if storage in ("", offer.storage)), None)


def has(offers: tuple[Offer, ...], model: str, storage: str = "", colour: str = "") -> bool:
    """Whether a model is sold, in that storage and that colour where they are named."""
    found = offered(offers, model, storage)
    return found is not None and colour in ("", *found.colours)


def storages(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The storages that a model comes with, smallest first."""
    return tuple(offer.storage for offer in of_model(offers, model))


def colours(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The colours that a model comes in, with any storage."""
    every = (colour for offer in offers if offer.model == model for colour in offer.colours)
    return tuple(dict.fromkeys(every))


def gigabytes(storage: str) -> int:
    """A storage's size in gigabytes, for ordering; 0 when it names none."""
    found = re.match(r"\s*([0-9]{1,6})\s*(tb|gb)?", storage.casefold())
    if found is None:
        return 0
    return int(found[1]) * (1024 if found[2] == "tb" else 1)


def money(cents: int) -> str:
    """An amount in US cents the way it is written: "$1,199", or "$1,199.50" with odd cents."""
    sign, (dollars, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}${dollars:,}" + (f".{rest:02d}" if rest else "")
