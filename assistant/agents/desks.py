"""Who speaks in each state."""

from __future__ import annotations

from assistant.agents.agent import ShopAgent
from statemachine.engine.checks import TableError
from statemachine.states import OPEN, State


class GreetingAgent(ShopAgent):
    """Jill: greets the caller and puts them through."""

    state = State.GREETING


class BuyingAgent(ShopAgent):
    """Finds the caller an iPhone, quotes it and takes the order."""

    state = State.BUYING


class SupportAgent(ShopAgent):
    """Notes what is broken, opens a ticket and goes through what may help."""

    state = State.SUPPORT


def registry(agents: tuple[type[ShopAgent], ...]) -> tuple[type[ShopAgent], ...]:
    """The agents, once it is sure that each open state has its own.

    Raises:
        TableError: in a state nobody would speak, or another one than states.py says.
    """
    for state in OPEN:
        names = [agent.__name__ for agent in agents if agent.state is state]
        if names != [state.agent]:
            raise TableError(
                f"in {state} {state.agent} is to speak, says states.py, and desks.py has "
                f"{' and '.join(names) or 'nobody'} there: give it one class of that name, with "
                f"state = State.{state.name}, and put it into EVERY_AGENT"
            )
    return agents


EVERY_AGENT = registry((GreetingAgent, BuyingAgent, SupportAgent))
"""A new state's agent joins here."""
