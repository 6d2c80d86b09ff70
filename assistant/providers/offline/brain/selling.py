"""At the sales desk: which phone is meant, and whether it is to be priced, compared or ordered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.catalogue import Catalogue, needs_in
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.answer import Answer, calling, saying
from assistant.providers.offline.brain.context import Phone, Talk, latest, unanswered
from assistant.providers.offline.brain.hearing import Heard, stripped, tidy
from assistant.providers.offline.brain.meaning import Meaning
from assistant.providers.offline.brain.understanding import Understanding
from statemachine import offers as shop
from statemachine.offers import Offer


@dataclass(frozen=True, slots=True)
class Selling:
    """Answers where phones are selected and ordered."""

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

    def serves(self, talk: Talk) -> bool:
        """Whether this is the sales desk."""
        return "select_model" in talk.offered

    # asked from elsewhere

    def wants_phone(self, talk: Talk, heard: Heard) -> bool:
        """Whether a phone to buy is named or described."""
        if shop.wanted_models(self.offers, heard.raw) or shop.unsold(self.offers, heard.raw):
            return True
        says = self.understanding.phrases
        superlatives = ("bigger", "smaller", "cheaper", "dearer", "newest")
        if says.says("meant.interest", heard.text) and any(
            says.asserts(f"meant.{name}", heard.text) for name in superlatives
        ):
            return not self.understanding.trouble(heard)
        return bool(self._budget(heard)) or (
            self.understanding.phrases.says("meant.suggest", heard.text)
            and bool(needs_in(self.catalogue, heard.raw))
        )

    def says_which(self, talk: Talk, heard: Heard) -> bool:
        """Whether more is said than that a phone is wanted."""
        says = self.understanding.phrases
        if self.wants_phone(talk, heard) or needs_in(self.catalogue, heard.raw):
            return True
        names = ("cheap", "again", "compare", "suggest", "newest", "dearer", "bigger", "smaller", "listing")
        if any(says.says(f"meant.{name}", heard.text) for name in names):
            return True
        anew = re.search(r"(?<![^ ])for (?:my|our|a|his|her|the) (?!price|phone|iphone|new)", heard.text)
        storage = shop.find_storage(heard.raw)
        return bool(anew or storage or self._colour(heard, None))

    def keeps(self, talk: Talk, heard: Heard) -> bool:
        """Whether the words are about buying, so that a problem named in passing leads nowhere."""
        if self.understanding.trouble(heard).faint:
            return True
        if shop.wanted_models(self.offers, heard.raw) and not self.understanding.trouble(heard):
            return True
        sales = next((d for d in self.understanding.phrases.desks if d.takes == "phones"), None)
        desk = self.understanding.desk(heard, phone=False)
        if sales is not None and desk is sales:
            return True
        says = self.understanding.phrases
        if self.understanding.agrees(heard, asked=True) and "confirm_purchase" in talk.offered:
            return not self.understanding.trouble(heard)
        needs = needs_in(self.catalogue, heard.raw) and says.says("meant.suggest", heard.text)
        return bool(needs) and not self.understanding.trouble(heard).words

    # here

    def answer(self, talk: Talk, heard: Heard) -> Answer | None:
        """Price, compare, suggest, order, or talk about it."""
        steps = (
            self._compare, self._named, self._unsold, self._again, self._order, self._meant,
            self._listing, self._described, self._suggest, self._needed, self._declined, self._asked,
        )  # fmt: skip
        for step in steps:
            if found := step(talk, heard):
                return found
        return None

    def _select(self, talk: Talk, heard: Heard, model: str, before: Phone | None = None) -> Answer:
        """Select a model with what was said of storage and colour, now or before."""
        open_wish = unanswered(talk, self.offers, model) if before is None else before
        sizes = shop.storages(self.offers, model)
        storage = self._storage(talk, heard, model) or (
            open_wish.storage if open_wish.storage in sizes else ""
        )
        colour = self._colour(heard, model) or open_wish.colour
        arguments = {"model": model}
        arguments |= {"storage": storage} if storage else {}
        arguments |= {"colour": colour} if colour else {}
        return calling("select_model", **arguments)

    def _storage(self, talk: Talk, heard: Heard, model: str) -> str:
        says = self.understanding.phrases
        if named := shop.find_storage(heard.raw):
            return named
        sizes = shop.storages(self.offers, model)
        chosen = talk.known.selected
        now = chosen.storage if chosen and chosen.model == model else (sizes[0] if sizes else "")
        place = sizes.index(now) if now in sizes else 0
        if says.says("meant.most_room", heard.text):
            return sizes[-1]
        if says.says("meant.least_room", heard.text):
            return sizes[0]
        if says.says("meant.more_room", heard.text):
            return sizes[min(place + 1, len(sizes) - 1)]
        if says.says("meant.less_room", heard.text):
            return sizes[max(place - 1, 0)]
        return ""

    def _colour(self, heard: Heard, model: str | None) -> str:
        found = shop.find_colour(self.offers, heard.raw, model)
        return found or shop.unsold_colour(self.offers, heard.raw, model) or ""

    def _wanted(self, heard: Heard) -> tuple[str, ...]:
        """The models asked for; after a change of mind only those of the last clause that has any."""
        models = shop.wanted_models(self.offers, heard.raw)
        if len(models) > 1 and self.understanding.phrases.says("say.changed", heard.text):
            for clause in reversed(heard.clauses):
                if last := shop.wanted_models(self.offers, clause.raw):
                    return last
        if len(models) > 1:
            parts = re.split(r"\bbut\b", heard.raw, flags=re.IGNORECASE)
            if len(parts) > 1 and (last := shop.wanted_models(self.offers, parts[-1])):
                return last
        return models

    def _compare(self, talk: Talk, heard: Heard) -> Answer | None:
        says = self.understanding.phrases
        if "compare_models" not in talk.offered:
            return None
        models = self._wanted(heard)
        than = re.search(r"(?<![^ ])(?:than|versus|vs|compared to|compared with|over) ", heard.text)
        if len(models) == 1 and than:
            models = shop.find_models(self.offers, heard.raw)
        if len(models) > 1:
            text = heard.text
            pair = says.says("meant.compare", text) or re.search(r"(?<![^ ])or ", text)
            asks = self.understanding.asks(heard) or says.says("meant.price", text)
            if pair or asks or not says.says("meant.interest", text):
                return calling("compare_models", first=models[0], second=models[1])
            return None
        if not says.says("meant.compare", heard.text):
            return None
        weighs = re.search(
            r"(?<![^ ])(?:differen[^ ]*|compar[^ ]*|versus|vs|better than|instead of|difference|against) ", heard.text
        )
        between = re.search(r"(?<![^ ])(?:the two|these two|those two|them|both|which one is|which is) ", heard.text)
        before = self.meaning.lately(talk)
        if len(models) == 1 and weighs:
            other = next((m for m in (latest(talk, self.offers), *before) if m and m != models[0]), "")
            if other:
                return calling("compare_models", first=other, second=models[0])
        if not models and len(before) > 1 and (weighs or between):
            if self.meaning.pick(talk, heard, before) and not weighs:
                return None
            return calling("compare_models", first=before[0], second=before[1])
        return None

    def _named(self, talk: Talk, heard: Heard) -> Answer | None:
        models = self._wanted(heard)
        if not models:
            return None
        model = models[0]
        chosen = talk.known.selected
        same = chosen is not None and chosen.model == model and not talk.known.ordered
        if same and chosen is not None and self._confirms(talk, heard) and not self._differs(chosen, heard):
            return calling("confirm_purchase")
        if answered := self._fact(talk, heard, model):
            return answered
        if same and chosen is not None:
            return self._select(talk, heard, model)
        return self._select(talk, heard, model)

    def _differs(self, chosen: Phone, heard: Heard) -> bool:
        """Whether storage or colour are said that the selection doesn't have."""
        storage = shop.find_storage(heard.raw)
        colour = self._colour(heard, chosen.model)
        return bool((storage and storage != chosen.storage) or (colour and colour != chosen.colour))

    def _unsold(self, talk: Talk, heard: Heard) -> Answer | None:
        asked = shop.unsold(self.offers, heard.raw)
        return calling("select_model", model=asked) if asked else None

    def _again(self, talk: Talk, heard: Heard) -> Answer | None:
        """Another of what was ordered."""
        says = self.understanding.phrases
        last = talk.known.orders[-1] if talk.known.orders else None
        if last is None or not says.says("meant.again", heard.text):
            one = last is not None and says.says("meant.another", heard.text)
            if not one or says.says("meant.anew", heard.text) or heard.asks:
                return None
            attribute = shop.find_storage(heard.raw) or self._colour(heard, None)
            alone = re.search(r"(?<![^ ])(?:another|one more|a second) (?:one )?(?:please |too |$)", heard.text)
            if not (attribute or alone):
                return None
        if last is None or says.says("meant.anew", heard.text):
            return None
        return self._select(talk, heard, last.model, before=last)

    def _confirms(self, talk: Talk, heard: Heard) -> bool:
        if "confirm_purchase" not in talk.offered:
            return False
        asked = self.understanding.phrases.says("asked.order", tidy(talk.asked))
        return self.understanding.agrees(heard, asked=asked)

    def _order(self, talk: Talk, heard: Heard) -> Answer | None:
        chosen = talk.known.selected
        if not self._confirms(talk, heard):
            return None
        if chosen is None or self._differs(chosen, heard):
            return None
        pointed = self.meaning.pick(talk, heard, self.meaning.lately(talk))
        if pointed and pointed != chosen.model:
            return None
        return calling("confirm_purchase")

    def _meant(self, talk: Talk, heard: Heard) -> Answer | None:
        """ "The second one", "the cheaper one", "that one"."""
        lately = self.meaning.lately(talk)
        picked = self.meaning.pick(talk, heard, lately)
        if picked and not (self.understanding.asks(heard) and len(lately) < 2):
            return self._select(talk, heard, picked)
        says = self.understanding.phrases
        chosen = talk.known.selected
        likes = says.says("asked.like_it", tidy(talk.asked)) or says.says("asked.which", tidy(talk.asked))
        refuses = says.says("say.no", heard.text) or says.says("say.wait", heard.text)
        one = latest(talk, self.offers)
        if likes and one and not refuses and (self.understanding.plain_yes(heard) or (
            self.understanding.agrees(heard, asked=True)
        )):
            if "$" in talk.asked or "comes" in talk.asked:
                if chosen is None or chosen.model != one or talk.known.ordered:
                    return self._select(talk, heard, one)
        if chosen is None and one and not refuses and says.says("say.order", heard.text):
            return self._select(talk, heard, one)
        return None

    def _described(self, talk: Talk, heard: Heard) -> Answer | None:
        """Storage or colour alone: of the phone being talked about."""
        says = self.understanding.phrases
        model = latest(talk, self.offers)
        storage = self._storage(talk, heard, model) if model else shop.find_storage(heard.raw) or ""
        colour = self._colour(heard, model or None)
        if not (storage or colour):
            return None
        if talk.known.ordered and not says.says("meant.another", heard.text) and heard.asks:
            return None
        if says.says("meant.anew", heard.text) and says.says("meant.suggest", heard.text):
            return None
        if model:
            return self._select(talk, heard, model)
        names = self.meaning.lately(talk) or shop.models(self.offers)
        fitting = tuple(
            name
            for name in names
            if (not storage or storage in shop.storages(self.offers, name))
            and (not colour or shop.find_colour(self.offers, heard.raw, name))
        )
        if len(fitting) == 1:
            return self._select(talk, heard, fitting[0])
        if needs_in(self.catalogue, heard.raw) or self._budget(heard):
            return None
        if colour and fitting:
            listed = replies.listed(fitting)
            return saying(replies.WHICH_IN_COLOUR.format(models=listed, colour=colour))
        models = replies.listed(shop.models(self.offers))
        return saying(replies.WHICH_MODEL.format(models=models))

    def _budget(self, heard: Heard) -> str:
        if shop.find_storage(heard.raw) and "$" not in heard.text and "dollar" not in heard.text:
            text = re.sub(r"(?<![^ ])\d+ (?:gb|gigs|gig|gigabytes) ", "", heard.text)
        else:
            text = heard.text
        return self.understanding.budget(Heard(heard.raw, text, heard.clauses, heard.asks))

    def _needed(self, talk: Talk, heard: Heard) -> Answer | None:
        """A need or a budget: suggest what fits it."""
        if "recommend_models" not in talk.offered:
            return None
        says = self.understanding.phrases
        need = needs_in(self.catalogue, heard.raw)
        budget = self._budget(heard)
        cheap = says.says("meant.cheap", heard.text)
        chosen = talk.known.selected
        denied = says.says("say.no", heard.text) and not (budget or cheap) and len(heard.words) < 4
        if denied or not (need or budget or cheap):
            return None
        about = heard.asks and chosen is not None and not talk.known.ordered
        if about and need and not (budget or cheap or says.says("meant.suggest", heard.text)):
            return None
        if cheap and not budget and chosen is not None and not talk.known.ordered:
            price = min((o.price_cents for o in self.offers if o.model == chosen.model), default=0)
            if any(o.price_cents < price for o in self.offers):
                budget = f"{price // 100 - 1} dollars"
        arguments = {"need": stripped(heard.raw)} | ({"budget": budget} if budget else {})
        return calling("recommend_models", **arguments)

    def _suggest(self, talk: Talk, heard: Heard) -> Answer | None:
        """Asked for a suggestion, or yes to "shall I suggest one?"."""
        if "recommend_models" not in talk.offered:
            return None
        says = self.understanding.phrases
        asked = tidy(talk.asked)
        likes = says.says("asked.suggest", asked) and self.understanding.plain_yes(heard)
        unsure = says.says("say.unsure", heard.text) and (
            says.says("asked.suggest", asked) or says.says("asked.which", asked)
        )
        quoted = "confirm_purchase" in talk.offered and says.says("asked.order", asked)
        if not (likes or unsure or (says.says("meant.suggest", heard.text) and not quoted)):
            return None
        if says.says("say.no", heard.text) and not heard.asks and len(heard.words) < 4:
            return None
        if needed := self._needed(talk, heard):
            return needed
        wish = talk.known.wish if needs_in(self.catalogue, talk.known.wish) else ""
        return calling("recommend_models", need=wish or stripped(heard.raw))

    def _listing(self, talk: Talk, heard: Heard) -> Answer | None:
        says = self.understanding.phrases
        if not says.says("meant.listing", heard.text):
            return None
        if needs_in(self.catalogue, heard.raw) or self._budget(heard):
            return None
        if says.says("meant.colors", heard.text) or says.says("meant.sizes", heard.text):
            return None
        if says.says("meant.cheap", heard.text) or self._colour(heard, None):
            return None
        models = replies.listed(shop.models(self.offers))
        return saying(replies.HAVE_MODELS.format(models=models))

    def _fact(self, talk: Talk, heard: Heard, model: str) -> Answer | None:
        """Colours or storages of a model."""
        says = self.understanding.phrases
        if says.says("meant.price", heard.text):
            return None
        if says.says("meant.colors", heard.text) and not self._colour(heard, model):
            colours = replies.listed(shop.colours(self.offers, model), "or")
            return saying(replies.COLOURS.format(model=model, colours=colours))
        choosing = any(says.says(f"meant.{n}_room", heard.text) for n in ("more", "less", "most", "least"))
        if says.says("meant.sizes", heard.text) and not shop.find_storage(heard.raw) and not choosing:
            storages = replies.listed(shop.storages(self.offers, model), "or")
            return saying(replies.STORAGES.format(model=model, storages=storages))
        return None

    def _declined(self, talk: Talk, heard: Heard) -> Answer | None:
        says = self.understanding.phrases
        chosen, text = talk.known.selected, heard.text
        if any(topic.said.search(text) for topic in says.talk) and len(heard.words) > 3:
            return None
        if says.says("meant.cancel", text) and talk.known.orders and says.says("say.no", text):
            return saying(replies.CANCEL)
        if chosen is None or talk.known.ordered:
            return None
        if says.says("say.wait", text):
            return saying(replies.TAKE_TIME)
        if says.says("say.no", text):
            return saying(replies.NOT_ORDERED)
        return None

    def _asked(self, talk: Talk, heard: Heard) -> Answer | None:
        """A question about the phone being talked about, as far as the catalogue goes."""
        says = self.understanding.phrases
        model = latest(talk, self.offers)
        if model and (fact := self._fact(talk, heard, model)):
            return fact
        if model and says.says("meant.price", heard.text):
            return self._select(talk, heard, model)
        if any(topic.said.search(heard.text) for topic in says.talk):
            return None
        asks = self.understanding.asks(heard)
        if model and asks and len(heard.words) > 2:
            found = self.catalogue.model(model)
            pitch = found.pitch if found else ""
            if needs_in(self.catalogue, heard.raw) and pitch and not talk.known.ordered:
                return saying(f"{pitch} {replies.SHALL_I_ORDER.format(model=model)}")
            return saying(f"{replies.DONT_KNOW_MODEL} {pitch}")
        if talk.known.ordered and says.says("say.order", heard.text):
            chosen = talk.known.selected
            return saying(replies.ORDERED_ALREADY.format(model=chosen.model if chosen else ""))
        if talk.known.selected is None and says.says("say.order", heard.text):
            return saying(replies.FIRST_CHOOSE)
        if self.understanding.plain_yes(heard) and says.says("asked.which", tidy(talk.asked)):
            return saying(replies.ask("buying"))
        sales = next((d for d in says.desks if d.takes == "phones"), None)
        if sales is not None and self.understanding.desk(heard, phone=False) is sales:
            return saying(replies.ask("buying"))
        return None
