"""Grammars that account for a whole sentence, read from phrases/*.toml once."""

from __future__ import annotations

from functools import cache

from assistant.language.phrases.grammar import Grammar, Piece, read_grammar
from assistant.language.phrases.vocabulary import OWN_FOLDER, read
from assistant.language.sentence import word_set

_SUBJECTS = word_set("that this it he she they these those everything all")
_INVERTED = ("is ", "was ", "are ", "were ")


@cache
def account(section: str, own: tuple[str, ...], borrowed: tuple[str, ...] = ()) -> Grammar:
    """The kinds of phrases of a section, and those borrowed from consent.toml.

    A kind named earlier is preferred where both fit. A list is looked for in the section first.
    """
    tables = read(OWN_FOLDER)
    kinds = {kind: tables[section][kind] for kind in own}
    kinds |= {kind: tables["consent"][kind] for kind in borrowed}
    places = (tables[section], tables["consent"], tables["problem"], tables["words"])

    def listed(name: str) -> tuple[str, ...]:
        return next(tuple(place[name]) for place in places if name in place)

    return read_grammar(kinds, listed)


def stated(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces, without the questions that have their subject before them: "he is my brother"."""
    return tuple(
        Piece("", piece.words) if _has_subject(before, piece) else piece
        for before, piece in zip((None, *pieces), pieces, strict=False)
    )


def _has_subject(before: Piece | None, piece: Piece) -> bool:
    inverted = piece.kind == "asks" and piece.words.startswith(_INVERTED)
    return inverted and before is not None and not before.kind and before.words in _SUBJECTS
