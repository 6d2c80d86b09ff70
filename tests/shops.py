"""Shops in a test: the one that is shipped, and one that sells other makers' phones."""

from __future__ import annotations

from assistant.shop.catalogue import load
from statemachine.offers import Offer

OFFERS = load().offers
"""The shop as it is shipped."""
SHORT = {
    "ProMax": "iPhone 17 Pro Max",
    "Pro": "iPhone 17 Pro",
    "Air": "iPhone Air",
    "17": "iPhone 17",
    "Plus": "iPhone 16 Plus",
    "16": "iPhone 16",
    "e": "iPhone 16e",
}
"""Its models in its order, by what they are called here."""
OTHER_SHOP = (
    Offer("Fairphone 5", "256 GB", 69_900, ("black",)),
    Offer("Fairphone 6", "256 GB", 59_900, ("black", "green"), ("the newest fair one",)),
    Offer("iPhone 15 refurbished", "128 GB", 49_900, ("black",)),
    Offer("iPhone 13 refurbished", "128 GB", 39_900, ("black",)),
    Offer("Google Pixel 9a", "128 GB", 49_900, ("obsidian",)),
    Offer("Nothing Phone (3a)", "128 GB", 37_900, ("white",)),
    Offer("Moto G84", "256 GB", 29_900, ("red",)),
)


def named(*short: str) -> tuple[str, ...]:
    """The models that are called so here."""
    return tuple(SHORT[name] for name in short)
