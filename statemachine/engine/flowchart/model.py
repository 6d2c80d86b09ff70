"""What there is to draw: the table's desks and routes, what happens on the line, the facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from statemachine.engine import explore
from statemachine.engine.flowchart.overlay import Way
from statemachine.engine.rows import Row
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import SessionTrigger, name_of


@dataclass(frozen=True, slots=True)
class Desk:
    """A state, and what may happen there without leaving it."""

    state: State
    stays: tuple[Row, ...]
    """The model's rows that leave the call where it is."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row's way from one desk to another one, or to the end."""

    source: State
    target: State
    row: Row
    reported: bool = False
    """Whether it happens on the line, rather than by a model's trigger."""

    @property
    def way(self) -> Way:
        """Its key in an overlay."""
        return self.source, name_of(self.row.trigger), self.target


@dataclass(frozen=True, slots=True)
class Fact:
    """A shared fact, and where which triggers write it."""

    name: str
    written: tuple[tuple[State, str], ...]

    @property
    def sources(self) -> tuple[State, ...]:
        """The states that write it, each once."""
        return tuple(dict.fromkeys(state for state, _ in self.written))

    @property
    def triggers(self) -> tuple[str, ...]:
        """The triggers that write it, each once."""
        return tuple(dict.fromkeys(name for _, name in self.written))


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the picture, in the order in which the table has it."""

    desks: tuple[Desk, ...]
    routes: tuple[Route, ...]
    session: tuple[Row, ...]
    """What happens on the line, and leads to the end or nowhere."""
    facts: tuple[Fact, ...]


@lru_cache(maxsize=8)
def extract(table: Table) -> Chart:
    """What a table has to show.

    Raises:
        TableError: the table has a fault.
    """
    reported = tuple(row for row in table if issubclass(row.trigger, SessionTrigger))
    session = tuple(row for row in reported if row.to in (None, table.final))
    model = tuple(row for row in table if row not in reported)
    written = explore.writes(table)
    return Chart(
        desks=tuple(
            Desk(state, tuple(r for r in model if state in r.sources and _stays(r, state)))
            for state in table.open
        ),
        routes=tuple(
            Route(source, row.to, row, row in reported)
            for row in table
            for source in row.sources
            if row.to and not _stays(row, source) and row not in session
        ),
        session=session,
        facts=tuple(
            Fact(name, tuple((state, name_of(kind)) for state, kind in places))
            for name, places in written.items()
        ),
    )


def _stays(row: Row, state: State) -> bool:
    return row.to is None or row.to is state
