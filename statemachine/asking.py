"""What stands asked of the caller, and what answers it: how they are reached, an earlier order."""

from __future__ import annotations

from dataclasses import replace

from statemachine import lines
from statemachine.answers import Answer, Contact
from statemachine.effects import NoteCaller, OpenTicket, TakeBack
from statemachine.engine.effects import Effect, Say
from statemachine.engine.triggers import Trigger, words_in
from statemachine.facts import ASKED, Facts, Ticket, number
from statemachine.triggers import (
    CallerSpoke,
    CancelOrder,
    DeclineContact,
    FindOrder,
    NumberShown,
    RecordNumber,
    RequestCallback,
)

Outcome = tuple[Facts, tuple[Effect, ...]]


def lapse(facts: Facts, trigger: Trigger) -> Outcome:
    """What is offered and not ordered must be selected anew: a yes is no answer to it now."""
    facts = passed(facts)
    chosen = facts.selection
    if chosen is None or not chosen.stands:
        return facts, ()
    return replace(facts, selection=replace(chosen, lapsed=True)), ()


def passed(facts: Facts) -> Facts:
    """Another question is put: what was asked of the caller's number, or of an order, is over."""
    contact = Contact.SETTLED if facts.contact in ASKED else facts.contact
    return replace(facts, contact=contact, cancelling="")


def still_asked(contact: Contact, trigger: CallerSpoke) -> Contact:
    """What stands asked once the caller has spoken: what they say of something else passes it."""
    if contact in (Contact.UNASKED, Contact.ASIDE) or trigger.digits:
        return contact
    if trigger.disputes and contact in (Contact.NAME, Contact.NOTED):
        return Contact.DISPUTED
    if trigger.answer is Answer.NO and contact in (Contact.NUMBER, Contact.LINE, Contact.NAME):
        return contact
    if trigger.answer is Answer.YES and contact is Contact.LINE:
        return contact
    if trigger.answer is Answer.LATER and contact is not Contact.NOTED:  # "one moment"
        return contact
    return Contact.SETTLED


def show_number(facts: Facts, trigger: NumberShown) -> Outcome:
    """The number they ring from, to be called back on unless they have given another."""
    theirs = facts.callback_number not in ("", facts.line_number)
    number = facts.callback_number if theirs else trigger.number
    after = replace(facts, line_number=trigger.number, callback_number=number)
    return replace(after, earlier=trigger.earlier), ()


def greeting(facts: Facts) -> Say:
    """How a call begins: with what they rang about lately, where that is known."""
    if not facts.earlier:
        return Say(lines.GREETING)
    matter = "order" if facts.earlier.startswith("S") else "ticket"
    return Say(lines.GREETING_AGAIN, (("matter", matter), ("number", facts.earlier)))


def note_number(facts: Facts, trigger: RecordNumber) -> Outcome:
    """The number to call back on, read back; a name is asked for where none is known."""
    asked = facts.contact in (Contact.NUMBER, Contact.LINE, Contact.NAME)
    nameless = asked and not facts.customer_name
    after = replace(
        facts,
        callback_number=trigger.number,
        contact=Contact.NAME if nameless else Contact.NOTED,
        digits="",
    )
    return after, (*who(after), _read_back(facts, trigger, nameless=nameless))


def _read_back(facts: Facts, trigger: RecordNumber, *, nameless: bool) -> Say:
    """What was noted, digit by digit, and the question that is open then."""
    chosen, told = facts.selection, ("number", trigger.said)
    if trigger.number == facts.line_number and facts.contact is Contact.LINE:
        return Say(lines.THIS_NUMBER_AND_NAME if nameless else lines.THIS_NUMBER)
    if nameless:
        return Say(lines.NUMBER_AND_NAME, (told,))
    if chosen and chosen.stands:
        return Say(lines.NUMBER_AND_QUOTE, (told, ("model", chosen.model)))
    helped = facts.open_tickets and not facts.orders
    return Say(lines.NUMBER_AND_HELP if helped else lines.NUMBER_NOTED, (told,))


def decline(facts: Facts, trigger: DeclineContact) -> Outcome:
    """Another number than the one offered or read back is asked for; else nothing is noted."""
    if facts.contact is Contact.LINE:
        return replace(facts, contact=Contact.NUMBER), (Say(lines.WHICH_NUMBER),)
    if facts.contact is Contact.DISPUTED:
        after = replace(facts, contact=Contact.NUMBER, callback_number=facts.line_number)
        whose = NoteCaller(after.customer_name, after.callback_number)
        return after, (whose, Say(lines.WHICH_NUMBER_AGAIN))
    return replace(facts, contact=Contact.SETTLED), (Say(lines.NOT_NOTED_DOWN),)


def call_back(facts: Facts, trigger: RequestCallback) -> Outcome:
    """A ticket of its own, one a call, and the number for it, unless that is settled."""
    if facts.callback is not None:
        told = (("ticket", facts.callback.number),)
        return lapse(facts, trigger)[0], (Say(lines.CALLBACK_NOTED, told),)
    named = number("T", facts.reference, len(facts.tickets) + 1)
    ticket = Ticket(named, words_in(trigger.about) or "call back", callback=True)
    after, _ = lapse(replace(facts, tickets=(*facts.tickets, ticket)), trigger)
    asking = Contact.LINE if facts.line_number else Contact.NUMBER
    if facts.contact is not Contact.UNASKED and facts.callback_number:
        asking = Contact.SETTLED
    after = replace(after, contact=asking)
    line = _CALLBACK.get(asking, lines.CALLBACK_NOTED)
    return after, (OpenTicket(ticket), *who(after), Say(line, (("ticket", ticket.number),)))


_CALLBACK = {
    Contact.NUMBER: lines.CALLBACK_WHICH_NUMBER,
    Contact.LINE: lines.CALLBACK_THIS_NUMBER,
}


def find_order(facts: Facts, trigger: FindOrder) -> Outcome:
    """How an order stands, and whether to cancel it where that is wanted."""
    told = (("order", trigger.number), ("stands", trigger.stands))
    after, _ = lapse(facts, trigger)
    if not trigger.cancel:
        return after, (Say(lines.ORDER_FOUND, told),)
    # a yes that was said before the question is none to it
    after = replace(after, cancelling=trigger.number, answer=Answer.OPEN)
    return after, (Say(lines.ORDER_TO_CANCEL, told),)


def cancel(facts: Facts, trigger: CancelOrder) -> Outcome:
    """The order that was looked up is taken back."""
    gone = facts.cancelling
    orders = tuple(
        replace(each, cancelled=True) if each.number == gone else each for each in facts.orders
    )
    after = replace(facts, orders=orders, cancelling="")
    return after, (TakeBack(gone), Say(lines.ORDER_CANCELLED, (("order", gone),)))


def who(facts: Facts) -> tuple[Effect, ...]:
    """Who the caller is, for what they have ordered or called about."""
    known = facts.customer_name or facts.callback_number
    if not (known and (facts.orders or facts.tickets)):
        return ()
    return (NoteCaller(facts.customer_name, facts.callback_number),)
