"""What a call has established so far: frozen, typed, and complete enough to carry on from."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace
from typing import Any

from statemachine.answers import Answer, Beside, Contact
from statemachine.engine import facts
from statemachine.engine.facts import a_turn, later, opening, settled, spoken
from statemachine.offers import Offer, has, offered
from statemachine.triggers import SelectModel


@dataclass(frozen=True, slots=True)
class Selection:
    """An iPhone the caller chose, at the price that was quoted."""

    model: str
    storage: str
    colour: str
    price_cents: int
    turn: int = a_turn()
    """The caller's turn in which it was selected and priced."""
    ordered: bool = False
    lapsed: bool = False
    """Whether another question has been put since: a yes would answer that one."""

    @property
    def stands(self) -> bool:
        """Whether the caller may still say yes to it."""
        return not (self.ordered or self.lapsed)


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it was placed."""

    number: str
    model: str = settled()
    storage: str = settled()
    colour: str = settled()
    price_cents: int = settled()
    cancelled: bool = settled(False)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A support ticket."""

    number: str = settled()
    issue: str = spoken(MISSING, compared=True)
    resolved: bool = False
    callback: bool = False
    """Whether the caller is to be called back, rather than helped with a problem."""

    @property
    def status(self) -> str:
        """`open` or `resolved`."""
        return "resolved" if self.resolved else "open"


ASKED = (Contact.NUMBER, Contact.LINE, Contact.NAME, Contact.DISPUTED)
"""Where a number or a name is being asked for, or is wrong."""
_UNASKED: Any = later(Contact.UNASKED)
_MAYBE: Any = later(Beside.MAYBE)


@dataclass(frozen=True, slots=True)
class Facts(facts.Facts):
    """Everything the guards decide on and an agent taking over needs to know; no clock in here."""

    offers: tuple[Offer, ...] = opening(())
    """What the shop sells, fixed when the call begins, so that a price holds for the whole call."""
    reference: str = ""
    """The call's own number, given when it begins; order and ticket numbers are made from it."""
    answer: Answer = Answer.OPEN
    stays: bool = False
    """Whether the caller's last words are no goodbye."""
    unsolved: bool = False
    """Whether the caller's last words don't say that a problem is solved."""
    several: bool = settled(False)
    """Whether the caller has asked for more than one phone, and no order has said so yet."""
    customer_name: str = spoken()
    line_number: str = spoken()
    """The telephone number that the caller rings from, as E.164 writes it; empty if unknown."""
    callback_number: str = spoken()
    """The one to call them back on; the one they ring from until they give another."""
    contact: Contact = _UNASKED
    beside: Beside = _MAYBE
    """Whether they may want a person, a call back or an order placed before."""
    cancelling: str = settled("", missed=True)
    """The order, by its number, that the caller was asked whether to cancel."""
    earlier: str = settled("")
    """The order or ticket that they rang about lately, which the greeting asked about."""
    keys: bool = later(False, asked=False)
    """Whether the caller presses keys: what these are for is said then."""
    digits: str = spoken()
    """What there is of a number that is being said."""
    selection: Selection | None = None
    orders: tuple[Order, ...] = ()
    support_issue: str = spoken()
    logged_at: int = a_turn(0)
    """The turn in which the last issue was logged."""
    tickets: tuple[Ticket, ...] = ()
    reason: str = spoken()
    """What the caller last asked for a colleague for."""
    met: bool = settled(False)
    """Whether a colleague has talked to the caller."""

    def bare(self) -> Facts:
        """Without what is done or promised; and to a guard an answer is a yes or none.

        Of how the caller is reached a guard only asks whether something stands asked; what nobody
        asks any more is as if nobody had. While that, or whether to cancel an order, stands asked,
        the rest is walked as it is at a call's beginning, but for the order: whatever the answer,
        it is over then. What is asked of a number, and what becomes of it, is walked by itself
        (`tests/reached.py`).
        """
        answer = self.answer if self.answer is Answer.YES else Answer.OPEN
        chosen = self.selection
        if chosen is not None and chosen.ordered:
            chosen = Selection("", "", "", 0, 0, ordered=True)
        asked = self.contact in ASKED
        if asked or self.cancelling:
            begun = Facts(self.turn, offers=self.offers, reference=self.reference, answer=answer)
            if not asked:
                return replace(begun, cancelling=self.cancelling)
            chosen = chosen if chosen and chosen.ordered else None
            there = self.orders if chosen else ()
            return replace(begun, contact=Contact.NUMBER, orders=there, selection=chosen)
        tickets = tuple(
            Ticket("", "", True) if ticket.resolved else ticket
            for ticket in self.tickets
            if not ticket.callback
        )
        contact = Contact.UNASKED
        beside = Beside.NOTHING if self.beside is Beside.NOTHING else Beside.MAYBE
        walked = replace(self, answer=answer, selection=chosen, tickets=tickets)
        return replace(walked, contact=contact, beside=beside)

    @property
    def selected_model(self) -> str:
        """The selected model's name, empty while there is none."""
        return self.selection.model if self.selection else ""

    @property
    def on_offer(self) -> bool:
        """Whether an iPhone is offered that a yes would order."""
        return self.selection is not None and self.selection.stands

    @property
    def open_tickets(self) -> tuple[Ticket, ...]:
        """The problems' tickets that are not resolved, oldest first."""
        there = (ticket for ticket in self.tickets if not ticket.callback)
        return tuple(ticket for ticket in there if not ticket.resolved)

    @property
    def callback(self) -> Ticket | None:
        """The ticket by which the caller is to be called back, if there is one."""
        return next((ticket for ticket in self.tickets if ticket.callback), None)


def number(prefix: str, reference: str, nth: int) -> str:
    """The number of a call's nth order or ticket: `S48213`, then `S48213-2`."""
    return f"{prefix}{reference}" if nth == 1 else f"{prefix}{reference}-{nth}"


def selected(facts: Facts, trigger: SelectModel) -> Selection | None:
    """The selection that a choice leads to; None for what isn't sold so.

    Storage and colour chosen before stand when the same model is chosen again; another model, or
    another one of a model already ordered, begins anew with its smallest storage.
    """
    before = facts.selection
    same = before if before and before.model == trigger.model and not before.ordered else None
    storage = trigger.storage or (same.storage if same else "")
    colour = trigger.colour or (same.colour if same else "")
    offer = offered(facts.offers, trigger.model, storage)
    if offer is None or not has(facts.offers, offer.model, offer.storage, colour):
        return None
    return Selection(offer.model, offer.storage, colour, offer.price_cents, facts.turn)
