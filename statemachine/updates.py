"""What an accepted trigger does: the facts as they stand after it, and the effects it asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from statemachine import lines
from statemachine.answers import Answer, Contact
from statemachine.asking import lapse, passed, still_asked, who
from statemachine.effects import (
    Advise,
    OpenTicket,
    PlaceOrder,
    ResolveTicket,
)
from statemachine.engine.effects import Effect, Say
from statemachine.engine.lines import Line
from statemachine.engine.triggers import Trigger, words_in
from statemachine.facts import Facts, Order, Selection, Ticket, number, selected
from statemachine.offers import money
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    PutThrough,
    RecordName,
    SelectModel,
    Staff,
    ToPerson,
)

Outcome = tuple[Facts, tuple[Effect, ...]]
CALL_BACK = "Call back"
"""What stands in a ticket by which somebody is to be called back, before what they asked for."""


def say(line: Line) -> Callable[[Facts, Trigger], Outcome]:
    """Nothing new is known; speak a line that has no placeholders of its own."""

    def speak(facts: Facts, trigger: Trigger) -> Outcome:
        return facts, (Say(line),)

    return speak


def hear(facts: Facts, trigger: CallerSpoke) -> Outcome:
    """One more turn of the caller, and what it was as an answer."""
    several = facts.several or trigger.several
    after = replace(
        facts,
        turn=facts.turn + 1,
        answer=trigger.answer,
        stays=trigger.stays,
        unsolved=trigger.unsolved,
        several=several,
        contact=still_asked(facts.contact, trigger),
        digits=trigger.digits,
        beside=trigger.beside,
        cancelling=facts.cancelling if trigger.answer is Answer.YES else "",
    )
    return after, ()


def press(facts: Facts, trigger: Trigger) -> Outcome:
    """The caller presses keys."""
    return replace(facts, keys=True), ()


def carry_wish(facts: Facts, trigger: PutThrough) -> Outcome:
    """What the caller wants of the desk they are put through to, which asks its own question."""
    after, effects = lapse(facts, trigger)
    return replace(after, wish=words_in(trigger.wish)), effects


def ask_person(facts: Facts, trigger: ToPerson) -> Outcome:
    """What a colleague is asked for, while the caller waits: nothing else is on offer."""
    after, effects = lapse(facts, trigger)
    return replace(after, wish="", reason=words_in(trigger.reason)), effects


def promise(facts: Facts, trigger: ToPerson) -> Outcome:
    """Nobody is there to be asked: the caller is told so, and promised a call back."""
    after, _ = ask_person(facts, trigger)
    if trigger.staff is Staff.CLOSED and trigger.opens:
        return _promised(after, lines.SHOP_CLOSED, ("opens", trigger.opens))
    return _promised(after, lines.NOBODY_IN)


def called_back(line: Line) -> Callable[[Facts, Trigger], Outcome]:
    """Nobody came: the caller is told so with this line, and promised a call back."""

    def promise_it(facts: Facts, trigger: Trigger) -> Outcome:
        return _promised(facts, line)

    return promise_it


def _promised(facts: Facts, line: Line, *told: tuple[str, str]) -> Outcome:
    """One promise a call: who asks again has the ticket that they had."""
    ticket = facts.callback
    if ticket is not None:
        return facts, (Say(line, (*told, ("ticket", ticket.number))),)
    issue = f"{CALL_BACK}: {facts.reason}" if facts.reason else CALL_BACK
    ticket = Ticket(number("T", facts.reference, len(facts.tickets) + 1), issue, callback=True)
    after = replace(facts, tickets=(*facts.tickets, ticket))
    if facts.contact is Contact.UNASKED and not facts.callback_number:
        line, after = _WHICH_NUMBER[line], replace(after, contact=Contact.NUMBER)
    return after, (OpenTicket(ticket), *who(after), Say(line, (*told, ("ticket", ticket.number))))


_WHICH_NUMBER = {
    lines.PERSON_DECLINED: lines.PERSON_DECLINED_WHICH_NUMBER,
    lines.NOBODY_ANSWERED: lines.NOBODY_ANSWERED_WHICH_NUMBER,
    lines.PERSON_NOT_REACHED: lines.PERSON_NOT_REACHED_WHICH_NUMBER,
    lines.SHOP_CLOSED: lines.SHOP_CLOSED_WHICH_NUMBER,
    lines.NOBODY_IN: lines.NOBODY_IN_WHICH_NUMBER,
}
"""How the promise is made to a caller whose number nobody knows."""


def meet(facts: Facts, trigger: Trigger) -> Outcome:
    """A colleague has the caller now."""
    return replace(facts, met=True), ()


def note_name(facts: Facts, trigger: RecordName) -> Outcome:
    """The caller's name."""
    after = replace(facts, customer_name=trigger.name)
    return after, who(after)


def select(facts: Facts, trigger: SelectModel) -> Outcome:
    """A new selection, spoken with its price and the question whether to order it."""
    chosen = selected(facts, trigger)
    if chosen is None:
        raise LookupError(f"{trigger} is not on offer, and no guard refused it")
    return replace(passed(facts), selection=chosen), (quote(chosen),)


def quote(chosen: Selection) -> Say:
    """What was selected, its price, and the question whether to order it."""
    values = (
        ("model", chosen.model),
        ("storage", chosen.storage),
        ("price", money(chosen.price_cents)),
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
    after = replace(
        facts,
        selection=replace(chosen, ordered=True),
        orders=(*facts.orders, placed),
        several=False,
    )
    if facts.contact is Contact.UNASKED and not facts.several:
        asking = Contact.LINE if facts.line_number else Contact.NUMBER
        after = replace(after, contact=asking)
    told = ordered(placed, after.contact, several=facts.several)
    return after, (PlaceOrder(placed), *who(after), told)


def ordered(placed: Order, asking: Contact = Contact.SETTLED, *, several: bool = False) -> Say:
    """What was ordered, its price and number, what happens next, and what is asked."""
    line = lines.ORDERED_ONE if several else _ORDERED.get(asking, lines.ORDERED)
    phone = f"{placed.model} in {placed.colour}" if placed.colour else placed.model
    told = (("phone", phone), ("storage", placed.storage), ("price", money(placed.price_cents)))
    return Say(line, (*told, ("order", placed.number)))


def log_issue(facts: Facts, trigger: LogSupportIssue) -> Outcome:
    """The problem and a ticket for it, spoken with the first step to try."""
    ticket = Ticket(number("T", facts.reference, len(facts.tickets) + 1), trigger.issue)
    tickets = (*facts.tickets, ticket)
    after = passed(facts)
    after = replace(after, support_issue=ticket.issue, logged_at=facts.turn, tickets=tickets)
    effects = (OpenTicket(ticket), *who(after))
    if facts.contact is not Contact.UNASKED:
        return after, (*effects, noted(ticket), Advise(ticket.issue))
    here, nameless = bool(facts.line_number), not facts.customer_name
    after = replace(after, contact=Contact.SETTLED if here else Contact.ASIDE)
    wanted = _TELL[not here, nameless]
    told = (noted(ticket, here=here), Advise(ticket.issue), *((Say(wanted),) if wanted else ()))
    return after, (*effects, *told)


_ORDERED = {
    Contact.NUMBER: lines.ORDERED_WHICH_NUMBER,
    Contact.LINE: lines.ORDERED_THIS_NUMBER,
}
_TELL = {
    (True, True): lines.TELL_BOTH,
    (True, False): lines.TELL_NUMBER,
    (False, True): lines.TELL_NAME,
    (False, False): None,
}
"""What is asked for beside the first step: where a number is missing, and where a name is."""


def noted(ticket: Ticket, *, here: bool = False) -> Say:
    """The ticket's number, `here` with the telephone number that they ring from."""
    line = lines.ISSUE_WITH_NUMBER if here else lines.ISSUE_NOTED
    return Say(line, (("ticket", ticket.number),))


def resolve(facts: Facts, trigger: CompleteSupport) -> Outcome:
    """The newest open ticket is resolved, and the wish that led here is served."""
    solved = facts.open_tickets[-1]
    tickets = tuple(
        replace(ticket, resolved=True) if ticket == solved else ticket for ticket in facts.tickets
    )
    return replace(passed(facts), tickets=tickets, wish=""), (
        ResolveTicket(solved.number),
        Say(lines.FIXED),
    )
