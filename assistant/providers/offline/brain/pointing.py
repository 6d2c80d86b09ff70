"""Which phone is meant by "the cheaper one", "the second", "that one"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Heard
from assistant.language.phrases.vocabulary import Phrases
from assistant.providers.offline.brain.request import Talk, latest, listed
from assistant.shop.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Meaning:
    """Looks up what was said before by what is said now."""

    catalogue: Catalogue
    phrases: Phrases

    def lately(self, talk: Talk) -> tuple[str, ...]:
        """The models the agent last named together."""
        return listed(talk, self.catalogue.offers, self._pitches)

    def latest(self, talk: Talk) -> str:
        """The one model last talked about; empty when it was none or several."""
        return latest(talk, self.catalogue.offers, self._pitches)

    @property
    def _pitches(self) -> tuple[str, ...]:
        return tuple(model.pitch for model in self.catalogue.models if model.pitch)

    def pick(self, talk: Talk, heard: Heard, lately: tuple[str, ...]) -> str:
        """The one model pointed at among those named lately, else among all; empty for none."""
        says = {name: self.phrases.asserts(f"meant.{name}", heard.text) for name in _POINTERS}
        if lately:
            for name, place in (("first", 0), ("second", 1), ("third", 2), ("middle", 1)):
                if says[name] and len(lately) > place:
                    return lately[place]
            if says["last"] and len(lately) > 1:
                return lately[-1]
        priced = [model for model in lately if str(self._price(model) // 100) in heard.words]
        if len(priced) == 1 and len(lately) > 1:
            return priced[0]
        ranked = self._ranked(() if _IN_ALL.search(heard.text) else lately)
        if picked := self._by_rank(says, ranked):
            return picked
        if says["other"]:
            now = talk.known.selected.model if talk.known.selected else self.latest(talk)
            others = [model for model in lately if model != now]
            return others[0] if len(others) == 1 or (others and now) else ""
        return ""

    def _ranked(self, lately: tuple[str, ...]) -> tuple[str, ...]:
        return lately if len(lately) > 1 else tuple(m.name for m in self.catalogue.models)

    def _by_rank(self, says: dict[str, bool], models: tuple[str, ...]) -> str:
        """By price, size or age."""
        if says["cheaper"]:
            return min(models, key=self._price)
        if says["dearer"]:
            return max(models, key=self._price)
        if says["bigger"]:
            return max(models, key=self._size)
        if says["smaller"]:
            return min(models, key=self._size)
        if says["newest"]:
            return max(models, key=lambda name: (self._generation(name), self._price(name)))
        if says["oldest"]:
            return min(models, key=lambda name: (self._generation(name), self._price(name)))
        return ""

    def _price(self, name: str) -> int:
        model = self.catalogue.model(name)
        return model.storages[0].price_cents if model else 0

    def _size(self, name: str) -> tuple[int, int]:
        """A rank by the words in its name, then by price."""
        order = self.phrases.largest_first
        words = name.lower().split()
        ranks = [len(order) - order.index(word) for word in words if word in order]
        return max(ranks, default=0), self._price(name)

    @staticmethod
    def _generation(name: str) -> int:
        digits = "".join(letter for letter in name if letter.isdigit())
        return int(digits) if digits else 0


_IN_ALL = re.compile(
    r"\b(?:how much|what is|which is|do) (?:the|your|you)\b.*\w+est\b"
    r"|\w+est\b.*\byou (?:have|sell|got|offer)\b"
)
"""Asks for the cheapest, biggest, newest of the whole shop, whatever was named before."""

_POINTERS = (
    *("first", "second", "third", "middle", "last", "other"),
    *("cheaper", "dearer", "bigger", "smaller", "newest", "oldest"),
)
