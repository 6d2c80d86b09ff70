"""Phrases matched word by word, for sentences that must be accounted for from end to end.

The same little language as in `patterns`, without `^` and `$`; `...` is one to three words of any
kind. Nothing is compiled: a phrase is tried only where one of its first words stands, so that a
sentence takes time by its length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_PART = re.compile(r"\[(?P<group>[^\]]*)\](?P<maybe>\?)?|(?P<word>\S+)")


@dataclass(frozen=True, slots=True)
class _Part:
    """One place in a phrase: any of these words, or of these sequences; it may be missing."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    sequences: tuple[tuple[_Part, ...], ...]
    optional: bool


Sequence = tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a sentence and the kind of phrase that they are; "" for none that is known."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """Kinds of phrases, found by their first words."""

    by_word: Mapping[str, list[tuple[str, Sequence]]]
    by_beginning: tuple[tuple[str, str, Sequence], ...]
    weights: Mapping[str, float] = field(default_factory=dict)

    def pieces(self, words: tuple[str, ...]) -> tuple[Piece, ...]:
        """A sentence cut into the fewest phrases; a word that belongs to none is a piece itself."""
        best: list[tuple[float, int, str]] = [(0.0, -1, "")]
        best += [(float("inf"), -1, "")] * len(words)
        for place in range(len(words)):
            cost = best[place][0]
            for kind, end in self._starting(words, place):
                best[end] = min(best[end], (cost + self.weights[kind], place, kind))
            best[place + 1] = min(best[place + 1], (cost + _UNKNOWN, place, ""))
        found: list[Piece] = []
        end = len(words)
        while end > 0:
            _, place, kind = best[end]
            found.append(Piece(kind, " ".join(words[place:end])))
            end = place
        return tuple(reversed(found))

    def _starting(self, words: tuple[str, ...], place: int) -> Iterator[tuple[str, int]]:
        word = words[place]
        for kind, sequence in self.by_word.get(word, ()):
            yield from ((kind, end) for end in _ends(sequence, words, place))
        for beginning, kind, sequence in self.by_beginning:
            if word.startswith(beginning):
                yield from ((kind, end) for end in _ends(sequence, words, place))


_UNKNOWN = 100.0


def read_grammar(
    kinds: Mapping[str, Iterable[str]], lists: Callable[[str], tuple[str, ...]]
) -> Grammar:
    """A grammar of these kinds of phrases; a kind named earlier is preferred where both fit."""
    known: dict[str, tuple[Sequence, ...]] = {}
    by_word: dict[str, list[tuple[str, Sequence]]] = defaultdict(list)
    by_beginning: list[tuple[str, str, Sequence]] = []
    weights: dict[str, float] = {}
    for rank, (kind, phrases) in enumerate(kinds.items()):
        weights[kind] = 1 + rank / 100
        for phrase in phrases:
            sequence = _parse(phrase, lists, known)
            words, beginnings = _first(sequence)
            if not (words or beginnings):
                raise ValueError(f"{phrase!r} fits anything: leave one word that must be there")
            for word in words:
                by_word[word].append((kind, sequence))
            by_beginning += ((each, kind, sequence) for each in beginnings)
    return Grammar(by_word, tuple(by_beginning), weights)


def _parse(
    phrase: str, lists: Callable[[str], tuple[str, ...]], known: dict[str, tuple[Sequence, ...]]
) -> Sequence:
    parts: list[_Part] = []
    for found in _PART.finditer(phrase):
        if found["group"] is not None:
            inner = tuple(_parse(each, lists, known) for each in found["group"].split("|"))
            parts.append(_Part(frozenset(), (), inner, bool(found["maybe"])))
            continue
        word = found["word"]
        if word == "...":
            parts += (_Part(frozenset(), ("",), (), optional) for optional in (False, True, True))
            continue
        optional = word.endswith("?") and len(word) > 1
        word = word[:-1] if optional else word
        if word.startswith("<") and word.endswith(">"):
            name = word[1:-1]
            if name not in known:
                known[name] = tuple(_parse(each, lists, known) for each in lists(name))
            parts.append(_Part(frozenset(), (), known[name], optional))
        else:
            each = word.split("|")
            whole = frozenset(one for one in each if not one.endswith("*"))
            begun = tuple(one[:-1] for one in each if one.endswith("*"))
            parts.append(_Part(whole, begun, (), optional))
    return tuple(parts)


def _first(sequence: Sequence) -> tuple[set[str], set[str]]:
    """The words, and beginnings of words, that a phrase can start with."""
    words: set[str] = set()
    beginnings: set[str] = set()
    for part in sequence:
        words |= part.words
        beginnings.update(part.beginnings)
        for inner in part.sequences:
            more, begun = _first(inner)
            words |= more
            beginnings |= begun
        if not part.optional:
            break
    return words, beginnings


def _ends(sequence: Sequence, words: tuple[str, ...], start: int) -> set[int]:
    """The places behind the phrase, in all the ways in which it stands at a place."""
    places = {start}
    for part in sequence:
        reached = set(places) if part.optional else set()
        for place in places:
            if place >= len(words):
                continue
            word = words[place]
            if word in part.words or word.startswith(part.beginnings or ("\0",)):
                reached.add(place + 1)
            for inner in part.sequences:
                reached |= _ends(inner, words, place)
        if not reached:
            return set()
        places = reached
    return places - {start}
