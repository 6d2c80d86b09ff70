"""A call told again from its journal: the same state and facts, without asking a guard again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

from statemachine.engine.conversation import Conversation
from statemachine.engine.facts import F
from statemachine.engine.journal.codec import check_of, trigger_of
from statemachine.engine.journal.entry import Entry, JournalError
from statemachine.engine.machine import Machine
from statemachine.engine.states import S, State


class ReplayError(JournalError):
    """A journal cannot be replayed; names the entry and what changed."""


@dataclass(frozen=True, slots=True)
class Step(Generic[F]):
    """One entry, and where the call stood after it."""

    number: int
    entry: Entry
    state: State
    facts: F


def replay(opening: F, entries: Iterable[Entry], machine: Machine) -> Conversation[F, State]:
    """The conversation as it stood after these entries, from its opening facts.

    What was accepted is not judged again, only done again: a guard that has become stricter since,
    or that looks at words forgotten since, changes nothing about the past.

    Raises:
        ReplayError: an entry cannot be done again under this table, or leads to other facts.
    """
    conversation = Conversation(machine, opening, machine.table.initial)
    for _ in _steps(conversation, entries, machine):
        pass
    return conversation


def steps(opening: F, entries: Iterable[Entry], machine: Machine) -> Iterator[Step[F]]:
    """Each entry with the state and the facts after it.

    Raises:
        ReplayError: see `replay`.
    """
    return _steps(Conversation(machine, opening, machine.table.initial), entries, machine)


def _steps(
    conversation: Conversation[F, State], entries: Iterable[Entry], machine: Machine
) -> Iterator[Step[F]]:
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
                again(conversation, entry, machine)
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


def again(conversation: Conversation[F, S], entry: Entry, machine: Machine) -> None:
    """Do an accepted entry again, whatever the guards say of it today.

    Raises:
        JournalError, LookupError: it can't be done any more.
    """
    trigger = trigger_of(entry.trigger, entry.arguments, machine.table)
    target = machine.table.state(entry.target)
    conversation.commit(machine.repeat(conversation.state, conversation.facts, trigger, target))


def _fault(number: int, entry: Entry, what: str) -> ReplayError:
    return ReplayError(f"Entry {number} of the journal, {entry.trigger}, {what}.")
