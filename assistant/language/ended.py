"""Whether a caller who pauses has said what they had to say, as far as their words tell it."""

from __future__ import annotations

from typing import Final

from assistant.language.clauses import tidy
from assistant.language.consent import classify
from assistant.language.lists import word_lists
from assistant.language.plain import Plain, plainly
from statemachine.answers import Answer

_LISTS: Final = word_lists("ended")
_ASKED: Final = 4
"""Words from which on a sentence that is a question is one whole."""


def ended(words: str) -> bool | None:
    """True where nothing more is to be waited for, False where more is to come.

    None where the words don't tell: then their sound does.
    """
    text = tidy(words).split()
    if not text:
        return None
    if text[1:] and (plainly(words) is Plain.GOODBYE or classify(words) is Answer.YES):
        return True  # a mere "yes" may be followed by a "but"
    asks = words.rstrip().endswith("?")
    goes_on = text[-1] in _LISTS["open"]
    if asks and len(text) >= _ASKED:
        return None if goes_on else True
    if goes_on or (text[-1] in _LISTS["generations"] and not asks):
        return False
    return None
