"""Looking back at many calls: what can be asked of the records, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from assistant.records.left import Left
from assistant.records.store import CallRecord, Summary, Usage

NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Sought:
    """Which calls are looked for; what is empty doesn't matter. Times are seconds since 1970."""

    number: str = ""
    """Of an order, a ticket or the call itself."""
    since: float | None = None
    until: float | None = None
    left_from: str = ""
    """The state in which the call ended."""
    ended_by: str = ""
    """The trigger that ended it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a list, newest first: behind the call with this beginning and id.

    In a list of orders or tickets it is behind the one of that moment and number.
    """

    began: float
    id: str


@dataclass(frozen=True, slots=True)
class OnNow:
    """A call that is on; `began` and `now` are by the database's clock, in seconds since 1970."""

    id: str
    reference: str
    room: str
    state: str
    began: float
    now: float
    entries: int
    attended: bool
    """Whether a worker looks after it at this moment."""


@dataclass(frozen=True, slots=True)
class Count:
    """How often a way was taken, or refused, in a span of days."""

    source: str
    trigger: str
    target: str
    accepted: bool
    calls: int
    times: int
    at: float
    """The seconds from each call's beginning to when this happened, summed up."""


@dataclass(frozen=True, slots=True)
class WaysTaken:
    """The ways that calls which began in a span, and have ended, took."""

    calls: int
    counts: tuple[Count, ...]
    visits: Mapping[str, int]
    """Calls that came to each state, without the one in which all begin."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The figures of one part of a span; money in cents, times in seconds."""

    calls: int = 0
    ended: int = 0
    lasted: float = 0.0
    orders: int = 0
    cents: int = 0
    tickets: int = 0
    usage: Usage = NO_USAGE


class Past(Protocol):
    """Reads many calls. Every method raises RecordError where it can't, within a bounded time."""

    async def calls(
        self, sought: Sought, behind: Mark | None = None, most: int = 50
    ) -> tuple[Summary, ...]:
        """The calls sought, the newest first."""

    async def on_now(self, most: int = 100) -> tuple[OnNow, ...]:
        """The calls in rooms that have not ended, the newest first."""

    async def taken(self, since: float, until: float) -> WaysTaken:
        """Which ways the calls of a span took."""

    async def sum_up(self) -> None:
        """Sum up the traffic of the days that are over, so that asking for them takes no time."""

    async def figures(self, since: float, until: float, slots: int) -> tuple[Slot, ...]:
        """The figures of so many equal parts of a span."""

    async def left(
        self, kind: str, *, every: bool, most: int, behind: Mark | None = None
    ) -> tuple[Left, ...]:
        """The `orders` or `tickets` that are to be seen to, or every one, the newest first."""

    async def find(self, number: str) -> Left | None:
        """The order or the ticket of this number, if there is one."""

    async def done(self, number: str) -> bool:
        """Mark an order or a ticket done; whether there is such a one that stood open."""

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal.

        Raises:
            UnknownCall: there is no such call.
        """

    async def close(self) -> None:
        """Let go of everything."""
