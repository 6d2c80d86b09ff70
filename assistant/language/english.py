"""Whether a sentence is English: an English line says English or nothing."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from assistant.language.tokens import unmarked

_FILE = Path(__file__).parent / "phrases" / "english.toml"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LONG = 6
"""So many words are hardly ever said without one that English can't do without."""


@cache
def _words() -> tuple[frozenset[str], frozenset[str]]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    english = frozenset(table["english"].split())
    return english, frozenset(table["foreign"].split()) - english


def is_english(sentence: str) -> bool:
    """Whether it may be English: a name or a foreign word in it is no other language."""
    if any(letter.isalpha() and not _latin(letter) for letter in sentence):
        return False
    english, foreign = _words()
    said = _WORD.findall(unmarked(sentence))
    ours = sum(word in english or word.partition("'")[0] in english for word in said)
    theirs = sum(word in foreign for word in said)
    return theirs <= ours and (ours > 0 or len(said) < LONG)


@cache
def _latin(letter: str) -> bool:
    name = unicodedata.name(letter, "")
    return name.startswith(("LATIN", "FULLWIDTH LATIN", "MODIFIER", "FEMININE", "MASCULINE"))
