"""What a caller's words are as a leaving: a call ends only where they account for what is said."""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from assistant.language.accounts import account, stated
from assistant.language.clauses import Heard, hear
from assistant.language.lists import word_lists
from assistant.language.numbers import is_number_word
from assistant.language.phrases.grammar import Piece
from assistant.language.solved import Solved, solved

_OWN: Final = ("stays", "asks", "bye", "done", "no", "holds", "around")
_BORROWED: Final = ("thanks", "leaving", "order", "request", "yes", "fair", "polite", "filler")
_LEAVING: Final = ("bye", "leaving")
_ON: Final = ("stays", "asks")
_LISTS: Final = word_lists("beside_goodbye", "leaving")
_TELLING: Final = _LISTS["telling"]
"""Whoever says one of these beside a goodbye may be speaking of what they called for."""
_REPORTING: Final = _LISTS["reporting"]
"""Before a goodbye: it is somebody else's, or only spoken of."""
_TOLD_OF: Final = _LISTS["told_of"]
"""Among the rest of what is said: the goodbye is told of, or somebody else's."""
_LASTING: Final = _LISTS["lasting"]
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
    PERHAPS = auto()
    """All that is said may go with a leaving, and is none yet: "okay then", thanks, silence."""
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
        return Leaving.IF_ASKED if "no" in kinds else Leaving.PERHAPS
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
    if any(not piece.kind and piece.words in _TOLD_OF for piece in pieces):
        return False
    clauses = [_kinds(_pieces(clause.text)) for clause in heard.clauses]
    gone = [at for at, kinds in enumerate(clauses) if "" not in kinds and _goes(kinds)]
    if gone:
        rest = [at for at, kinds in enumerate(clauses) if "" in kinds]
        short = all(len(heard.clauses[at].text.split()) <= _MOST_TALK for at in rest)
        rest = [at for at in rest if not heard.clauses[at].text.startswith("thank")]
        return short and (not rest or rest[-1] < gone[-1])  # "bye, love. Sorry, that was my son"
    return _ends_in_goodbye(pieces)


def _goes(kinds: set[str]) -> bool:
    return not kinds.isdisjoint(_LEAVING)


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
