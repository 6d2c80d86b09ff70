"""What must hold before a trigger is accepted; its docstring is what the model is told if not.

A guard on the facts alone also decides whether the trigger is offered. A guard on the facts and the
trigger looks at what was said in it. Where a refusal has a sentence of its own for the caller,
`otherwise` names it: the code speaks it, and no model has to phrase it.
"""

from __future__ import annotations

from statemachine import lines, offers
from statemachine.answers import Answer, Beside
from statemachine.engine.effects import Say
from statemachine.engine.rows import otherwise
from statemachine.facts import ASKED, Facts, selected
from statemachine.triggers import (
    FindOrder,
    LogSupportIssue,
    RecordName,
    RecordNumber,
    SelectModel,
    Staff,
    ToPerson,
)


def listed(names: tuple[str, ...], joint: str = "and") -> str:
    """Names as they are spoken in a row: "black, white and sage"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


# On the facts alone


def spoken_since_entering(facts: Facts) -> bool:
    """The caller hasn't said anything since they were put through: listen to them first."""
    return facts.turn > facts.entered_at


def model_selected(facts: Facts) -> bool:
    """No iPhone is selected yet: find out which one they want and call select_model."""
    return facts.selection is not None


def not_ordered_yet(facts: Facts) -> bool:
    """That iPhone is ordered already: for another one, call select_model again."""
    return facts.selection is None or not facts.selection.ordered


def still_offered(facts: Facts) -> bool:
    """Another question was put since the price: call select_model with the phone they mean."""
    return facts.selection is None or not facts.selection.lapsed


def spoken_since_quoted(facts: Facts) -> bool:
    """The caller hasn't answered since the price was quoted: wait for their yes."""
    return facts.selection is None or facts.turn > facts.selection.turn


def agreed(facts: Facts) -> bool:
    """The caller's last words were no plain yes to ordering it: answer them, then ask again."""
    return facts.answer is Answer.YES


def not_going_on(facts: Facts) -> bool:
    """The caller's last words are no goodbye: answer them, or ask whether that is all."""
    return not facts.stays


def not_unsolved(facts: Facts) -> bool:
    """The caller's last words don't say that it is solved: help on, or ask whether it is."""
    return not facts.unsolved


def issue_open(facts: Facts) -> bool:
    """No open ticket is there to close: log the problem first, if there is one."""
    return bool(facts.open_tickets)


def spoken_since_logged(facts: Facts) -> bool:
    """The caller hasn't said anything since the problem was logged: hear how it went first."""
    return not facts.tickets or facts.turn > facts.logged_at


def contact_asked(facts: Facts) -> bool:
    """Neither a number nor a name is being asked for: go on with what the caller wants."""
    return facts.contact in ASKED


def beside_phones(facts: Facts) -> bool:
    """Nothing that the caller has said is about that: go on with what they want."""
    return facts.beside is not Beside.NOTHING


def number_welcome(facts: Facts) -> bool:
    """The caller has told no number, and none is being asked for: go on with what they want."""
    return beside_phones(facts) or facts.contact in ASKED


def order_meant(facts: Facts) -> bool:
    """Nothing that the caller has said is about an order placed before: go on with the call."""
    return beside_phones(facts) or bool(facts.orders)


def order_to_cancel(facts: Facts) -> bool:
    """No order was looked up to be cancelled: call find_order with cancel first."""
    return bool(facts.cancelling)


# On the facts and what was said


def _unproved(facts: Facts, trigger: FindOrder) -> Say:
    return Say(lines.ORDER_UNPROVED)


@otherwise(_unproved)
def order_proved(facts: Facts, trigger: FindOrder) -> bool:
    """Nothing proves that there is such an order of theirs: the caller has been asked for proof."""
    return bool(trigger.number)


def _not_whole(facts: Facts, trigger: RecordNumber) -> Say:
    return Say(lines.NO_SUCH_NUMBER)


@otherwise(_not_whole)
def plausible_number(facts: Facts, trigger: RecordNumber) -> bool:
    """That is no telephone number: the caller has been asked to say it again."""
    return trigger.number.startswith("+")


def plausible_name(facts: Facts, trigger: RecordName) -> bool:
    """That isn't a name: carry on without it, and don't ask for it again."""
    return bool(trigger.name)


def somebody_in(facts: Facts, trigger: ToPerson) -> bool:
    """Nobody can take the call now: the caller has been promised a call back."""
    return trigger.staff is Staff.IN


def _closest(facts: Facts, trigger: SelectModel) -> Say:
    if trigger.asked:
        return Say(lines.NOT_SOLD, (("asked", trigger.asked), ("nearest", trigger.nearest)))
    return Say(lines.WHICH_MODEL, (("models", listed(offers.models(facts.offers))),))


@otherwise(_closest)
def sold(facts: Facts, trigger: SelectModel) -> bool:
    """The shop doesn't sell that: the caller has been told; offer what comes closest."""
    return offers.has(facts.offers, trigger.model)


def _storages(facts: Facts, trigger: SelectModel) -> Say:
    sizes = listed(offers.storages(facts.offers, trigger.model), "or")
    return Say(lines.NO_SUCH_STORAGE, (("model", trigger.model), ("storages", sizes)))


@otherwise(_storages)
def in_that_storage(facts: Facts, trigger: SelectModel) -> bool:
    """It doesn't come with that storage: the caller has been told which there are."""
    return offers.has(facts.offers, trigger.model, trigger.storage)


def _colours(facts: Facts, trigger: SelectModel) -> Say:
    colours = listed(offers.colours(facts.offers, trigger.model), "or")
    return Say(lines.NO_SUCH_COLOUR, (("model", trigger.model), ("colours", colours)))


@otherwise(_colours)
def in_that_colour(facts: Facts, trigger: SelectModel) -> bool:
    """It doesn't come in that colour: the caller has been told which there are."""
    return trigger.colour in ("", *offers.colours(facts.offers, trigger.model))


def not_quoted_this_turn(facts: Facts, trigger: SelectModel) -> bool:
    """That is selected and quoted already: wait for the caller's answer."""
    return facts.selection is None or selected(facts, trigger) != facts.selection


def issue_stated(facts: Facts, trigger: LogSupportIssue) -> bool:
    """The problem isn't stated: ask the caller what their phone is doing."""
    return bool(trigger.issue)


def not_logged_already(facts: Facts, trigger: LogSupportIssue) -> bool:
    """That problem has an open ticket already: go on helping with it."""
    known = (ticket.issue.casefold() for ticket in facts.open_tickets)
    return trigger.issue.casefold() not in known
