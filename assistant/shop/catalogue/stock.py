"""What a catalogue is: models with their storages and prices, and the same laid out as offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from assistant.language.phones import resolve_model
from statemachine.offers import Offer


@dataclass(frozen=True, slots=True)
class Storage:
    """A size in which a model is sold, and its price in US cents."""

    size: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the catalogue has it, its storages smallest first."""

    name: str
    storages: tuple[Storage, ...]
    colours: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    good_for: tuple[str, ...] = ()
    pitch: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the shop sells, dated and with its source; `offers` is the same as facts."""

    currency: str
    dated: date
    source: str
    models: tuple[Model, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    offers: tuple[Offer, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Lay the models out as offers, one for each storage."""
        offers = tuple(
            Offer(model.name, storage.size, storage.price_cents, model.colours, model.aliases)
            for model in self.models
            for storage in model.storages
        )
        object.__setattr__(self, "offers", offers)

    def model(self, spoken: str) -> Model | None:
        """The one model that is meant, named the way people do; None for none or several."""
        name = resolve_model(self.offers, spoken)
        return next((model for model in self.models if model.name == name), None)
