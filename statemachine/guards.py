"""What must hold before a trigger is accepted; its docstring is what the model is told if not.

A guard on the facts alone also decides whether the trigger is offered. A guard on the facts and the
trigger looks at what was said in it. Where a refusal has a sentence of its own for the caller,
`otherwise` names it: the code speaks it, and no model has to phrase it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from assistant.language import phones as offers
from statemachine import lines
from statemachine.answers import Answer
from statemachine.effects import Say
from statemachine.facts import Facts
from statemachine.triggers import LogSupportIssue, RecordName, SelectModel, Trigger

T = TypeVar("T", bound=Trigger)
FactGuard = Callable[[Facts], bool]
Guard = Callable[[Facts, T], bool]
Refusal = Callable[[Facts, T], Say]

_REFUSALS: dict[object, Callable[..., Say]] = {}


def otherwise(refusal: Refusal[T]) -> Callable[[Guard[T]], Guard[T]]:
    """Give a guard the line that the caller hears when it refuses."""

    def mark(guard: Guard[T]) -> Guard[T]:
        _REFUSALS[guard] = refusal
        return guard

    return mark


def refusal_of(guard: object, facts: Facts, trigger: Trigger) -> Say | None:
    """The line spoken when this guard refuses, if it has one."""
    refusal = _REFUSALS.get(guard)
    return refusal(facts, trigger) if refusal else None


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


def spoken_since_quoted(facts: Facts) -> bool:
    """The caller hasn't answered since the price was quoted: wait for their yes."""
    return facts.selection is None or facts.turn > facts.selection.turn


def not_declined(facts: Facts) -> bool:
    """The caller just said no or asked to wait: don't order; ask what they would like instead."""
    return facts.answer is not Answer.NO


def issue_open(facts: Facts) -> bool:
    """No open ticket is there to close: log the problem first, if there is one."""
    return bool(facts.open_tickets)


def spoken_since_logged(facts: Facts) -> bool:
    """The caller hasn't said anything since the problem was logged: hear how it went first."""
    return not facts.tickets or facts.turn > facts.logged_at


# On the facts and what was said


def plausible_name(facts: Facts, trigger: RecordName) -> bool:
    """That isn't a name: carry on without it, and don't ask for it again."""
    words = trigger.name.split()
    if not 1 <= len(words) <= 5 or len(trigger.name) > 60:
        return False
    return all(
        re.fullmatch(r"[^\W\d_][^\W\d_.'\u2019-]*\.?(?:['\u2019-][^\W\d_]+)*\.?", w) for w in words
    )


def _closest(facts: Facts, trigger: SelectModel) -> Say:
    asked = trigger.model.strip()
    if not asked or not offers.asked_for(facts.offers, asked):
        return Say(lines.WHICH_MODEL, (("models", listed(offers.models(facts.offers))),))
    nearest = listed(offers.nearest(facts.offers, asked), "or")
    unsold = offers.asked_for(facts.offers, asked) or asked
    return Say(lines.NOT_SOLD, (("asked", offers.as_goods(unsold)), ("nearest", nearest)))


@otherwise(_closest)
def sold(facts: Facts, trigger: SelectModel) -> bool:
    """The shop doesn't sell that: the caller has been told; offer what comes closest."""
    return offers.resolve_model(facts.offers, trigger.model) is not None


def _storages(facts: Facts, trigger: SelectModel) -> Say:
    model = offers.resolve_model(facts.offers, trigger.model) or trigger.model
    sizes = listed(offers.storages(facts.offers, model), "or")
    return Say(lines.NO_SUCH_STORAGE, (("model", model), ("storages", sizes)))


def said_storage(trigger: SelectModel) -> str:
    """The storage asked for, wherever a model put it; empty for none that is known."""
    return offers.find_storage(trigger.storage or trigger.model) or ""


@otherwise(_storages)
def in_that_storage(facts: Facts, trigger: SelectModel) -> bool:
    """It doesn't come with that storage: the caller has been told which there are."""
    storage = said_storage(trigger)
    if not storage:
        return not trigger.storage.strip()
    model = offers.resolve_model(facts.offers, trigger.model) or ""
    return offers.offer_of(facts.offers, model, storage) is not None


def _colours(facts: Facts, trigger: SelectModel) -> Say:
    model = offers.resolve_model(facts.offers, trigger.model) or trigger.model
    offer = offers.offer_of(facts.offers, model)
    colours = listed(offer.colours if offer else (), "or")
    return Say(lines.NO_SUCH_COLOUR, (("model", model), ("colours", colours)))


@otherwise(_colours)
def in_that_colour(facts: Facts, trigger: SelectModel) -> bool:
    """It doesn't come in that colour: the caller has been told which there are."""
    if not trigger.colour.strip():
        return True
    model = offers.resolve_model(facts.offers, trigger.model)
    return offers.find_colour(facts.offers, trigger.colour, model) is not None


def not_quoted_this_turn(facts: Facts, trigger: SelectModel) -> bool:
    """That is selected and quoted already: wait for the caller's answer."""
    chosen = facts.selection
    if chosen is None or chosen.ordered or chosen.turn < facts.turn:
        return True
    model = offers.resolve_model(facts.offers, trigger.model)
    storage = said_storage(trigger)
    colour = (
        offers.find_colour(facts.offers, trigger.colour, model) if trigger.colour.strip() else ""
    )
    return (model, storage or chosen.storage, colour or chosen.colour) != (
        chosen.model,
        chosen.storage,
        chosen.colour,
    )


def issue_stated(facts: Facts, trigger: LogSupportIssue) -> bool:
    """The problem isn't stated: ask the caller what their phone is doing."""
    return len(re.findall(r"[^\W\d_]{2,}", trigger.issue)) >= 1


def not_logged_already(facts: Facts, trigger: LogSupportIssue) -> bool:
    """That problem has an open ticket already: go on helping with it."""
    said = _plain(trigger.issue)
    return all(_plain(ticket.issue) != said for ticket in facts.open_tickets)


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower()))
