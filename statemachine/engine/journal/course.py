"""The way that a journal tells: the states passed, and what ended it."""

from __future__ import annotations

from collections.abc import Iterable

from statemachine.engine.journal.entry import Entry
from statemachine.engine.table import Table


class Course:
    """Followed entry by entry: what is asked of a long one costs no more than of a short one."""

    def __init__(self, table: Table, entries: Iterable[Entry] = ()) -> None:
        self.path: list[str] = [table.initial.value]
        """The states passed, from the first on, none twice in a row."""
        self.ended_by = ""
        """The trigger that ended the call, empty while it is on."""
        self._final: str = table.final.value
        for entry in entries:
            self.follow(entry)

    def follow(self, entry: Entry) -> None:
        """Go where an entry led."""
        if entry.accepted and entry.target != self.path[-1]:
            self.path.append(entry.target)
        if entry.accepted and entry.target == self._final:
            self.ended_by = entry.trigger

    @property
    def last_open(self) -> str:
        """The present state, or after the end the last open one."""
        return self.path[-2] if self.path[-1] == self._final else self.path[-1]
