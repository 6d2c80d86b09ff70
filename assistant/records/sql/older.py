"""Journals as older programs wrote them, told as this one writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from functools import partial

from statemachine.conversation import MACHINE, Conversation
from statemachine.engine.journal.codec import check_of
from statemachine.engine.journal.entry import Entry, JournalError
from statemachine.engine.journal.refusals import (
    NOT_WRITTEN,
    UNFIT_ARGUMENTS,
    UNKNOWN_TRIGGER,
)
from statemachine.engine.journal.replay import again
from statemachine.engine.machine import NOT_POSSIBLE_HERE
from statemachine.engine.triggers import arguments, name_of
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.table import TABLE
from statemachine.triggers import LogSupportIssue, RecordName, SelectModel

FORM = 2
"""The form in which this program writes a journal's entries: reasons are names, values exact.

In form 1 they were the sentences that a model was told, and its words. Older workers, while they
are replaced one by one, go on writing that: whoever reads an entry looks at its form.
"""

_GUARDS = {
    "The caller hasn't said anything since they were put through: listen to them first.": (
        "spoken_since_entering"
    ),
    "No iPhone is selected yet: find out which one they want and call select_model.": (
        "model_selected"
    ),
    "That iPhone is ordered already: for another one, call select_model again.": "not_ordered_yet",
    "The caller hasn't answered since the price was quoted: wait for their yes.": (
        "spoken_since_quoted"
    ),
    "The caller just said no or asked to wait: don't order; ask what they would like instead.": (
        "agreed"
    ),
    "No open ticket is there to close: log the problem first, if there is one.": "issue_open",
    "The caller hasn't said anything since the problem was logged: hear how it went first.": (
        "spoken_since_logged"
    ),
    "That isn't a name: carry on without it, and don't ask for it again.": "plausible_name",
    "The shop doesn't sell that: the caller has been told; offer what comes closest.": "sold",
    "It doesn't come with that storage: the caller has been told which there are.": (
        "in_that_storage"
    ),
    "It doesn't come in that colour: the caller has been told which there are.": "in_that_colour",
    "That is selected and quoted already: wait for the caller's answer.": "not_quoted_this_turn",
    "The problem isn't stated: ask the caller what their phone is doing.": "issue_stated",
    "That problem has an open ticket already: go on helping with it.": "not_logged_already",
}
"""What the guards said when their sentences stood in the journals."""
_OTHERS = {
    "There is no tool ": UNKNOWN_TRIGGER,
    " is not possible while the caller is with ": NOT_POSSIBLE_HERE,
    "The call has ended: ": NOT_POSSIBLE_HERE,
    " didn't happen: what to put in it is still open": UNFIT_ARGUMENTS,
    " could not be read": UNFIT_ARGUMENTS,
    "It could not be written down": NOT_WRITTEN,
}
"""What stood in the sentences of those who refused before or behind the guards."""


def renewed(journal: Iterable[tuple[Entry, int]], opening: Facts) -> tuple[Entry, ...]:
    """The journal of a call that began with these facts, its entries in these forms, in today's."""
    told = list(journal)
    if all(form == FORM for _, form in told):
        return tuple(entry for entry, _ in told)
    return tuple(_meant(map(_named, told), opening))


def _named(told: tuple[Entry, int]) -> tuple[Entry, bool]:
    """An entry with its reasons' names for their sentences, and whether its words are of then."""
    entry, form = told
    if form == FORM:
        return entry, False
    reasons = tuple(_name(reason, entry) for reason in entry.reasons)
    return replace(entry, reasons=reasons), entry.accepted


def _meant(journal: Iterable[tuple[Entry, bool]], opening: Facts) -> Iterator[Entry]:
    """The entries with what the words of the accepted ones meant, as their fingerprints prove."""
    there: Conversation | None = Conversation(opening)
    for entry, worded in journal:
        told = _exact(entry, opening.offers) if worded else entry
        if there and worded and entry.trigger == name_of(SelectModel):
            told = next(filter(partial(_proved, there), (told, *_choices(entry, opening))), told)
        if there and entry.accepted:
            there = _after(there, told)  # one that can't be done again is told by whoever tries
        yield told


def _exact(entry: Entry, offers: tuple[Offer, ...]) -> Entry:
    """The entry with what the language room takes its words for."""
    # It reads every word list, and only older journals need it.
    from assistant.language.wanted import name_of_caller, wanted

    given = entry.arguments
    if entry.trigger == name_of(SelectModel):
        given = arguments(wanted(offers, given))
    elif entry.trigger == name_of(RecordName) and "name" in given:
        given = {"name": name_of_caller(given["name"]) or given["name"]}  # it may be forgotten
    elif entry.trigger == name_of(LogSupportIssue) and "issue" in given:
        given = {"issue": " ".join(given["issue"].split())}
    return replace(entry, arguments=given)


def _choices(entry: Entry, opening: Facts) -> Iterator[Entry]:
    """The entry with each choice that there was: a word list may have changed since."""
    for offer in opening.offers:
        for colour in ("", *offer.colours):
            choice = SelectModel(offer.model, offer.storage, colour)
            yield replace(entry, arguments=arguments(choice))


def _proved(there: Conversation, entry: Entry) -> bool:
    """Whether an entry leads to the facts that it led to then."""
    after = _after(there, entry)
    return after is not None and check_of(after.facts) == entry.check


def _after(there: Conversation, entry: Entry) -> Conversation | None:
    """Where an accepted entry leads to; None if it can't be done again."""
    after = Conversation(there.facts, there.state)
    try:
        again(after, entry, MACHINE)
    except (JournalError, LookupError):
        return None
    return after


def _name(sentence: str, entry: Entry) -> str:
    if sentence in _GUARDS:
        return _GUARDS[sentence]
    for part, name in _OTHERS.items():
        if part in sentence:
            return name
    return _by_the_entry(entry)  # the sentence has been forgotten


def _by_the_entry(entry: Entry) -> str:
    if entry.trigger not in TABLE.triggers:
        return UNKNOWN_TRIGGER
    row = TABLE.first_row(entry.trigger, entry.source)
    if row is None:
        return NOT_POSSIBLE_HERE
    understood = {each.name for each in fields(row.trigger)} == entry.arguments.keys()
    return NOT_WRITTEN if understood else UNFIT_ARGUMENTS
