"""An offer as it stands in the catalogue, and what can be said of offers without any matching."""

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
