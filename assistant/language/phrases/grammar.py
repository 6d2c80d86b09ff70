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
    by_word: Mapping[str, list[tuple[_Part, ...]]]
    """The sequences that begin with a whole word, by it: few of hundreds are tried at a place."""
    others: tuple[tuple[_Part, ...], ...]
    """The sequences that begin with part of a word, or may be missing."""


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
            parts.append(_any_of(inner, optional=bool(found["maybe"])))
            continue
        word = found["word"]
        if word == "...":
            parts += (_one_of(frozenset(), ("",), optional) for optional in (False, True, True))
            continue
        optional = word.endswith("?") and len(word) > 1
        word = word[:-1] if optional else word
        if word.startswith("<") and word.endswith(">"):
            name = word[1:-1]
            if name not in known:
                known[name] = tuple(_parse(each, lists, known) for each in lists(name))
            parts.append(_any_of(known[name], optional=optional))
        else:
            each = word.split("|")
            whole = frozenset(one for one in each if not one.endswith("*"))
            begun = tuple(one[:-1] for one in each if one.endswith("*"))
            parts.append(_one_of(whole, begun, optional))
    return tuple(parts)


def _one_of(words: frozenset[str], beginnings: tuple[str, ...], optional: bool) -> _Part:
    return _Part(words, beginnings, (), optional, {}, ())


def _any_of(sequences: tuple[Sequence, ...], *, optional: bool) -> _Part:
    """A place at which any of some sequences may stand, found by their first words."""
    by_word: dict[str, list[Sequence]] = defaultdict(list)
    others: list[Sequence] = []
    for sequence in sequences:
        words, beginnings = _first(sequence)
        if beginnings or _may_be_missing(sequence):
            others.append(sequence)
            continue
        for word in words:
            by_word[word].append(sequence)
    return _Part(frozenset(), (), sequences, optional, dict(by_word), tuple(others))


def _may_be_missing(sequence: Sequence) -> bool:
    return all(part.optional or any(map(_may_be_missing, part.sequences)) for part in sequence)


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
        if not (part.optional or any(map(_may_be_missing, part.sequences))):
            break
    return words, beginnings


def _ends(sequence: Sequence, words: tuple[str, ...], start: int) -> set[int]:
    """The places behind the phrase, in all the ways in which it stands at a place."""
    places, last = {start}, len(words)
    for part in sequence:
        reached = set(places) if part.optional else set()
        for place in places:
            if place >= last:
                continue
            word = words[place]
            if word in part.words or (part.beginnings and word.startswith(part.beginnings)):
                reached.add(place + 1)
            if part.sequences:
                for inner in (*part.by_word.get(word, ()), *part.others):
                    reached |= _ends(inner, words, place)
        if not reached:
            return reached
        places = reached
    places.discard(start)
    return places
