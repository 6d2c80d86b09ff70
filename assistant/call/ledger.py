"""A call's entries on their way into the store: in order, and those that had to wait first."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass

from assistant.records import NOWHERE, Entry, Fenced, Place, RecordError, Store, Taken
from statemachine.engine.effects import Effect
from statemachine.engine.machine import Accepted
from statemachine.facts import Facts


@dataclass
class Late:
    """An entry that is still to be written.

    `doubt` is what was tried under its number before, and refused to the caller when no answer
    came: the store may have it all the same.
    """

    number: int
    entry: Entry
    doubt: Accepted[Facts] | None = None


class Ledger:
    """Writes one call's entries, none before the one in front of it is written.

    `opening` is what the call began on where the store has yet to be told of it, and of its place.
    """

    def __init__(
        self, call: str, store: Store, opening: Facts | None = None, place: Place = NOWHERE
    ) -> None:
        self.late: deque[Late] = deque()
        self.lost: Fenced | None = None
        """Why nothing can ever be written any more: the call is another writer's."""
        self.written_late = 0
        """How many entries had to wait and are written now."""
        self._call = call
        self._store = store
        self._opening = opening
        self._place = place

    async def write(self, number: int, entry: Entry, effects: tuple[Effect, ...]) -> None:
        """Write an entry, once nothing is late.

        Raises:
            RecordError: it could not be written; if the answer was lost it may have been.
        """
        await self._ask(self._store.write(self._call, number, entry, effects))

    def keep(self, number: int, entry: Entry, doubt: Accepted[Facts] | None) -> None:
        """Write this one later. For a call that is another writer's there is no later."""
        if self.lost is None:
            self.late.append(Late(number, entry, doubt))

    async def catch_up(self) -> Late | None:
        """Write what is late; stops behind a doubt that had been written after all, and gives it.

        Raises:
            RecordError: the store can't take it yet, or never will.
        """
        if self.lost:
            raise self.lost
        if self._opening is not None:
            await self._ask(self._store.begin(self._call, self._opening, self._place))
            self._opening = None
        while self.late:
            first = self.late[0]
            try:
                await self.write(first.number, first.entry, ())
            except Taken as taken:
                if first.doubt is None or not taken.entry.accepted:
                    raise
                self.late.popleft()
                return first
            self.late.popleft()
            self.written_late += 1
        return None

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
