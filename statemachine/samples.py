"""What a walk through the conversation says: enough for every guard to pass and to refuse."""

from __future__ import annotations

from statemachine.engine.table import Samples
from statemachine.facts import Facts
from statemachine.offers import Offer, colours, models, storages

TWO_MODELS = (
    Offer("iPhone 17", "256 GB", 79900, ("black",)),
    Offer("iPhone 17", "512 GB", 99900, ("black",)),
    Offer("iPhone 17 Pro", "256 GB", 109900, ("silver",)),
)
"""The smallest catalogue in which every guard has something to refuse."""
_SOLD = models(TWO_MODELS)

SAMPLES = Samples(
    Facts(offers=TWO_MODELS, reference="48213"),
    {
        "number": ("+12125550123",),
        "model": _SOLD,
        "storage": tuple(dict.fromkeys(s for model in _SOLD for s in storages(TWO_MODELS, model))),
        "colour": tuple(dict.fromkeys(c for model in _SOLD for c in colours(TWO_MODELS, model))),
    },
)
