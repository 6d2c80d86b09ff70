"""What the shop sells, as facts, and the matching of what people say to it.

Names are matched by their parts, not by a list: the brand is dropped, number words become digits,
and what remains is a generation ("17") and kinds ("pro", "max"). A shop with other phones works as
it is; what can't be derived ("the big pro") stands in an offer's ``aliases``.
"""

from assistant.language.phones.mentions import find_models, resolve_model, wanted_models
from assistant.language.phones.nearest import nearest
from assistant.language.phones.resolving import (
    colours,
    find_colour,
    offer_of,
    storages,
    unsold_colour,
)
from assistant.language.phones.unsold import as_goods, asked_for, unsold, unsold_named
from assistant.language.storage import find_storage
from statemachine.offers import Offer, gigabytes, models, money

__all__ = [
    "Offer",
    "as_goods",
    "asked_for",
    "colours",
    "find_colour",
    "find_models",
    "find_storage",
    "gigabytes",
    "models",
    "money",
    "nearest",
    "offer_of",
    "resolve_model",
    "storages",
    "unsold",
    "unsold_colour",
    "unsold_named",
    "wanted_models",
]
