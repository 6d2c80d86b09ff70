"""Grammars that account for a whole sentence, read from phrases/*.toml once."""

from __future__ import annotations

from functools import cache

from assistant.language.phrases.grammar import Grammar, read_grammar
from assistant.language.phrases.vocabulary import OWN_FOLDER, read


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
