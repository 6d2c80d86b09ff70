"""What was said, tidied: one spelling for what a recogniser or a hurried caller makes many of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.lists import meanings, table
from assistant.language.tokens import as_heard, words

_TABLE = table("tidied")
_SHORT = meanings("tidied", "short")
_ENDINGS, _IS = _TABLE["endings"], frozenset(_TABLE["before_is"].split())
_HUMS = {said: word for word, ways in _TABLE["hums"].items() for said in ways}
_HUM = re.compile(rf"\b(?:{'|'.join(_HUMS)})\b")
_JOINED = (
    (re.compile(r"\b(face|apple|touch|caller) (?:i would|i ?d)\b"), r"\1_id"),
    (re.compile(r"\b(?:i|eye|hi|a|my) ?phones?\b(?= \d| pro\b| air\b| seven| six)"), "iphone"),
    (re.compile(r"\b(?:i|eye) phones?\b"), "iphone"),
    (re.compile(r"\b(?:mobile|cell|smart|smart ?mobile) phone\b"), "phone"),
    (re.compile(r"\b(?:good|god) ?by(?:e|es)?\b|\bgoodby\b|\bgood bye\b"), "goodbye"),
    (re.compile(r"\b(?:by|buy) (?:by|buy|bye)\b|\bbye (?:by|buy)\b|\bbyebye\b"), "bye bye"),
    (re.compile(r"\b(want|like|wish|looking|here|going|need|wanted|love|trying|able|plan|planning|"
                r"ready|decided|come|hoping|hope) to (?:bye|by)\b"), r"\1 to buy"),
    (re.compile(r"\b(can|could|may|will|would|should|might|i|just|please|we) (?:bye|by) "
                r"(a|an|the|one|it|this|that|another|my|me|some|new|iphone)\b"), r"\1 buy \2"),
    (re.compile(r"^(?:bye|by) (?=(?:(?:an?|the|one|another|new) )*(?:iphone|phone|1\d|six|seven)"
                r"|one )"), "buy "),
    (re.compile(r"\bup ?grade\b"), "upgrade"),
    (re.compile(r"\b(?:sport|sup port|supports)\b"), "support"),
    (re.compile(r"^(?:sails|sale|cells)$"), "sales"),
    (re.compile(r"\b(\w+(?: \w+)?) \1\b(?<!bye bye)"), r"\1"),
)  # fmt: skip
_WILL = re.compile(r"(?<=[A-Za-z]{4})'ll\b")
"""Behind a word that stands by itself: "teal'll do" names a colour."""
_FILLERS = re.compile(
    r"\b(?:you know what|u[hm]+|uhm+|er+m?|erm|hm+|ah+|eh|mhm|ehm|you know|like i said"
    r"|sort of|kind of)\b"
)
_CUT = re.compile(
    r"(?:[.;:!?…]+|,|\s[-–—]+)(?:\s+|$)"
    r"|(?<! is)(?<! are)(?<! has)(?<! have)(?<! am)"
    r"\s+(?=(?:but|and|so|because|cause|cuz|cos|actually|then|also|although|though"
    r"|however|only|plus my|oh|well|except)\s)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:and|but|so|well|oh|um+|uh+|er+|okay|ok|because|cause|cos|also|then"
    r"|actually|hi|hello|hey|yes|yeah|yep|no(?=[,.!])|sure|right(?=[,.!])|sorry|please|just|now"
    r"|look|listen|you see|you know|basically|honestly"
    r"|the thing is|the (?:problem|issue) is(?: that)?|my (?:problem|issue) is(?: that)?"
    r"|there|good (?:morning|afternoon|evening)|jill)\b(?!')[\s,.!:-]*)+",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\b(?:no|wait|sorry|i mean|i meant|make (?:it|that)|actually|scratch that|correction"
    r"|rather)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: as it was said, and tidied with a blank after each word."""

    raw: str
    text: str

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What the caller said: as it was said, tidied as a whole, and cut into clauses.

    There is one of a sentence while it is spoken of (`hear`): readers know it again by that.
    """

    raw: str
    text: str
    clauses: tuple[Clause, ...]
    asks: bool
    """Whether it was written as a question."""

    @property
    def words(self) -> tuple[str, ...]:
        """The tidied words."""
        return tuple(self.text.split())


@lru_cache(maxsize=128)
def hear(raw: str) -> Heard:
    """Tidy what was said and cut it into clauses."""
    raw = as_heard(raw)
    raw = re.sub(r"\b(mr|mrs|ms|dr|prof|st)\.\s", r"\1 ", raw, flags=re.IGNORECASE)
    raw = " ".join(_WILL.sub(" will", raw).split())
    parts = [part for part in _CUT.split(raw) if part and part.strip()]
    clauses = tuple(c for part in parts if (c := Clause(part.strip(), tidy(part))))
    return Heard(raw, tidy(raw), clauses, raw.rstrip().endswith("?"))


@lru_cache(maxsize=256)
def tidy(raw: str) -> str:
    """Lower case, no punctuation, short forms written out, a blank after each word."""
    text = _HUM.sub(lambda found: _HUMS[found[0]], " ".join(words(as_heard(raw))))
    text = " ".join(map(_written_out, text.split()))
    text = " ".join(_FILLERS.sub(" ", text).split())
    for pattern, instead in _JOINED:
        text = pattern.sub(instead, text)
    text = " ".join(text.split())
    return text + " " if text else ""


def _written_out(word: str) -> str:
    """A short form as its words: "don't" is "do not", "it's" "it is", "wife's" "wife s"."""
    if whole := _SHORT.get(word):
        return whole
    head, mark, ending = word.rpartition("'")
    if mark and ending == "t" and head.endswith("n"):
        return f"{head[:-1]} not"
    if mark and ending == "s":
        return f"{head} {'is' if head in _IS else 's'}"
    if mark and ending in _ENDINGS:
        return f"{_written_out(head)} {_ENDINGS[ending]}"
    return word.replace("'", "")


def corrected(raw: str) -> tuple[str, ...]:
    """What was said after each "no, wait", "sorry" or "make it", the last first."""
    return tuple(reversed(_CORRECTION.split(raw)))


def stripped(raw: str) -> str:
    """What was said without the words that people only begin with, for a ticket or a wish."""
    plain = _LEADING.sub("", raw.strip()).strip(" ,.;:!-")
    return plain or raw.strip(" ,.;:!-")
