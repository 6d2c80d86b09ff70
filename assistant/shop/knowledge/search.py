"""The search: which problem a caller's words fit best."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

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
    found: dict[int, list[float]] = defaultdict(list)
    for word in words:
        for place, phrase, weight, topic in index.get(word, ()):
            counts = (complaint or not topic) and words.issuperset(phrase)
            if counts and _stands_in(phrase, said):
                found[place].append(weight)
    best: tuple[float, Problem] | None = None
    for place in sorted(found):
        score = max(found[place]) + sum(found[place]) / 10
        if best is None or score > best[0] + 1e-9:
            best = (score, knowledge.problems[place])
    return best[1] if best else None


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


class _Phrase(NamedTuple):
    """A phrase of a problem, normalised."""

    place: int
    """Of its problem in the knowledge."""
    words: tuple[str, ...]
    weight: float
    """How much it counts: the more, the more telling its words are."""
    topic: bool


@lru_cache(maxsize=8)
def _index(knowledge: Knowledge) -> Mapping[str, list[_Phrase]]:
    """The phrases of all problems by their first words."""
    entries = [
        (place, words, topic)
        for place, problem in enumerate(knowledge.problems)
        for wordings, topic in ((problem.also, False), (problem.topics, True))
        for words in _phrases(wordings)
    ]
    used = Counter(
        word for word, _ in {(word, place) for place, words, _ in entries for word in words}
    )
    count = len(knowledge.problems)
    telling = {word: 0.3 + math.log(1 + count / often) for word, often in used.items()}
    index: dict[str, list[_Phrase]] = defaultdict(list)
    for place, words, topic in entries:
        weight = sum(telling[word] for word in words) / (2 if topic else 1)
        index[words[0]].append(_Phrase(place, words, weight, topic))
    return index


def _phrases(wordings: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for wording in wordings:
        if words := tuple(normal(wording)):
            yield words
