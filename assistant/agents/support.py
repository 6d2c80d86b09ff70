"""Who troubleshoots."""

from assistant.agents.base import ShopAgent
from statemachine.states import State


class SupportAgent(ShopAgent):
    """Notes what is wrong with a caller's iPhone and helps them mend it."""

    state = State.SUPPORT
