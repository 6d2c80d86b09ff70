"""What all agents of a call share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from livekit.agents import Agent
from livekit.agents.voice import SpeechHandle

from assistant.agents.entering import Handover
from assistant.agents.own_words import OwnWords, written
from assistant.agents.reflex import Deed
from assistant.call.call import Call
from assistant.settings import Settings
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge
from assistant.shop.wording.prompts import Prompts
from statemachine.engine.effects import HandOff
from statemachine.states import State
from statemachine.triggers import Staff, ToPerson


class Speak(Protocol):
    """Says a fixed text to the caller, after what is being said."""

    def __call__(self, text: str, *, to_the_end: bool = False) -> None:
        """Say it; `to_the_end` whatever the caller says meanwhile."""


def unspoken(text: str, *, to_the_end: bool = False) -> None:
    """Nobody is on the line to hear it."""


def nobody_in() -> tuple[Staff, str]:
    """There is no way from here to any of the shop's people."""
    return Staff.OUT, ""


async def at_once() -> None:
    """Nobody's telephone rings."""


@dataclass
class UserData:
    """A call's shared data. What was established is read from the machine's facts, its home."""

    call: Call
    prompts: Prompts
    catalogue: Catalogue
    knowledge: Knowledge
    settings: Settings = field(default_factory=Settings)
    about: About = NOTHING_KNOWN
    agents: dict[str, Agent] = field(default_factory=dict)
    """The registry: by state, the agent who speaks there."""
    prev_agent: Agent | None = None
    """The agent who was on the line before."""
    handover: Handover = field(default_factory=Handover)
    """How the line came to the agent who has it, or comes to the one who is entering."""
    heard: set[str] = field(default_factory=set)
    """Ids of the caller's messages that the call has been told of."""
    last_heard: str = ""
    """The id of the caller's last message."""
    recognised: list[str] = field(default_factory=list)
    """What the caller was understood to say and is no message yet."""
    speak: Speak = unspoken
    to_say: list[SpeechHandle] = field(default_factory=list)
    """What code has begun to say or put in line to be said."""
    by_code: set[str] = field(default_factory=set)
    """Ids of the messages that code has spoken."""
    handled: Counter[str] = field(default_factory=Counter)
    """By call id, how often a tool's own code has run; what is missing here was never ours."""
    call_ids: set[str] = field(default_factory=set)
    """Ids of the model's tool calls so far."""
    keyed: Deed | None = None
    """What the caller has chosen by a key, done with the words that the key says."""
    reflexes: bool = False
    """Whether a sentence that is plain is acted on without asking the model."""
    picked_up: Callable[[], Awaitable[None]] = at_once
    """Waits until the caller hears what is said: their telephone may still ring."""
    staff: Callable[[], tuple[Staff, str]] = nobody_in
    """Whether somebody can be asked to take the call now, and else when the shop opens again."""
    failures: int = 0
    """How many of the model's replies in a row have failed."""

    def asking(self, trigger: ToPerson) -> ToPerson:
        """The wish for a person, with whether there is one at this moment."""
        staff, opens = self.staff()
        return replace(trigger, staff=staff, opens=opens)

    def hear(self, message: str) -> None:
        """A message of the caller's is what they said last; this is its id."""
        self.heard.add(message)
        self.last_heard = message
        self.handover = replace(self.handover, spoke=True)

    def hand_over(self, to: HandOff) -> None:
        """The line changes hands from now on; after that nobody can speak before `take_over`."""
        self.handover = replace(
            self.handover, to=to, by=self.last_heard, spoke=False, under_way=True
        )

    def take_over(self) -> Handover:
        """The line has changed hands; what had to wait for that is left to who is entering."""
        came = replace(self.handover, ended=self.call.state is State.ENDED)
        self.handover = Handover(came.to, came.by, came.spoke)
        return came

    @cached_property
    def own_words(self) -> OwnWords:
        """What the shop has written for its callers: answers about itself, steps, pitches."""
        steps = (text for each in self.knowledge.problems for text in (*each.steps, each.stop))
        pitches = (model.pitch for model in self.catalogue.models)
        return written((*self.about.spoken, *steps, *pitches))

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
