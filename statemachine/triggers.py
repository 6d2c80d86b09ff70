"""The triggers of a call.

Words are understood before a trigger is made (`assistant.language.wanted`): it carries exact
values, to be compared, and words that nobody here reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from statemachine.answers import Answer, Beside
from statemachine.engine.triggers import (
    ModelTrigger,
    SessionTrigger,
    said,
)

_WISH = "Details they already gave, in their own words; left out if none."


@dataclass(frozen=True, slots=True)
class PutThrough(ModelTrigger):
    """Put the caller through to another desk, with what they already said they want there."""

    wish: str = field(default="", metadata=said(_WISH, "the 17 Pro in blue, for my mother"))


@dataclass(frozen=True, slots=True)
class ToBuying(PutThrough):
    """Put the caller through to sales: they want to buy, compare or price an iPhone."""


@dataclass(frozen=True, slots=True)
class ToSupport(PutThrough):
    """Put the caller through to support: a phone they own has a problem."""


class Staff(str, Enum):
    """Whether one of the shop's people can be asked for, at the moment when a caller wants one."""

    IN = "in"
    CLOSED = "closed"
    """The shop is closed then."""
    OUT = "out"
    """There is no way to any of them from this line."""

    def __str__(self) -> str:
        return str.__str__(self)


@dataclass(frozen=True, slots=True)
class ToPerson(ModelTrigger):
    """Ask a colleague, a human, to take the call: only if the caller wants one, or agrees to it."""

    # whether somebody is there is found out at the edge, where there is a clock

    reason: str = field(
        default="",
        metadata=said(
            "What it is about, if they said.",
            "a question about my invoice",
        ),
    )
    staff: Staff = Staff.OUT
    opens: str = ""
    """When the shop opens again, as it is said: "tomorrow at 9 am"; empty while it is open."""


@dataclass(frozen=True, slots=True)
class StopWaiting(ModelTrigger):
    """Stop asking for a colleague: the caller doesn't want to wait, or has changed their mind."""


@dataclass(frozen=True, slots=True)
class RecordName(ModelTrigger):
    """Note the caller's own name, once they say it."""

    # empty where what was said is no name

    name: str = field(metadata=said("As they said it.", "Dana Smith"))


@dataclass(frozen=True, slots=True)
class RecordNumber(ModelTrigger):
    """Note the number to call the caller back on, read back for you: only when they have just said
    or corrected it, or agreed to the one they call from.
    """

    # as E.164 writes it; empty where what was said is no number that can be rung

    number: str = field(
        metadata=said("All its digits, or: the one they call from.", "+12125550123")
    )
    said: str = ""
    """Digit by digit, as it is read back: "2 1 2, 5 5 5, 0 1 2 3"."""


@dataclass(frozen=True, slots=True)
class DeclineContact(ModelTrigger):
    """The caller won't give the number or name asked for, wants another number than the one they
    call from, or calls the one read back wrong without saying the right one.
    """


@dataclass(frozen=True, slots=True)
class RequestCallback(ModelTrigger):
    """Note that the caller wants to be called back; spoken for you."""

    about: str = field(
        default="", metadata=said("What about, in a few words.", "a big order for a school")
    )


@dataclass(frozen=True, slots=True)
class FindOrder(ModelTrigger):
    """Look an order up, spoken for you: they ask where it is, or want it cancelled."""

    # The number is empty where there is no such order, or nothing proves that it is theirs.

    number: str = field(
        metadata=said("Its number; empty if they didn't say it.", "S48213", exact=True)
    )
    name: str = field(default="", metadata=said("The name it is under, if said.", "Dana"))
    cancel: bool = field(default=False, metadata=said("If they want it cancelled."))
    stands: str = ""
    """What it is, and how it stands: "the iPhone Air with 256 GB, was placed on November 28"."""


@dataclass(frozen=True, slots=True)
class CancelOrder(ModelTrigger):
    """Cancel the order that was looked up for that, after the caller said yes to cancelling it."""


@dataclass(frozen=True, slots=True)
class SelectModel(ModelTrigger):
    """Select and price an iPhone, spoken for you: they name or choose one, ask what it costs, or
    change storage or colour.
    """

    # As the catalogue writes them. The model is empty where it names none that is sold; a storage
    # or a colour that the model doesn't come in stands as it was said.

    model: str = field(metadata=said("As they said it.", "iPhone 17 Pro", exact=True))
    storage: str = field(default="", metadata=said("If they named one.", "256 GB", exact=True))
    colour: str = field(default="", metadata=said("If they named one.", "deep blue", exact=True))
    asked: str = ""
    """What was asked for instead of a sold model, as it is named back: "the Nokia 3310"."""
    nearest: str = ""
    """The models that come closest to it, as they are listed: "iPhone 17 or iPhone 16e"."""


@dataclass(frozen=True, slots=True)
class ConfirmPurchase(ModelTrigger):
    """Order the selected iPhone, after the caller said yes to it and its price.

    Not after a no, a "wait" or a question.
    """


@dataclass(frozen=True, slots=True)
class EndPurchaseCall(ModelTrigger):
    """End the call: the caller says goodbye or wants nothing more."""


@dataclass(frozen=True, slots=True)
class LogSupportIssue(ModelTrigger):
    """Open a ticket for the problem the caller described, spoken for you; once a problem."""

    # empty where no problem was stated

    issue: str = field(
        metadata=said("In one short phrase, in their words.", "battery drains in two hours")
    )


@dataclass(frozen=True, slots=True)
class CompleteSupport(ModelTrigger):
    """Close the ticket, once the caller says that the problem is solved."""


@dataclass(frozen=True, slots=True)
class EndSupportCall(ModelTrigger):
    """End the call: the caller says goodbye or wants nothing more."""


@dataclass(frozen=True, slots=True)
class EndCall(ModelTrigger):
    """End the call: the caller says goodbye or wants nothing more."""


@dataclass(frozen=True, slots=True)
class CallerSpoke(SessionTrigger):
    """The caller has said something."""

    UNTOLD: ClassVar = ("stays", "unsolved", "beside")

    answer: Answer = Answer.OPEN
    several: bool = False
    """Whether the words ask for more than one phone."""
    stays: bool = False
    """Whether the words are no goodbye: nobody leaves with them."""
    unsolved: bool = False
    """Whether the words don't say that a problem is solved: no ticket closes on them."""
    digits: str = ""
    """What there is of a number that was asked for, with what was said of it before."""
    disputes: bool = False
    """Whether the words say that what was read back is wrong."""
    beside: Beside = Beside.MAYBE
    """Whether the caller may want a person, a call back, a number noted or an order placed before:
    by these words, or by any before them that named it.
    """


@dataclass(frozen=True, slots=True)
class KeyPressed(SessionTrigger):
    """The caller has pressed a key that chooses something."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class NumberShown(SessionTrigger):
    """The telephone network shows the number that the caller rings from, or none."""

    number: str = ""
    earlier: str = field(default="", metadata=said("Its number.", exact=True))
    """The order or ticket, by its number, that they have rung about lately from there."""


@dataclass(frozen=True, slots=True)
class QuestionPut(SessionTrigger):
    """Code has put a question of its own: what the caller says next answers that one."""


@dataclass(frozen=True, slots=True)
class PersonAnswered(SessionTrigger):
    """A colleague has taken the call: they and the caller hear each other."""


@dataclass(frozen=True, slots=True)
class PersonDeclined(SessionTrigger):
    """Whoever was asked to take the call can't."""


@dataclass(frozen=True, slots=True)
class NobodyAnswered(SessionTrigger):
    """Nobody has taken the call in the time that a caller may be kept waiting."""


@dataclass(frozen=True, slots=True)
class PersonNotReached(SessionTrigger):
    """Nobody could be asked: the way to them failed."""


@dataclass(frozen=True, slots=True)
class PersonLeft(SessionTrigger):
    """The colleague has left the caller, who is still on the line."""


@dataclass(frozen=True, slots=True)
class CallerPutOn(SessionTrigger):
    """The caller's telephone was put on to a colleague's, and has left this line for it."""


@dataclass(frozen=True, slots=True)
class CallerHungUp(SessionTrigger):
    """The caller has left the line."""


@dataclass(frozen=True, slots=True)
class CallerWentSilent(SessionTrigger):
    """The caller has said nothing for too long."""


@dataclass(frozen=True, slots=True)
class CallFailed(SessionTrigger):
    """The call cannot go on."""
