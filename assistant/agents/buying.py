"""Who sells."""

from assistant.agents.base import ShopAgent
from statemachine.states import State


class BuyingAgent(ShopAgent):
    """Finds the caller an iPhone, quotes it and takes the order."""

    state = State.BUYING
