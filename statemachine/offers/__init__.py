"""What the shop sells, as facts, and the matching of what people say to it.

Names are matched by their parts, not by a list: the brand is dropped, number words become digits,
and what remains is a generation ("17") and kinds ("pro", "max"). A shop with other phones works as
it is; what can't be derived ("the big pro") stands in an offer's ``aliases``.
"""

from statemachine.offers.alternatives import nearest
from statemachine.offers.listener import find_models, resolve_model, wanted_models
from statemachine.offers.not_sold import as_goods, asked_for, unsold
from statemachine.offers.offer import Offer, gigabytes, models, money
from statemachine.offers.questions import colours, find_colour, offer_of, storages, unsold_colour
from statemachine.offers.storage import find_storage

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
    "wanted_models",
]
