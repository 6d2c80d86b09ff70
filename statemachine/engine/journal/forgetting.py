"""A journal without the caller's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from statemachine.engine.journal.codec import spoken_arguments
from statemachine.engine.journal.entry import Entry
from statemachine.engine.table import Table
from statemachine.engine.triggers import words_in

FORGOTTEN = "[Forgotten]"
"""Stands where a caller's words have been blanked."""


def forgotten(entries: Iterable[Entry], table: Table) -> tuple[Entry, ...]:
    """The entries without the caller's words; they replay to the same states and counts."""
    return tuple(_blank(entry, table) for entry in entries)


def _blank(entry: Entry, table: Table) -> Entry:
    kind = table.triggers.get(entry.trigger)
    words = spoken_arguments(kind) if entry.accepted and kind else entry.arguments.keys()
    said = {
        key: (FORGOTTEN if words_in(value) else "") if key in words else value
        for key, value in entry.arguments.items()
    }
    trigger, reasons = our_own(entry.trigger, entry.reasons, table)
    return replace(entry, trigger=trigger, arguments=said, reasons=reasons)


def our_own(trigger: str, reasons: Iterable[str], table: Table) -> tuple[str, tuple[str, ...]]:
    """A trigger's name and the reasons', blanked where a model or a caller worded them."""
    told = tuple(each if each.isidentifier() else FORGOTTEN for each in reasons)
    return trigger if trigger in table.triggers else FORGOTTEN, told
