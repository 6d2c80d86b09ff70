"""What an accepted trigger asks of the world outside, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from statemachine.facts import Order, Ticket
from statemachine.lines import Line
from statemachine.states import State


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a fixed line with these values in its placeholders."""

    line: Line
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Write this order down."""

    order: Order


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """Write this ticket down."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class ResolveTicket:
    """Mark the ticket of this number resolved."""

    number: str


@dataclass(frozen=True, slots=True)
class Advise:
    """Speak the first troubleshooting step for this issue, where one is known."""

    issue: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """Put the agent of this state on the line.

    With a wish the agent acts on it at once; without one it opens with the line.
    """

    to: State
    wish: str
    opening: Say


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call after the farewell, if there is one."""

    farewell: Say | None = None


Effect = Union[Say, PlaceOrder, OpenTicket, ResolveTicket, Advise, HandOff, HangUp]
