"""Who answers the phone."""

from assistant.agents.base import ShopAgent
from statemachine.states import State


class GreetingAgent(ShopAgent):
    """Jill: greets the caller and puts them through."""

    state = State.GREETING
