"""Who speaks in each state."""

from __future__ import annotations

from assistant.agents.agent import ShopAgent
from statemachine.states import State


class GreetingAgent(ShopAgent):
    """Jill: greets the caller and puts them through."""

    state = State.GREETING


class BuyingAgent(ShopAgent):
    """Finds the caller an iPhone, quotes it and takes the order."""

    state = State.BUYING


class SupportAgent(ShopAgent):
    """Notes what is broken, opens a ticket and goes through what may help."""

    state = State.SUPPORT


EVERY_AGENT: tuple[type[ShopAgent], ...] = (GreetingAgent, BuyingAgent, SupportAgent)
"""A new state's agent joins here."""
