"""Reads phrases/*.toml: the words by which callers are understood, ready to be looked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from assistant.language.negation import asserted
from assistant.language.phrases import OWN_FOLDER as OWN_FOLDER
from assistant.language.phrases.patterns import compile_phrases
from statemachine.states import OPEN


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk callers are put through to, and the words that lead there."""

    name: str
    takes: str
    names: re.Pattern[str]
    wants: re.Pattern[str]
    hints: re.Pattern[str]
    unless: re.Pattern[str]

    @property
    def tool(self) -> str:
        """The trigger that leads there."""
        return f"to_{self.name}"


@dataclass(frozen=True, slots=True)
class SmallTalk:
    """Something off the subject, and the short honest answer to it."""

    name: str
    said: re.Pattern[str]
    reply: str


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """The whole vocabulary."""

    lists: dict[str, re.Pattern[str]]
    """Every list by section and name: `say.yes`, `meant.first`, `problem.part`, `asked.order`."""
    desks: tuple[Desk, ...]
    talk: tuple[SmallTalk, ...]
    nameless: frozenset[str]
    titles: frozenset[str]
    small: frozenset[str]
    """Words that state nothing."""
    largest_first: tuple[str, ...]
    """Words in models' names, by the size they stand for."""

    def desk(self, name: str) -> Desk | None:
        """The desk of this name, which is its state's."""
        return next((desk for desk in self.desks if desk.name == name), None)

    def find(self, name: str, text: str) -> re.Match[str] | None:
        """The first place where a phrase of the list stands in a tidied text."""
        return self.lists[name].search(text)

    def says(self, name: str, text: str) -> bool:
        """Whether a phrase of the list stands in a tidied text."""
        return self.lists[name].search(text) is not None

    def asserts(self, name: str, text: str) -> bool:
        """Whether a phrase of the list stands there without a "not" before it."""
        return asserted(self.lists[name], text) is not None


@cache
def load(path: Path | None = None) -> Phrases:
    """Read a vocabulary, the program's own when none is named; once, as it takes half a second.

    Raises:
        ValueError: a phrase can't be read, or a desk is none; the message says which.
    """
    phrases = parse(read(path or OWN_FOLDER))
    for desk in phrases.desks:
        if desk.name not in OPEN:
            known = ", ".join(OPEN)
            raise ValueError(f"[desk.{desk.name}] names no state: use one of {known}")
    return phrases


@cache
def read(folder: Path) -> Mapping[str, Any]:
    """The sections of all files of a folder, read once.

    Raises:
        ValueError: two files have the same section; the message names it.
    """
    sections: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if twice := sections.keys() & table.keys():
            raise ValueError(f"{path}: [{min(twice)}] stands in another file already")
        sections |= table
    return sections


def parse(table: Mapping[str, Any]) -> Phrases:
    """Read a vocabulary from its sections.

    Raises:
        ValueError: a phrase can't be read; the message says which.
    """
    words = {
        name: tuple(phrases)
        for section in ("problem", "words")
        for name, phrases in table[section].items()
    }

    def listed(name: str) -> tuple[str, ...]:
        if name not in words:
            raise ValueError(f"<{name}> is no list of [words] or [problem]: {', '.join(words)}")
        return words[name]

    lists: dict[str, re.Pattern[str]] = {}
    for section in ("words", "say", "meant", "problem", "asked", "naming"):
        for name, phrases in table[section].items():
            if isinstance(phrases, list) and name != "titles":
                lists[f"{section}.{name}"] = compile_phrases(tuple(phrases), listed)
    desks = tuple(
        Desk(
            name,
            str(entry.get("takes", "")),
            *(
                compile_phrases(tuple(entry.get(key, ())), listed)
                for key in ("names", "wants", "hints", "unless")
            ),
        )
        for name, entry in table["desk"].items()
    )
    talk = tuple(
        SmallTalk(entry["name"], compile_phrases(tuple(entry["said"]), listed), entry["reply"])
        for entry in table["talk"]
    )
    naming = cast("dict[str, object]", table["naming"])
    return Phrases(
        lists,
        desks,
        talk,
        frozenset(str(naming["nameless"]).split()),
        frozenset(cast("list[str]", naming["titles"])),
        frozenset(str(table["small_words"]).split()),
        tuple(str(table["largest_first"]).split()),
    )
