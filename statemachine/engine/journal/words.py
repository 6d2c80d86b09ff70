"""What of all that is kept of a call is its caller's words: said here once, for whoever keeps any.

Journal, tickets, reports, logs, counters and pictures go by this, and so does forgetting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from statemachine.engine.journal.entry import Entry
from statemachine.engine.table import Table
from statemachine.engine.triggers import Trigger, words_in

FORGOTTEN = "[Forgotten]"
"""Stands where a caller's words have been blanked."""


def spoken_arguments(kind: type[Trigger]) -> frozenset[str]:
    """The names of a trigger's arguments that are the caller's words."""
    hints = get_type_hints(kind)
    words = (each for each in fields(kind) if hints[each.name] is str)
    return frozenset(each.name for each in words if not each.metadata.get("exact"))


def spoken_in(entry: Entry, table: Table) -> Collection[str]:
    """The own keys of an entry whose values are words: all, where nobody understood them."""
    kind = table.triggers.get(entry.trigger)
    return spoken_arguments(kind) if entry.accepted and kind else own_keys(entry, table).keys()


def spoken_fields(kind: Any) -> frozenset[str]:
    """The names of the fields of facts, or of a part of them, that are the caller's words."""
    return frozenset(each.name for each in fields(kind) if each.metadata.get("spoken"))


def blank(held: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """The same without the words of these names; what held none stays empty."""
    return {key: _blanked(value) if key in words else value for key, value in held.items()}


def _blanked(value: Any) -> str:
    return FORGOTTEN if words_in(str(value or "")) else ""


def own_keys(entry: Entry, table: Table) -> dict[str, str]:
    """An entry's arguments by names of ours; a model may have made up others, of what was said."""
    kind = table.triggers.get(entry.trigger)
    ours = {each.name for each in fields(kind)} if kind else set()
    return {key if key in ours else FORGOTTEN: value for key, value in entry.arguments.items()}


def own_name(trigger: str, table: Table, otherwise: str = FORGOTTEN) -> str:
    """A trigger's name; a model may have made one up of what a caller said."""
    return trigger if trigger in table.triggers else otherwise


def own_reasons(reasons: Iterable[str]) -> tuple[str, ...]:
    """The names of reasons, without those that somebody worded."""
    return tuple(each if each.isidentifier() else FORGOTTEN for each in reasons)
