"""Phrases matched word by word, for sentences that must be accounted for from end to end.

The same little language as in `patterns`, without `^` and `$`; `...` is one to three words of any
kind. All phrases are walked at once, word by word, and what was found on the way is kept: where
"i would like" was said before, it is three look-ups. A sentence takes time by its length.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

_PART = re.compile(r"\[(?P<group>[^\]]*)\](?P<maybe>\?)?|(?P<word>\S+)")


@dataclass(frozen=True, slots=True, eq=False)
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
_Rest: TypeAlias = "tuple[Sequence, int, _Rest | str]"
"""What may follow: a phrase from a place on, and then what it stands in, or its kind at last."""


@dataclass(slots=True, eq=False)
class _Step:
    """Where some words lead to: the kind that they are, if any, and how they may go on."""

    rests: frozenset[_Rest]
    kind: str = ""
    next: dict[str, _Step] = field(default_factory=dict)
    """Where one more word leads to, as far as it was asked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a sentence and the kind of phrase that they are; "" for none that is known."""

    kind: str
    words: str


@dataclass(slots=True, eq=False)
class Grammar:
    """Kinds of phrases, found by their first words."""

    by_word: Mapping[str, list[tuple[str, Sequence]]]
    by_beginning: tuple[tuple[str, str, Sequence], ...]
    weights: Mapping[str, float]
    words: frozenset[str]
    """Those that phrases are made of; all others are one to them."""
    beginnings: tuple[str, ...]
    """Those of words that go on in any way."""
    _start: _Step = field(default_factory=lambda: _Step(frozenset()))
    kept: int = 0
    """Steps that were made from there."""

    def pieces(self, words: tuple[str, ...]) -> tuple[Piece, ...]:
        """A sentence cut into the fewest phrases; a word that belongs to none is a piece itself."""
        signs = [self._sign(word) for word in words]
        best: list[tuple[float, int, str]] = [(0.0, -1, "")]
        best += [(float("inf"), -1, "")] * len(words)
        for place in range(len(words)):
            cost, step = best[place][0], self._start
            best[place + 1] = min(best[place + 1], (cost + _UNKNOWN, place, ""))
            for end in range(place, len(words)):
                step = step.next.get(signs[end]) or self._more(step, signs[end])
                if step.kind:
                    found = (cost + self.weights[step.kind], place, step.kind)
                    best[end + 1] = min(best[end + 1], found)
                if not step.rests:
                    break
        pieces: list[Piece] = []
        end = len(words)
        while end > 0:
            _, place, kind = best[end]
            pieces.append(Piece(kind, " ".join(words[place:end])))
            end = place
        return tuple(reversed(pieces))

    def _sign(self, word: str) -> str:
        """What a word is to the phrases: itself, or "" if it is in none of them."""
        return word if word in self.words or word.startswith(self.beginnings) else ""

    def _more(self, step: _Step, word: str) -> _Step:
        """Where one more word leads to, worked out for the first time."""
        if self.kept > _MOST_KEPT:
            self._start.next.clear()
            self.kept = 0
        if step is self._start:
            begun = [*self.by_word.get(word, ())]
            begun += (found for start, *found in self.by_beginning if word.startswith(start))
            rests = frozenset(
                rest
                for kind, phrase in begun
                for rest in _after((phrase, 0, kind), word, fresh=True)
            )
        else:
            rests = frozenset(rest for each in step.rests for rest in _after(each, word))
        kinds = filter(None, map(_finished, rests))
        kind = min(kinds, key=self.weights.__getitem__, default="")
        step.next[word] = more = _Step(rests, kind)
        self.kept += 1
        return more


_UNKNOWN: Final = 100.0
_MOST_KEPT: Final = 50_000
"""Steps that are kept of one grammar."""


def _after(rest: _Rest, word: str, *, fresh: bool = False) -> Iterator[_Rest]:
    """What may follow once a word was said; a phrase that is `fresh` has no word of it so far."""
    sequence, place, then = rest
    for at in range(place, len(sequence)):
        part = sequence[at]
        whole = at + 1 == len(sequence) and not isinstance(then, str)
        behind = then if whole and not isinstance(then, str) else (sequence, at + 1, then)
        if word in part.words or (part.beginnings and word.startswith(part.beginnings)):
            yield behind
        if part.sequences:
            for inner in (*part.by_word.get(word, ()), *part.others):
                yield from _after((inner, 0, behind), word, fresh=True)
        if not part.optional:
            return
    if not (fresh or isinstance(then, str)):
        yield from _after(then, word)


def _finished(rest: _Rest) -> str:
    """The kind of a phrase of which nothing has to follow any more; empty for none."""
    sequence, place, then = rest
    if not all(part.optional for part in sequence[place:]):
        return ""
    return then if isinstance(then, str) else _finished(then)


@dataclass(frozen=True, slots=True)
class _Lists:
    """What is known while phrases are read: the lists that they name, and the words in them."""

    listed: Callable[[str], tuple[str, ...]]
    read: dict[tuple[str, bool], _Part] = field(default_factory=dict)
    """The lists by their names, and whether they may be missing where they stand."""
    words: set[str] = field(default_factory=set)
    beginnings: set[str] = field(default_factory=set)


def read_grammar(
    kinds: Mapping[str, Iterable[str]], listed: Callable[[str], tuple[str, ...]]
) -> Grammar:
    """A grammar of these kinds of phrases; a kind named earlier is preferred where both fit."""
    lists = _Lists(listed)
    by_word: dict[str, list[tuple[str, Sequence]]] = defaultdict(list)
    by_beginning: list[tuple[str, str, Sequence]] = []
    weights: dict[str, float] = {}
    for rank, (kind, phrases) in enumerate(kinds.items()):
        weights[kind] = 1 + rank / 100
        for phrase in phrases:
            sequence = _parse(phrase, lists)
            words, beginnings = _first(sequence)
            if not (words or beginnings):
                raise ValueError(f"{phrase!r} fits anything: leave one word that must be there")
            for word in words:
                by_word[word].append((kind, sequence))
            by_beginning += ((each, kind, sequence) for each in beginnings)
    known, begun = frozenset(lists.words), tuple(sorted(lists.beginnings))
    return Grammar(by_word, tuple(by_beginning), weights, known, begun)


def _parse(phrase: str, lists: _Lists) -> Sequence:
    parts: list[_Part] = []
    for found in _PART.finditer(phrase):
        if found["group"] is not None:
            inner = tuple(_parse(each, lists) for each in found["group"].split("|"))
            parts.append(_any_of(inner, optional=bool(found["maybe"])))
            continue
        word = found["word"]
        if word == "...":
            parts += (_one_of(frozenset(), ("",), optional) for optional in (False, True, True))
            continue
        optional = word.endswith("?") and len(word) > 1
        word = word[:-1] if optional else word
        if word.startswith("<") and word.endswith(">"):
            key = word[1:-1], optional
            if key not in lists.read:
                named = tuple(_parse(each, lists) for each in lists.listed(key[0]))
                lists.read[key] = _any_of(named, optional=optional)
            parts.append(lists.read[key])
        else:
            each = word.split("|")
            whole = frozenset(one for one in each if not one.endswith("*"))
            begun = tuple(one[:-1] for one in each if one.endswith("*"))
            lists.words.update(whole)
            lists.beginnings.update(begun)
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
