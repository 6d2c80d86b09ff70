"""What a shop can be asked about itself, and the answers it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import log

from assistant.language.stems import normal
from assistant.shop.about.hours import Hours
from statemachine.offers import money

REACH = 3
"""So many other words may stand among those of a wording."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that callers ask, in their words, and the answer, word for word."""

    id: str
    asked: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair with its price in US cents."""

    name: str
    """As the answer names it: "a new screen for the iPhone 16"."""
    asked: tuple[str, ...]
    price_cents: int

    @property
    def answer(self) -> str:
        """The price, as it is said."""
        said = self.name[0].upper() + self.name[1:]
        return f"{said} is {money(self.price_cents)}."


@dataclass(frozen=True)
class About:
    """A shop's own facts; what isn't here, nobody on the line knows."""

    hours: Hours | None = None
    hours_asked: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    repairs: tuple[Repair, ...] = field(default=())

    def answer(self, question: str, now: float) -> str:
        """What is said to a question; empty where nothing in here answers it.

        `now` is in seconds since 1970.
        """
        best = self._best(normal(question))
        if best is None:
            return ""
        if isinstance(best, Hours):
            return f"{best.now(best.at(now))} {best.usual()}"
        return best.answer

    def knows(self, question: str) -> bool:
        """Whether anything in here answers it."""
        return self._best(normal(question)) is not None

    @property
    def spoken(self) -> tuple[str, ...]:
        """Every answer but the hours: the amounts in them are the shop's own."""
        return tuple(each.answer for each in self._written)

    @property
    def _written(self) -> tuple[Entry | Repair, ...]:
        return (*self.entries, *self.repairs)

    def _best(self, said: list[str]) -> Entry | Repair | Hours | None:
        """The entry whose most telling wording stands in what was said."""
        found = [
            (self._weight(wording), place)
            for wording, place in self._wordings
            if _stands_in(wording, said)
        ]
        if not found:
            return None
        best = max(found, key=lambda each: (each[0], -each[1]))[1]
        return self._all[best]

    @cached_property
    def _all(self) -> tuple[Entry | Repair | Hours, ...]:
        return (*((self.hours,) if self.hours else ()), *self._written)

    @cached_property
    def _wordings(self) -> list[tuple[tuple[str, ...], int]]:
        asked: list[Iterable[str]] = [self.hours_asked] if self.hours else []
        asked += [each.asked for each in self._written]
        return [
            (tuple(words), place)
            for place, wordings in enumerate(asked)
            for wording in wordings
            if (words := normal(wording))
        ]

    @cached_property
    def _telling(self) -> dict[str, float]:
        used = Counter(word for wording, _ in self._wordings for word in set(wording))
        return {word: 0.3 + log(1 + len(self._wordings) / uses) for word, uses in used.items()}

    def _weight(self, wording: tuple[str, ...]) -> float:
        return sum(self._telling[word] for word in wording)


NOTHING_KNOWN = About()
"""Of a shop that has told nothing about itself."""


def _stands_in(wording: tuple[str, ...], said: list[str]) -> bool:
    """Whether a wording's words stand close together in what was said, in any order."""
    needed, reach = Counter(wording), len(wording) + REACH
    return any(
        needed <= Counter(said[start : start + reach])
        for start, word in enumerate(said)
        if word in needed
    )
