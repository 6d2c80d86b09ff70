"""A store that keeps everything in memory, for as long as the process lives."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from assistant.records.left import Left, ordered
from assistant.records.store import (
    NOWHERE,
    Caller,
    CallRecord,
    Hold,
    Orphan,
    Place,
    RecordError,
    Summary,
    UnknownCall,
    Usage,
)
from statemachine.effects import (
    NoteCaller,
    OpenTicket,
    PlaceOrder,
    ResolveTicket,
    TakeBack,
)
from statemachine.engine.effects import Effect
from statemachine.engine.journal.codec import fingerprint
from statemachine.engine.journal.course import Course
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.journal.words import blank, spoken_fields
from statemachine.facts import Facts, Order, Ticket
from statemachine.states import FINAL
from statemachine.table import TABLE


@dataclass
class MemoryStore:
    """Keeps everything for as long as the process lives. It has one writer, so nobody is fenced."""

    journals: dict[str, dict[int, Entry]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)
    openings: dict[str, Facts] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    epochs: dict[str, int] = field(default_factory=dict)
    usage: dict[str, Usage] = field(default_factory=dict)
    made: dict[str, list[str]] = field(default_factory=dict)
    """By call, the numbers of its orders and tickets."""
    reached: dict[str, NoteCaller] = field(default_factory=dict)
    """By call, whom its orders and tickets are for."""
    numbers: dict[str, str] = field(default_factory=dict)
    """By call, the number that it came from."""

    async def begin(
        self, call: str, facts: Facts, place: Place = NOWHERE, lease: float = 0.0
    ) -> str:
        """Note a new call; its reference is five digits that no other call has."""
        if call in self.openings:
            return self.openings[call].reference
        self.journals.setdefault(call, {})
        reference = facts.reference or _five_digits()
        while reference in self.references:
            reference = _five_digits()
        self.references.add(reference)
        self.openings[call] = replace(facts, reference=reference)
        self.began[call] = time.time()
        self.epochs[call] = 1
        return reference

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        """Write an entry and its order or ticket; a number taken already is refused."""
        journal = self.journals.setdefault(call, {})
        entries = dict(enumerate((*before, entry), start=number - len(before)))
        if taken := entries.keys() & journal:
            told = f"entry {min(taken)} of call {call} has been written by somebody else"
            raise RecordError(told)
        journal |= entries
        made = self.made.setdefault(call, [])
        for effect in effects:
            if isinstance(effect, PlaceOrder):
                self.orders[effect.order.number] = effect.order
                made.append(effect.order.number)
            elif isinstance(effect, OpenTicket):
                self.tickets[effect.ticket.number] = effect.ticket
                made.append(effect.ticket.number)
            elif isinstance(effect, TakeBack):
                gone = self.orders.get(effect.number)
                if gone is not None:
                    self.orders[effect.number] = replace(gone, cancelled=True)
            elif isinstance(effect, NoteCaller):
                self.reached[call] = effect
            elif isinstance(effect, ResolveTicket):
                ticket = self.tickets[effect.number]
                self.tickets[effect.number] = replace(ticket, resolved=True)

    async def claim(
        self, call: str, lease: float = 0.0, epoch: int | None = None, heir: str = ""
    ) -> CallRecord:
        """Take a call up again."""
        record = await self.read(call)
        self.epochs[call] = record.epoch + 1
        return replace(record, epoch=record.epoch + 1)

    async def attend(self, call: str, caller: Caller) -> None:
        """Note the number that a caller rings from; nobody takes up a call in here."""
        self.numbers[call] = caller.number

    async def renew(self, call: str, lease: float) -> bool:
        """Nobody else can claim a call in here."""
        return True

    async def renew_all(self, owners: Mapping[str, str], lease: float) -> dict[str, Hold]:
        """Nobody else can claim a call in here."""
        return dict.fromkeys(owners, Hold.KEPT)

    async def give_up(self, call: str, owner: str = "", *, staying: bool = False) -> None:
        """Nobody else can claim a call in here."""

    async def finish(self, call: str) -> None:
        """Nobody looks after a call in here."""

    async def orphans(self, agent: str = "") -> tuple[Orphan, ...]:
        """None: what is kept in here dies with its process."""
        return ()

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal."""
        if call not in self.openings:
            raise UnknownCall(f"There is no call {call}.")
        journal = self.journals[call]
        entries = tuple(journal[number] for number in sorted(journal))
        table = fingerprint(TABLE)
        began = self.began[call]
        return CallRecord(call, self.openings[call], entries, table, self.epochs[call], began=began)

    async def recent(self, most: int = 20) -> tuple[Summary, ...]:
        """The calls that began last, the newest first."""
        newest = sorted(self.began, key=lambda call: self.began[call], reverse=True)
        return tuple([await self._summary(call) for call in newest[:most]])

    async def order(self, number: str) -> Left | None:
        """The order of this number."""
        made = (self._left(call) for call in self.made)
        return next((left for each in made for left in each if left.number == number), None)

    async def left_from(self, telephone: str) -> tuple[Left, ...]:
        """What who rang from this number, or is called back on it, has left."""
        left = [
            each
            for call in self.made
            for each in self._left(call)
            if telephone and telephone in (each.callback, self.numbers.get(call))
        ]
        return tuple(sorted(left, key=lambda each: each.at, reverse=True))

    def _left(self, call: str) -> list[Left]:
        who = self.reached.get(call, NoteCaller("", ""))
        began = self.began[call]
        return [
            _order(call, began, self.orders[number], who)
            if number in self.orders
            else _ticket(call, began, self.tickets[number], who)
            for number in self.made[call]
        ]

    async def _summary(self, call: str) -> Summary:
        record = await self.read(call)
        path = tuple(Course(TABLE, record.journal).path)
        ending = [e for e in record.journal if e.accepted and e.target == FINAL.value]
        made = self.made.get(call, [])
        return Summary(
            call,
            record.opening.reference,
            self.began[call],
            ending[0].at if ending else None,
            path[-1],
            path,
            ending[0].trigger if ending else "",
            tuple(self.orders[number] for number in made if number in self.orders),
            tuple(self.tickets[number] for number in made if number in self.tickets),
        )

    async def note_usage(self, call: str, usage: Usage) -> None:
        """Write down what a call took, at its end."""
        self.usage[call] = usage

    async def forget(self, call: str) -> None:
        """Blank the caller's words in the journal and the tickets."""
        record = await self.read(call)
        entries = forgotten(record.journal, TABLE)
        self.reached.pop(call, None)
        self.numbers.pop(call, None)
        self.journals[call] = dict(zip(sorted(self.journals[call]), entries, strict=True))
        for number in self.made.get(call, []):
            if number in self.tickets:
                ticket = self.tickets[number]
                self.tickets[number] = Ticket(**blank(asdict(ticket), spoken_fields(Ticket)))

    async def close(self) -> None:
        """There is nothing to let go of."""


def _order(call: str, at: float, order: Order, who: NoteCaller) -> Left:
    gone = at if order.cancelled else None
    return Left(
        *(order.number, call, at, who.name, who.number, ordered(order)),
        cents=order.price_cents,
        cancelled=gone,
    )


def _ticket(call: str, at: float, ticket: Ticket, who: NoteCaller) -> Left:
    done = at if ticket.resolved else None
    return Left(ticket.number, call, at, who.name, who.number, ticket.issue, done=done)


def _five_digits() -> str:
    return str(secrets.randbelow(90_000) + 10_000)
