"""What the shop's triggers ask of the world outside, as data."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.engine.effects import Effect
from statemachine.facts import Order, Ticket


@dataclass(frozen=True, slots=True)
class PlaceOrder(Effect):
    """Write this order down."""

    order: Order


@dataclass(frozen=True, slots=True)
class OpenTicket(Effect):
    """Write this ticket down."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class ResolveTicket(Effect):
    """Mark the ticket of this number resolved."""

    number: str


@dataclass(frozen=True, slots=True)
class NoteCaller(Effect):
    """Write down who the caller is and how they are reached, with all that this call leaves."""

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class TakeBack(Effect):
    """Mark the order of this number cancelled, whichever call it is from."""

    number: str


@dataclass(frozen=True, slots=True)
class Advise(Effect):
    """Speak the first troubleshooting step for this issue, where one is known."""

    issue: str
