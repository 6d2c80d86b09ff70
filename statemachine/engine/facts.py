"""What every conversation establishes, and what there is to know about a fact.

How a fact is declared says what guards may ask of it (`a_turn`, `settled`), and what a fingerprint
and a forgotten journal leave out (`spoken`, `opening`, `later`).
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, field
from typing import Any, TypeVar


def spoken(default: Any = "", *, compared: bool = False) -> Any:
    """The caller's words, which can be forgotten. No guard asks which, unless `compared`."""
    return field(default=default, metadata={"spoken": True, "settled": not compared})


def later(default: Any, *, asked: bool = True) -> Any:
    """What older journals' fingerprints know nothing of, and so leave out.

    No guard asks for it unless it is `asked`.
    """
    return field(default=default, metadata={"later": True, "settled": not asked})


def settled(default: Any = MISSING, *, missed: bool = False) -> Any:
    """What is told and written down, and never asked of by a guard, but whether it is `missed`."""
    return field(default=default, metadata={"settled": True, "missed": missed})


def a_turn(default: Any = MISSING) -> Any:
    """The number of one of the caller's turns: guards ask whether it is the present one."""
    return field(default=default, metadata={"turn": True})


def opening(default: Any) -> Any:
    """What is given when the call begins and stays as it is."""
    return field(default=default, metadata={"opening": True})


F = TypeVar("F", bound="Facts")


@dataclass(frozen=True, slots=True)
class Facts:
    """What guards decide on. Turns are counted from one: the caller's first words are turn 1."""

    turn: int = 0
    entered_at: int = a_turn(0)
    """The turn in which the present state was entered from another one."""
    wish: str = spoken()
    """What the caller wants of whoever they are put through to."""

    def bare(self: F) -> F:
        """The same without what no guard can ask about any more."""
        return self
