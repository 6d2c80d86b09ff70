"""What is compared when a caller's words are looked up: the telling ones, without endings."""

from __future__ import annotations

from typing import Final

from assistant.language.lists import meanings, table
from assistant.language.negation import NOT
from assistant.language.sentence import word_set
from assistant.language.tokens import as_heard, words

_TABLE: Final = table("stems")
_JOINED: Final = {said: word for word, ways in _TABLE["joined"].items() for said in ways}
_SAME_WORD: Final = meanings("stems", "same")
_DROPPED, _WHOLE = (word_set(_TABLE[name]) for name in ("dropped", "whole"))
_DENYING: Final = NOT | word_set(_TABLE["failing"])


def _stem(word: str) -> str:
    """A word without its ending: "charging", "charges" and "charged" are one."""
    if word in _WHOLE or len(word) < 4:
        return word
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word


def stems(text: str) -> frozenset[str]:
    """A set of words without their endings, written down as a sentence of them."""
    return frozenset(_stem(word) for word in text.split())


def normal(text: str) -> list[str]:
    """A sentence's telling words: recogniser's splits joined, denials alike, endings cut off."""
    said: list[str] = []
    for raw in words(as_heard(text)):
        word = raw.strip("$€£%").replace("'", "")
        if said and (joined := _JOINED.get(f"{said[-1]} {word}")):
            said[-1] = joined
        else:
            said.extend(_SAME_WORD.get(word, word).split())
    result: list[str] = []
    for word in said:
        if word in _DENYING:
            if not result or result[-1] != "not":
                result.append("not")
        elif word not in _DROPPED:
            result.append(_stem(_SAME_WORD.get(word, word)))
    return result
