"""Whether a sentence is English: an English line says English or nothing."""

from __future__ import annotations

import unicodedata
from functools import cache

from assistant.language.lists import word_lists
from assistant.language.tokens import unmarked, words

LONG = 6
"""So many words are hardly ever said without one that English can't do without."""


def is_english(sentence: str) -> bool:
    """Whether it may be English: a name or a foreign word in it is no other language."""
    if any(letter.isalpha() and not _latin(letter) for letter in sentence):
        return False
    english, foreign = (word_lists("languages", "english")[each] for each in ("english", "foreign"))
    said = [word for word in words(unmarked(sentence)) if word[0].isalpha()]
    ours = sum(not english.isdisjoint((word, word.partition("'")[0])) for word in said)
    theirs = sum(word in foreign for word in said)
    return theirs <= ours and (ours > 0 or len(said) < LONG)


@cache
def _latin(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return name.startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER", "FEMININE", "MASCULINE"))
