"""The generation and the kinds said at a place in a sentence, told from other numbers and words."""

from dataclasses import dataclass

from assistant.language.lists import by_word, word_lists
from assistant.language.phones.lexicon import Lexicon
from assistant.language.phones.names import KINDS, SHADOWED
from assistant.language.sentence import Sentence
from assistant.language.storage import AMOUNT_UNITS

_LISTS = word_lists("phone_names")
_MAX_MISHEARD = _LISTS["max_misheard"]
_FOLLOWS = by_word("phone_names", "follows")
_S_GENERATIONS = range(3, 7)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of names in one sentence, as this shop's customers say them."""

    shop: Lexicon
    said: Sentence

    def generation(self, place: int) -> tuple[int, int] | None:
        """The generation said at a place, with the place after it; None for any other number."""
        token, before = self.said.at(place), self.said.word(place - 1)
        following, after = self.said.word(place + 1), place + 1
        if token.number is None or token.money or token.number > 99:
            return None
        if token.attached and len(before) == 1 and before not in self.shop.extras:
            return None  # "S24", "A17": a code, not a generation
        units = self.said.number(after)
        if token.number < 10 and units is not None and units < 10:
            value = 10 * token.number + units
            if value in self.shop.generations and self._is_in_name(place, after + 1):
                return value, after + 1  # "iPhone one seven"
        if following in AMOUNT_UNITS:
            return None
        meant = 10 + token.number // 10
        if token.number in range(30, 100, 10) and meant in self.shop.generations:
            # "iPhone seventy Pro" was "seventeen"
            return (meant, after) if self._is_in_name(place, after) else None
        if token.number < 3 and token.number not in self.shop.generations:
            return None
        if token.number == 4 and following in _LISTS["for_somebody"]:
            return None
        return token.number, after

    def _is_in_name(self, start: int, end: int) -> bool:
        """Whether a brand stands before these words or a kind after them."""
        in_brand = self.said.word(start - 1) in self.shop.brands
        return in_brand or self.kind(end, named=True) is not None

    def kinds(self, place: int, *, named: bool, number: int | None = None) -> list[str]:
        """The kinds that stand one after the other from a place on ("pro", "max").

        `named` says that a brand or generation came before, and `number` is that generation.
        """
        kinds: list[str] = []
        while (kind := self.kind(place + len(kinds), named=named or bool(kinds))) is not None:
            if kinds and not self.may_follow(kinds[-1], kind):
                break
            if kind == "s" and (kinds or number not in _S_GENERATIONS):
                break
            begun = bool(kinds) or number is not None
            if begun and self.said.at(place + len(kinds)).pause:
                joined = {*kinds, kind}
                if not any(
                    joined <= one.parts.kinds and number == one.parts.number
                    for one in self.shop.sold
                ):
                    break
            kinds.append(kind)
        return kinds

    def kind(self, place: int, *, named: bool) -> str | None:
        """The kind said at a place, None where the word means something else."""
        word, before = self.said.word(place), self.said.word(place - 1)
        following = self.said.word(place + 1)
        if named and word in _MAX_MISHEARD and before == "pro":
            return "max"
        if named and word in ("heir", "aire") and before in self.shop.brands:
            return "air"
        if named and word in ("ease", "es") and before in ("16", "sixteen"):
            return "e"
        if word in self.shop.extras and (len(word) > 1 or named):
            return word
        if word not in KINDS or following in SHADOWED.get(word, ()):
            return None
        added = self.said.number(place + 1)
        if word == "plus" and added is not None and added < 64:
            return None  # a sum
        if word == "pro" and following == "and" and self.said.word(place + 2) == "cons":
            return None
        return word

    def may_follow(self, kind: str, following: str) -> bool:
        """Whether a name may go on with a word after a kind."""
        return (
            kind in self.shop.extras
            or following in self.shop.extras
            or following in _FOLLOWS.get(kind, ())
            or (kind, following) in self.shop.follows
            or (kind == "pro" and following in _MAX_MISHEARD)
        )
