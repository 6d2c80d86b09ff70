"""What is compared when a caller's words are looked up: the telling ones, without endings."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from assistant.language.phrases import OWN_FOLDER
from assistant.language.sentence import word_set
from assistant.language.tokens import as_heard

_TABLE: Final = tomllib.loads((OWN_FOLDER / "stems.toml").read_text(encoding="utf-8"))["stems"]
_JOINED: Final = {said: word for word, ways in _TABLE["joined"].items() for said in ways}
_SAME_WORD: Final = {said: word for word, ways in _TABLE["same"].items() for said in ways.split()}
_NOT, _DROPPED, _WHOLE = (word_set(_TABLE[name]) for name in ("denying", "dropped", "whole"))


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
    raw = re.findall(r"[^\W_]+", as_heard(text).lower().replace("'", "").replace("-", " "))
    words: list[str] = []
    for word in raw:
        if words and (joined := _JOINED.get(f"{words[-1]} {word}")):
            words[-1] = joined
        else:
            words.extend(_SAME_WORD.get(word, word).split())
    result: list[str] = []
    for word in words:
        if word in _NOT:
            if not result or result[-1] != "not":
                result.append("not")
        elif word not in _DROPPED:
            result.append(_stem(_SAME_WORD.get(word, word)))
    return result
