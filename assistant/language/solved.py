"""What a caller's words are as "it is fixed": a ticket closes where a clause says so wholly."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from assistant.language.accounts import account
from assistant.language.clauses import Heard, hear
from assistant.language.phrases.grammar import Piece
from assistant.language.sentence import word_set

_OWN: Final = ("doubtful", "solved", "unsolved", "yes", "around")
_BORROWED: Final = ("thanks", "leaving", "fair", "polite", "filler", "reason")
_MOST_TALK: Final = 8
"""Words in a clause that is not understood, before the one that says that it is fixed."""
_TELLING: Final = word_set("i we you they the")
_HEDGED: Final = re.compile(r"\b(?:sort|kind) of\b|\b(?:sorta|kinda)\b", re.IGNORECASE)
"""Left out elsewhere; whoever says that it "kind of works" says that it doesn't."""


_REPORTING: Final = word_set("say says said tell told think thinks want wants need when make")
"""Beside "it is fixed": somebody else says so, or it is wished for."""


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
    if _HEDGED.search(heard.raw):
        return Solved.NOT
    if "?" in heard.raw or "unsolved" in kinds or heard.text.split()[:1] == ["no"]:
        good = "solved" in kinds and not {"", "unsolved"} & kinds and "?" not in heard.raw
        return Solved.FIXED if good else Solved.NOT
    if "solved" in kinds and "" not in kinds:
        return Solved.FIXED
    for pieces in clauses:
        found = {piece.kind for piece in pieces}
        if "solved" in found and "" not in found and _harmless(clauses):
            return Solved.FIXED
    if len(clauses) == 1 and _ends_solved(whole):
        return Solved.FIXED
    return Solved.IF_ASKED if "yes" in kinds and "" not in kinds else Solved.OPEN


def _harmless(clauses: list[tuple[Piece, ...]]) -> bool:
    """Whether nothing beside it takes it back: what is told stands before it, and is no report."""
    last = max((at for at, each in enumerate(clauses) if _says(each, "solved")), default=0)
    for at, pieces in enumerate(clauses):
        told = " ".join(piece.words for piece in pieces)
        words = told.replace("you said", "").replace("you told me", "").split()
        if _says(pieces, "unsolved"):
            return False
        if _says(pieces, "") and (len(words) > _MOST_TALK or _REPORTING & set(words)):
            return False
        if _says(pieces, "") and (
            _says(pieces, "solved") or (at > last and _TELLING.isdisjoint(words[:1]))
        ):
            return False  # "it works, as a paperweight"
    return True


def _says(pieces: tuple[Piece, ...], kind: str) -> bool:
    return any(piece.kind == kind for piece in pieces)


def _ends_solved(pieces: tuple[Piece, ...]) -> bool:
    """Whether words without a pause end in saying so twice: "... they are back, that is solved"."""
    unknown = [place for place, piece in enumerate(pieces) if not piece.kind]
    tail = pieces[unknown[-1] + 1 :] if unknown else pieces
    told = not _REPORTING.isdisjoint(piece.words for piece in pieces)
    kinds = {piece.kind for piece in pieces}
    twice = sum(piece.kind == "solved" for piece in tail) > 1
    return twice and not told and kinds.isdisjoint(("unsolved", "doubtful"))


@lru_cache(maxsize=128)
def _pieces(text: str) -> tuple[Piece, ...]:
    words = text.replace(" s ", " is ").split()
    return account("solved", _OWN, _BORROWED).pieces(tuple(words))
