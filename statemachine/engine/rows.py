"""One row of the transition table, typed: guards and update must fit its trigger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from statemachine.facts import Facts
from statemachine.guards import FactGuard, Guard
from statemachine.states import State
from statemachine.triggers import Trigger, name_of
from statemachine.updates import Outcome, Update, keep

T = TypeVar("T", bound=Trigger)


@dataclass(frozen=True, slots=True)
class Row:
    """A transition from each of `sources` to `to` (`None`: the state stays)."""

    trigger: type[Trigger]
    sources: tuple[State, ...]
    to: State | None
    when: tuple[FactGuard, ...]
    given: tuple[Callable[[Facts, Trigger], bool], ...]
    does: Callable[[Facts, Trigger], Outcome]

    def __str__(self) -> str:
        sources = ", ".join(str(source) for source in self.sources)
        return f"{name_of(self.trigger)}: {sources} -> {self.to or 'same'}"

    @property
    def guard_names(self) -> tuple[str, ...]:
        """The guards' names in the order in which they are asked."""
        return tuple(str(getattr(guard, "__name__", guard)) for guard in (*self.when, *self.given))


def row(
    on: type[T],
    sources: State | tuple[State, ...],
    to: State | None = None,
    *,
    when: tuple[FactGuard, ...] = (),
    given: tuple[Guard[T], ...] = (),
    does: Update[T] = keep,
) -> Row:
    """One row. `when` looks at the facts and decides on the offer too, `given` at what was said.

    A change of state hands off, or hangs up where it leads to the end, by itself; a line among the
    effects is then what the next agent opens with, or the farewell.
    """
    return Row(
        on,
        sources if isinstance(sources, tuple) else (sources,),
        to,
        when,
        cast("tuple[Callable[[Facts, Trigger], bool], ...]", given),
        cast("Callable[[Facts, Trigger], Outcome]", does),
    )
