"""Whether words that may name a phone do so where they stand, by what is said around them."""

from dataclasses import dataclass
from typing import Final

from assistant.language.lists import word_lists
from assistant.language.negation import PEOPLE
from assistant.language.phones.lexicon import Lexicon
from assistant.language.phones.names import KINDS, Name
from assistant.language.phones.parts import Parts
from assistant.language.sentence import Sentence
from assistant.language.storage import storage_at
from assistant.language.units import TERABYTE

_LISTS: Final = word_lists("surroundings")
STANDS_FOR_PHONE = _LISTS["stands_for_phone"]
"""What may follow a name in place of "iPhone": "the pro one"."""
_KIND_AFTER = _LISTS["kind_after"]
_NEVER_ALONE = _LISTS["never_alone"]
_NAME_GOES_BEFORE = _LISTS["name_goes_before"]
_WEIGHTLESS = _LISTS["weightless"]
_NUMBERED = _LISTS["numbered"]
_AGE_LINKS = _LISTS["age_links"]
_AIR_AFTER = _KIND_AFTER | word_lists("phone_names")["air_after"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the words of one sentence that may name a phone."""

    parts: Parts

    @property
    def shop(self) -> Lexicon:
        """The shop that the caller speaks to."""
        return self.parts.shop

    @property
    def said(self) -> Sentence:
        """The sentence."""
        return self.parts.said

    def is_name(
        self, start: int, end: int, brands: list[str], number: int | None, kinds: list[str]
    ) -> bool:
        """Whether the words can only be, or here must be, a phone's name."""
        if number is not None:
            return bool(brands or kinds) or self.is_generation(start, end, number)
        return bool(brands) or len(kinds) > 1 or self._is_lone_kind(start, end, kinds[0])

    def is_generation(self, start: int, end: int, number: int) -> bool:
        """Whether a number without brand or kind is a phone: no age, amount, date or count."""
        first, later = self.said.at(start), self.said.at(end)
        before, earlier = self.said.word(start - 1), self.said.word(start - 2)
        if first.spelled and first.word in ("one", "two"):
            return False
        if before in _NUMBERED or self._is_age(start):
            return False
        if before == "the" and earlier in ("by", "until", "till", "since"):
            return False
        several = first.word.endswith("s") or self.said.word(end - 1) == "s"  # "two seventeens"
        if self.said.number(start - 1) is not None and not (first.pause or several):
            return False
        if later.word == "to" and self.said.number(end + 1):
            return False
        if later.word and not later.pause and not self._may_come_next(end):
            return False
        if number in self.shop.generations:
            return True
        near = bool(self.shop.generations) and 10 < number <= max(self.shop.generations) + 3
        dated = earlier in ("on", "by", "before", "after", "from")
        return near and before in ("the", "an", "a") and not dated

    def _may_come_next(self, place: int) -> bool:
        """Whether what is said at a place may follow a generation that stands for a phone."""
        token = self.said.at(place)
        if token.number is not None:
            return token.word == "one" or storage_at(self.said, place) is not None
        return any(
            token.word in words
            for words in (
                _NAME_GOES_BEFORE,
                self.shop.colour_words,
                TERABYTE,
                self.shop.brands,
                KINDS,
            )
        )

    def _is_age(self, start: int) -> bool:
        """Whether somebody is said to be that old: "my daughter is 17", "I'm almost 17"."""
        place = start - 1
        while place > start - 4 and self.said.word(place) in _AGE_LINKS:
            place -= 1
        return self.said.word(place) in PEOPLE

    def _is_lone_kind(self, start: int, end: int, kind: str) -> bool:
        """Whether a single kind without brand or generation means a phone ("the plus")."""
        before, earlier = self.said.word(start - 1), self.said.word(start - 2)
        one_follows = self.said.word(end) in STANDS_FOR_PHONE
        if kind in _NEVER_ALONE or (len(kind) == 1 and kind in self.shop.extras):
            return False
        if self.said.at(start).pause and (
            before in KINDS or self.parts.generation(start - 1) is not None
        ):
            return True  # one of a list: "the 17, pro or air"
        if kind == "pro":
            return not (before == "a" and earlier in ("im", "am", "like", "as", "not", "youre"))
        if kind == "air":
            up = earlier == "in" and self.said.word(start - 3) in ("up", "is", "still")
            if before == "the" and (up or earlier == "through"):
                return False
            return before in _AIR_AFTER or one_follows or self.is_all(start, end)
        if kind in self.shop.extras:
            return True
        if kind in ("slim", "fold", "flip") and one_follows:
            return kind != "slim"
        return before in _KIND_AFTER or (one_follows and before != "a") or self.is_all(start, end)

    def is_all(self, start: int, end: int) -> bool:
        """Whether the sentence says nothing else of weight."""
        around = self.said.tokens[:start] + self.said.tokens[end:]
        return all(
            token.word in _WEIGHTLESS or token.word in self.shop.colour_words for token in around
        )

    def is_some_phone(self, place: int, name: Name) -> bool:
        """Whether an unsold name is that of a phone at all: it has a brand, number or article."""
        return (
            bool(name.brands)
            or name.number is not None
            or self.said.word(place - 1) in ("the", "a", "an")
            or self.is_all(place, place + len(name.kinds))
        )
