"""A journal without the caller's words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from statemachine.engine.journal.codec import spoken_arguments
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.replay import ReplayError, steps
from statemachine.engine.machine import MACHINE, Machine
from statemachine.facts import Facts
from statemachine.triggers import SelectModel, name_of, words_in

FORGOTTEN = "[Forgotten]"
"""Stands where a caller's words have been blanked."""


def forgotten(
    opening: Facts, entries: Iterable[Entry], machine: Machine = MACHINE
) -> tuple[Entry, ...]:
    """The entries without the caller's words; they replay to the same states and counts.

    An accepted selection keeps what was selected, in the catalogue's words. A journal that cannot
    be replayed is blanked all the same.
    """
    entries = tuple(entries)
    try:
        facts = [step.facts for step in steps(opening, entries, machine)]
    except ReplayError:
        facts = [Facts()] * len(entries)
    return tuple(_blank(entry, known, machine) for entry, known in zip(entries, facts, strict=True))


def _blank(entry: Entry, facts: Facts, machine: Machine) -> Entry:
    kind = {name_of(row.trigger): row.trigger for row in machine.table}.get(entry.trigger)
    if entry.accepted and kind is SelectModel and facts.selection:
        chosen = facts.selection
        kept = {"model": chosen.model, "storage": chosen.storage, "colour": chosen.colour}
        return replace(entry, arguments=kept)
    words = spoken_arguments(kind) if entry.accepted and kind else entry.arguments.keys()
    said = {
        key: (FORGOTTEN if words_in(value) else "") if key in words else value
        for key, value in entry.arguments.items()
    }
    trigger, reasons = our_own(entry.trigger, entry.reasons, machine)
    return replace(entry, trigger=trigger, arguments=said, reasons=reasons)


def our_own(
    trigger: str, reasons: Iterable[str], machine: Machine = MACHINE
) -> tuple[str, tuple[str, ...]]:
    """A trigger's name and the reasons', blanked where a model or a caller worded them."""
    names = {name_of(row.trigger) for row in machine.table}
    told = tuple(each if each.isidentifier() else FORGOTTEN for each in reasons)
    return trigger if trigger in names else FORGOTTEN, told
