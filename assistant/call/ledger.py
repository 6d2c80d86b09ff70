"""A call's journal, on its way into the store: in order, and what had to wait first."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Union

from assistant.records import NOWHERE, Entry, Fenced, Place, RecordError, Store, Taken
from statemachine.engine.effects import Effect
from statemachine.engine.journal.course import Course
from statemachine.engine.journal.words import own_name
from statemachine.engine.machine import Accepted
from statemachine.facts import Facts
from statemachine.table import TABLE

log = logging.getLogger("assistant.call")

AT_ONCE = 20
"""How many entries one statement may write."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The entry is written."""


@dataclass(frozen=True, slots=True)
class Late:
    """The entry can't be written now."""

    why: RecordError


@dataclass(frozen=True, slots=True)
class Doubtful:
    """No answer came: the entry may be written or not."""

    why: RecordError


Put = Union[Stored, Late, Doubtful]


@dataclass
class Waiting:
    """An entry that is still to be written.

    `doubt` is what was tried under its number before, and refused to the caller when no answer
    came: the store may have it all the same.
    """

    number: int
    entry: Entry
    doubt: Accepted[Facts] | None = None
    effects: tuple[Effect, ...] = ()
    """What is written with it: something that has happened may have opened a ticket."""


class Ledger:
    """One call's entries, none written before the one in front of it.

    `opening` is what the call began on where the store has yet to be told of it, and of its place.
    """

    def __init__(
        self,
        call: str,
        store: Store,
        opening: Facts | None = None,
        place: Place = NOWHERE,
        journal: Iterable[Entry] = (),
    ) -> None:
        self.journal: list[Entry] = list(journal)
        """Every entry, whether it is written already or not."""
        self.course = Course(TABLE, self.journal)
        self.late: deque[Waiting] = deque()
        self.lost: Fenced | None = None
        """Why nothing can ever be written any more: the call is another writer's."""
        self.trouble: RecordError | None = None
        """What kept the last entry from being written, or keeps what is late."""
        self._call = call
        self._store = store
        self._opening = opening
        self._place = place
        self._outage = _Outage(call) if opening is None else _Outage(call, begun_in=True)

    async def put(self, entry: Entry, effects: tuple[Effect, ...]) -> Put:
        """Write the next entry, with its order or ticket; what isn't stored may be kept for later.

        What was set aside for it goes with it, in one way there and back. What waits for want of
        the store is written first, by `catch_up`: while that can't be done, nothing else is tried.
        """
        if self.trouble:
            return Late(self.trouble)
        before = tuple(each.entry for each in self.late)
        number = len(self.journal)
        try:
            await self._ask(self._store.write(self._call, number, entry, effects, before))
        except RecordError as error:
            self.trouble = error
            return Doubtful(error)
        self.late.clear()
        self._append(entry)
        return Stored()

    def set_aside(self, entry: Entry) -> None:
        """Write this one with the next, or by itself with `catch_up`; nothing has come of it yet.

        Whoever dies before that has lost what the caller has just said, as they would have a moment
        sooner.
        """
        self.late.append(Waiting(len(self.journal), entry))
        self._append(entry)

    @property
    def is_behind(self) -> bool:
        """Whether something has to be caught up with before the next entry can be written."""
        return bool(self.trouble or self.lost or self._opening is not None)

    def keep(
        self,
        entry: Entry,
        why: RecordError,
        doubt: Accepted[Facts] | None = None,
        effects: tuple[Effect, ...] = (),
    ) -> None:
        """Write this one later. For a call that is another writer's there is no later."""
        self._outage.tell(entry, why)
        if self.lost is None:
            self.late.append(Waiting(len(self.journal), entry, doubt, effects))
        self._append(entry)

    async def catch_up(self) -> Waiting | None:
        """Write what is late; stops behind a doubt that had been written, and gives it."""
        try:
            happened = await self._write_late()
        except RecordError as error:
            self.trouble = error
            return None
        if happened is None:
            self.trouble = None
            self._outage.over()
        return happened

    async def _write_late(self) -> Waiting | None:
        if self.lost:
            raise self.lost
        if self._opening is not None:
            await self._ask(self._store.begin(self._call, self._opening, self._place))
            self._opening = None
        while self.late:
            *before, last = self._first_ones()
            told = tuple(each.entry for each in before)
            try:
                await self._ask(
                    self._store.write(self._call, last.number, last.entry, last.effects, told)
                )
            except Taken as taken:
                if before or last.doubt is None or not taken.entry.accepted:
                    raise
                self.late.popleft()
                return last
            for _ in range(len(before) + 1):
                self.late.popleft()
                self._outage.late += 1
        return None

    def _first_ones(self) -> list[Waiting]:
        """Those that wait in front, as many as can be written at once.

        A doubt stands alone, and what an entry orders is written with it as the last one.
        """
        first: list[Waiting] = []
        for each in islice(self.late, AT_ONCE):
            if each.doubt is not None:
                break
            first.append(each)
            if each.effects:
                break
        return first or [self.late[0]]

    def amend(self, number: int, entry: Entry) -> None:
        """This happened, and not what was noted."""
        self.journal[number] = entry
        self.course = Course(TABLE, self.journal)

    def tell_unwritten(self) -> None:
        """Log what is still to be written as the call ends."""
        if unwritten := [named(each.entry) for each in self.late]:
            log.error("call %s has ended with %s unwritten", self._call, ", ".join(unwritten))

    def _append(self, entry: Entry) -> None:
        self.journal.append(entry)
        self.course.follow(entry)

    async def _ask(self, answer: Awaitable[object]) -> None:
        try:
            await answer
        except Fenced as fenced:
            self.lost = fenced
            self.late.clear()
            raise
        except RecordError:
            raise
        except Exception as error:  # whatever a store's driver raises, nobody is left hanging
            raise RecordError(f"{type(error).__name__}: {error}") from error


class _Outage:
    """What the log is told while the store is away: each reason once, and not at each trigger."""

    def __init__(self, call: str, *, begun_in: bool = False) -> None:
        self.late = 0
        """How many entries had to wait and are written now."""
        self._call = call
        self._reasons: set[str] = set()
        self._away = begun_in
        self._told_of = begun_in  # where the call began, its first reason was told

    def tell(self, entry: Entry, why: RecordError) -> None:
        """This isn't written, for this reason."""
        reason = str(why)
        known = reason in self._reasons or (self._told_of and not self._reasons)
        if not known or isinstance(why, (Fenced, Taken)):
            log.error("call %s: %s was not written down: %s", self._call, named(entry), reason)
        self._reasons.add(reason)
        self._away = True

    def over(self) -> None:
        """All that waited is written."""
        if self._away:
            log.warning(
                "call %s is written down again, %d of its entries late", self._call, self.late
            )
        self.late, self._away, self._told_of = 0, False, False
        self._reasons.clear()


def named(entry: Entry) -> str:
    """An entry's trigger; what a model made up may be a caller's words and is not repeated."""
    return own_name(entry.trigger, TABLE, "an unknown trigger")
