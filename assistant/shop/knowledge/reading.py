"""Reading a knowledge file: every entry is checked, and a fault is named with its remedy."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.errors import MendableError
from assistant.language.stems import normal
from assistant.shop.files import ShopFile
from assistant.shop.knowledge.problems import Knowledge, Problem

OWN_FILE = Path(__file__).with_name("knowledge.toml")
"""The knowledge that comes with the program."""

FEWEST_STEPS, MOST_STEPS = 3, 6

_TOP = {"source", "dated", "problem"}
_PROBLEM = {"id", "title", "also", "topics", "steps", "stop", "keypad"}


class KnowledgeError(MendableError):
    """A knowledge file can't be used; the message names file, entry and field, and the remedy."""


def load(path: Path | None = None) -> Knowledge:
    """Read a knowledge file, the program's own when none is named.

    Raises:
        KnowledgeError: the file can't be read, or an entry in it can't be used.
    """
    return _Reader(path or OWN_FILE).knowledge()


class _Reader(ShopFile):
    """Reads one knowledge file."""

    error = KnowledgeError

    def knowledge(self) -> Knowledge:
        """The file's content, checked."""
        table = self.parsed(_TOP)
        problems = tuple(
            self._problem(value, place) for place, value in self.entries(table, "problem")
        )
        self.each_once((problem.id for problem in problems), "problem", "id", "change one")
        return Knowledge(problems)

    def _problem(self, value: dict[str, object], place: int) -> Problem:
        name = self.text(value, "id", f"problem {place}", 'write id = "wont-charge"')
        entry = f"problem {place} ({name})"
        self.known(value, _PROBLEM, entry)
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name):
            raise self.fault(entry, "'id' must be lower-case words joined by hyphens; change it")
        also = self.texts(value, "also", entry)
        if not also:
            raise self.fault(entry, "'also' is empty; list how callers put it")
        steps = self.texts(value, "steps", entry)
        if not FEWEST_STEPS <= len(steps) <= MOST_STEPS:
            remedy = f"write {FEWEST_STEPS} to {MOST_STEPS}"
            raise self.fault(entry, f"'steps' has {len(steps)} of them; {remedy}")
        for wording in (*also, *self.texts(value, "topics", entry)):
            if not normal(wording):
                raise self.fault(entry, f"{wording!r} says too little to be found by; remove it")
        return Problem(
            id=name,
            title=self.text(value, "title", entry, "name the problem"),
            also=also,
            steps=steps,
            stop=self.text(value, "stop", entry, "say when to bring the phone in"),
            topics=self.texts(value, "topics", entry),
            keypad=self._flag(value, "keypad", entry),
        )

    def _flag(self, value: dict[str, object], key: str, entry: str) -> bool:
        given = value.get(key, False)
        if not isinstance(given, bool):
            raise self.fault(entry, f"'{key}' must be true or false")
        return given
