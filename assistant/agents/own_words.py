"""What the shop itself has written for its callers, recognised when a model repeats it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from assistant.language.claims import says_no
from assistant.language.clauses import hear
from assistant.language.segments import sentences

LEAST = 4
"""So many words at least make a repetition."""
SHARE = 0.6
"""So many of a sentence's rows of three words must stand in one of the shop's own."""


class OwnWords:
    """The shop's sentences, in rows of three words each."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        said = [hear(one).text for text in texts for one in sentences(text)]
        self._sentences = [(_rows(one), says_no(one)) for one in said]

    def have(self, sentence: str) -> bool:
        """Whether a sentence says again what one of these says, with no other figures in it.

        A "not" that is added or left out makes it another.
        """
        text = hear(sentence).text
        rows, negated = _rows(text), says_no(text)
        figured = {row for row in rows if re.search(r"\d", row)}
        return len(text.split()) >= LEAST and any(
            figured <= own and negated == denies and len(rows & own) >= SHARE * len(rows)
            for own, denies in self._sentences
        )


@lru_cache(maxsize=8)
def written(texts: tuple[str, ...]) -> OwnWords:
    """Those of these texts; a worker's calls share their shop's."""
    return OwnWords(texts)


def _rows(text: str) -> frozenset[str]:
    words = text.split()
    return frozenset(" ".join(words[place : place + 3]) for place in range(max(1, len(words) - 2)))
