"""Where a text's sentences end."""

import re
from collections.abc import Iterator

from assistant.language.lists import word_lists

_END = re.compile(r"(?:[.!?…。！？]+[\"'”’»)\]*_]*(?=(\s+)(\S)|\s*\Z)|(?=\n))")
_LAST_WORD = re.compile(r"[^\s(\"“]+\Z")
_LISTS = word_lists("segments", "amounts")
_NEVER_LAST, _SELDOM_LAST = _LISTS["never_last"], _LISTS["seldom_last"]


def sentence_end(text: str, final: bool) -> int | None:
    """Where the first sentence of a text ends, or None while more text could still belong to it."""
    start = len(text) - len(text.lstrip())
    for found in _END.finditer(text, start):
        if found.end() == start:
            continue
        before = text[start : found.start()]
        mark, following = found[0], found[2] or ""
        if not mark:
            return found.end()
        newline = "\n" in (found[1] or "")
        if not following and not final and "\n" not in text[found.end() :]:
            return None
        word = _LAST_WORD.search(before)
        last = word[0].casefold() if word else ""
        if mark == "." and not newline and following:
            if last in _NEVER_LAST or (last in ("no", "nr", "num") and following.isdigit()):
                continue
            if last in _SELDOM_LAST and not following.isupper():
                continue
            if last.isdecimal() and len(last) < 3 and last == before.strip():
                continue  # "1. Open Settings."
        return found.end()
    return None


def sentences(text: str) -> Iterator[str]:
    """A text, sentence by sentence."""
    while text:
        end = sentence_end(text, final=True) or len(text)
        yield text[:end]
        text = text[end:]
