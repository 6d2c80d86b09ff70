"""The agents who speak, one a state."""

from assistant.agents.agent import ShopAgent
from assistant.agents.desks import EVERY_AGENT, BuyingAgent, GreetingAgent, SupportAgent

__all__ = ["EVERY_AGENT", "BuyingAgent", "GreetingAgent", "ShopAgent", "SupportAgent"]
