"""The store's interface: what can be written down and read back, and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from assistant.errors import MendableError
from assistant.records.left import Left
from statemachine.engine.effects import Effect
from statemachine.engine.journal.entry import Entry
from statemachine.facts import Facts, Order, Ticket


class RecordError(MendableError):
    """Something could not be written down or read; nothing of it was written."""


class UnknownCall(RecordError):
    """No call of this id was ever noted."""


class Fenced(RecordError):
    """The call is another writer's now: this one can write nothing to it any more."""


class Taken(RecordError):
    """This writer has written another entry under this number: `entry` is what stands there."""

    def __init__(self, message: str, entry: Entry) -> None:
        super().__init__(message)
        self.entry = entry


class Busy(RecordError):
    """Another program holds the database, or it takes its time: asked again, it may do it."""


class AddressError(RecordError):
    """The database's address cannot be used, however long one waits."""


class SchemaError(RecordError):
    """The database's tables are older or newer than this program's, or not its own."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call is held: enough for another worker to find its caller and to go on with them."""

    room: str = ""
    """The room's name; a call without one is taken up by nobody."""
    agent: str = ""
    """The name by which the room's agent was asked for; empty where it came unasked."""
    brought: str = ""
    """The metadata of its job."""


NOWHERE = Place()
"""Where a call is held that has no room, such as the console's."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a call serves, as far as it is known."""

    identity: str = ""
    """The one under which they are in the room."""
    number: str = ""
    """Theirs, where they come by telephone."""


NOBODY = Caller()
"""Nobody is served yet, or it is not known who."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call that nobody looks after any more: it stands in the middle, or its end wasn't seen to.

    `waiting` is for how many seconds; `attended` says that its owner stays on the line until then;
    `caller` is the identity of whom it serves, empty while that is unknown.
    """

    id: str
    room: str
    epoch: int
    ended: bool
    waiting: float
    attended: bool = False
    caller: str = ""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """All that is needed to tell a call again, or to go on with it."""

    id: str
    opening: Facts
    journal: tuple[Entry, ...]
    version: str
    """The fingerprint of the table under which the call began."""
    epoch: int
    """How often the call has been taken up; the first writer's is 1."""
    place: Place = NOWHERE
    began: float = 0.0
    """When it began, in seconds since 1970."""
    caller: Caller = NOBODY


@dataclass(frozen=True, slots=True)
class Summary:
    """A call in a list. Times are in seconds since 1970; `ended` is None while it is on."""

    id: str
    reference: str
    began: float
    ended: float | None
    state: str
    path: tuple[str, ...]
    """The states passed, from the first on, none twice in a row."""
    ended_by: str
    orders: tuple[Order, ...]
    tickets: tuple[Ticket, ...]


class Hold(Enum):
    """What became of a call whose lease was to be renewed."""

    KEPT = "kept"
    HANDED_ON = "handed on"
    """It is still its owner's, who is to leave it to whoever comes."""
    LOST = "lost"
    """Somebody else has taken it up."""
    UNKNOWN = "unknown"
    """It has not been noted yet, or nobody need look after it any more."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call took, known at its end; seconds are those that the caller waited for answers."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    answers: int = 0
    waited: float = 0.0
    longest_wait: float = 0.0


class Store(Protocol):
    """Where calls, journals, orders and tickets are kept.

    Every method raises RecordError, within a bounded time, where it can't do what it is for.
    """

    async def begin(
        self, call: str, facts: Facts, place: Place = NOWHERE, lease: float = 0.0
    ) -> str:
        """Note a new call and give it the reference its order and ticket numbers are made from.

        A reference that stands in the facts already is kept. Noting a call again that this store
        has begun changes nothing. `lease` is for how many seconds nobody else may claim it; with 0
        nobody is looked for who would.

        Raises:
            Fenced: somebody else has begun it.
        """

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        """Write a journal entry with its order or ticket, all or nothing.

        The numbers of a call are written in their order, from 0; `before` are the entries directly
        in front of this one, which are written with it. An entry that this writer has written
        already is left as it is: asking again after an answer was lost is safe.

        Raises:
            Taken: this writer has written another entry under one of these numbers.
            Fenced: somebody else has taken the call up.
            RecordError: it could not be written, or another writer has written this number.
        """

    async def claim(
        self, call: str, lease: float = 0.0, epoch: int | None = None, heir: str = ""
    ) -> CallRecord:
        """Take a call up: from now on only this store may write to it, and here is all of it.

        `lease` is for how many seconds nobody else may claim it; `epoch`, where given, the one it
        must still have. With an `heir`, the store of that name may write to it instead, and claims
        it in turn.

        Raises:
            Fenced: its lease is still running, or another epoch has begun.
            UnknownCall: there is no such call.
        """

    async def attend(self, call: str, caller: Caller) -> None:
        """Note whom a call serves: whoever takes it up serves nobody else.

        Raises:
            Fenced: somebody else has taken it up.
            UnknownCall: it has not been noted yet.
        """

    async def renew(self, call: str, lease: float) -> bool:
        """Keep a call for this many seconds more; False if it has been handed on meanwhile.

        Raises:
            Fenced: somebody else has taken it up.
            UnknownCall: it has not been noted yet.
        """

    async def renew_all(self, owners: Mapping[str, str], lease: float) -> dict[str, Hold]:
        """Keep these calls for this many seconds more, each for the owner that is named.

        It is one statement for all of them: for a worker, in the names of its processes that live.
        """

    async def give_up(self, call: str, owner: str = "", *, staying: bool = False) -> None:
        """Let anybody take a call up at once; nothing happens if it isn't this owner's any more.

        `owner` is the store whose call it is, if not this one's own. With `staying` that one
        remains on the line until somebody has taken it up.

        Raises:
            UnknownCall: there is no such call.
        """

    async def finish(self, call: str) -> None:
        """Nobody need look after this call any more; for whoever holds it."""

    async def orphans(self, agent: str = "") -> tuple[Orphan, ...]:
        """The calls of agents of this name whose lease is over, those that wait longest first."""

    async def read(self, call: str) -> CallRecord:
        """A call's opening facts and its journal.

        Raises:
            UnknownCall: there is no such call.
        """

    async def recent(self, most: int = 20) -> tuple[Summary, ...]:
        """The calls that began last, the newest first."""

    async def order(self, number: str) -> Left | None:
        """The order of this number, if there is one."""

    async def left_from(self, telephone: str) -> tuple[Left, ...]:
        """Orders and tickets of who rang from this number or is called back on it, newest first."""

    async def note_usage(self, call: str, usage: Usage) -> None:
        """Write down what a call took, at its end; what was noted of it before is replaced."""

    async def forget(self, call: str) -> None:
        """Blank the caller's words wherever they stand; states and counts still replay.

        Raises:
            UnknownCall: there is no such call.
            RecordError: it is still on.
        """

    async def close(self) -> None:
        """Let go of everything; the store is not used again."""
