"""What an agent does on taking over the line, decided from how the line came to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Union

from statemachine import lines as conversation
from statemachine.engine.effects import HandOff, Say

GREETING = Say(conversation.GREETING)


class Unsaid(NamedTuple):
    """A fixed text that waits for the agent entering."""

    text: str
    to_the_end: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """How the line came to the agent who has it, or comes to the one who is entering."""

    to: HandOff | None = None
    """What the machine asked for; none where the call has only begun."""
    by: str = ""
    """The id of the caller's message that led to it."""
    spoke: bool = False
    """Whether the caller has said more since."""
    missed: tuple[str, ...] = ()
    """What they said while the line changed hands, which LiveKit drops."""
    unsaid: tuple[Unsaid, ...] = ()
    """What code had to say meanwhile, in its order."""
    under_way: bool = False
    """Whether the line is changing hands: nobody can speak until the next agent has entered."""
    resumed: bool = False
    """Whether the agent entering goes on with a call that was cut off."""
    ended: bool = False
    """Whether the call is over."""

    @property
    def wish(self) -> str:
        """What the caller was put through with, empty for nothing."""
        return self.to.wish if self.to else ""


@dataclass(frozen=True, slots=True)
class Farewell:
    """The call's end waits to be said to its end, and is all there is to say."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """Apologise for having been cut off, and tell what the caller may have missed."""


@dataclass(frozen=True, slots=True)
class OpenWith:
    """Open with this line."""

    line: Say


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer what the caller has said already."""

    words: str
    """What they said that stands in no message yet, empty for nothing."""
    bridged: bool
    """Whether a short line is said until the answer is there."""


@dataclass(frozen=True, slots=True)
class Listen:
    """What waited to be said has opened already."""


Entrance = Union[Farewell, GoOn, OpenWith, Answer, Listen]


def plan(handover: Handover, greeting: Say = GREETING) -> Entrance:
    """What to do, behind what waits to be said: that comes of what the model did meanwhile.

    It opens, a call with its greeting, and answers the wish.
    """
    waiting = bool(handover.unsaid)
    if handover.ended or any(line.to_the_end for line in handover.unsaid):
        return Farewell()
    if handover.resumed:
        return GoOn()
    if handover.to is None:
        return OpenWith(greeting)
    if handover.missed or handover.spoke or (handover.wish and not waiting):
        return Answer(" ".join(handover.missed), bridged=not waiting)
    return Listen() if waiting else OpenWith(handover.to.opening)
