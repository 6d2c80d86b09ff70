"""The little language that phrases/*.toml are written in, read into regular expressions.

A phrase is words with blanks between them, matched word by word:
`word?` may be missing, `word*` may go on, `one|other` is either of two words, `...` is up to four
words of any kind, `[two words|three of them]` is one of these groups, `[...]?` may be missing,
`<list>` is any phrase of another list; `^` and `$` are the ends of what was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from assistant.language.lists import table

Lists = Callable[[str], tuple[str, ...]]

_PART = re.compile(r"\[(?P<group>[^\]]*)\](?P<maybe>\?)?|(?P<word>\S+)")
_GAP = r"(?:[^ ]+ ){0,4}?"


def compile_phrases(phrases: tuple[str, ...], lists: Lists) -> re.Pattern[str]:
    """One expression that finds any of the phrases in a text of words with a blank after each.

    Raises:
        ValueError: a phrase can't be read; the message names it.
    """
    try:
        inner = "|".join(_phrase(phrase, lists) for phrase in phrases) or r"(?!)"
        found = re.compile(rf"(?<![^ ])(?:{inner})")
        if found.match(""):  # each by itself only then: compiling them all takes half a second
            loose = next(each for each in phrases if re.match(_phrase(each, lists), ""))
            raise ValueError(f"{loose!r} fits anything: leave one word that must be there")
        return found
    except re.error as error:
        raise ValueError(f"{phrases!r} can't be read: {error}") from None


@cache
def listed(section: str, name: str, file: str = "") -> re.Pattern[str]:
    """A section's list of phrases, as an expression that finds them in a tidied text."""
    return compile_phrases(tuple(table(section, file)[name]), table(section, file).__getitem__)


def _phrase(phrase: str, lists: Lists) -> str:
    parts: list[str] = []
    for found in _PART.finditer(phrase):
        if found["group"] is not None:
            inner = "|".join(_phrase(each, lists) for each in found["group"].split("|"))
            parts.append(f"(?:{inner}){'?' if found['maybe'] else ''}")
        else:
            parts.append(_word(found["word"], lists))
    return "".join(parts)


def _word(word: str, lists: Lists) -> str:
    if word == "^":
        return r"(?:(?<=^)|(?<=^ ))"
    if word == "$":
        return r"\s*$"
    if word in ("...", "...?"):
        return _GAP
    optional = word.endswith("?") and len(word) > 1
    word = word[:-1] if optional else word
    if word.startswith("<") and word.endswith(">"):
        inner = "|".join(_phrase(each, lists) for each in lists(word[1:-1]))
    else:
        inner = "|".join(_single(each) for each in word.split("|"))
    return f"(?:{inner}){'?' if optional else ''}"


def _single(word: str) -> str:
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"[^ ]* "
    return re.escape(word) + " "
