"""Digits said one after another: telephone, order and ticket numbers."""

from __future__ import annotations

import re

from assistant.language.numbers import TENS, UNITS

_DIGITS = {word: str(value) for word, value in UNITS.items()}
_DIGITS |= dict.fromkeys(("oh", "o", "nought", "naught", "nil"), "0") | {"niner": "9"}
_TENS = {word: str(value // 10) for word, value in TENS.items()}
_REPEATED = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_ROUND = {"hundred": "00", "thousand": "000"}
_WORD = re.compile(r"\d+|[a-z]+|[+,]")


def digits_in(words: str) -> str:
    """The digits in what was said, in their order, a leading `+` kept; other words are passed over.

    "Double three", "eight hundred", "twenty-one" and "oh" are taken as people say them: a ten and
    the unit behind it are two digits, with a comma between them three.
    """
    found: list[str] = []
    repeat = 1
    pending = ""  # a ten whose unit may follow
    for word in _WORD.findall(words.lower()):
        unit = word if word.isdigit() else _DIGITS.get(word, "")
        if pending:
            joined = len(unit) == 1 and unit != "0" and not word.isdigit()
            found.append(pending + (unit if joined else "0"))
            pending = ""
            if joined:
                continue
        if word in _REPEATED:
            repeat = _REPEATED[word]
        elif word in _TENS:
            pending = _TENS[word]
        elif word in _ROUND and found:
            found.append(_ROUND[word])
        elif word in ("plus", "+"):
            found += [] if found else ["+"]
        elif unit:
            found.append(unit * repeat)
            repeat = 1
    if pending:
        found.append(f"{pending}0")
    return "".join(found)
