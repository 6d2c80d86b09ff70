"""What the second reader makes of the caller's words, and whether it doubts what the rules found.

Rules find a word wherever it stands: "silver shows every scratch", said of a quote, is no broken
phone. Where something is to be done that the second reader sees no sign of, it isn't done.
"""

from __future__ import annotations

from typing import Final

from assistant.language.acts import Asked, asked_by, read
from assistant.language.clauses import Heard, hear, stripped, tidy
from assistant.language.phrases.vocabulary import Phrases
from assistant.language.segments import sentences
from assistant.providers.offline.brain.request import Talk

SURE: Final = 0.6
"""How sure the second reader must be to be followed alone; found on the working set."""
LIKELY: Final = 0.5
"""How sure it must be to ask whether something is meant that can't be undone."""
QUITE_SURE: Final = 0.8
"""How sure it must be to ask that against the rules, or to go before small talk."""
CERTAIN: Final = 0.9
"""How sure it must be of a part against what it is sure of in the whole."""
NO_SIGN: Final = 0.15
"""How little it must see of an act to doubt it; found on the opened callers."""
SHOPPING: Final = ("wants_sales", "names_item", "asks_recommendation", "asks_product", "compares")
IN_NEED: Final = ("wants_support", "problem")
BUSY: Final = ("step_progress", "postpones")
"""Still at a step, or gone for a moment."""


def asked_of(phrases: Phrases, talk: Talk) -> Asked:
    """What the caller was asked."""
    known = talk.known
    quoted = known.selected is not None and not known.ordered
    begun = quoted or known.open_ticket is not None
    return asked_by(phrases, tidy(talk.asked), known.state, begun=begun)


def seems(phrases: Phrases, talk: Talk, heard: Heard, *acts: str) -> float:
    """How sure the second reader is that the words are one of these acts."""
    return read(heard.raw, asked_of(phrases, talk)).of(*acts)


def ends_in(phrases: Phrases, talk: Talk, heard: Heard, *acts: str) -> float:
    """How sure it is of one of its last two sentences, where nothing after that is another matter.

    A long story comes to its point at the end: "..., nothing. Oh, there it is! Solved. Thank you."
    """
    asked, sure = asked_of(phrases, talk), 0.0
    for words in [*sentences(heard.raw)][-2:]:
        found = read(words, asked)
        sure = max(found.of(*acts), sure if found.of("not_fixed", "declines") < LIKELY else 0.0)
    return sure


def doubted(phrases: Phrases, talk: Talk, heard: Heard, *acts: str) -> bool:
    """Whether the second reader sees no sign of any of these acts."""
    return seems(phrases, talk, heard, *acts) < NO_SIGN


def no_problem(phrases: Phrases, talk: Talk, heard: Heard, told: Heard) -> bool:
    """Whether it sees no problem in the words, nor in the part that the rules found one in.

    Where it is sure that the caller shops, a part must be a problem beyond doubt.
    """
    signs = (*IN_NEED, "not_fixed")
    if not doubted(phrases, talk, heard, *signs):
        return False
    shops = seems(phrases, talk, heard, *SHOPPING) >= QUITE_SURE
    part = seems(phrases, talk, told, *signs) if told.words else 0.0
    return part < (CERTAIN if shops else NO_SIGN)


def denied(phrases: Phrases, talk: Talk, heard: Heard, *acts: str) -> bool:
    """Whether the second reader sees no sign of any of these acts, and is sure of another."""
    found = read(heard.raw, asked_of(phrases, talk))
    return found.of(*acts) < NO_SIGN and found.of(found.act) >= SURE


def problem_told(phrases: Phrases, talk: Talk, heard: Heard) -> str:
    """The last clause that it is quite sure tells a problem, beside others; empty for none."""
    clauses = [hear(clause.raw) for clause in heard.clauses[1:]]
    told = (c for c in reversed(clauses) if seems(phrases, talk, c, "problem") >= QUITE_SURE)
    return next((stripped(clause.raw) for clause in told), "")
