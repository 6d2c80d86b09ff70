"""What an accepted trigger does: the facts as they stand after it, and the effects it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from assistant.language import phones as offers
from statemachine import lines
from statemachine.effects import Advise, Effect, OpenTicket, PlaceOrder, ResolveTicket, Say
from statemachine.facts import Facts, Order, Selection, Ticket, number
from statemachine.guards import said_storage
from statemachine.lines import Line
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    PutThrough,
    RecordName,
    SelectModel,
    Trigger,
    words_in,
)

T = TypeVar("T", bound=Trigger)
Outcome = tuple[Facts, tuple[Effect, ...]]
Update = Callable[[Facts, T], Outcome]


def keep(facts: Facts, trigger: Trigger) -> Outcome:
    """Nothing new is known, and nothing is asked of the world outside."""
    return facts, ()


def say(line: Line) -> Callable[[Facts, Trigger], Outcome]:
    """Nothing new is known; speak a line that has no placeholders of its own."""

    def speak(facts: Facts, trigger: Trigger) -> Outcome:
        return facts, (Say(line),)

    return speak


def hear(facts: Facts, trigger: CallerSpoke) -> Outcome:
    """One more turn of the caller, and what it was as an answer."""
    return replace(facts, turn=facts.turn + 1, answer=trigger.answer), ()


def carry_wish(facts: Facts, trigger: PutThrough) -> Outcome:
    """What the caller wants of the desk they are put through to."""
    return replace(facts, wish=words_in(trigger.wish)), ()


def note_name(facts: Facts, trigger: RecordName) -> Outcome:
    """The caller's name, with capitals where it came without any."""
    name = " ".join(trigger.name.split())
    return replace(facts, customer_name=name.title() if name.islower() else name), ()


def select(facts: Facts, trigger: SelectModel) -> Outcome:
    """A new selection, spoken with its price and the question whether to order it.

    Storage and colour said before stand when the same model is chosen again; another model, or
    another one of a model already ordered, begins anew with its smallest storage.
    """
    model = offers.resolve_model(facts.offers, trigger.model) or ""
    before = facts.selection
    same = before if before and before.model == model and not before.ordered else None
    storage = said_storage(trigger) or (same.storage if same else "")
    colour = offers.find_colour(facts.offers, trigger.colour, model) or (
        same.colour if same else ""
    )
    offer = offers.offer_of(facts.offers, model, storage)
    if offer is None:
        raise LookupError(f"{trigger} is not on offer, and no guard refused it")
    chosen = Selection(offer.model, offer.storage, colour, offer.price_cents, facts.turn)
    return replace(facts, selection=chosen), (quote(chosen),)


def quote(chosen: Selection) -> Say:
    """What was selected, its price, and the question whether to order it."""
    values = (
        ("model", chosen.model),
        ("storage", chosen.storage),
        ("price", offers.money(chosen.price_cents)),
    )
    if chosen.colour:
        return Say(lines.QUOTE_IN_COLOUR, (*values, ("colour", chosen.colour)))
    return Say(lines.QUOTE, values)


def order(facts: Facts, trigger: ConfirmPurchase) -> Outcome:
    """The selection becomes an order, and its number is spoken."""
    chosen = facts.selection
    if chosen is None:
        raise LookupError("nothing is selected, and no guard refused the order")
    placed = Order(
        number("S", facts.reference, len(facts.orders) + 1),
        chosen.model,
        chosen.storage,
        chosen.colour,
        chosen.price_cents,
    )
    after = replace(facts, selection=replace(chosen, ordered=True), orders=(*facts.orders, placed))
    return after, (PlaceOrder(placed), ordered(placed))


def ordered(placed: Order) -> Say:
    """The order's number, and what happens next."""
    return Say(lines.ORDERED, (("order", placed.number),))


def log_issue(facts: Facts, trigger: LogSupportIssue) -> Outcome:
    """The problem and a ticket for it, spoken with the first step to try."""
    issue = " ".join(trigger.issue.split())
    ticket = Ticket(number("T", facts.reference, len(facts.tickets) + 1), issue)
    after = replace(
        facts, support_issue=issue, logged_at=facts.turn, tickets=(*facts.tickets, ticket)
    )
    return after, (OpenTicket(ticket), noted(ticket), Advise(issue))


def noted(ticket: Ticket) -> Say:
    """The ticket's number."""
    return Say(lines.ISSUE_NOTED, (("ticket", ticket.number),))


def resolve(facts: Facts, trigger: CompleteSupport) -> Outcome:
    """The newest open ticket is resolved, and the wish that led here is served."""
    solved = facts.open_tickets[-1]
    tickets = tuple(
        replace(ticket, resolved=True) if ticket == solved else ticket for ticket in facts.tickets
    )
    return replace(facts, tickets=tickets, wish=""), (
        ResolveTicket(solved.number),
        Say(lines.FIXED),
    )
