"""Whether a caller who pauses has said what they had to say, as far as their words tell it."""

from __future__ import annotations

from typing import Final

from assistant.language.clauses import tidy
from assistant.language.consent import classify
from assistant.language.plain import Plain, plainly
from assistant.language.sentence import word_set
from statemachine.answers import Answer

_OPEN: Final = word_set(
    "a an the and or but with without in of for to from my your his her our their is are was i we "
    "if than at on about because so like um uh er erm maybe between under over around called "
    "number named this that's it's i'm i'd i'll want need would could"
)
"""Who stops behind one of these words looks for the next one."""
_MODEL: Final = word_set("15 16 17 fifteen sixteen seventeen")
"""Behind these a phone's name often goes on: "the seventeen ... pro"."""
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
    if asks and len(text) >= _ASKED:
        return None if text[-1] in _OPEN else True
    if text[-1] in _OPEN or (text[-1] in _MODEL and not asks):
        return False
    return None
