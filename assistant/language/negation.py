"""Every "not": what a sentence denies, and what a caller owns already or turns down."""

import re
from itertools import pairwise
from typing import Final

from assistant.language.lists import word_lists
from assistant.language.sentence import Sentence

_LISTS: Final = word_lists("negation")
NOT: Final = _LISTS["not"] | {f"{verb}nt" for verb in _LISTS["verbs"]}
"""The words that deny a deed, without apostrophes."""
DENYING: Final = _LISTS["not"] | _LISTS["nothing"]
"""The words by which a whole clause says no, tidied."""
PEOPLE: Final = _LISTS["people"]
_TURNING_DOWN, _BRIDGE = _LISTS["turning_down"], _LISTS["bridge"]
_LONGEST_BRIDGE: Final = 6
_NEAR: Final = 8
"""Words before what is denied among which "not sure" is looked for."""
_SAID_NOT = re.compile(
    rf"(?<!why )(?<!or )\b(?:\w+n't|{'|'.join(sorted(_LISTS['not'] | _LISTS['nothing']))})\b"
    r"(?! (?:only|just|mere|miss|forget|worry|hesitate|believe|wait|mind|mention|merely))"
)
_CLAUSE = re.compile(r"[,;:.!?]|\b(?:but|because|so|it's|it is|that's|this is|they're)\b")


def owned(said: Sentence, place: int) -> bool:
    """Whether the phone named at a place is one the caller has: "my 12", "I have a Samsung"."""
    last, earlier, third = _before(said, place)
    match last:
        case "my":
            return True
        case "from":
            return earlier in _LISTS["leaving"]
        case "in":
            return earlier in ("trade", "trading")
        case "has":
            return earlier in PEOPLE
        case "have" | "own" | "use" | "had":
            return earlier in ("i", "ive", "we", "already") and third not in _LISTS["asking"]
        case "bought" | "purchased":
            return earlier in PEOPLE
        case "having" | "using":
            return earlier in ("im", "am", "currently", "were")
        case "got":
            return earlier in ("ive", "already", "weve")
        case _:
            return False


def declined(said: Sentence, place: int) -> bool:
    """Whether what is named at a place is set aside: "not the 17", "I don't want", "than the"."""
    last, earlier, third = _before(said, place)
    if last in _LISTS["set_aside"] or (last == "of" and earlier == "instead"):
        return True
    refused = earlier in _LISTS["refusing"] or (earlier == "really" and third in ("dont", "not"))
    return last in _LISTS["wishing"] and refused


def _before(said: Sentence, place: int) -> tuple[str, str, str]:
    """The three words before a place, nearest first, without articles and the like."""
    place -= 1
    while said.word(place) in _LISTS["articles"]:
        place -= 1
    return said.word(place), said.word(place - 1), said.word(place - 2)


def asserted(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first place where the pattern stands without being denied ("I don't want to buy")."""
    for found in pattern.finditer(text):
        if not denied(text[: found.start()]):
            return found
    return None


def denied(before: str) -> bool:
    """Whether what comes next is denied by the tidied words before it: "I am not looking for"."""
    words = before.split()[-_LONGEST_BRIDGE - 1 :]
    for place in range(len(words) - 1, -1, -1):
        word, pair = words[place], "_".join(words[place : place + 2])
        if word in _TURNING_DOWN or pair in _TURNING_DOWN:
            return not _unsure(before)
        if word not in _BRIDGE and "_".join(words[place - 1 : place + 1]) not in _TURNING_DOWN:
            return False
    return False


def put_aside(before: str) -> bool:
    """Whether right before what comes next stands "not", or "instead of", in tidied words."""
    words = before.split()
    return words[-1:] != [] and (words[-1] in NOT or "_".join(words[-2:]) in _TURNING_DOWN)


def _unsure(before: str) -> bool:
    """Whether nothing is turned down yet: "not sure about"."""
    words = before.split()[-_NEAR:]
    pairs = pairwise(words)
    return any(word == "not" and following in _LISTS["unsure"] for word, following in pairs)


def denied_aloud(before: str) -> bool:
    """Whether what comes next is denied in its clause, in words as written: "it isn't free"."""
    clause = _CLAUSE.split(before)[-1]
    return clause.endswith(" no ") or bool(_SAID_NOT.search(" ".join(clause.split()[-7:])))
