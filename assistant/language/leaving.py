"""What a caller's words are as a leaving: a call ends only where they account for what is said."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from assistant.language.accounts import account, stated
from assistant.language.clauses import Heard, hear
from assistant.language.numbers import is_number_word
from assistant.language.phrases.grammar import Piece
from assistant.language.sentence import word_set
from assistant.language.solved import Solved, solved

_OWN: Final = ("stays", "asks", "bye", "done", "no", "holds", "around")
_BORROWED: Final = ("thanks", "leaving", "order", "request", "yes", "fair", "polite", "filler")
_LEAVING: Final = ("bye", "leaving")
_ON: Final = ("stays", "asks")
_TELLING: Final = word_set(
    "phone iphone screen battery camera charger sound wifi app apps update photos model pro air "
    "max plus color storage price order buy ticket number problem issue question wrong broken "
    "work works working charge error message black restart restarting voicemail calls "
    "settings passcode memory cracked still fix fixed worse repair"
)
"""Whoever says one of these beside a goodbye may be speaking of what they called for."""
_REPORTING: Final = word_set(
    "say says said saying tell told to the a an my your not never word kiss wave waving kissed did "
    "do does you they he she it before after until when if or her his of heard hear shows showing "
    "stand drop come pass go time stop"
)
"""Before a goodbye: it is somebody else's, or only spoken of."""
_LASTING: Final = word_set("waited waiting been take takes took taken taking lasted lasts for not")
_MOST_TALK: Final = 14
"""Words in a clause that is neither understood nor in the way of a goodbye."""
_BY: Final = re.compile(r"\bby $")
"""What a recogniser makes of "bye"."""
_BEFORE_LAST: Final = re.compile(r"\?(?=.*\w)", re.DOTALL)


class Leaving(Enum):
    """What words are as a leaving."""

    STAYS = auto()
    """They ask, hold on, go on, or are about what the caller called for."""
    OPEN = auto()
    """Nobody can say by the words alone."""
    IF_ASKED = auto()
    """They leave if the caller was asked whether there is anything else."""
    DONE = auto()
    """Nothing more is wanted."""
    GOODBYE = auto()


def leaving(words: str) -> Leaving:
    """What a caller's words are as a leaving."""
    return _read(hear(words))


@lru_cache(maxsize=128)
def _read(heard: Heard) -> Leaving:
    pieces = _pieces(heard.text)
    kinds = {piece.kind for piece in pieces}
    last_bye = _last(pieces, _LEAVING)
    gone = last_bye > max(_last(pieces, ("holds",)), _last(pieces, _ON))
    accounted = "" not in kinds and kinds.isdisjoint(_ON)
    if _BEFORE_LAST.search(heard.raw) or (heard.asks and not accounted):
        return Leaving.STAYS
    if accounted and "holds" not in kinds:
        for kind, meaning in (("bye", Leaving.GOODBYE), ("leaving", Leaving.GOODBYE)):
            if kind in kinds:
                return meaning
        if heard.asks:
            return Leaving.STAYS
        if _last(pieces, ("done",)) > _last(pieces, ("order", "request")):
            return Leaving.DONE
        return Leaving.IF_ASKED if "no" in kinds else Leaving.OPEN
    if gone and _says_goodbye(heard, pieces):
        return Leaving.GOODBYE
    on = not kinds.isdisjoint((*_ON, "holds"))
    on = on or (any(map(_tells, pieces)) and not _ends_in_goodbye(pieces))
    return Leaving.STAYS if on else Leaving.OPEN


def _says_goodbye(heard: Heard, pieces: tuple[Piece, ...]) -> bool:
    """Whether a goodbye stands for itself, and nothing beside it is in its way."""
    told = any(map(_tells, pieces)) and solved(heard.raw) is not Solved.FIXED
    if told or any(piece.kind in _ON for piece in pieces):
        return False
    clauses = [_pieces(clause.text) for clause in heard.clauses]
    whole = [all(piece.kind for piece in clause) for clause in clauses]
    if any(
        good and any(piece.kind in _LEAVING for piece in clause)
        for clause, good in zip(clauses, whole, strict=True)
    ):
        rest = (c for clause, c in zip(clauses, heard.clauses, strict=True) if "" in _kinds(clause))
        return all(len(clause.text.split()) <= _MOST_TALK for clause in rest)
    return _ends_in_goodbye(pieces)


def _ends_in_goodbye(pieces: tuple[Piece, ...]) -> bool:
    """Whether words without a pause end in a goodbye that is the caller's own."""
    unknown = [place for place, piece in enumerate(pieces) if not piece.kind]
    after = pieces[unknown[-1] + 1 :] if unknown else pieces
    before = pieces[unknown[-1]].words if unknown else ""
    mine = any(piece.kind in _LEAVING for piece in after) and before not in _REPORTING
    return mine and len(unknown) <= _MOST_TALK and not _WISHES.search(_joined(pieces))


_WISHES: Final = re.compile(r"\b(?:say|says|said|saying|kiss|wave|word) ")


def _joined(pieces: tuple[Piece, ...]) -> str:
    return " ".join(piece.words for piece in pieces)


def _kinds(pieces: tuple[Piece, ...]) -> set[str]:
    return {piece.kind for piece in pieces}


def _tells(piece: Piece) -> bool:
    """Whether a word that is no part of a leaving is about what the caller called for."""
    return not piece.kind and (piece.words in _TELLING or is_number_word(piece.words))


def _last(pieces: tuple[Piece, ...], kinds: tuple[str, ...]) -> int:
    return max((place for place, piece in enumerate(pieces) if piece.kind in kinds), default=-1)


@lru_cache(maxsize=128)
def _pieces(text: str) -> tuple[Piece, ...]:
    words = _BY.sub("bye ", text).split()
    pieces = stated(account("leaving", _OWN, _BORROWED).pieces(tuple(words)))
    return tuple(
        Piece("", piece.words) if _lasts(before, piece) else piece
        for before, piece in zip((None, *pieces), pieces, strict=False)
    )


def _lasts(before: Piece | None, piece: Piece) -> bool:
    """Whether "so long" is how long something takes, and no goodbye."""
    return piece.words == "so long" and before is not None and before.words in _LASTING
