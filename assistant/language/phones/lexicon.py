"""What matching needs to know of the offers, worked out once for each catalogue."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from assistant.language.colours import EVERYDAY
from assistant.language.phones.names import (
    BRANDS,
    MAKERS,
    Name,
    brand_words,
    take_apart,
    written_kind,
)
from assistant.language.sentence import Sentence, heard
from statemachine.offers import Offer, models

_IMPLIED = {"max": "pro", "xl": "pro"}


@dataclass(frozen=True, slots=True)
class Sold:
    """A sold model: its name, the name taken apart, and its lowest price in US cents."""

    name: str
    parts: Name
    price_cents: int


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The sold models and the words that their names are made of."""

    sold: tuple[Sold, ...]
    brands: frozenset[str]
    brand_name: str  # the first model's brand as it is written, empty when it has none
    extras: frozenset[str]  # words in names that are neither brand, generation nor kind
    generations: frozenset[int]
    follows: frozenset[tuple[str, str]]  # the pairs of words in the names
    literals: dict[str, tuple[tuple[tuple[str, ...], str], ...]]
    """Names word by word, longest first, by their first word."""
    aliases: tuple[tuple[Name, str], ...]  # those made of generation and kinds, with the model
    colour_words: frozenset[str]

    def meaning(self, name: Name) -> tuple[str, ...]:
        """The sold models that a name fits; several when it doesn't tell them apart."""
        fitting = [one for one in self.sold if name.brands <= one.parts.brands | {"apple"}]
        exact = [
            one.name
            for one in fitting
            if (one.parts.number, one.parts.kinds, one.parts.extras)
            == (name.number, name.kinds, name.extras)
        ]
        if exact:
            return tuple(exact)
        plain = Name(number=name.number, kinds=name.kinds)
        if not name.extras and (
            aliased := [model for said, model in self.aliases if said == plain]
        ):
            return tuple(dict.fromkeys(aliased))
        implied = name.kinds | {_IMPLIED[kind] for kind in name.kinds if kind in _IMPLIED}
        for kinds in (name.kinds, implied):
            close = [
                (len(one.parts.extras - name.extras), one.name)
                for one in fitting
                if _is_close(one.parts, name, kinds)
            ]
            if close:
                return tuple(model for missing, model in close if missing == min(close)[0])
        return ()

    def spelling(self, brands: list[str], number: int | None, kinds: list[str]) -> str:
        """An unsold name tidily written: "iPhone 15 Pro Max", "iPhone 17e"."""
        own = self.brand_name
        known = BRANDS | {own.casefold(): own}
        written = [known.get(brand, brand.title()) for brand in brands] or [own]
        words = [word for word in written if word]
        if words == ["Apple"] and own:
            words.append(own)
        if number is not None:
            words.append(str(number))
        for kind in kinds:
            if kind in ("e", "s") and number is not None:
                words[-1] += kind
            else:
                words.append(written_kind(kind))
        return " ".join(words)


def _is_close(sold: Name, name: Name, kinds: frozenset[str]) -> bool:
    """Whether a name of these kinds may be short for a sold one ("the 15", sold refurbished)."""
    only_extras = name.extras and not kinds and name.number is None
    return (
        (name.number is None or sold.number == name.number)
        and (sold.kinds == kinds or bool(only_extras))
        and name.extras <= sold.extras
        and all(len(extra) > 1 for extra in sold.extras - name.extras)
    )


def lexicon_of(offers: tuple[Offer, ...]) -> Lexicon:
    """The offers, ready for matching; a call's own are known again without looking at each."""
    known, lexicon = _LATEST.get(id(offers), ((), None))
    if lexicon is None or known is not offers:
        lexicon = _lexicon_of(offers)
        if len(_LATEST) > _MOST_KEPT:
            _LATEST.clear()
        _LATEST[id(offers)] = offers, lexicon
    return lexicon


_MOST_KEPT: Final = 32
_LATEST: dict[int, tuple[tuple[Offer, ...], Lexicon]] = {}
"""By where the offers are, which are kept with it: to compare all takes longer than a sentence."""


@lru_cache(maxsize=_MOST_KEPT)
def _lexicon_of(offers: tuple[Offer, ...]) -> Lexicon:
    names = {name: heard(name) for name in models(offers)}
    own_brands = {name: brand_words(said) for name, said in names.items()}
    brands = frozenset(word for words in own_brands.values() for word in words)
    sold = tuple(
        Sold(
            name,
            take_apart(said, brands),
            min(offer.price_cents for offer in offers if offer.model == name),
        )
        for name, said in names.items()
    )
    extras = frozenset(extra for one in sold for extra in one.parts.extras)
    literals: dict[tuple[str, ...], str] = {}
    for name, said in names.items():
        literals.setdefault(said.norms(), name)
    aliases: list[tuple[Name, str]] = []
    for alias, model in _aliases(offers):
        parts = take_apart(alias, brands)
        if parts.extras <= extras:
            aliases.append((Name(number=parts.number, kinds=parts.kinds), model))
        else:
            literals.setdefault(alias.norms(), model)
    first = models(offers)[:1]
    return Lexicon(
        sold=sold,
        brands=brands | {maker for maker, brand in MAKERS.items() if brand in brands},
        brand_name=next((name.split()[0] for name in first if own_brands[name]), ""),
        extras=extras,
        generations=frozenset(one.parts.number for one in sold if one.parts.number is not None),
        follows=frozenset(
            pair for said in names.values() for pair in pairwise(_own_words(said, brands))
        ),
        literals={
            first: tuple(sorted(each, key=lambda item: -len(item[0])))
            for first, each in _by_first_word(literals).items()
        },
        aliases=tuple(dict.fromkeys(aliases)),
        colour_words=frozenset(EVERYDAY)
        | {word for offer in offers for colour in offer.colours for word in colour.lower().split()},
    )


def _by_first_word(
    literals: dict[tuple[str, ...], str],
) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, model in literals.items():
        found.setdefault(words[0] if words else "", []).append((words, model))
    return found


def _aliases(offers: tuple[Offer, ...]) -> list[tuple[Sentence, str]]:
    """Every alias without its article, and the model it stands for."""
    found: list[tuple[Sentence, str]] = []
    for offer in offers:
        for alias in offer.aliases:
            tokens = heard(alias).tokens
            while tokens and tokens[0].word in ("the", "a", "an"):
                tokens = tokens[1:]
            found.append((Sentence(tokens), offer.model))
    return found


def _own_words(name: Sentence, brands: frozenset[str]) -> list[str]:
    """A name's words that are neither brand nor number."""
    return [norm for norm in name.norms() if norm not in brands and not norm.isdecimal()]
