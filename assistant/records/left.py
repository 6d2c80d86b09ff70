"""What calls have left for the shop to see to: orders and tickets, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.facts import Order


@dataclass(frozen=True, slots=True)
class Left:
    """An order or a ticket as the shop sees to it. Times are in seconds since 1970."""

    number: str
    call: str
    at: float
    name: str
    callback: str
    """The telephone number that the caller is called back on, as E.164 writes it."""
    what: str
    """What was ordered, or what the ticket is about."""
    cents: int | None = None
    """An order's price; a ticket has none."""
    done: float | None = None
    cancelled: float | None = None

    @property
    def stands(self) -> bool:
        """Whether it is still to be seen to."""
        return self.done is None and self.cancelled is None

    @property
    def status(self) -> str:
        """`open`, `done` or `cancelled`."""
        return "open" if self.stands else "cancelled" if self.cancelled is not None else "done"


def ordered(order: Order) -> str:
    """What was ordered, in words: "iPhone Air in sky blue with 256 GB"."""
    colour = f" in {order.colour}" if order.colour else ""
    return f"{order.model}{colour} with {order.storage}"
