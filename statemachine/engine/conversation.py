"""One call's place in its conversation."""

from __future__ import annotations

from typing import Generic, cast

from statemachine.engine.facts import F
from statemachine.engine.machine import Accepted, Machine, Outcome
from statemachine.engine.states import S, State
from statemachine.engine.triggers import ModelTrigger, Trigger, name_of


class Conversation(Generic[F, S]):
    """One call's state and facts, and the only thing that moves them."""

    def __init__(self, machine: Machine, facts: F, state: S) -> None:
        self._machine = machine
        self._facts = facts
        self._state = state

    @property
    def state(self) -> S:
        """Where the call stands."""
        return self._state

    @property
    def facts(self) -> F:
        """What it has established."""
        return self._facts

    @property
    def ended(self) -> bool:
        """Whether the call is over; nothing moves it then."""
        return self._state is self._machine.table.final

    def plan(self, trigger: Trigger) -> Outcome[F]:
        """What `send` would answer; nothing moves."""
        return self._machine.plan(self._state, self._facts, trigger)

    def commit(self, accepted: Accepted[F]) -> None:
        """Carry out a plan.

        Raises:
            ValueError: the call has moved since the plan was made.
        """
        if accepted.source is not self._state or accepted.before != self._facts:
            raise ValueError(f"{name_of(accepted.trigger)} was planned for another moment")
        self._state, self._facts = cast(S, accepted.target), accepted.facts

    def send(self, trigger: Trigger) -> Outcome[F]:
        """Fire a trigger: accepted and done, or refused with nothing changed."""
        outcome = self.plan(trigger)
        if isinstance(outcome, Accepted):
            self.commit(outcome)
        return outcome

    def offered(self, *ahead: Trigger) -> tuple[type[ModelTrigger], ...]:
        """What a model may fire now, or once these triggers are committed as well."""
        return self._machine.possible(*self._after(ahead))

    def facts_after(self, *ahead: Trigger) -> F:
        """What is known once these triggers are committed."""
        return self._after(ahead)[1]

    def _after(self, ahead: tuple[Trigger, ...]) -> tuple[State, F]:
        state: State = self._state
        facts = self._facts
        for trigger in ahead:
            outcome = self._machine.plan(state, facts, trigger)
            if isinstance(outcome, Accepted):
                state, facts = outcome.target, outcome.facts
        return state, facts
