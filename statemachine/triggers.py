"""The triggers of a call.

Words are understood before a trigger is made (`assistant.language.wanted`): it carries exact
values, to be compared, and words that nobody here reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from statemachine.answers import Answer
from statemachine.engine.triggers import (
    ModelTrigger,
    SessionTrigger,
    said,
)

_WISH = (
    "What the caller already said they want there, in their own words. Leave it out when they said "
    "nothing beyond wanting to be put through."
)


@dataclass(frozen=True, slots=True)
class PutThrough(ModelTrigger):
    """Put the caller through to another desk, with what they already said they want there."""

    wish: str = field(default="", metadata=said(_WISH, "the 17 Pro in blue, for my mother"))


@dataclass(frozen=True, slots=True)
class ToBuying(PutThrough):
    """Put the caller through to sales, once they want to buy, compare or price an iPhone.

    Don't call it for a problem with a phone they have. Say nothing yourself: sales speaks next.
    """


@dataclass(frozen=True, slots=True)
class ToSupport(PutThrough):
    """Put the caller through to support, once they have a problem with a phone they own.

    Don't call it for questions about buying. Say nothing yourself: support speaks next.
    """


@dataclass(frozen=True, slots=True)
class RecordName(ModelTrigger):
    """Note the caller's own name, only when they have just said it. Never ask for it twice."""

    # empty where what was said is no name

    name: str = field(metadata=said("The caller's name as they said it.", "Dana Smith"))


@dataclass(frozen=True, slots=True)
class SelectModel(ModelTrigger):
    """Select and price an iPhone the caller named; the price is spoken for you.

    Call it whenever the caller names or chooses a model, asks what one costs, or changes storage or
    colour. Don't call it with a model the caller didn't mean, and never say a price yourself.
    """

    # As the catalogue writes them. The model is empty where it names none that is sold; a storage
    # or a colour that the model doesn't come in stands as it was said.

    model: str = field(
        metadata=said("The model, as the caller said it.", "iPhone 17 Pro", exact=True)
    )
    storage: str = field(
        default="", metadata=said("The storage, if the caller named one.", "256 GB", exact=True)
    )
    colour: str = field(
        default="", metadata=said("The colour, if the caller named one.", "deep blue", exact=True)
    )
    asked: str = ""
    """What was asked for instead of a sold model, as it is named back: "the Nokia 3310"."""
    nearest: str = ""
    """The models that come closest to it, as they are listed: "iPhone 17 or iPhone 16e"."""


@dataclass(frozen=True, slots=True)
class ConfirmPurchase(ModelTrigger):
    """Place the order for the selected iPhone, after the caller said yes to it and its price.

    Don't call it in the same turn as select_model, nor after a no, a "wait" or a question.
    """


@dataclass(frozen=True, slots=True)
class EndPurchaseCall(ModelTrigger):
    """End the call from sales, only when the caller says goodbye or wants nothing more.

    The farewell is spoken for you.
    """


@dataclass(frozen=True, slots=True)
class LogSupportIssue(ModelTrigger):
    """Open a ticket for the problem the caller described, once a problem; it is spoken for you.

    Don't call it before they have said what is wrong, nor again for the same problem.
    """

    # empty where no problem was stated

    issue: str = field(
        metadata=said(
            "The problem in one short phrase, in the caller's words.", "battery drains in two hours"
        )
    )


@dataclass(frozen=True, slots=True)
class CompleteSupport(ModelTrigger):
    """Close the ticket and go back to the front desk, once the caller says the problem is solved.

    Don't call it while the problem is still there. Say nothing yourself.
    """


@dataclass(frozen=True, slots=True)
class EndSupportCall(ModelTrigger):
    """End the call from support, only when the caller says goodbye or wants nothing more.

    The farewell is spoken for you.
    """


@dataclass(frozen=True, slots=True)
class EndCall(ModelTrigger):
    """End the call from the front desk, only when the caller says goodbye or wants nothing more.

    The farewell is spoken for you.
    """


@dataclass(frozen=True, slots=True)
class CallerSpoke(SessionTrigger):
    """The caller has said something."""

    answer: Answer = Answer.OPEN


@dataclass(frozen=True, slots=True)
class CallerHungUp(SessionTrigger):
    """The caller has left the line."""


@dataclass(frozen=True, slots=True)
class CallerWentSilent(SessionTrigger):
    """The caller has said nothing for too long."""


@dataclass(frozen=True, slots=True)
class CallFailed(SessionTrigger):
    """The call cannot go on."""
