"""At the sales desk: which phone is meant, and whether it is to be priced, compared or ordered."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language import phones as shop
from assistant.language.clauses import Heard, tidy
from assistant.language.consent import Reading
from assistant.language.money import budget_in
from assistant.language.phones import spoken as phones
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.advising import Advising
from assistant.providers.offline.brain.reply import Reply, calling, saying
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.second import (
    CERTAIN,
    LIKELY,
    QUITE_SURE,
    SURE,
    ends_in,
    seems,
)
from assistant.shop.catalogue import needs_in
from assistant.shop.wording.known import Phone
from statemachine.answers import Answer


@dataclass(frozen=True, slots=True)
class Selling(Advising):
    """Answers where phones are selected and ordered."""

    def serves(self, talk: Talk) -> bool:
        """Whether this is the sales desk."""
        return "select_model" in talk.offered

    def keeps(self, talk: Talk, heard: Heard) -> bool:
        """Whether the words are about buying, so that a problem named in passing leads nowhere."""
        wanted = self.understanding.asked_for(heard)
        if wanted is not None:
            return wanted.takes == "phones"
        trouble = self.understanding.trouble(heard)
        if not trouble or trouble.faint:
            return True
        mine = self.understanding.phrases.says("words.my", heard.text)
        return self.understanding.asks(heard) and not mine

    # here

    def answer(self, talk: Talk, heard: Heard) -> Reply | None:
        """Price, compare, suggest, order, or talk about it."""
        steps = (
            self._compare, self._advised, self._named, self._unsold, self._again, self._several,
            self._order, self._maybe_yes, self._maybe_later, self._meant, self._listing,
            self._described, self._suggest, self._needed, self._declined, self._asked,
        )  # fmt: skip
        for step in steps:
            if found := step(talk, heard):
                return found
        return None

    def _compare(self, talk: Talk, heard: Heard) -> Reply | None:
        says = self.understanding.phrases
        if "compare_models" not in talk.offered:
            return None
        models = self._wanted(heard)
        than = re.search(r"(?<![^ ])(?:than|versus|vs|compared to|compared with|over) ", heard.text)
        compares = seems(says, talk, heard, "compares") >= SURE
        whole = phones.wanted(self.offers, heard.raw) == models
        if len(models) == 1 and whole and (than or compares):
            models = phones.compared(self.offers, heard.raw)
        if len(models) > 1:
            text = heard.text
            pair = says.says("meant.compare", text) or says.says("meant.or", text)
            asks = compares or self.understanding.asks(heard) or says.says("meant.price", text)
            if (
                pair
                or asks
                or (says.says("meant.and", text) and not says.says("meant.interest", text))
            ):
                return self._side_by_side(heard, models)
            return None
        if not says.says("meant.compare", heard.text) and not compares:
            return None
        weighs = compares or says.says("meant.weighs", heard.text)
        between = says.says("meant.between", heard.text)
        before = self.meaning.lately(talk)
        if len(models) == 1 and weighs:
            other = next(
                (m for m in (self.meaning.latest(talk), *before) if m and m != models[0]), ""
            )
            if other:
                return calling("compare_models", first=other, second=models[0])
        if not models and len(before) > 1 and (weighs or between):
            told = says.says("meant.weighs", heard.text)
            if self.meaning.pick(talk, heard, before) and not told:
                return None
            return self._side_by_side(heard, before)
        return None

    @staticmethod
    def _side_by_side(heard: Heard, models: tuple[str, ...]) -> Reply:
        """Compare the first two of these, in the storage that is named."""
        named = phones.storage(heard.raw)
        with_it = f" with {named}" if named else ""
        return calling("compare_models", first=models[0] + with_it, second=models[1] + with_it)

    def _named(self, talk: Talk, heard: Heard) -> Reply | None:
        models = self._wanted(heard)
        if not models:
            return None
        several = len(models) > 1 and not self.understanding.phrases.says("meant.and", heard.text)
        model = models[-1] if several else models[0]
        chosen = talk.known.selected
        if (
            chosen is not None
            and chosen.model == model
            and self._confirms(talk, heard)
            and not self._differs(chosen, heard)
        ):
            return self._confirm(talk, heard, chosen)
        return self._fact(talk, heard, model) or self._select(talk, heard, model)

    def _differs(self, chosen: Phone, heard: Heard) -> bool:
        """Whether storage or colour are said that the selection doesn't have."""
        storage = phones.storage(heard.raw)
        colour = self._colour(heard, chosen.model)
        return bool((storage and storage != chosen.storage) or (colour and colour != chosen.colour))

    def _unsold(self, talk: Talk, heard: Heard) -> Reply | None:
        asked = phones.unsold(self.offers, heard.raw)
        return calling("select_model", model=asked) if asked else None

    def _again(self, talk: Talk, heard: Heard) -> Reply | None:
        """Another of what was ordered."""
        says = self.understanding.phrases
        last = talk.known.orders[-1] if talk.known.orders else None
        if last is None or not says.says("meant.again", heard.text):
            one = last is not None and says.says("meant.another", heard.text)
            if not one or says.says("meant.anew", heard.text) or heard.asks:
                return None
            attribute = phones.storage(heard.raw) or self._colour(heard)
            alone = says.says("meant.one_more", heard.text)
            if not (attribute or alone):
                return None
        if last is None or says.says("meant.anew", heard.text):
            return None
        return self._select(talk, heard, last.model, before=last)

    def _confirms(self, talk: Talk, heard: Heard) -> bool:
        """Whether all that is said agrees to what was asked, or orders in so many words."""
        if "confirm_purchase" not in talk.offered:
            return False
        reading = Reading(heard, self.offers, talk.known.selected)
        asked = self.understanding.phrases.says("asked.order", tidy(talk.asked))
        return reading.orders or (asked and reading.answer is Answer.YES)

    def settles(self, talk: Talk, heard: Heard) -> bool:
        """Whether an order is settled before something else is asked for ("yes, and then ...")."""
        return len(heard.clauses) > 1 and talk.priced and self._confirms(talk, heard)

    def _order(self, talk: Talk, heard: Heard) -> Reply | None:
        chosen = talk.known.selected
        if not (self._confirms(talk, heard) or self._yes_too_soon(talk, heard)):
            return None
        if chosen is None or self._differs(chosen, heard):
            return None
        pointed = self.meaning.pick(talk, heard, self.meaning.lately(talk))
        if pointed and pointed != chosen.model:
            return None
        just = phones.named(self.offers, talk.asked)
        if just and chosen.model not in just and talk.asked.endswith("?"):
            return self._select(talk, heard, chosen.model, before=chosen)
        return self._confirm(talk, heard, chosen)

    def _maybe_yes(self, talk: Talk, heard: Heard) -> Reply | None:
        """What only the second reader takes for a yes to what was quoted: it is asked about."""
        chosen, says = talk.known.selected, self.understanding.phrases
        if chosen is None or not self.awaits(talk) or self._differs(chosen, heard):
            return None
        whole = seems(says, talk, heard, "agrees") >= SURE
        if heard.asks or not (whole or ends_in(says, talk, heard, "agrees") >= QUITE_SURE):
            return None
        return saying(replies.TO_BE_SURE.format(model=chosen.model))

    def _maybe_later(self, talk: Talk, heard: Heard) -> Reply | None:
        """A word on what was quoted by somebody who isn't sure of it yet."""
        chosen, says = talk.known.selected, self.understanding.phrases
        if chosen is None or not self.awaits(talk) or self._differs(chosen, heard):
            return None
        later = seems(says, talk, heard, "postpones") >= CERTAIN
        return saying(replies.TAKE_TIME) if later and not self.understanding.asks(heard) else None

    def _several(self, talk: Talk, heard: Heard) -> Reply | None:
        """More than one at once, where an order is of one phone."""
        says = self.understanding.phrases
        if self.understanding.asks(heard) or says.says("say.no", heard.text):
            return None
        lately = self.meaning.lately(talk)
        if says.says("meant.both", heard.text) and len(lately) > 1:
            return saying(replies.ONE_FIRST)
        pointed = self.meaning.pick(talk, heard, lately) or phones.storage(heard.raw)
        chosen = None if talk.known.ordered else talk.known.selected
        if pointed or chosen is None or not says.says("meant.several", heard.text):
            return None
        return saying(replies.ONE_AT_A_TIME.format(model=chosen.model))

    def awaits(self, talk: Talk) -> bool:
        """Whether the caller was just asked whether to order."""
        asked = self.understanding.phrases.says("asked.order", tidy(talk.asked))
        return asked and talk.known.selected is not None and not talk.known.ordered

    def _confirm(self, talk: Talk, heard: Heard, chosen: Phone) -> Reply:
        """Order it; a price that was cut off is said again first, with its question."""
        if talk.priced and not self._yes_too_soon(talk, heard):
            return self._several(talk, heard) or calling("confirm_purchase")
        return self._select(talk, heard, chosen.model, before=chosen)

    def _yes_too_soon(self, talk: Talk, heard: Heard) -> bool:
        """Whether a yes came while the price was being said: before its question."""
        says, asked = self.understanding.phrases, talk.asked.strip()
        if "confirm_purchase" not in talk.offered or asked.endswith("?"):
            return False
        alone = self.understanding.plain_yes(heard) and not self.understanding.asks(heard)
        if not alone or not says.says("say.plain_yes", heard.text):
            return False
        return not says.says("asked.order", tidy(asked)) and not says.says("say.order", heard.text)

    def _meant(self, talk: Talk, heard: Heard) -> Reply | None:
        """ "The second one", "the cheaper one", "that one"."""
        lately = self.meaning.lately(talk)
        picked = self.meaning.pick(talk, heard, lately)
        if picked and not (self.understanding.asks(heard) and len(lately) < 2):
            return self._select(talk, heard, picked)
        says = self.understanding.phrases
        chosen = talk.known.selected
        refuses = says.says("say.no", heard.text) or says.says("say.wait", heard.text)
        asks = self.understanding.asks(heard)
        one = self.meaning.latest(talk)
        just = phones.named(self.offers, talk.asked)
        if not one and just and talk.known.selected is None:
            one = just[0]
        points = says.says("meant.that", heard.text) and len(heard.words) < 12
        points = points and not asks and not self.understanding.leaves(heard, talk.asked)
        points = points and seems(says, talk, heard, "done") < LIKELY
        yes = self.understanding.plain_yes(heard) and len(just) == 1
        other = chosen is None or chosen.model != one
        orders = says.says("say.order", heard.text) and (other or talk.known.ordered)
        if one and one in just and not refuses and (orders or (other and (yes or points))):
            return self._select(talk, heard, one)
        if chosen is None and one and not refuses and says.says("say.order", heard.text):
            return self._select(talk, heard, one)
        return None

    def _described(self, talk: Talk, heard: Heard) -> Reply | None:
        """Storage or colour alone: of the phone being talked about."""
        says = self.understanding.phrases
        model = self.meaning.latest(talk)
        storage = self._storage(talk, heard, model) if model else phones.storage(heard.raw)
        colour = self._colour(heard, model)
        if not (storage or colour):
            return None
        if talk.known.ordered and not says.says("meant.another", heard.text) and heard.asks:
            return None
        if says.says("meant.anew", heard.text) and says.says("meant.suggest", heard.text):
            return None
        if model:
            return self._select(talk, heard, model)
        lately, every = self.meaning.lately(talk), shop.models(self.offers)
        fitting = self._fitting(heard, storage, colour, lately or every)
        fitting = fitting or self._fitting(heard, storage, colour, every)
        if len(fitting) == 1:
            return self._select(talk, heard, fitting[0])
        if len(fitting) == 2 and len(lately) == 2 and storage and not colour:
            return self._side_by_side(heard, fitting)
        if needs_in(self.catalogue, heard.raw) or budget_in(heard.raw):
            return None
        if colour and fitting:
            listed = replies.listed(fitting)
            return saying(replies.WHICH_IN_COLOUR.format(models=listed, colour=colour))
        models = replies.listed(shop.models(self.offers))
        return saying(replies.WHICH_MODEL.format(models=models))
