"""Why an entry was refused: names in the journal, told here in the sentences of today."""

from __future__ import annotations

from statemachine.engine.journal.entry import Entry
from statemachine.engine.machine import NOT_POSSIBLE_HERE, not_from_here
from statemachine.engine.table import Table

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


def in_words(entry: Entry, table: Table) -> tuple[str, ...]:
    """The reasons as a model is told them; one that this program no longer has is its name."""
    return tuple(_told(reason, entry, table) for reason in entry.reasons)


def why(entry: Entry, table: Table) -> tuple[str, ...]:
    """The reasons in a few words, none of them a caller's or a model's."""
    known = {**table.reasons, **_TOLD}
    said = (known.get(reason, "For a reason of its own").split(":")[0] for reason in entry.reasons)
    return tuple(each[0].lower() + each[1:].rstrip(".") for each in said)


def _told(reason: str, entry: Entry, table: Table) -> str:
    if reason == NOT_POSSIBLE_HERE and entry.trigger in table.triggers:
        return not_from_here(table, table.state(entry.source), entry.trigger)
    return table.reasons.get(reason) or _TOLD.get(reason, reason)
