"""What any conversation asks of the world outside, as data: speak, hand off, hang up."""

from __future__ import annotations

from dataclasses import dataclass

from statemachine.engine.lines import Line
from statemachine.engine.states import State


@dataclass(frozen=True, slots=True)
class Effect:
    """Something to be done once a trigger has been accepted."""


@dataclass(frozen=True, slots=True)
class Say(Effect):
    """Speak a fixed line with these values in its placeholders."""

    line: Line
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HandOff(Effect):
    """Put the agent of this state on the line.

    With a wish the agent acts on it at once; without one it opens with the line.
    """

    to: State
    wish: str
    opening: Say


@dataclass(frozen=True, slots=True)
class HangUp(Effect):
    """End the call after the farewell, if there is one."""

    farewell: Say | None = None
