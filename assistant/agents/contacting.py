"""What a caller's words are as an answer to how they are reached: done by code, whatever model."""

from __future__ import annotations

from assistant.agents.reflex import Deed
from assistant.language.leaving import Leaving, leaving
from assistant.language.reaching import says_more
from assistant.language.telephone import plausible, whole
from assistant.shop.wording import lines
from statemachine.answers import Answer, Contact
from statemachine.engine.lines import Line
from statemachine.facts import Facts

_LEAVES = (Leaving.GOODBYE, Leaving.DONE)
_DECLINED = (Contact.NUMBER, Contact.LINE, Contact.NAME)


def answered(words: str, facts: Facts, country: str) -> Deed | Line | None:
    """What to do or say about these words; None where they are about something else.

    `facts` are those in which the words are counted in.
    """
    contact, digits = facts.contact, facts.digits
    if contact is Contact.UNASKED:
        return None  # a number that nobody asked for may be anything: the model judges
    if digits:
        if says_more(words):
            return None  # the model hears both
        if plausible(digits, country) or whole(digits, country):
            return Deed("record_number", {"number": digits})
        return lines.GO_ON
    if leaving(words) in _LEAVES:
        return None
    if contact is Contact.LINE and facts.answer is Answer.YES:
        return Deed("record_number", {"number": facts.line_number})
    if contact in _DECLINED and facts.answer is Answer.NO:
        return Deed("decline_contact", {})
    return Deed("decline_contact", {}) if contact is Contact.DISPUTED else None
