"""Who speaks in each state."""

from __future__ import annotations

from collections.abc import AsyncIterator

from livekit.agents import FlushSentinel, ModelSettings, llm

from assistant.agents.agent import ShopAgent
from assistant.agents.entering import Handover
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


class WaitingAgent(ShopAgent):
    """Jill still: keeps a caller company while a colleague is asked to take the call."""

    state = State.WAITING


class SilentAgent(ShopAgent):
    """Nobody of ours: a colleague and the caller talk, and are neither heard nor spoken to."""

    state = State.WITH_PERSON

    async def _enter(self, handover: Handover) -> None:
        """Say what is left to be said, and leave the line to them."""
        if not handover.ended:
            self._listen(False)
        for text, to_the_end in handover.unsaid:
            self._data.speak(text, to_the_end=to_the_end)
        if handover.to is not None and not handover.resumed and not handover.ended:
            opening = self._data.prompts.word(handover.to.opening)
            self._data.speak(opening, to_the_end=True)

    def go_on(self) -> None:
        """Nothing: whoever was cut off is talking to somebody else."""

    async def llm_node(
        self,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        model_settings: ModelSettings,
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """No reply, while it is theirs to speak."""
        if self._data.call.state is not self.state:
            async for part in super().llm_node(chat_ctx, tools, model_settings):
                yield part


def registry(agents: tuple[type[ShopAgent], ...]) -> tuple[type[ShopAgent], ...]:
    """The agents, once it is sure that each open state has its own, or the silent one.

    Raises:
        TableError: in a state nobody would speak, or another one than states.py says.
    """
    for state in OPEN:
        names = [agent.__name__ for agent in agents if agent.state is state]
        wanted = state.agent or SilentAgent.__name__
        if names != [wanted]:
            raise TableError(
                f"in {state} {wanted} is to speak, says states.py, and desks.py has "
                f"{' and '.join(names) or 'nobody'} there: give it one class of that name, with "
                f"state = State.{state.name}, and put it into EVERY_AGENT"
            )
    return agents


EVERY_AGENT = registry((GreetingAgent, BuyingAgent, SupportAgent, WaitingAgent, SilentAgent))
"""A new state's agent joins here."""
