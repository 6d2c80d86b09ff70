"""A text cut into words, numerals and signs: every reader begins here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

MOST_READ: Final = 1000
"""Characters of a caller's turn that are read: two minutes of speech say less."""
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("\u2019\u2018`\u00b4", "'"))
_UNSEEN: Final = ("Cf", "Mn", "Me")
_MARKUP: Final = str.maketrans({"*": None, "~": None, "_": " ", "\u2044": "/"})
_TOKEN: Final = re.compile(
    r"(?P<number>\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+,\d\d(?!\d)|\d+(?:\.\d+)?"
    r"|(?<!\w)\.\d\d?(?!\d))"
    r"|(?P<word>'s\b|[ap]\.m\b|[^\W\d_]+(?:'(?!s\b)[^\W\d_]+)*)"
    r"|(?P<sign>[$€£¥₹¢%#&+])|[,;:.!?()\n—–/]",
    re.IGNORECASE,
)
_COMMA: Final = re.compile(r"\d+,\d\d|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?")
"""A numeral with a comma before its decimals."""
_SILENT: Final = ("#", "&", "+", "¥", "₹", "¢")
_LONGEST: Final = 7
"""Digits of a numeral that is no number any more."""


class Token(NamedTuple):
    """One word, numeral or sign: in lower case and as it stands in the text.

    "it's" is "it" and "'s". `number` is the value where that is a whole one.
    """

    word: str
    raw: str = ""
    place: int = 0
    pause: bool = False
    """Whether a mark other than a hyphen stands before it."""
    attached: bool = False
    """Whether the one before ends where this begins."""
    value: Decimal | None = None
    number: int | None = None
    spelled: bool = False
    """Whether it is a number said in words."""
    money: bool = False
    """Whether a currency's sign stands before it."""

    @property
    def norm(self) -> str:
        """The word with numbers as digits, for comparing."""
        return self.word if self.number is None else str(self.number)


def plain(text: str) -> str:
    """One way to write what may be written in many: compatible characters, one apostrophe."""
    seen = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    if seen.isascii():
        return seen
    return "".join(each for each in seen if unicodedata.category(each) not in _UNSEEN)


def unmarked(text: str) -> str:
    """The same in lower case and without markup."""
    return plain(text.translate(_MARKUP)).casefold().translate(_MARKUP)


def as_heard(spoken: str) -> str:
    """A caller's words as every reader takes them: plain, and no more of them than can be meant."""
    text = plain(spoken[: 2 * MOST_READ])
    return (
        text if len(text) <= MOST_READ else text[:MOST_READ].rpartition(" ")[0] or text[:MOST_READ]
    )


@lru_cache(maxsize=512)
def cut(text: str) -> tuple[Token, ...]:
    """The tokens of a text that is plain; cut once for all who read it."""
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    pause, last_end = False, -1
    for found in _TOKEN.finditer(text):
        kind, raw, start = found.lastgroup, found[0], found.start()
        if kind is None:
            pause = True
            continue
        attached, last_end = start == last_end, found.end()
        if kind == "number":
            figures = raw.replace(".", "").replace(",", ".") if _COMMA.fullmatch(raw) else raw
            word = figures.replace(",", "")
            number = int(word) if word.isdecimal() and len(word) < _LONGEST else None
            yield Token(word, raw, start, pause, attached, Decimal(word), number)
        else:
            yield Token(raw.lower(), raw, start, pause, attached)
        pause = False


def words(text: str) -> list[str]:
    """The words of a text that is plain as they are written: "it's", "16e", "$799", "50%"."""
    found: list[str] = []
    glue = False
    for token in cut(text):
        word = token.word if token.value is not None else token.word.replace(".", "")
        if token.attached and glue:
            found[-1] += "" if word in _SILENT else word
        elif word not in _SILENT:
            found.append(word)
        glue = word not in _SILENT
    return found


def word_at(tokens: Sequence[Token], place: int) -> str:
    """The word at a place, empty beyond either end."""
    return tokens[place].word if 0 <= place < len(tokens) else ""
