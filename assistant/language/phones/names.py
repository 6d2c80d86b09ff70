"""The words phones are named with, and a name taken apart into brand, generation and kinds."""

from dataclasses import dataclass
from typing import Final

from assistant.language.lists import by_word, table, word_lists
from assistant.language.sentence import Sentence

_TABLE: Final = table("phone_names")
_LISTS: Final = word_lists("phone_names")
KINDS: Final = _LISTS["kinds"]
SHADOWED: Final = by_word("phone_names", "shadowed")
"""What stands after a kind's word when it means something else."""
BRANDS: Final[dict[str, str]] = _TABLE["brands"]
"""The brands that people name, sold here or not, as they are written."""
MAKERS: Final[dict[str, str]] = _TABLE["makers"]
"""The makers that are named beside their brand or instead of it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A phone's name taken apart: brand words, generation, kinds, and what else belongs to it."""

    brands: frozenset[str] = frozenset()
    number: int | None = None
    kinds: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()


def brand_words(name: Sentence) -> set[str]:
    """The words a name opens with that say whose phone it is."""
    brands: set[str] = set()
    for place, token in enumerate(name.tokens[:-1]):
        known = token.word in BRANDS or token.word in MAKERS
        if token.number is not None or not (known or (place == 0 and token.word not in KINDS)):
            break
        brands.add(token.word)
    return brands


def take_apart(name: Sentence, brands: frozenset[str]) -> Name:
    """The parts of a name or alias, given the words that are brands."""
    number: int | None = None
    own: set[str] = set()
    kinds: set[str] = set()
    extras: set[str] = set()
    for token in name.tokens:
        if token.word in brands and len(name) > 1:
            own.add(token.word)
        elif token.number is not None and number is None and token.word != "one":
            number = token.number
        elif token.word in KINDS:
            kinds.add(token.word)
        elif token.word != "phone":
            extras.add(token.norm)
    own |= {maker for maker, brand in MAKERS.items() if brand in own}
    return Name(frozenset(own), number, frozenset(kinds), frozenset(extras))


def some_phone_of(brand: str) -> str:
    """Any phone of a brand, as it is written: "an Android", "a Samsung"."""
    return f"{'an' if brand in _LISTS['with_an'] else 'a'} {BRANDS[brand]}"


def written_kind(kind: str) -> str:
    """A kind as it stands in a name: "Pro", "SE", "mini"."""
    if kind in _LISTS["capitals"]:
        return kind.upper()
    return kind if kind in _LISTS["small_letters"] else kind.title()
