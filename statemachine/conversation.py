"""The shop's conversation: its machine, and one call's place in it."""

from __future__ import annotations

from statemachine.engine import conversation, machine
from statemachine.engine.machine import Machine
from statemachine.facts import Facts
from statemachine.states import INITIAL, State
from statemachine.table import TABLE

MACHINE = Machine(TABLE)
"""One for every call: it holds none."""
Outcome = machine.Outcome[Facts]


class Conversation(conversation.Conversation[Facts, State]):
    """A call of the shop, from its beginning if nothing is known of it."""

    def __init__(
        self, facts: Facts | None = None, state: State = INITIAL, machine: Machine = MACHINE
    ) -> None:
        super().__init__(machine, facts or Facts(), state)
