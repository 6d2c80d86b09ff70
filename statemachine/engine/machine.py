"""The machine: the table turned into a `transitions` machine, and one call's place in it.

`transitions` evaluates every guard and picks every destination. Planning is firing the trigger on a
throw-away snapshot; committing is keeping what came out.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Union, cast

import transitions

from statemachine import guards, lines
from statemachine.answers import Answer
from statemachine.effects import Effect, HandOff, HangUp, Say
from statemachine.engine.checks import check
from statemachine.engine.rows import Row
from statemachine.facts import Facts
from statemachine.states import FINAL, INITIAL, State
from statemachine.table import TABLE
from statemachine.triggers import CallerSpoke, ModelTrigger, Trigger, name_of


@dataclass(frozen=True, slots=True)
class Accepted:
    """The trigger happens: where from, where to, what is known then, and what it asks for."""

    trigger: Trigger
    source: State
    target: State
    before: Facts
    facts: Facts
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


Outcome = Union[Accepted, Refused]


@dataclass(slots=True)
class _Snapshot:
    """What `transitions` moves: a call's place, thrown away after the question is answered."""

    state: str
    facts: Facts
    trigger: Trigger | None
    row: Row | None = None
    refused_by: list[object] = field(default_factory=list)


class Machine:
    """The table as a `transitions` machine; holds no call, so one serves every call.

    Raises:
        TableError: the table has a fault, named with its row and the remedy.
    """

    def __init__(self, table: tuple[Row, ...] = TABLE) -> None:
        check(table)
        self.table = table
        self._known = {row.trigger for row in table}
        self._machine = transitions.Machine(
            model=None,
            states=[state.value for state in State],
            initial=INITIAL.value,
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

    def plan(self, state: State, facts: Facts, trigger: Trigger) -> Outcome:
        """What firing the trigger here would lead to; nothing is changed, nothing is raised."""
        snapshot = self._fire(state, facts, type(trigger), trigger)
        if snapshot.row is None:
            return self._refusal(state, facts, trigger, snapshot)
        return _accepted(snapshot.row, state, State(snapshot.state), facts, trigger)

    def repeat(self, state: State, facts: Facts, trigger: Trigger, target: State) -> Accepted:
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
        return _accepted(rows[0], state, target, facts, trigger)

    def possible(self, state: State, facts: Facts) -> tuple[type[ModelTrigger], ...]:
        """The model's triggers whose guards on the facts alone pass here, in the table's order."""
        kinds = dict.fromkeys(row.trigger for row in self.table)
        return tuple(
            kind
            for kind in kinds
            if issubclass(kind, ModelTrigger) and self._fire(state, facts, kind, None).row
        )

    def _fire(
        self, state: State, facts: Facts, kind: type[Trigger], trigger: Trigger | None
    ) -> _Snapshot:
        snapshot = _Snapshot(state.value, facts, trigger)
        if kind in self._known:
            # It raises where no row starts in this state.
            with contextlib.suppress(transitions.MachineError):
                self._machine.events[name_of(kind)].trigger(snapshot)
        return snapshot

    def _refusal(
        self, state: State, facts: Facts, trigger: Trigger, snapshot: _Snapshot
    ) -> Refused:
        reasons = [Reason(_named(guard), sentence_of(guard)) for guard in snapshot.refused_by]
        says = [guards.refusal_of(guard, facts, trigger) for guard in snapshot.refused_by]
        reasons = reasons or [Reason(NOT_POSSIBLE_HERE, not_from_here(state, name_of(trigger)))]
        possible = tuple(name_of(kind) for kind in self.possible(state, facts))
        return Refused(trigger, state, tuple(reasons), possible, next(filter(None, says), None))


def sentence_of(guard: object) -> str:
    """What a guard says when it refuses: its docstring, as one line."""
    return " ".join((guard.__doc__ or "").split())


def _named(guard: object) -> str:
    return str(getattr(guard, "__name__", guard))


def not_from_here(state: State, trigger: str) -> str:
    """Why a trigger that has no row from this state is refused."""
    if state is FINAL:
        return "The call has ended: nothing more can be done."
    return f"{trigger} is not possible while the caller is with {state.desk}."


def _accepted(row: Row, state: State, target: State, facts: Facts, trigger: Trigger) -> Accepted:
    """The row done: what is known then, and what it asks for."""
    after, effects = row.does(facts, trigger)
    if target is not state:
        after = replace(after, entered_at=after.turn)
        effects = _settle(target, after, effects)
    return Accepted(trigger, state, target, facts, after, effects)


def _fact_condition(guard: guards.FactGuard) -> Callable[[transitions.EventData], bool]:
    return _recording(guard, lambda snapshot: guard(snapshot.facts))


def _condition(guard: Callable[[Facts, Trigger], bool]) -> Callable[[transitions.EventData], bool]:
    """A guard on what was said; while the question is what to offer, nothing was said yet."""
    return _recording(
        guard,
        lambda snapshot: snapshot.trigger is None or guard(snapshot.facts, snapshot.trigger),
    )


def _recording(
    guard: object, passes: Callable[[_Snapshot], bool]
) -> Callable[[transitions.EventData], bool]:
    def condition(event: transitions.EventData) -> bool:
        snapshot = cast(_Snapshot, event.model)
        passed = passes(snapshot)
        if not passed:
            snapshot.refused_by.append(guard)
        return passed

    condition.__name__ = _named(guard)
    return condition


def _remember(row: Row) -> Callable[[transitions.EventData], None]:
    def remember(event: transitions.EventData) -> None:
        cast(_Snapshot, event.model).row = row

    return remember


def _settle(target: State, facts: Facts, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """A change of state hands off or hangs up, and takes the row's line with it."""
    line = next((effect for effect in effects if isinstance(effect, Say)), None)
    rest = tuple(effect for effect in effects if effect is not line)
    if target is FINAL:
        return (*rest, HangUp(line))
    return (*rest, HandOff(target, facts.wish, line or Say(lines.opening(target.value))))


MACHINE = Machine()
"""The shop's conversation."""


class Conversation:
    """One call's state and facts, and the only thing that moves them."""

    def __init__(
        self, facts: Facts | None = None, state: State = INITIAL, machine: Machine = MACHINE
    ) -> None:
        self._facts = facts or Facts()
        self._state = state
        self._machine = machine

    @property
    def state(self) -> State:
        """Where the call stands."""
        return self._state

    @property
    def facts(self) -> Facts:
        """What it has established."""
        return self._facts

    @property
    def ended(self) -> bool:
        """Whether the call is over; nothing moves it then."""
        return self._state is FINAL

    def plan(self, trigger: Trigger) -> Outcome:
        """What `send` would answer; nothing moves."""
        return self._machine.plan(self._state, self._facts, trigger)

    def commit(self, accepted: Accepted) -> None:
        """Carry out a plan.

        Raises:
            ValueError: the call has moved since the plan was made.
        """
        if accepted.source is not self._state or accepted.before != self._facts:
            raise ValueError(f"{name_of(accepted.trigger)} was planned for another moment")
        self._state, self._facts = accepted.target, accepted.facts

    def send(self, trigger: Trigger) -> Outcome:
        """Fire a trigger: accepted and done, or refused with nothing changed."""
        outcome = self.plan(trigger)
        if isinstance(outcome, Accepted):
            self.commit(outcome)
        return outcome

    def offered(self, heard: Answer | None = None) -> tuple[type[ModelTrigger], ...]:
        """What a model may fire now, or once words taken as the answer `heard` are committed."""
        facts = self._facts
        if heard is not None:
            outcome = self.plan(CallerSpoke(heard))
            facts = outcome.facts if isinstance(outcome, Accepted) else facts
        return self._machine.possible(self._state, facts)
