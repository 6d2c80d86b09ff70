"""The phone asked for that the shop doesn't sell, and how it is named back to the caller."""

from assistant.language.phones.mentions import mentions
from statemachine.offers import Offer


def unsold(offers: tuple[Offer, ...], spoken: str) -> str | None:
    """The first phone asked for that isn't sold, tidily written ("iPhone 15 Pro", "an Android").

    A phone that the caller owns or declines ("my old Samsung", "not an Android") is not asked for.
    """
    for mention in mentions(offers, spoken):
        if mention.unsold and not (mention.owned or mention.declined):
            return mention.unsold
    return None


def unsold_named(offers: tuple[Offer, ...], spoken: str) -> bool:
    """Whether a phone is named that the shop doesn't sell, whoever's it is."""
    return any(mention.unsold for mention in mentions(offers, spoken))


def asked_for(offers: tuple[Offer, ...], argument: str) -> str | None:
    """The unsold phone that a tool's argument asks for, even when it is phrased as owned.

    An argument says what the caller wants, so "my iPhone 12" asks for the iPhone 12. One that is
    owned beside another phone ("the 17 instead of my iPhone 12") is not asked for.
    """
    if wanted := unsold(offers, argument):
        return wanted
    named = [mention for mention in mentions(offers, argument) if not mention.declined]
    if any(mention.models and not mention.owned for mention in named):
        return None
    return next((mention.unsold for mention in named if mention.unsold), None)


def as_goods(phrase: str) -> str:
    """An unsold phone as something sold: "the iPhone 5", "Android phones"."""
    article, _, rest = phrase.partition(" ")
    if article in ("a", "an") and rest:
        return f"{rest}s" if rest.endswith(" phone") else f"{rest} phones"
    return f"the {phrase}"
