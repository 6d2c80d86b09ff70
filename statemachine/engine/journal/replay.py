"""A call told again from its journal: the same state and facts, without asking a guard again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from statemachine.engine.journal.codec import (
    Entry,
    JournalError,
    check_of,
    spoken_arguments,
    trigger_of,
)
from statemachine.engine.machine import MACHINE, Conversation, Machine, not_from_here
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import SelectModel, name_of, words_in

FORGOTTEN = "[Forgotten]"
"""Stands where a caller's words have been blanked."""


class ReplayError(JournalError):
    """A journal cannot be replayed; names the entry and what changed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry, and where the call stood after it."""

    number: int
    entry: Entry
    state: State
    facts: Facts


def replay(opening: Facts, entries: Iterable[Entry], machine: Machine = MACHINE) -> Conversation:
    """The conversation as it stood after these entries, from its opening facts.

    What was accepted is not judged again, only done again: a guard that has become stricter since,
    or that looks at words forgotten since, changes nothing about the past.

    Raises:
        ReplayError: an entry cannot be done again under this table, or leads to other facts.
    """
    facts, state = opening, None
    for step in steps(opening, entries, machine):
        facts, state = step.facts, step.state
    return Conversation(facts, state, machine) if state else Conversation(opening, machine=machine)


def steps(opening: Facts, entries: Iterable[Entry], machine: Machine = MACHINE) -> Iterator[Step]:
    """Each entry with the state and the facts after it.

    Raises:
        ReplayError: see `replay`.
    """
    conversation = Conversation(opening, machine=machine)
    for number, entry in enumerate(entries):
        if entry.source != conversation.state.value:
            raise _fault(
                number,
                entry,
                f"starts in {entry.source}, but the entries before it lead to "
                f"{conversation.state.value}: an entry is missing, or the table has changed",
            )
        if entry.accepted:
            try:
                _again(conversation, entry, machine)
            except (JournalError, LookupError) as error:
                raise _fault(number, entry, f"cannot be done again: {error}") from None
            if entry.check and entry.check != check_of(conversation.facts):
                raise _fault(
                    number,
                    entry,
                    "leads to other facts than it did: what it does has changed since the journal "
                    "was written",
                )
        yield Step(number, entry, conversation.state, conversation.facts)


def _again(conversation: Conversation, entry: Entry, machine: Machine) -> None:
    trigger = trigger_of(entry.trigger, entry.arguments, machine.table)
    if entry.target not in [state.value for state in State]:
        raise JournalError(f"there is no state {entry.target} any more")
    target = State(entry.target)
    conversation.commit(machine.repeat(conversation.state, conversation.facts, trigger, target))


def _fault(number: int, entry: Entry, what: str) -> ReplayError:
    return ReplayError(f"Entry {number} of the journal, {entry.trigger}, {what}.")


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
    """A trigger's name and why it was refused, blanked where a model or a caller worded it."""
    names, own = {name_of(row.trigger) for row in machine.table}, _own_reasons(machine)
    told = tuple(each if each in own else FORGOTTEN for each in reasons)
    return trigger if trigger in names else FORGOTTEN, told


@lru_cache
def _own_reasons(machine: Machine) -> frozenset[str]:
    """Every sentence with which the machine itself refuses: none of them quotes the caller."""
    guards = (guard for row in machine.table for guard in (*row.when, *row.given))
    docs = (" ".join((guard.__doc__ or "").split()) for guard in guards)
    elsewhere = (not_from_here(state, row.trigger) for row in machine.table for state in State)
    return frozenset(docs).union(elsewhere)
