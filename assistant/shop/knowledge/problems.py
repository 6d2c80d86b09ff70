"""What the knowledge is: problems, how callers put them, and the steps that help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of trouble, how callers put it, and what to try."""

    id: str
    title: str
    also: tuple[str, ...]
    steps: tuple[str, ...]
    stop: str
    topics: tuple[str, ...] = ()
    keypad: bool = False
    """Whether it is one of the few that a caller can choose by a key."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every problem the shop can help with, the ones to be careful with first."""

    problems: tuple[Problem, ...]

    def __hash__(self) -> int:
        """Cheap: what is kept for a text is looked up with it, dozens of times a turn."""
        return hash(len(self.problems))

    def problem(self, wanted: str) -> Problem | None:
        """The problem with this id."""
        return next((each for each in self.problems if each.id == wanted), None)
