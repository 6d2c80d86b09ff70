"""The states of a call, and the agent who speaks in each."""

from __future__ import annotations

from statemachine.engine import states


class State(states.State):
    """Where a call stands, with the agent's class and the desk's name."""

    GREETING = ("greeting", "GreetingAgent", "the front desk")
    BUYING = ("buying", "BuyingAgent", "sales")
    SUPPORT = ("support", "SupportAgent", "support")
    WAITING = ("waiting", "WaitingAgent", "the switchboard")
    WITH_PERSON = ("with_person", "", "a colleague")
    ENDED = ("ended", "", "")


INITIAL = State.GREETING
FINAL = State.ENDED
OPEN = tuple(state for state in State if state is not FINAL)
"""Every state in which the call is still on."""
SPOKEN = tuple(state for state in OPEN if state.agent)
"""Those in which an agent speaks: in the others the caller talks to one of the shop's people."""
DESKS = tuple(state for state in SPOKEN if state is not State.WAITING)
"""Those in which something is done for the caller, and a colleague may be asked for."""
