"""Why an entry was refused, told without a word of a caller's or a model's."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from statemachine.engine.journal.codec import Entry
from statemachine.engine.rows import Row
from statemachine.table import TABLE
from statemachine.triggers import name_of

TRIGGERS = frozenset(name_of(row.trigger) for row in TABLE)
"""The names that there are; any other may be anything, and is not repeated."""


def row_of(entry: Entry) -> Row | None:
    """The first row that an entry's trigger has in its state."""
    for row in TABLE:
        if name_of(row.trigger) == entry.trigger and entry.source in row.sources:
            return row
    return None


@lru_cache
def guards() -> Mapping[str, str]:
    """By the sentence that a model is told, the name of the guard that says it."""
    return {
        " ".join((guard.__doc__ or "").split()): name
        for row in TABLE
        for guard, name in zip((*row.when, *row.given), row.guard_names, strict=True)
    }


def why(entry: Entry) -> tuple[str, ...]:
    """The reasons in words."""
    if entry.trigger not in TRIGGERS:
        return ("there is nothing of that name",)
    known = guards()
    named = tuple(reason.split(":")[0] for reason in entry.reasons if reason in known)
    if named:
        return tuple(name[0].lower() + name[1:] for name in named)
    return ("it couldn't be read or written",) if row_of(entry) else ("not possible there",)


def labels(entry: Entry) -> tuple[str, ...]:
    """The reasons as names to count by: the guards', or one of three others."""
    if entry.trigger not in TRIGGERS:
        return ("unknown_trigger",)
    known = guards()
    named = tuple(known[reason] for reason in entry.reasons if reason in known)
    return named or (("unread_or_unwritten",) if row_of(entry) else ("not_possible_here",))
