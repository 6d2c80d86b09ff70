"""The states of a call, and the agent who speaks in each."""

from __future__ import annotations

from statemachine.engine import states


class State(states.State):
    """Where a call stands, with the agent's class and the desk's name."""

    GREETING = ("greeting", "GreetingAgent", "the front desk")
    BUYING = ("buying", "BuyingAgent", "sales")
    SUPPORT = ("support", "SupportAgent", "support")
    ENDED = ("ended", "", "")


INITIAL = State.GREETING
FINAL = State.ENDED
OPEN = tuple(state for state in State if state is not FINAL)
"""Every state in which the call is still on."""
