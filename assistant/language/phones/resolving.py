"""Questions about what is sold in which storage and colour, asked in a caller's words."""

from assistant.language.colours import colour_among, everyday_colour
from assistant.language.phones.mentions import find_models, resolve_model
from assistant.language.storage import find_storage
from statemachine.offers import Offer, gigabytes


def storages(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The storages in which a model is sold, smallest first; empty for a model that isn't sold."""
    return tuple(sorted((offer.storage for offer in _offers_of(offers, model)), key=gigabytes))


def colours(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The colours in which a model is sold; empty for a model that isn't sold."""
    return _colours_of(_offers_of(offers, model))


def offer_of(offers: tuple[Offer, ...], model: str, storage: str = "") -> Offer | None:
    """The offer for a model in a storage, in the smallest one when none is named."""
    fitting = _offers_of(offers, model)
    if storage.strip():
        wanted = (find_storage(storage) or storage.strip()).casefold()
        fitting = tuple(offer for offer in fitting if offer.storage.casefold() == wanted)
    return min(fitting, key=lambda offer: gigabytes(offer.storage), default=None)


def find_colour(offers: tuple[Offer, ...], spoken: str, model: str | None = None) -> str | None:
    """The colour named in a sentence, as the catalogue writes it; of several the first.

    Only the given model's colours count, else those of the one model that the sentence names,
    else all: then the first in catalogue order that fits ("blue" is many blues).
    """
    if model is None:
        named = find_models(offers, spoken)
        model = named[0] if len(named) == 1 else None
    return colour_among(_colours_of(offers) if model is None else colours(offers, model), spoken)


def unsold_colour(offers: tuple[Offer, ...], spoken: str, model: str | None = None) -> str | None:
    """The everyday colour named in a sentence when the model doesn't come in it ("pink")."""
    return None if find_colour(offers, spoken, model) else everyday_colour(spoken)


def _offers_of(offers: tuple[Offer, ...], model: str) -> tuple[Offer, ...]:
    """A model's offers, whether it is given by its name or as it is said."""
    exact = tuple(offer for offer in offers if offer.model == model)
    if exact:
        return exact
    name = resolve_model(offers, model)
    return tuple(offer for offer in offers if offer.model == name)


def _colours_of(offers: tuple[Offer, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(colour for offer in offers for colour in offer.colours))
