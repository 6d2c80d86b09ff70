"""The triggers of a call, one frozen dataclass each.

A model's trigger becomes a tool: its name is the class's in snake case, its docstring the tool's
description, its described fields the arguments. A session's trigger never reaches a model.

Words are understood before a trigger is made (`assistant.language.wanted`): it carries exact
values, to be compared, and words that nobody here reads.
"""

from __future__ import annotations

import re
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

from statemachine.answers import Answer


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that may move a call on."""


@dataclass(frozen=True, slots=True)
class ModelTrigger(Trigger):
    """A trigger that the language model may fire, as a tool."""


@dataclass(frozen=True, slots=True)
class SessionTrigger(Trigger):
    """A trigger that only the session fires: what happened on the line."""


def _said(description: str, *examples: str) -> dict[str, object]:
    """What an argument of the tool is for; it goes into its schema."""
    return {"description": description, "examples": list(examples)}


_WISH = (
    "What the caller already said they want there, in their own words. Leave it out when they said "
    "nothing beyond wanting to be put through."
)


@dataclass(frozen=True, slots=True)
class PutThrough(ModelTrigger):
    """Put the caller through to another desk, with what they already said they want there."""

    wish: str = field(default="", metadata=_said(_WISH, "the 17 Pro in blue, for my mother"))


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

    name: str = field(metadata=_said("The caller's name as they said it.", "Dana Smith"))


@dataclass(frozen=True, slots=True)
class SelectModel(ModelTrigger):
    """Select and price an iPhone the caller named; the price is spoken for you.

    Call it whenever the caller names or chooses a model, asks what one costs, or changes storage or
    colour. Don't call it with a model the caller didn't mean, and never say a price yourself.
    """

    # As the catalogue writes them. The model is empty where it names none that is sold; a storage
    # or a colour that the model doesn't come in stands as it was said.

    model: str = field(metadata=_said("The model, as the caller said it.", "iPhone 17 Pro"))
    storage: str = field(
        default="", metadata=_said("The storage, if the caller named one.", "256 GB")
    )
    colour: str = field(
        default="", metadata=_said("The colour, if the caller named one.", "deep blue")
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
        metadata=_said(
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


T = TypeVar("T", bound=Trigger)


def name_of(trigger: Trigger | type[Trigger]) -> str:
    """The trigger's name in snake case: `ToBuying` is `to_buying`."""
    kind = trigger if isinstance(trigger, type) else type(trigger)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def taken_by(kind: type[Trigger]) -> tuple[Field[Any], ...]:
    """The fields that are the tool's arguments; the others say more of these, or are empty."""
    return tuple(each for each in fields(kind) if each.metadata)


def arguments(trigger: Trigger) -> dict[str, str]:
    """The trigger's payload as plain text, for the journal."""
    given = {each.name: str(getattr(trigger, each.name)) for each in fields(trigger)}
    taken = {each.name for each in taken_by(type(trigger))}
    return {name: value for name, value in given.items() if value or name in taken}


def words_in(text: str) -> str:
    """A text without white space around it, and without zero bytes, which no database keeps."""
    return text.replace("\0", "").strip()


def description_of(kind: type[Trigger]) -> str:
    """The docstring as one paragraph, for the model."""
    return " ".join((kind.__doc__ or "").split())
