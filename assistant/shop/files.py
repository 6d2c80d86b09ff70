"""Reading the shop's files so that every fault names the file, the entry and the remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

from assistant.errors import MendableError


class UnreadableError(MendableError):
    """A file isn't what it should be; says why and what to do, without naming it."""


def text_of(path: Path) -> str:
    """The text of a file, without the byte order mark that some editors begin it with.

    Raises:
        UnreadableError: there is none.
    """
    try:
        if not path.is_file() and path.exists():  # a pipe would be waited for without end
            raise UnreadableError("it can't be read (it is no plain file); check the path")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UnreadableError("it doesn't exist; check the path") from None
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise UnreadableError(f"it can't be read ({reason}); check it") from None
    except UnicodeDecodeError:
        raise UnreadableError("it isn't UTF-8 text; save it as UTF-8") from None


def toml_of(path: Path) -> dict[str, object]:
    """The content of a TOML file.

    Raises:
        UnreadableError: it has none.
    """
    try:
        return tomllib.loads(text_of(path))
    except tomllib.TOMLDecodeError as error:
        raise UnreadableError(f"it isn't TOML: {error}; correct that line") from None
    except RecursionError:
        raise UnreadableError("its brackets stand too deep in each other; take some out") from None


@dataclass(frozen=True, slots=True)
class ShopFile:
    """One file of the shop. A reader of one kind of file derives from it and sets its error.

    Every method that reads raises that error for what can't be used.
    """

    error: ClassVar[type[MendableError]]
    """What this kind of file raises."""

    path: Path

    def fault(self, entry: str, problem: str) -> MendableError:
        """The error to raise for this entry."""
        return self.error(f"{self.path}: {entry}: {problem}.")

    def parsed(self, keys: set[str]) -> dict[str, object]:
        """The file's content, which has no keys but these.

        Raises:
            self.error: it can't be read, or has another key.
        """
        try:
            table = toml_of(self.path)
        except UnreadableError as error:
            raise self.fault("the file", str(error)) from None
        self.known(table, keys, "the file")
        return table

    def known(self, table: dict[str, object], keys: set[str], entry: str) -> None:
        """Check that a table has no keys but these.

        Raises:
            self.error: there is another key.
        """
        for key in table:
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                advice = f"did you mean {close[0]!r}" if close else f"use {', '.join(sorted(keys))}"
                raise self.fault(entry, f"unknown key {key!r}; {advice}")

    def entries(
        self, table: dict[str, object], kind: str
    ) -> Iterator[tuple[int, dict[str, object]]]:
        """The entries of a kind, counted from 1; there has to be one.

        Raises:
            self.error: there is none, or one isn't a table.
        """
        values = table.get(kind)
        if not isinstance(values, list) or not values:
            raise self.fault("the file", f"no {kind} is listed; add a [[{kind}]] entry")
        for place, value in enumerate(values, start=1):
            if not isinstance(value, dict):
                raise self.fault(f"{kind} {place}", f"it isn't a table; write [[{kind}]]")
            yield place, value

    def each_once(self, names: Iterable[str], kind: str, key: str, remedy: str) -> None:
        """Check that no two entries of a kind have the same name, in capitals or not.

        Raises:
            self.error: two have.
        """
        seen: dict[str, int] = {}
        for place, name in enumerate(names, start=1):
            earlier = seen.setdefault(name.casefold(), place)
            if earlier != place:
                entry = f"{kind} {place} ({name})"
                raise self.fault(entry, f"its {key!r} is {kind} {earlier}'s too; {remedy}")

    def text(self, table: dict[str, object], key: str, entry: str, remedy: str) -> str:
        """A text that has to be there, its white space made single spaces.

        Raises:
            self.error: it is missing, empty or no text.
        """
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            problem = "is missing" if key not in table else "must be a text that isn't empty"
            raise self.fault(entry, f"{key!r} {problem}; {remedy}")
        return self._as_said(value, key, entry)

    def texts(self, table: dict[str, object], key: str, entry: str) -> tuple[str, ...]:
        """A list of texts; none where the key is missing.

        Raises:
            self.error: it is no list, or something in it is no text.
        """
        values = table.get(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and v.strip() for v in values
        ):
            raise self.fault(entry, f'{key!r} must be a list of texts; write {key} = ["..."]')
        return tuple(self._as_said(str(value), key, entry) for value in values)

    def _as_said(self, text: str, key: str, entry: str) -> str:
        if (found := re.search(r"\{\w*\}?|\}", text)) is not None:
            problem = f"{key!r} has {found[0]!r} in it, which would be read out"
            raise self.fault(entry, f"{problem}; write the words themselves")
        return " ".join(text.split())
