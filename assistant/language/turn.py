"""A caller's words as the trigger that carries what they are in exact values."""

from __future__ import annotations

from assistant.language.beside import beside
from assistant.language.consent import classify
from assistant.language.leaving import Leaving, leaving
from assistant.language.reaching import COUNTRY, disputes, longest_run, number_in, so_far
from assistant.language.solved import Solved, solved
from assistant.language.wanted import wants_several
from statemachine.answers import Answer, Contact
from statemachine.facts import ASKED, Facts
from statemachine.triggers import CallerSpoke


def ready() -> None:
    """Read what words are understood by, which takes 0.2 s, before a caller waits for it."""
    spoke("hello", Facts())


def spoke(words: str, facts: Facts, country: str = COUNTRY) -> CallerSpoke:
    """What the words are as an answer, as a leaving, as "it is fixed", and of a number asked for.

    `country` is the shop's, whose numbers need no code.
    """
    answer, left = classify(words, facts.offers, facts.selection), leaving(words)
    if answer is Answer.OPEN and left is Leaving.IF_ASKED and facts.contact in ASKED:
        answer = Answer.NO  # "I'm good, thanks"
    digits = _digits(words, facts, country)
    return CallerSpoke(
        answer,
        several=wants_several(words),
        stays=not _may_leave(left, facts),
        unsolved=solved(words) not in (Solved.FIXED, Solved.IF_ASKED),
        digits=digits,
        disputes=facts.contact in _READ_BACK and disputes(words),
        beside=beside(words, answer, facts, number=bool(digits)),
    )


def _may_leave(left: Leaving, facts: Facts) -> bool:
    """Whether a model may take the words for a goodbye.

    A mere "okay then" is none, unless all that they called for is done: nobody is held in a call.
    """
    if left is Leaving.PERHAPS:
        done = facts.orders or facts.tickets
        return bool(done) and not facts.on_offer and not facts.open_tickets
    return left in (Leaving.GOODBYE, Leaving.DONE, Leaving.IF_ASKED)


_READ_BACK = (Contact.NAME, Contact.NOTED)


def _digits(words: str, facts: Facts, country: str) -> str:
    """What there is now of a number that was asked for, or one that is said unasked."""
    if facts.contact is Contact.UNASKED:
        return number_in(longest_run(words), country)
    if facts.contact is Contact.SETTLED:
        return number_in(words, country)
    noted = facts.callback_number if facts.contact in _READ_BACK else ""
    digits = so_far(words, facts.digits, noted, country)
    return digits if len(digits) >= _LEAST.get(facts.contact, 0) else ""


_LEAST = {Contact.ASIDE: 3, Contact.NUMBER: 2, Contact.LINE: 3}
"""Digits with which a number begins where it is asked for; fewer may be anything, as "17"."""
