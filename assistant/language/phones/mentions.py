"""The phones named in a sentence, sold or not, heard in one walk from left to right."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.negation import declined, owned
from assistant.language.phones.lexicon import Lexicon, lexicon_of
from assistant.language.phones.names import KINDS, Name
from assistant.language.phones.other_products import after_other_product, foreign_phone
from assistant.language.phones.parts import Parts
from assistant.language.phones.surroundings import STANDS_FOR_PHONE, Surroundings
from assistant.language.sentence import Sentence, heard
from assistant.language.storage import storage_spans
from statemachine.offers import Offer, models


@dataclass(frozen=True, slots=True)
class Mention:
    """A phone named in a sentence: the sold models it means, else how the unsold one is written."""

    models: tuple[str, ...]
    unsold: str
    owned: bool
    declined: bool


def find_models(offers: tuple[Offer, ...], spoken: str) -> tuple[str, ...]:
    """Every sold model named in a sentence, in order of mention.

    The longest name counts ("17 pro max" is neither the 17 Pro nor the 17). A name that fits
    several models ("the pro", where two generations of it are sold) gives all of them.
    """
    found = (name for mention in mentions(offers, spoken) for name in mention.models)
    return tuple(dict.fromkeys(found))


def wanted_models(offers: tuple[Offer, ...], spoken: str) -> tuple[str, ...]:
    """The models of `find_models` less those only named as owned ("my 16") or declined."""
    wanted = (m for m in mentions(offers, spoken) if not (m.owned or m.declined))
    return tuple(dict.fromkeys(name for mention in wanted for name in mention.models))


def resolve_model(offers: tuple[Offer, ...], argument: str) -> str | None:
    """The one sold model that an argument names; None for none, several, or an unsold one."""
    plain = " ".join(argument.split()).casefold()
    for name in models(offers):
        if name.casefold() == plain:
            return name
    named = mentions(offers, argument)
    if any(mention.unsold for mention in named):
        return None
    found = {name for mention in named for name in mention.models}
    return found.pop() if len(found) == 1 else None


def mentions(offers: tuple[Offer, ...], spoken: str) -> tuple[Mention, ...]:
    """Every phone named in a sentence, in order."""
    return mentions_of(lexicon_of(offers), spoken)


@lru_cache(maxsize=256)
def mentions_of(shop: Lexicon, spoken: str) -> tuple[Mention, ...]:
    """The same, read once for all who ask."""
    parts = Parts(shop, heard(spoken))
    return tuple(_Listener(parts, Surroundings(parts)).mentions())


@dataclass(frozen=True, slots=True)
class _Named:
    """The sold models that words mean, or how the unsold phone is written; neither for no phone."""

    models: tuple[str, ...] = ()
    unsold: str = ""


@dataclass(frozen=True, slots=True)
class _Listener:
    """One walk over a sentence's words."""

    parts: Parts
    surroundings: Surroundings

    @property
    def shop(self) -> Lexicon:
        return self.parts.shop

    @property
    def said(self) -> Sentence:
        return self.parts.said

    def mentions(self) -> Iterator[Mention]:
        """The phones named, each with whether the caller owns or declines it."""
        storage_ends = {start: end for start, end, _ in storage_spans(self.said)}
        place = 0
        while place < len(self.said):
            if place in storage_ends:
                place = storage_ends[place]
                continue
            end, named = self._named_at(place)
            of_chip = self.said.word(end) in ("chip", "chips")
            if (named.models or named.unsold) and not of_chip:
                yield Mention(
                    named.models, named.unsold, owned(self.said, place), declined(self.said, place)
                )
            place = max(end, place + 1)

    def _named_at(self, place: int) -> tuple[int, _Named]:
        """The phone named from a place on, if any, and the place after it."""
        if (end := after_other_product(self.said, place)) > place:
            return end, _Named()
        if foreign := foreign_phone(self.said, place, self.shop.brands):
            end, unsold = foreign
            return end, _Named(unsold=unsold)
        literal_end, model = self._literal(place)
        end, name, spelling = self._name(place)
        if model is not None and literal_end >= end:
            return literal_end, _Named((model,))
        if name is None:
            return end, _Named()
        if means := self.shop.meaning(name):
            return end, _Named(means)
        some_phone = self.surroundings.is_some_phone(place, name)
        return end, _Named(unsold=spelling if some_phone else "")

    def _literal(self, place: int) -> tuple[int, str | None]:
        """A whole name or alias standing in the sentence word by word, unless its name goes on."""
        starts = [place]
        while self.said.word(place) in self.shop.brands:
            place += 1
            starts.append(place)
        longest: tuple[int, int, str] | None = None
        for start in starts:
            for words, model in self.shop.literals.get(self.said.at(start).norm, ()):
                end = start + len(words)
                if longest is not None and longest[0] >= len(words):
                    break
                if self.said.norms(start, end) == words and self._is_whole(end, words[-1]):
                    longest = (len(words), end, model)
                    break
        return (longest[1], longest[2]) if longest else (place, None)

    def _is_whole(self, end: int, last: str) -> bool:
        """Whether a name or alias that stands before a place with this last word is over there."""
        if last in KINDS and self.parts.kind(end - 1, named=True) is None:
            return False  # "16 e" of "16 e sim"
        if last in STANDS_FOR_PHONE:
            return True
        if last in self.shop.brands and self.parts.generation(end) is not None:
            return False
        if self.parts.kind(end, named=True) is None or self.said.at(end).pause:
            return True
        return last in KINDS and not self.parts.may_follow(last, self.said.word(end))

    def _name(self, start: int) -> tuple[int, Name | None, str]:
        """Brand, generation and kinds as they follow each other; None when it's no phone's name.

        With the name come the place after it and how it is written.
        """
        kinds = self._kinds_before_brand(start)
        place = start + len(kinds)
        brands: list[str] = []
        while self.said.word(place) in self.shop.brands:
            brands.append(self.said.word(place))
            place += 1
        if brands and self.said.word(place) == "phone":
            place += 1
        number: int | None = None
        if generation := self.parts.generation(place):
            number, place = generation
        named = bool(brands) or number is not None
        later_kinds = self.parts.kinds(place, named=named, number=number)
        place += len(later_kinds)
        if number is not None and self.said.word(place) == "s" and self.said.at(place).attached:
            place += 1  # "17s" are several of them
        if number is None and later_kinds and (generation := self.parts.generation(place)):
            value, after = generation
            usual = value in self.shop.generations and not self.parts.kinds(after, named=True)
            if usual and self.surroundings.is_generation(place, after, value):
                number, place = value, after  # "pro max 17"
        kinds += later_kinds
        if number is None and not kinds:
            return place, None, ""
        if not self.surroundings.is_name(start, place, brands, number, kinds):
            return place, None, ""
        known = KINDS.intersection(kinds)
        name = Name(frozenset(brands), number, known, frozenset(kinds) - known)
        return place, name, self.shop.spelling(brands, number, kinds)

    def _kinds_before_brand(self, place: int) -> list[str]:
        """Kinds said ahead of the brand ("the pro iPhone 17"), unless more kinds come after it."""
        kinds = self.parts.kinds(place, named=False)
        brand = place + len(kinds)
        if not kinds or self.said.word(brand) not in self.shop.brands:
            return []
        generation = self.parts.generation(brand + 1)
        end = generation[1] if generation else brand + 1
        return [] if self.parts.kinds(end, named=True) else kinds
