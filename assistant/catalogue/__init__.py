"""The shop's models and prices: the only home of prices, and what is asked of it."""

from assistant.catalogue.advice import (
    Comparison,
    Recommendation,
    compare,
    needs_in,
    price_of,
    recommend,
)
from assistant.catalogue.reading import CatalogueError, load
from assistant.catalogue.stock import Catalogue, Model, Storage
from assistant.catalogue.wording import say_comparison, say_recommendations

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
