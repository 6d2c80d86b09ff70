"""What all agents of a call share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from livekit.agents import Agent
from livekit.agents.voice import SpeechHandle

from assistant.call.call import Call
from assistant.settings import Settings
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge
from assistant.shop.wording.prompts import Prompts
from statemachine.effects import HandOff


class Speak(Protocol):
    """Says a fixed text to the caller, after what is being said."""

    def __call__(self, text: str, *, to_the_end: bool = False) -> None:
        """Say it; `to_the_end` whatever the caller says meanwhile."""


def unspoken(text: str, *, to_the_end: bool = False) -> None:
    """Nobody is on the line to hear it."""


class Unsaid(NamedTuple):
    """A fixed text that waits for the agent entering."""

    text: str
    to_the_end: bool


@dataclass
class UserData:
    """A call's shared data. What was established is read from the machine's facts, its home."""

    call: Call
    prompts: Prompts
    catalogue: Catalogue
    knowledge: Knowledge
    settings: Settings = field(default_factory=Settings)
    agents: dict[str, Agent] = field(default_factory=dict)
    """The registry: by state, the agent who speaks there."""
    prev_agent: Agent | None = None
    """The agent who was on the line before."""
    arriving: HandOff | None = None
    """The handoff that the agent entering now carries on from."""
    resumed: bool = False
    """Whether the agent entering now goes on with a call that was cut off."""
    heard: set[str] = field(default_factory=set)
    """Ids of the caller's messages that the call has been told of."""
    last_heard: str = ""
    """The id of the caller's last message."""
    put_through_by: str = ""
    """The id of the message that led to the last handoff."""
    recognised: list[str] = field(default_factory=list)
    """What the caller was understood to say and is no message yet."""
    missed: list[str] = field(default_factory=list)
    """What they said while the line was being handed over, for the agent entering."""
    handing_over: bool = False
    """Whether the line is changing hands: nobody can speak until the next agent has entered."""
    unsaid: list[Unsaid] = field(default_factory=list)
    """What was to be said meanwhile, for the agent entering."""
    speak: Speak = unspoken
    to_say: list[SpeechHandle] = field(default_factory=list)
    """What code has begun to say or put in line to be said."""
    handled: Counter[str] = field(default_factory=Counter)
    """By call id, how often a tool's own code has run; what is missing here was never ours."""
    call_ids: set[str] = field(default_factory=set)
    """Ids of the model's tool calls so far."""
    failures: int = 0
    """How many of the model's replies in a row have failed."""

    def take_over(self) -> list[Unsaid]:
        """The line has changed hands; returns what the agent entering has to say first."""
        waiting, self.unsaid, self.handing_over = self.unsaid, [], False
        return waiting

    @property
    def customer_name(self) -> str | None:
        """The caller's name, once they gave it."""
        return self.call.facts.customer_name or None

    @property
    def selected_model(self) -> str | None:
        """The iPhone they chose last."""
        return self.call.facts.selected_model or None

    @property
    def support_issue(self) -> str | None:
        """The problem they called about last."""
        return self.call.facts.support_issue or None
