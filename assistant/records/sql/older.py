"""Journals as older programs wrote them, told as this one writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from assistant.language.wanted import name_of_caller, wanted
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.refusals import (
    NOT_WRITTEN,
    TRIGGERS,
    UNFIT_ARGUMENTS,
    UNKNOWN_TRIGGER,
    row_of,
)
from statemachine.engine.machine import NOT_POSSIBLE_HERE
from statemachine.offers import Offer
from statemachine.triggers import LogSupportIssue, RecordName, SelectModel, arguments, name_of

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
        "not_declined"
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


def renewed(journal: Iterable[tuple[Entry, int]], offers: tuple[Offer, ...]) -> tuple[Entry, ...]:
    """The journal of a call on which these offers held, its entries in these forms, in today's."""
    return tuple(entry if form == FORM else _renewed(entry, offers) for entry, form in journal)


def _renewed(entry: Entry, offers: tuple[Offer, ...]) -> Entry:
    """The entry with its reasons' names for their sentences, and with what its words meant."""
    if not entry.accepted:
        return replace(entry, reasons=tuple(_name(reason, entry) for reason in entry.reasons))
    given = entry.arguments
    if entry.trigger == name_of(SelectModel):
        given = arguments(wanted(offers, given))
    elif entry.trigger == name_of(RecordName):
        given = {"name": name_of_caller(given["name"]) or given["name"]}  # it may be forgotten
    elif entry.trigger == name_of(LogSupportIssue):
        given = {"issue": " ".join(given["issue"].split())}
    return replace(entry, arguments=given)


def _name(sentence: str, entry: Entry) -> str:
    if sentence in _GUARDS:
        return _GUARDS[sentence]
    for part, name in _OTHERS.items():
        if part in sentence:
            return name
    return _by_the_entry(entry)  # the sentence has been forgotten


def _by_the_entry(entry: Entry) -> str:
    if entry.trigger not in TRIGGERS:
        return UNKNOWN_TRIGGER
    row = row_of(entry)
    if row is None:
        return NOT_POSSIBLE_HERE
    understood = {each.name for each in fields(row.trigger)} == entry.arguments.keys()
    return NOT_WRITTEN if understood else UNFIT_ARGUMENTS
