"""A caller's words as the trigger that carries what they are in exact values."""

from __future__ import annotations

from assistant.language.consent import classify
from assistant.language.leaving import Leaving, leaving
from assistant.language.solved import Solved, solved
from assistant.language.wanted import wants_several
from statemachine.facts import Facts
from statemachine.triggers import CallerSpoke


def spoke(words: str, facts: Facts) -> CallerSpoke:
    """What the words are as an answer, as a leaving, and as "it is fixed"."""
    return CallerSpoke(
        classify(words, facts.offers, facts.selection),
        several=wants_several(words),
        stays=leaving(words) is Leaving.STAYS,
        unsolved=solved(words) is Solved.NOT,
    )
