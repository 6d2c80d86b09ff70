"""The shop's models and prices: the only home of prices, and what is asked of it."""

from assistant.shop.catalogue.advice import (
    Comparison,
    Recommendation,
    compare,
    needs_in,
    price_of,
    recommend,
)
from assistant.shop.catalogue.reading import CatalogueError, load
from assistant.shop.catalogue.stock import Catalogue, Model, Storage
from assistant.shop.catalogue.wording import say_comparison, say_recommendations

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Comparison",
    "Model",
    "Recommendation",
    "Storage",
    "compare",
    "load",
    "needs_in",
    "price_of",
    "recommend",
    "say_comparison",
    "say_recommendations",
]
