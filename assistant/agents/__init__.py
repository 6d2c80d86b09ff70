"""The agents who speak, one a state."""

from assistant.agents.base import ShopAgent
from assistant.agents.buying import BuyingAgent
from assistant.agents.greeting import GreetingAgent
from assistant.agents.support import SupportAgent

EVERY_AGENT: tuple[type[ShopAgent], ...] = (GreetingAgent, BuyingAgent, SupportAgent)
"""A new state's agent joins here."""

__all__ = ["EVERY_AGENT", "BuyingAgent", "GreetingAgent", "ShopAgent", "SupportAgent"]
