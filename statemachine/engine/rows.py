"""One row of the transition table, typed: guards and update must fit its trigger and the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from statemachine.engine.effects import Effect, Say
from statemachine.engine.facts import F
from statemachine.engine.states import State
from statemachine.engine.triggers import Trigger, name_of

T = TypeVar("T", bound=Trigger)

_REFUSALS: dict[object, Callable[..., Say]] = {}


def otherwise(refusal: Callable[[F, T], Say]) -> Callable[[Callable[[F, T], bool]], Any]:
    """Give a guard the line that the caller hears when it refuses."""

    def mark(guard: Callable[[F, T], bool]) -> Callable[[F, T], bool]:
        _REFUSALS[guard] = refusal
        return guard

    return mark


def refusal_of(guard: object, facts: F, trigger: Trigger) -> Say | None:
    """The line spoken when this guard refuses, if it has one."""
    refusal = _REFUSALS.get(guard)
    return refusal(facts, trigger) if refusal else None


def named(guard: object) -> str:
    """A guard's name, by which a journal knows it."""
    return str(getattr(guard, "__name__", guard))


def sentence_of(guard: object) -> str:
    """What a guard says when it refuses: its docstring, as one line."""
    return " ".join((guard.__doc__ or "").split())


def keep(facts: F, trigger: Trigger) -> tuple[F, tuple[Effect, ...]]:
    """Nothing new is known, and nothing is asked of the world outside."""
    return facts, ()


@dataclass(frozen=True, slots=True)
class Row:
    """A transition from each of `sources` to `to` (`None`: the state stays)."""

    trigger: type[Trigger]
    sources: tuple[State, ...]
    to: State | None
    when: tuple[Callable[[Any], bool], ...]
    given: tuple[Callable[[Any, Any], bool], ...]
    does: Callable[[Any, Any], tuple[Any, tuple[Effect, ...]]]

    def __str__(self) -> str:
        sources = ", ".join(str(source) for source in self.sources)
        return f"{name_of(self.trigger)}: {sources} -> {self.to or 'same'}"

    @property
    def guards(self) -> tuple[Callable[..., bool], ...]:
        """All of its guards, in the order in which they are asked."""
        return (*self.when, *self.given)

    @property
    def guard_names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(map(named, self.guards))


def row(
    on: type[T],
    sources: State | tuple[State, ...],
    to: State | None = None,
    *,
    when: tuple[Callable[[F], bool], ...] = (),
    given: tuple[Callable[[F, T], bool], ...] = (),
    does: Callable[[F, T], tuple[F, tuple[Effect, ...]]] = keep,
) -> Row:
    """One row. `when` looks at the facts and decides on the offer too, `given` at what was said.

    A change of state hands off, or hangs up where it leads to the end, by itself; a line among the
    effects is then what the next agent opens with, or the farewell.
    """
    where = sources if isinstance(sources, tuple) else (sources,)
    return Row(on, where, to, when, given, does)
