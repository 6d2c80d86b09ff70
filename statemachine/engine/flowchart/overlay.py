"""What a call, or a day of calls, lays over the picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from statemachine.engine.states import State

Way = tuple[State, str, State]
"""One arrow or one line of a card: from, the trigger's name, to (the same state where it stays)."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Paint:
    """How a state is shown: its header's colour, and small remarks under it ("0:42", "3 calls")."""

    fill: str = ""
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a way is shown: a remark ("1, 4", "27 calls"), a colour and a width in points.

    `trouble` is a remark of its own, in red ("refused twice").
    """

    label: str = ""
    colour: str = ""
    width: float = 0
    trouble: str = ""


def _none() -> Mapping[K, V]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over the table; ways and states without an entry are faded if `fade` is set.

    A session trigger with an entry gets an arrow of its own, so that one sees where callers leave.
    `plain` shows what happened and not what may, in words: no guards, no classes, no shared facts.
    """

    title: str = ""
    legend: str = ""
    notes: tuple[tuple[str, ...], ...] = ()
    """Lines under the picture, in columns."""
    plain: bool = False
    states: Mapping[State, Paint] = field(default_factory=_none)
    ways: Mapping[Way, Stroke] = field(default_factory=_none)
    fade: bool = False
    live: bool = False
    """Whether a call that is on will be shown on it: facts have room for their values."""

    def paint(self, state: State) -> Paint:
        """How a state is shown."""
        return self.states.get(state, Paint())

    def stroke(self, way: Way) -> Stroke:
        """How a way is shown."""
        return self.ways.get(way, Stroke())

    def fades(self, what: State | Way) -> bool:
        """Whether a state or a way is pale because nothing is laid over it."""
        return self.fade and what not in (self.states if isinstance(what, State) else self.ways)
