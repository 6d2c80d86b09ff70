"""A journal without the caller's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.words import blank, own_keys, own_name, own_reasons, spoken_in
from statemachine.engine.table import Table


def forgotten(entries: Iterable[Entry], table: Table) -> tuple[Entry, ...]:
    """The entries without the caller's words; they replay to the same states and counts."""
    return tuple(_forgotten(entry, table) for entry in entries)


def _forgotten(entry: Entry, table: Table) -> Entry:
    return replace(
        entry,
        trigger=own_name(entry.trigger, table),
        arguments=blank(own_keys(entry, table), spoken_in(entry, table)),
        reasons=own_reasons(entry.reasons),
    )
