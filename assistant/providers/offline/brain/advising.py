"""Suggestions, lists and facts about phones: all that is said before one is selected."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language import phones as shop
from assistant.language.clauses import Heard, stripped, tidy
from assistant.language.money import amounts_in, budget_in, budget_of
from assistant.language.phones import spoken as phones
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.reply import Reply, calling, saying
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.second import QUITE_SURE, SHOPPING, doubted, seems
from assistant.providers.offline.brain.shopping import Shopping
from assistant.shop.catalogue import needs_in, price_of
from assistant.shop.wording.known import Phone


@dataclass(frozen=True, slots=True)
class Advising(Shopping):
    """Answers where no phone is chosen by the words."""

    def _needed(self, talk: Talk, heard: Heard) -> Reply | None:
        """A need or a budget: suggest what fits it."""
        if "recommend_models" not in talk.offered:
            return None
        says = self.understanding.phrases
        if doubted(says, talk, heard, *SHOPPING, "declines"):
            return None
        need = needs_in(self.catalogue, heard.raw)
        budget = budget_in(heard.raw)
        cheap = says.says("meant.cheap", heard.text)
        chosen = talk.known.selected
        waits = says.says("say.wait", heard.text) and not (budget or cheap)
        denied = waits or (
            says.says("say.no", heard.text) and not (budget or cheap) and len(heard.words) < 4
        )
        if denied or not (need or budget or cheap):
            return None
        if self._names_price(talk, heard, budget) and chosen is not None:
            return self._select(talk, heard, chosen.model)
        if chosen is not None and self._haggles(talk, chosen, heard, budget):
            return saying(
                f"{replies.NO_DISCOUNT} {replies.SHALL_I_ORDER.format(model=chosen.model)}"
            )
        about = self.understanding.asks(heard) and chosen is not None and not talk.known.ordered
        if about and need and not (budget or cheap or says.says("meant.suggest", heard.text)):
            return None
        if cheap and not budget and chosen is not None and not talk.known.ordered:
            price = min((o.price_cents for o in self.offers if o.model == chosen.model), default=0)
            if any(o.price_cents < price for o in self.offers):
                budget = f"{price // 100 - 1} dollars"
        arguments = {"need": stripped(heard.raw)} | ({"budget": budget} if budget else {})
        return calling("recommend_models", **arguments)

    def _names_price(self, talk: Talk, heard: Heard, budget: str) -> bool:
        """Whether the amount is the price that was just quoted ("that's 799, right?")."""
        chosen = talk.known.selected
        if chosen is None or talk.known.ordered or not budget:
            return False
        price = price_of(self.catalogue, chosen.model, chosen.storage)
        return price is not None and price in amounts_in(f"{budget} dollars")

    def _haggles(self, talk: Talk, chosen: Phone, heard: Heard, budget: str) -> bool:
        """Whether less is bid for the phone that was quoted ("would you do it for 600?")."""
        says = self.understanding.phrases
        if talk.known.ordered or not budget or not says.says("meant.haggles", heard.text):
            return False
        price, bid = price_of(self.catalogue, chosen.model, chosen.storage), budget_of(budget)
        return price is not None and bid is not None and bid < price

    def _advised(self, talk: Talk, heard: Heard) -> Reply | None:
        """A suggestion is asked for beyond doubt, beside what is said of a phone or of storage."""
        chosen, says = talk.known.selected, self.understanding.phrases
        wanted = [
            m for m in phones.wanted(self.offers, heard.raw) if not chosen or m != chosen.model
        ]
        if (
            "recommend_models" not in talk.offered
            or wanted
            or not says.says("meant.suggest", heard.text)
        ):
            return None
        if seems(says, talk, heard, "asks_recommendation") < QUITE_SURE:
            return None
        return self._needed(talk, heard) or calling("recommend_models", need=stripped(heard.raw))

    def _suggest(self, talk: Talk, heard: Heard) -> Reply | None:
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
        if seems(says, talk, heard, "postpones") >= QUITE_SURE:
            return None
        if needed := self._needed(talk, heard):
            return needed
        wish = talk.known.wish if needs_in(self.catalogue, talk.known.wish) else ""
        return calling("recommend_models", need=wish or stripped(heard.raw))

    def _listing(self, talk: Talk, heard: Heard) -> Reply | None:
        says = self.understanding.phrases
        if not says.says("meant.listing", heard.text):
            return None
        if needs_in(self.catalogue, heard.raw) or budget_in(heard.raw):
            return None
        if says.says("meant.colors", heard.text) or says.says("meant.sizes", heard.text):
            return None
        if says.says("meant.cheap", heard.text) or self._colour(heard):
            return None
        models = replies.listed(shop.models(self.offers))
        return saying(replies.HAVE_MODELS.format(models=models))

    def _fact(self, talk: Talk, heard: Heard, model: str) -> Reply | None:
        """Colours or storages of a model."""
        says = self.understanding.phrases
        if says.says("meant.price", heard.text):
            return None
        if says.says("meant.colors", heard.text) and not self._colour(heard, model):
            colours = replies.listed(shop.colours(self.offers, model), "or")
            return saying(replies.COLOURS.format(model=model, colours=colours))
        choosing = any(
            says.says(f"meant.{n}_room", heard.text) for n in ("more", "less", "most", "least")
        )
        if says.says("meant.sizes", heard.text) and not phones.storage(heard.raw) and not choosing:
            storages = replies.listed(shop.storages(self.offers, model), "or")
            return saying(replies.STORAGES.format(model=model, storages=storages))
        return None

    def _declined(self, talk: Talk, heard: Heard) -> Reply | None:
        says = self.understanding.phrases
        chosen, text = talk.known.selected, heard.text
        if any(topic.said.search(text) for topic in says.talk) and len(heard.words) > 3:
            return None
        if says.says("meant.cancel", text) and talk.known.orders and says.says("say.no", text):
            return calling("find_order", number="", cancel="yes")
        if chosen is None or talk.known.ordered:
            return None
        if says.says("say.wait", text):
            return saying(replies.TAKE_TIME)
        if says.says("say.no", text) and not (heard.asks and len(heard.words) > 1):
            return saying(replies.NOT_ORDERED)
        return None

    def _asked(self, talk: Talk, heard: Heard) -> Reply | None:
        """A question about the phone being talked about, as far as the catalogue goes."""
        says = self.understanding.phrases
        model = self.meaning.latest(talk)
        if model and (fact := self._fact(talk, heard, model)):
            return fact
        if model and says.says("meant.price", heard.text):
            return self._select(talk, heard, model)
        lately = self.meaning.lately(talk)
        if len(lately) == 2 and says.says("meant.price", heard.text):
            return calling("compare_models", first=lately[0], second=lately[1])
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
