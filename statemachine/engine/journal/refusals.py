"""Why an entry was refused: names in the journal, told here in the sentences of today."""

from __future__ import annotations

from functools import lru_cache

from statemachine.engine.journal.entry import Entry
from statemachine.engine.machine import NOT_POSSIBLE_HERE, not_from_here, sentence_of
from statemachine.engine.rows import Row
from statemachine.states import State
from statemachine.table import TABLE
from statemachine.triggers import name_of

UNKNOWN_TRIGGER = "unknown_trigger"
"""Nothing has the name that a model asked for."""
UNFIT_ARGUMENTS = "unfit_arguments"
"""What a model put into it could not be read, or lacked something."""
NOT_WRITTEN = "not_written"
"""The store could not take it."""

_TOLD = {
    UNKNOWN_TRIGGER: "There is nothing of that name.",
    UNFIT_ARGUMENTS: "What was put into it couldn't be read: ask the caller about it.",
    NOT_WRITTEN: "It couldn't be written down: the caller has been told.",
    NOT_POSSIBLE_HERE: "Not possible there.",
}

TRIGGERS = frozenset(name_of(row.trigger) for row in TABLE)
"""The names that there are; any other may be anything, and is not repeated."""


def row_of(entry: Entry) -> Row | None:
    """The first row that an entry's trigger has in its state."""
    for row in TABLE:
        if name_of(row.trigger) == entry.trigger and entry.source in row.sources:
            return row
    return None


def in_words(entry: Entry) -> tuple[str, ...]:
    """The reasons as a model is told them; one that this program no longer has is its name."""
    return tuple(_told(reason, entry) for reason in entry.reasons)


def why(entry: Entry) -> tuple[str, ...]:
    """The reasons in a few words, none of them a caller's or a model's."""
    known = {**_sentences(), **_TOLD}
    said = (known.get(reason, "For a reason of its own").split(":")[0] for reason in entry.reasons)
    return tuple(each[0].lower() + each[1:].rstrip(".") for each in said)


def _told(reason: str, entry: Entry) -> str:
    if reason == NOT_POSSIBLE_HERE and entry.trigger in TRIGGERS:
        return not_from_here(State(entry.source), entry.trigger)
    return _sentences().get(reason) or _TOLD.get(reason, reason)


@lru_cache
def _sentences() -> dict[str, str]:
    """By a guard's name, what it says."""
    return {
        name: sentence_of(guard)
        for row in TABLE
        for guard, name in zip((*row.when, *row.given), row.guard_names, strict=True)
    }
