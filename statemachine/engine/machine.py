"""The machine: a table turned into a `transitions` machine.

`transitions` evaluates the guards of what is fired and picks every destination. Planning is firing
the trigger on a throw-away snapshot; committing is keeping what came out. What may be offered is
asked of the guards alone: nothing was said yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Union, cast

import transitions

from statemachine.engine.checks import check
from statemachine.engine.effects import Effect, HandOff, HangUp, Say
from statemachine.engine.facts import F, Facts
from statemachine.engine.rows import Row, named, refusal_of, sentence_of
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import ModelTrigger, Trigger, name_of


@dataclass(frozen=True, slots=True)
class Accepted(Generic[F]):
    """The trigger happens: where from, where to, what is known then, and what it asks for."""

    trigger: Trigger
    source: State
    target: State
    before: F
    facts: F
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a trigger is refused: a name, the guard's own, and a sentence a model can act on."""

    name: str
    told: str


NOT_POSSIBLE_HERE = "not_possible_here"
"""The reason where no row starts in this state: then no guard is to blame."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The trigger doesn't happen: why, and what is possible instead."""

    trigger: Trigger
    state: State
    reasons: tuple[Reason, ...]
    possible: tuple[str, ...]
    says: Say | None = None
    """What the caller is told, where the refusal has a line of its own."""


Outcome = Union[Accepted[F], Refused]


@dataclass(slots=True)
class _Snapshot:
    """What `transitions` moves: a call's place, thrown away after the question is answered."""

    state: str
    facts: Facts
    trigger: Trigger
    row: Row | None = None
    refused_by: list[object] = field(default_factory=list)


class Machine:
    """The table as a `transitions` machine; holds no call, so one serves every call.

    Raises:
        TableError: the table has a fault, named with its row and the remedy.
    """

    def __init__(self, table: Table) -> None:
        check(table)
        self.table = table
        self._known = {row.trigger for row in table}
        self._machine = transitions.Machine(
            model=None,
            states=[state.value for state in table.states],
            initial=table.initial.value,
            auto_transitions=False,
            send_event=True,
        )
        for row in table:
            for source in row.sources:
                self._machine.add_transition(
                    name_of(row.trigger),
                    source.value,
                    row.to.value if row.to else "=",
                    conditions=[*map(_fact_condition, row.when), *map(_condition, row.given)],
                    before=_remember(row),
                )

    def plan(self, state: State, facts: F, trigger: Trigger) -> Outcome[F]:
        """What firing the trigger here would lead to; nothing is changed, nothing is raised."""
        snapshot = self._fire(state, facts, trigger)
        if snapshot.row is None:
            return self._refusal(state, facts, trigger, snapshot)
        return self._accepted(snapshot.row, state, self.table.state(snapshot.state), facts, trigger)

    def repeat(self, state: State, facts: F, trigger: Trigger, target: State) -> Accepted[F]:
        """What a trigger leads to that was accepted before: its guards are not asked again.

        Raises:
            LookupError: no row leads from here to that target by this trigger, or what it did
                cannot be done any more.
        """
        rows = [
            row
            for row in self.table
            if row.trigger is type(trigger) and state in row.sources and (row.to or state) is target
        ]
        if not rows:
            raise LookupError(f"no row leads from {state} to {target} any more")
        if len(rows) > 1:  # only the guards tell which of them it was
            outcome = self.plan(state, facts, trigger)
            if isinstance(outcome, Accepted) and outcome.target is target:
                return outcome
        return self._accepted(rows[0], state, target, facts, trigger)

    def possible(self, state: State, facts: Facts) -> tuple[type[ModelTrigger], ...]:
        """The model's triggers whose guards on the facts alone pass here, in the table's order."""
        return tuple(
            kind
            for kind, rows in self.table.tools_from(state).items()
            if any(all(guard(facts) for guard in row.when) for row in rows)
        )

    def _fire(self, state: State, facts: Facts, trigger: Trigger) -> _Snapshot:
        snapshot, kind = _Snapshot(state.value, facts, trigger), type(trigger)
        if kind in self._known:
            # It raises where no row starts in this state.
            with contextlib.suppress(transitions.MachineError):
                self._machine.events[name_of(kind)].trigger(snapshot)
        return snapshot

    def _refusal(
        self, state: State, facts: Facts, trigger: Trigger, snapshot: _Snapshot
    ) -> Refused:
        refused_by = tuple(dict.fromkeys(snapshot.refused_by))  # rows of one trigger may share some
        reasons = [Reason(named(guard), sentence_of(guard)) for guard in refused_by]
        says = [refusal_of(guard, facts, trigger) for guard in refused_by]
        reasons = reasons or [
            Reason(NOT_POSSIBLE_HERE, not_from_here(self.table, state, name_of(trigger)))
        ]
        possible = tuple(name_of(kind) for kind in self.possible(state, facts))
        return Refused(trigger, state, tuple(reasons), possible, next(filter(None, says), None))

    def _accepted(
        self, row: Row, state: State, target: State, facts: F, trigger: Trigger
    ) -> Accepted[F]:
        """The row done: what is known then, and what it asks for."""
        after, effects = row.does(facts, trigger)
        if target is not state:
            after = replace(after, entered_at=after.turn)
            effects = self._settle(target, after, effects)
        return Accepted(trigger, state, target, facts, after, effects)

    def _settle(
        self, target: State, facts: Facts, effects: tuple[Effect, ...]
    ) -> tuple[Effect, ...]:
        """A change of state hands off or hangs up, and takes the row's line with it."""
        line = next((effect for effect in effects if isinstance(effect, Say)), None)
        rest = tuple(effect for effect in effects if effect is not line)
        if target is self.table.final:
            return (*rest, HangUp(line))
        return (*rest, HandOff(target, facts.wish, line or Say(self.table.opening(target.value))))


def not_from_here(table: Table, state: State, trigger: str) -> str:
    """Why a trigger that has no row from this state is refused."""
    if state is table.final:
        return "The call has ended: nothing more can be done."
    return f"{trigger} is not possible while the caller is with {state.desk}."


def _fact_condition(guard: Callable[[Any], bool]) -> Callable[[transitions.EventData], bool]:
    return _recording(guard, lambda snapshot: guard(snapshot.facts))


def _condition(guard: Callable[[Any, Any], bool]) -> Callable[[transitions.EventData], bool]:
    """A guard on what was said."""
    return _recording(guard, lambda snapshot: guard(snapshot.facts, snapshot.trigger))


def _recording(
    guard: object, passes: Callable[[_Snapshot], bool]
) -> Callable[[transitions.EventData], bool]:
    def condition(event: transitions.EventData) -> bool:
        snapshot = cast(_Snapshot, event.model)
        passed = passes(snapshot)
        if not passed:
            snapshot.refused_by.append(guard)
        return passed

    condition.__name__ = named(guard)
    return condition


def _remember(row: Row) -> Callable[[transitions.EventData], None]:
    def remember(event: transitions.EventData) -> None:
        cast(_Snapshot, event.model).row = row

    return remember
