"""Phones as callers speak of them: which one, in which storage and colour, wanted or not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language import phones as shop
from assistant.language.clauses import Heard, corrected, hear
from assistant.language.money import budget_in
from assistant.language.phones import spoken as phones
from assistant.language.segments import sentences
from assistant.providers.offline.brain.pointing import Meaning
from assistant.providers.offline.brain.reply import Reply, calling
from assistant.providers.offline.brain.request import Talk, unanswered
from assistant.providers.offline.brain.routing import Understanding
from assistant.shop.catalogue import Catalogue, needs_in
from assistant.shop.wording.known import Phone
from statemachine.offers import Offer

SUPERLATIVES = ("bigger", "smaller", "cheaper", "dearer", "newest")
"""The lists of phrases that point at a phone by comparing it with the others."""


@dataclass(frozen=True, slots=True)
class Shopping:
    """Reads what is said of phones, with the catalogue at hand."""

    catalogue: Catalogue
    understanding: Understanding

    @property
    def offers(self) -> tuple[Offer, ...]:
        """What is sold."""
        return self.catalogue.offers

    @property
    def meaning(self) -> Meaning:
        """Which phone "the cheaper one" is."""
        return Meaning(self.catalogue, self.understanding.phrases)

    def wants_phone(self, talk: Talk, heard: Heard) -> bool:
        """Whether a phone to buy is named or described."""
        if phones.wanted(self.offers, heard.raw) or phones.unsold(self.offers, heard.raw):
            return True
        says = self.understanding.phrases
        if says.says("meant.interest", heard.text) and self._colour(heard):
            return not self.understanding.trouble(heard)
        if says.says("meant.listing", heard.text) and says.says("words.phone", heard.text):
            return not self.understanding.trouble(heard)
        superlatives = SUPERLATIVES
        if says.says("meant.interest", heard.text) and any(
            says.asserts(f"meant.{name}", heard.text) for name in superlatives
        ):
            return not self.understanding.trouble(heard)
        return bool(budget_in(heard.raw)) or (
            self.understanding.phrases.says("meant.suggest", heard.text)
            and bool(needs_in(self.catalogue, heard.raw))
        )

    def names_unsold_alone(self, heard: Heard) -> bool:
        """Whether the only phone named is one that isn't sold: mostly the caller's own."""
        sold = phones.wanted(self.offers, heard.raw)
        return not sold and bool(phones.unsold(self.offers, heard.raw))

    def named_at(self, heard: Heard) -> int:
        """The clause in which a phone to buy is named first; -1 for none."""
        places = enumerate(heard.clauses)
        return next((n for n, c in places if phones.wanted(self.offers, c.raw)), -1)

    def says_which(self, talk: Talk, heard: Heard) -> bool:
        """Whether more is said than that a phone is wanted."""
        says = self.understanding.phrases
        if self.wants_phone(talk, heard) or needs_in(self.catalogue, heard.raw):
            return True
        names = (
            "cheap",
            "again",
            "compare",
            "suggest",
            "newest",
            "dearer",
            "bigger",
            "smaller",
            "listing",
        )
        if any(says.says(f"meant.{name}", heard.text) for name in names):
            return True
        anew = says.says("meant.for_whom", heard.text)
        storage = phones.storage(heard.raw)
        return bool(anew or storage or self._colour(heard))

    def _select(self, talk: Talk, heard: Heard, model: str, before: Phone | None = None) -> Reply:
        """Select a model with what was said of storage and colour, now or before."""
        open_wish = unanswered(talk, self.offers, model) if before is None else before
        sizes = shop.storages(self.offers, model)
        storage = self._storage(talk, heard, model) or (
            open_wish.storage if open_wish.storage in sizes else ""
        )
        chosen = talk.known.selected
        says = self.understanding.phrases
        same = chosen.colour if chosen and says.says("meant.same_colour", heard.text) else ""
        colour = self._colour(heard, model) or open_wish.colour or same
        arguments = {"model": model}
        arguments |= {"storage": storage} if storage else {}
        arguments |= {"colour": colour} if colour else {}
        return calling("select_model", **arguments)

    def _storage(self, talk: Talk, heard: Heard, model: str) -> str:
        says = self.understanding.phrases
        if named := next(filter(None, map(phones.storage, _last_first(heard))), ""):
            return named
        sizes = shop.storages(self.offers, model)
        chosen = talk.known.selected
        now = chosen.storage if chosen and chosen.model == model else (sizes[0] if sizes else "")
        place = sizes.index(now) if now in sizes else 0
        if chosen and says.says("meant.same_size", heard.text):
            return chosen.storage if chosen.storage in sizes else ""
        if says.says("meant.most_room", heard.text):
            return sizes[-1]
        if says.says("meant.least_room", heard.text):
            return sizes[0]
        if says.says("meant.more_room", heard.text):
            return sizes[min(place + 1, len(sizes) - 1)]
        if says.says("meant.less_room", heard.text):
            return sizes[max(place - 1, 0)]
        return ""

    def _colour(self, heard: Heard, model: str = "") -> str:
        said = (phones.colour(self.offers, part, model) for part in _last_first(heard))
        return next(filter(None, said), "")

    def _wanted(self, heard: Heard) -> tuple[str, ...]:
        """The models asked for; after a change of mind only those named after it."""
        models, says = phones.wanted_at_sales(self.offers, heard.raw), self.understanding.phrases
        if len(models) > 1:
            told = [c.raw for c in heard.clauses if not says.says("meant.denies", c.text)]
            models = phones.wanted(self.offers, ", ".join(told)) or models
        if len(models) > 1:
            end = [*sentences(heard.raw)][-1]
            named = phones.wanted(self.offers, end)
            if len(named) == 1 and (phones.storage(end) or self._colour(hear(end))):
                return named
        if len(models) > 1:
            changes = self.understanding.phrases.lists["say.changed"].finditer(heard.text)
            for change in reversed(list(changes)):
                if last := phones.wanted(self.offers, heard.text[change.end() :]):
                    return last
        if len(models) > 1 and not self.understanding.asks(heard):
            settled = phones.wanted(self.offers, heard.clauses[-1].raw)
            before = {m for c in heard.clauses[:-1] for m in phones.wanted(self.offers, c.raw)}
            if len(settled) == 1 and settled[0] in before:
                return settled
        if len(models) > 1:
            parts = re.split(r"\bbut\b", heard.raw, flags=re.IGNORECASE)
            if len(parts) > 1 and (last := phones.wanted(self.offers, parts[-1])):
                return last
        return models

    def _fitting(
        self, heard: Heard, storage: str, colour: str, names: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Those of these models that come with the storage and in the colour."""
        return tuple(
            name
            for name in names
            if (not storage or storage in shop.storages(self.offers, name))
            and (not colour or shop.find_colour(self.offers, heard.raw, name))
        )


def _last_first(heard: Heard) -> list[str]:
    """What was said, the last sentence first, and each from its last correction on."""
    told = reversed([*sentences(heard.raw)])
    return [part for sentence in told for part in corrected(sentence)]
