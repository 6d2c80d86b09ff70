"""The search: which problem a caller's words fit best."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.stems import normal, stems
from assistant.shop.knowledge.problems import Knowledge, Problem

_TROUBLE = stems(
    "not no problem issue trouble wrong broken weird strange bad funny error stuck fix repair "
    "slow glitch acting drop lose blurry black dead gone missing damaged weak terrible awful "
    "disconnects crash freeze hot quiet low off complaint complaining annoying faulty defective "
    "messed crazy forgot locked keep reset"
)
"""What is said when something is wrong."""
_EMPTY = stems(
    "phone yes yeah well hi hello please think new need help question about support you me got"
)
"""What says nothing of the trouble, one way or the other."""
_SHOPPING = stems("sell buy order price cost much cheap resistant proof")
"""What is said of a thing that one wants, not of one that fails."""


def find(knowledge: Knowledge, spoken: str) -> Problem | None:
    """The problem that a caller's words fit best; None when they name none.

    A phrase counts when its words stand close together, in any order and with any endings, and the
    more telling its words are, the more it counts. A mere topic ("the camera") counts only when
    something is said to be wrong, or when hardly anything else is said.
    """
    index = _index(knowledge)
    said = normal(spoken)
    words = set(said)
    short = len(words - _EMPTY) <= 2 and not words & _SHOPPING
    complaint = short or bool(words & _TROUBLE)
    best: tuple[float, Problem] | None = None
    for problem, phrases, topics in index.entries:
        near = (p for p in phrases if words.issuperset(p))
        scores = [index.weight(p) for p in near if _stands_in(p, said)]
        if complaint:
            scores += [index.weight(topic) / 2 for topic in topics if _stands_in(topic, said)]
        if scores:
            score = max(scores) + sum(scores) / 10
            if best is None or score > best[0] + 1e-9:
                best = (score, problem)
    return knowledge.problem(best[1].id) if best else None


def _stands_in(phrase: tuple[str, ...], said: list[str]) -> bool:
    """Whether a phrase's words stand close together, and a denial before what it denies."""
    if len(phrase) == 1:
        return phrase[0] in said
    reach = len(phrase) + 3
    needed = set(phrase)
    for start, word in enumerate(said):
        if word not in needed:
            continue
        window = said[start : start + reach]
        if needed <= set(window) and _denied_alike(phrase, window):
            return True
    return False


def _denied_alike(phrase: tuple[str, ...], window: list[str]) -> bool:
    """Whether "not" stands before what the phrase denies, or after it where the phrase ends so."""
    if "not" not in phrase:
        return True
    place, denial = phrase.index("not"), window.index("not")
    if place == len(phrase) - 1:
        return window.index(phrase[place - 1]) < denial
    return phrase[place + 1] in window[denial:]


@dataclass(frozen=True, slots=True)
class _Index:
    """The phrases of all problems, normalised, with how telling each word is."""

    entries: tuple[tuple[Problem, tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]], ...]
    telling: dict[str, float]

    def weight(self, phrase: tuple[str, ...]) -> float:
        """How much a phrase counts: the sum of its words' weights."""
        return sum(self.telling.get(word, 1.0) for word in phrase)


@lru_cache(maxsize=8)
def _index(knowledge: Knowledge) -> _Index:
    entries = tuple(
        (problem, tuple(_phrases(problem.also)), tuple(_phrases(problem.topics)))
        for problem in knowledge.problems
    )
    used = Counter(
        word
        for _, phrases, topics in entries
        for word in {word for phrase in (*phrases, *topics) for word in phrase}
    )
    count = len(entries)
    telling = {word: 0.3 + math.log(1 + count / uses) for word, uses in used.items()}
    return _Index(entries, telling)


def _phrases(wordings: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for wording in wordings:
        if words := tuple(normal(wording)):
            yield words
