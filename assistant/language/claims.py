"""What a sentence of the assistant's claims beside amounts: deeds, promises and goods."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from assistant.language.clauses import Clause, hear
from assistant.language.negation import DENYING
from assistant.language.phrases.patterns import compile_phrases

_GOING_ON = ("also ", "then ", "only ", "actually ", "now ")
_FILE = Path(__file__).parent / "phrases" / "claims.toml"


@dataclass(frozen=True, slots=True)
class Claim:
    """Something said to be so."""

    kind: str
    """A deed that may be so (`order`, `ticket`, `closed`, `name`), or `deed` or `promise`."""
    clause: str
    """Where it is said, tidied."""


@cache
def _lists() -> dict[str, re.Pattern[str]]:
    """Every list of the file, by its section and name.

    Raises:
        ValueError: a phrase can't be read; the message says which.
    """
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    parts = {name: tuple(phrases) for name, phrases in table.pop("parts").items()}
    return {
        f"{section}.{name}": compile_phrases(tuple(phrases), parts.__getitem__)
        for section, lists in table.items()
        for name, phrases in lists.items()
        if isinstance(phrases, list)
    }


@cache
def _words(name: str) -> frozenset[str]:
    """One of the file's lists of single words under [done]."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return frozenset(table["done"][name].split())


def says(name: str, text: str) -> bool:
    """Whether a phrase of a list stands in a tidied text."""
    return _lists()[name].search(text) is not None


def understood_nothing(sentence: str) -> bool:
    """Whether it says that what the caller said wasn't understood, or heard."""
    return says("missed.turn", hear(sentence).text)


@lru_cache(maxsize=128)
def clauses_of(sentence: str) -> tuple[Clause, ...]:
    """The clauses of a sentence; "also" and its like begin none of their own."""
    clauses: list[Clause] = []
    for clause in hear(sentence).clauses:
        if clauses and clause.text.startswith(_GOING_ON):
            last = clauses.pop()
            clause = Clause(f"{last.raw} {clause.raw}", last.text + clause.text)
        clauses.append(clause)
    return tuple(clauses)


def claims_in(sentence: str) -> tuple[Claim, ...]:
    """The deeds and promises that a sentence claims; not those denied, asked or only supposed."""
    clauses, asks = clauses_of(sentence), sentence.rstrip().endswith("?")
    return tuple(
        Claim(kind, clause.text)
        for place, clause in enumerate(clauses)
        if not (asks and place == len(clauses) - 1 and says("stance.asks", clause.text))
        for kind in _claimed(clause)
    )


def _claimed(clause: Clause) -> list[str]:
    text = clause.text
    found: list[str] = []
    for kind in ("order", "ticket", "closed", "name"):
        if _asserted(f"deed.{kind}", text, "stance.hypothetical"):
            found.append(kind)
    if _asserted("never.deeds", text, "stance.hypothetical") or (not found and _done(text)):
        found.append("deed")
    if _asserted("never.promises", text, "stance.conditional"):
        found.append("promise")
    return found


def _done(text: str) -> bool:
    """Whether a clause says that we did something, or that it was done to a matter of business."""
    for place in _lists()["done.subjects"].finditer(text):
        verb = re.sub(r"^(?:[^ ]+ly )+", "", text[place.end() :]).partition(" ")[0]
        past = (verb.endswith("ed") and not verb.endswith("eed")) or verb in _words("irregular")
        if past and verb not in _words("harmless") and not _weakened(text[: place.end()]):
            return True
    return False


def _asserted(name: str, text: str, supposed: str) -> bool:
    """Whether a phrase of the list stands there as so: neither denied nor supposed before it."""
    return any(
        not _weakened(text[: place.end()], supposed) for place in _lists()[name].finditer(text)
    )


def _weakened(before: str, supposed: str = "stance.hypothetical") -> bool:
    """Whether what stands up to here says no, only supposes, or tells what the caller said."""
    return says_no(before) or any(says(stance, before) for stance in (supposed, "stance.theirs"))


def says_no(clause: str) -> bool:
    """Whether a tidied clause denies what it speaks of, in words or by a turn of phrase."""
    return not DENYING.isdisjoint(clause.split()) or says("stance.negated", clause)


def offers_goods(clause: str) -> bool:
    """Whether a clause says that something is to be had here."""
    return says("goods.offered", clause) and not says_no(clause)
