"""What a caller's words are as "it is fixed": a ticket closes where a clause says so wholly."""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache
from typing import Final

from assistant.language.accounts import account
from assistant.language.clauses import Heard, hear
from assistant.language.phrases.grammar import Piece

_OWN: Final = ("solved", "unsolved", "yes", "around")
_BORROWED: Final = ("thanks", "leaving", "fair", "polite", "filler", "reason")
_MOST_TALK: Final = 8
"""Words in a clause that is not understood, beside the one that says that it is fixed."""


class Solved(Enum):
    """What words are as "it is fixed"."""

    NOT = auto()
    """It isn't, or they ask, hope, or wait to see."""
    OPEN = auto()
    """Nobody can say by the words alone."""
    IF_ASKED = auto()
    """It is, if the caller was asked whether something helped."""
    FIXED = auto()


def solved(words: str) -> Solved:
    """What a caller's words are as "it is fixed"."""
    return _read(hear(words))


@lru_cache(maxsize=128)
def _read(heard: Heard) -> Solved:
    whole = _pieces(heard.text)
    clauses = [_pieces(clause.text) for clause in heard.clauses]
    kinds = {piece.kind for piece in whole}
    if "?" in heard.raw or "unsolved" in kinds or heard.text.split()[:1] == ["no"]:
        good = "solved" in kinds and not {"", "unsolved"} & kinds and "?" not in heard.raw
        return Solved.FIXED if good else Solved.NOT
    for pieces in (whole, *clauses):
        found = {piece.kind for piece in pieces}
        if "solved" in found and "" not in found and _harmless(clauses):
            return Solved.FIXED
    return Solved.IF_ASKED if "yes" in kinds and "" not in kinds else Solved.OPEN


def _harmless(clauses: list[tuple[Piece, ...]]) -> bool:
    """Whether nothing beside it takes it back."""
    for pieces in clauses:
        kinds = {piece.kind for piece in pieces}
        words = sum(len(piece.words.split()) for piece in pieces)
        if "unsolved" in kinds or ("" in kinds and words > _MOST_TALK):
            return False
    return True


def _pieces(text: str) -> tuple[Piece, ...]:
    return account("solved", _OWN, _BORROWED).pieces(tuple(text.split()))
