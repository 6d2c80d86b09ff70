"""A table: what there is to know about one conversation, and the answers to what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from statemachine.engine.facts import Facts
from statemachine.engine.lines import Line
from statemachine.engine.rows import Row, sentence_of
from statemachine.engine.states import State
from statemachine.engine.triggers import ModelTrigger, SessionTrigger, Trigger, name_of


@dataclass(frozen=True)
class Samples:
    """What a walk through the conversation begins with, and what it says there."""

    opening: Facts
    words: Mapping[str, tuple[str, ...]]
    """By the name of an argument, the words that mean something there."""


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a conversation, read top to bottom, and what they are written in."""

    rows: tuple[Row, ...]
    states: tuple[State, ...]
    initial: State
    final: State
    turn: type[SessionTrigger]
    """The trigger of the caller's words."""
    opening: Callable[[str], Line]
    """The line with which the agent of a state takes over; LookupError where there is none."""
    samples: Samples
    declared: tuple[type[Trigger], ...] = ()
    """The triggers that were written for it: each needs a row."""
    shared: tuple[str, ...] = ()
    """The facts that the states share: written in one, read in another."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @cached_property
    def triggers(self) -> Mapping[str, type[Trigger]]:
        """Every kind of trigger by its name, in the order of the rows."""
        return {name_of(row.trigger): row.trigger for row in self.rows}

    @cached_property
    def tools(self) -> Mapping[str, type[ModelTrigger]]:
        """Those that a model may fire."""
        kinds = self.triggers.items()
        return {name: kind for name, kind in kinds if issubclass(kind, ModelTrigger)}

    @cached_property
    def _tools_by_state(self) -> Mapping[str, Mapping[type[ModelTrigger], tuple[Row, ...]]]:
        return {state: dict(self._tools_in(state)) for state in self.states}

    def _tools_in(self, state: State) -> Iterator[tuple[type[ModelTrigger], tuple[Row, ...]]]:
        for kind in self.tools.values():
            rows = (row for row in self.rows if row.trigger is kind and state in row.sources)
            if own := tuple(rows):
                yield kind, own

    def tools_from(self, state: State) -> Mapping[type[ModelTrigger], tuple[Row, ...]]:
        """Those of them that have rows in this state, with the rows: no other is possible there."""
        return self._tools_by_state.get(state, {})

    @cached_property
    def open(self) -> tuple[State, ...]:
        """Every state in which the call is still on."""
        return tuple(state for state in self.states if state is not self.final)

    @cached_property
    def reasons(self) -> Mapping[str, str]:
        """By a guard's name, what it says when it refuses."""
        return {
            name: sentence_of(guard)
            for row in self.rows
            for guard, name in zip(row.guards, row.guard_names, strict=True)
        }

    def state(self, name: str) -> State:
        """The state of this name.

        Raises:
            LookupError: there is none.
        """
        for state in self.states:
            if state.value == name:
                return state
        raise LookupError(f"there is no state {name} any more")

    def first_row(self, trigger: str, source: str) -> Row | None:
        """The first row that a trigger has in a state, both by their names."""
        for row in self.rows:
            if name_of(row.trigger) == trigger and source in row.sources:
                return row
        return None
