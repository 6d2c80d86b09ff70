"""Digits said one after another: telephone, order and ticket numbers."""

from __future__ import annotations

from assistant.language.numbers import DIGITS, SCALES, TENS, TIMES, UNITS
from assistant.language.tokens import cut, plain

_DIGITS = {word: str(value) for word, value in (UNITS | DIGITS).items()}
DIGIT_WORDS = _DIGITS.keys() | TENS.keys() | TIMES.keys() | {"hundred", "thousand", "plus"}
"""Every word of a number that is said digit by digit."""


def digits_in(words: str) -> str:
    """The digits in what was said, in their order, a leading `+` kept; other words are passed over.

    "Double three", "eight hundred", "twenty-one" and "oh" are taken as people say them: a ten and
    the unit behind it are two digits, with a comma between them three.
    """
    found: list[str] = []
    repeat = 1
    pending = ""  # a ten whose unit may follow
    for token in cut(plain(words)):
        word, written = token.word, token.value is not None
        unit = word.replace(".", "") if written else _DIGITS.get(word, "")
        if pending:
            joined = len(unit) == 1 and unit != "0" and not (written or token.pause)
            found.append(pending + (unit if joined else "0"))
            pending = ""
            if joined:
                continue
        if word in TIMES:
            repeat = TIMES[word]
        elif word in TENS:
            pending = str(TENS[word] // 10)
        elif word in ("hundred", "thousand") and found:
            found.append(str(SCALES[word])[1:])
        elif word in ("plus", "+"):
            found += [] if found else ["+"]
        elif unit:
            found.append(unit * repeat)
            repeat = 1
    if pending:
        found.append(f"{pending}0")
    return "".join(found)
