"""What there is to draw: the table's desks and routes, what happens on the line, the facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from statemachine.engine import explore
from statemachine.engine.flowchart.overlay import Way
from statemachine.engine.rows import Row
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import SessionTrigger, Trigger, name_of

EVERYWHERE, LINE = "everywhere", "line"
"""The names of the cards of what may happen at many desks, and of what happens on the line."""
MANY = 3
"""At how many desks something is done that is drawn once for all of them."""


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
    sources: tuple[str, ...]
    """The cards from which it is written, each once: a state's, or one for many of them."""

    @property
    def triggers(self) -> tuple[str, ...]:
        """The triggers that write it, each once."""
        return tuple(dict.fromkeys(name for _, name in self.written))


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the picture, in the order in which the table has it."""

    desks: tuple[Desk, ...]
    routes: tuple[Route, ...]
    everywhere: tuple[Row, ...]
    """The rows of a model's trigger that is done at many desks without leaving them."""
    session: tuple[Row, ...]
    """What happens on the line, and leads to the end or nowhere."""
    facts: tuple[Fact, ...]
    levels: tuple[tuple[State, ...], ...]
    """The desks by how far they are from the first one."""


@lru_cache(maxsize=8)
def extract(table: Table) -> Chart:
    """What a table has to show.

    Raises:
        TableError: the table has a fault.
    """
    reported = tuple(row for row in table if issubclass(row.trigger, SessionTrigger))
    session = tuple(row for row in reported if row.to in (None, table.final))
    model = tuple(row for row in table if row not in reported)
    often = {row.trigger for row in model if row.to is None and len(row.sources) >= MANY}
    everywhere = tuple(row for row in model if row.trigger in often)
    once = tuple(row for row in table if row not in (*session, *everywhere))
    routes = tuple(
        Route(source, row.to, row, row in reported)
        for row in once
        for source in row.sources
        if row.to and not _stays(row, source)
    )
    card: dict[type[Trigger], str] = dict.fromkeys(often, EVERYWHERE)
    card.update((row.trigger, LINE) for row in session)
    return Chart(
        desks=tuple(
            Desk(
                state,
                tuple(
                    r for r in once if r not in reported and state in r.sources and _stays(r, state)
                ),
            )
            for state in table.open
        ),
        routes=routes,
        everywhere=everywhere,
        session=session,
        facts=tuple(
            Fact(
                name,
                tuple((state, name_of(kind)) for state, kind in places),
                _from(dict.fromkeys(card.get(kind, state.value) for state, kind in places)),
            )
            for name, places in explore.writes(table).items()
        ),
        levels=_levels(table, routes, everywhere),
    )


def _stays(row: Row, state: State) -> bool:
    return row.to is None or row.to is state


def _levels(
    table: Table, routes: tuple[Route, ...], everywhere: tuple[Row, ...]
) -> tuple[tuple[State, ...], ...]:
    """What is done everywhere leads on from the first desk."""
    leads = {(route.source, route.target) for route in routes}
    leads |= {(table.initial, row.to) for row in everywhere if row.to}
    levels: list[tuple[State, ...]] = [(table.initial,)]
    placed = {table.initial, table.final}
    while found := tuple(
        state
        for state in table.states
        if state not in placed and any((source, state) in leads for source in levels[-1])
    ):
        levels.append(found)
        placed.update(found)
    return tuple(levels)


def _from(cards: Iterable[str]) -> tuple[str, ...]:
    """Whence a fact is written: what many desks write, and is written at every one, from there."""
    found = tuple(cards)
    desks = [each for each in found if each not in (EVERYWHERE, LINE)]
    if EVERYWHERE in found and len(desks) >= MANY:
        return tuple(each for each in found if each not in desks)
    return found
