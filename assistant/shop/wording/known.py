"""What a call has established, as a model is told it and as the embedded brain reads it back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from statemachine.facts import Facts, Order, Selection
from statemachine.offers import money
from statemachine.states import State

HEADER = "Known so far:"
_MET = "a colleague has talked to them"


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as it was selected or ordered."""

    model: str
    storage: str = ""
    colour: str = ""
    order: str = ""
    """The number it was ordered under."""
    price: str = ""
    """As the lines say it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A support ticket as the model is told of it."""

    issue: str
    open: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the call has established. Each text is one line without white space at its ends."""

    state: str = ""
    name: str = ""
    selected: Phone | None = None
    ordered: bool = False
    orders: tuple[Phone, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    wish: str = ""
    reason: str = ""
    """What they last asked for a colleague for."""
    met: bool = False
    """Whether a colleague has talked to them."""
    callback: str = ""
    """The number of the ticket by which they are to be called back."""
    call_on: str = ""
    """The telephone number to call them back on."""

    @property
    def open_ticket(self) -> Ticket | None:
        """The newest ticket that isn't resolved."""
        return next((ticket for ticket in reversed(self.tickets) if ticket.open), None)


def known(state: State, facts: Facts) -> Known:
    """What is established in this state with these facts."""
    chosen = facts.selection
    return Known(
        state.value,
        _line(facts.customer_name),
        _phone(chosen) if chosen else None,
        chosen is not None and chosen.ordered,
        tuple(replace(_phone(order), order=order.number) for order in facts.orders),
        tuple(
            Ticket(_line(t.issue), not t.resolved, t.number)
            for t in facts.tickets
            if not t.callback
        ),
        _line(facts.wish),
        _line(facts.reason),
        facts.met,
        facts.callback.number if facts.callback else "",
        _call_on(facts),
    )


CALLING_FROM = "the one they are calling from"
"""What a model is told in place of a number that the caller hasn't said."""


def _call_on(facts: Facts) -> str:
    number = facts.callback_number
    return CALLING_FROM if number and number == facts.line_number else _line(number)


def _phone(phone: Selection | Order) -> Phone:
    model, storage, colour = (
        _line(part.replace(",", " ")) for part in (phone.model, phone.storage, phone.colour)
    )
    return Phone(model, storage, colour, price=money(phone.price_cents))


def _line(text: str) -> str:
    return " ".join(text.split())


def told(known: Known) -> str:
    """The block at the end of the instructions: a heading, and a line for each thing."""
    chosen = known.selected
    lines = [
        HEADER,
        f"- state: {known.state}",
        known.name and f"- caller's name: {known.name}",
        known.call_on and f"- number to call them back on: {known.call_on}",
        chosen
        and f"- selected: {_written(chosen)} ({'ordered' if known.ordered else 'not ordered'})",
        *(f"- order {phone.order}: {_written(phone)}" for phone in known.orders),
        *(
            f"- ticket {each.number} ({'open' if each.open else 'resolved'}): {each.issue}"
            for each in known.tickets
        ),
        known.reason and f"- asked for a colleague about: {known.reason}",
        known.met and f"- {_MET}",
        known.callback and f"- to be called back: ticket {known.callback}",
        known.wish and f"- put through with the wish: {known.wish}",
    ]
    return "\n".join(line for line in lines if line)


def _written(phone: Phone) -> str:
    return ", ".join(filter(None, (phone.model, phone.storage, phone.colour, phone.price)))


_LINE = re.compile(
    r"- (?P<key>state|caller's name|number to call them back on|asked for a colleague about"
    r"|to be called back|put through with the wish): (?P<value>.*)"
)
_SELECTED = re.compile(r"- selected: (?P<phone>.*) \((?P<ordered>not ordered|ordered)\)")
_ORDER = re.compile(r"- order (?P<number>\S+): (?P<phone>.*)")
_TICKET = re.compile(r"- ticket (?P<number>\S+) \((?P<status>open|resolved)\): (?P<issue>.*)")


def read(system: str) -> Known:
    """What `told` has written at the end of a system message; nothing where it hasn't."""
    lines = system.split("\n")
    if HEADER not in lines:
        return Known()
    block = lines[len(lines) - lines[::-1].index(HEADER) :]
    plain: dict[str, str] = {}
    selected: tuple[Phone, bool] | None = None
    orders: list[Phone] = []
    tickets: list[Ticket] = []
    for line in block:
        if found := _SELECTED.fullmatch(line):
            selected = _read(found["phone"]), found["ordered"] == "ordered"
        elif found := _ORDER.fullmatch(line):
            orders.append(replace(_read(found["phone"]), order=found["number"]))
        elif found := _TICKET.fullmatch(line):
            tickets.append(Ticket(found["issue"], found["status"] == "open", found["number"]))
        elif found := _LINE.fullmatch(line):
            plain[found["key"]] = found["value"]
    return Known(
        plain.get("state", ""),
        plain.get("caller's name", ""),
        selected[0] if selected else None,
        selected is not None and selected[1],
        tuple(orders),
        tuple(tickets),
        plain.get("put through with the wish", ""),
        plain.get("asked for a colleague about", ""),
        f"- {_MET}" in block,
        plain.get("to be called back", "").removeprefix("ticket "),
        plain.get("number to call them back on", ""),
    )


def _read(text: str) -> Phone:
    model, storage, *colour, price = text.split(", ")
    return Phone(model, storage, "".join(colour), price=price)
