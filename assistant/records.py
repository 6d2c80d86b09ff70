"""What a call leaves behind: the store's interface, and one that keeps everything in memory."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Protocol

from statemachine.effects import Effect, OpenTicket, PlaceOrder, ResolveTicket
from statemachine.facts import Facts, Order, Ticket


class RecordError(RuntimeError):
    """Something could not be written down; nothing of it was."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a call's journal: a trigger, what it moved, or why it was refused."""

    trigger: str
    arguments: dict[str, str]
    source: str
    target: str
    accepted: bool
    reasons: tuple[str, ...] = ()


class Store(Protocol):
    """Where calls, journals, orders and tickets are kept."""

    async def begin(self, call: str, facts: Facts) -> str:
        """Note a new call and give it the reference its order and ticket numbers are made from."""

    async def write(
        self, call: str, number: int, entry: Entry, effects: tuple[Effect, ...]
    ) -> None:
        """Write a journal entry with its order or ticket, all or nothing.

        Raises:
            RecordError: it could not be written, or another writer has written this number.
        """


@dataclass
class MemoryStore:
    """Keeps everything for as long as the process lives."""

    journals: dict[str, dict[int, Entry]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)

    async def begin(self, call: str, facts: Facts) -> str:
        """Note a new call; its reference is five digits that no other call has."""
        self.journals.setdefault(call, {})
        reference = str(secrets.randbelow(90_000) + 10_000)
        while reference in self.references:
            reference = str(secrets.randbelow(90_000) + 10_000)
        self.references.add(reference)
        return reference

    async def write(
        self, call: str, number: int, entry: Entry, effects: tuple[Effect, ...]
    ) -> None:
        """Write an entry and its order or ticket; a number taken already is refused."""
        journal = self.journals.setdefault(call, {})
        if number in journal:
            raise RecordError(f"entry {number} of call {call} has been written by somebody else")
        journal[number] = entry
        for effect in effects:
            if isinstance(effect, PlaceOrder):
                self.orders[effect.order.number] = effect.order
            elif isinstance(effect, OpenTicket):
                self.tickets[effect.ticket.number] = effect.ticket
            elif isinstance(effect, ResolveTicket):
                ticket = self.tickets[effect.number]
                self.tickets[effect.number] = Ticket(ticket.number, ticket.issue, resolved=True)
