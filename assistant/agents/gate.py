"""What a model may say in its own words: no figure, number or deed that the facts don't have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from assistant.agents.own_words import OwnWords
from assistant.language.claims import Claim, claims_in, clauses_of, offers_goods, says, says_no
from assistant.language.clauses import Clause, hear
from assistant.language.codes import codes_in
from assistant.language.english import is_english
from assistant.language.money import amounts_in, bare_amount
from assistant.language.phones import find_models, find_storage, unsold, unsold_named
from assistant.language.price_claims import promises_in
from assistant.language.telephone import national
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.engine.effects import Say
from statemachine.facts import Facts
from statemachine.offers import gigabytes, models, money
from statemachine.states import State


class Objection(Enum):
    """Why a sentence isn't spoken."""

    PRICE = auto()
    """An amount that is no price of the phone spoken of, or something free or off."""
    PROMISE = auto()
    """Something included, or due at some time."""
    NUMBER = auto()
    """An order's or a ticket's number that there isn't."""
    DEED = auto()
    """Something said to be done that isn't."""
    UNSOLD = auto()
    """A phone offered that the shop doesn't sell."""
    LANGUAGE = auto()
    """Another language."""


NOTHING_WRITTEN = OwnWords()


@dataclass(frozen=True, slots=True)
class Gate:
    """Holds sentences against a call's facts and what its caller has said."""

    state: State
    facts: Facts
    caller_said: tuple[str, ...] = ()
    own: OwnWords = NOTHING_WRITTEN
    """What the shop has written for callers to hear, which may always be said."""

    def objection(self, sentence: str) -> Objection | None:
        """Why this sentence may not be spoken, if it may not."""
        if not is_english(sentence):
            return Objection.LANGUAGE
        found = self._false(sentence)
        return None if found is None or self.own.have(sentence) else found

    def _false(self, sentence: str) -> Objection | None:
        if not self._priced(sentence) or not self._promised(sentence):
            return Objection.PRICE
        if not self._numbered(sentence):
            return Objection.NUMBER
        untrue = {claim.kind for claim in claims_in(sentence) if not self._done(claim)}
        if untrue:
            return Objection.PROMISE if untrue == {"promise"} else Objection.DEED
        return Objection.UNSOLD if self._offers_unsold(sentence) else None

    def _offers_unsold(self, sentence: str) -> bool:
        """Whether a phone that isn't sold is said to be had, here or in the clause beside it."""
        offers, clauses = self.facts.offers, clauses_of(sentence)
        named = [c for c in clauses if unsold_named(offers, c.raw) and not says_no(c.text)]
        return bool(named) and any(
            offers_goods(clause.text) and (clause in named or not find_models(offers, clause.raw))
            for clause in clauses
        )

    def _priced(self, sentence: str) -> bool:
        """Whether each amount is a price of a model named here, or stays the caller's own.

        Only where the sentence names no phone at all, the selected one's price counts, each time in
        the storages named.
        """
        amounts = set(amounts_in(sentence)) - self._said_of_numbers
        if not amounts:
            return True
        strange = amounts - self._prices(sentence)
        if not strange:
            return True
        said = {cents for words in self.caller_said for cents in _amounts_of(words)}
        if not strange <= said:
            return False
        clauses = [(clause, set(amounts_in(clause.raw))) for clause in clauses_of(sentence)]
        kept = {cents for clause, found in clauses for cents in found & strange}
        return kept == strange and all(
            self._stays_theirs(clause, max(found & strange))
            for clause, found in clauses
            if found & strange
        )

    def _prices(self, sentence: str) -> set[int]:
        facts, named = self.facts, find_models(self.facts.offers, sentence)
        sizes = _sizes(sentence)
        if not named:
            if unsold(facts.offers, sentence) is not None:
                return set()
            if says("money.range", hear(sentence).text):
                every = [offer.price_cents for offer in facts.offers]
                return {min(every, default=0), max(every, default=0)}
            if facts.selection is None:
                return set()
            if not sizes:
                return {facts.selection.price_cents}
            named = (facts.selection.model,)
        return {
            offer.price_cents
            for offer in facts.offers
            if offer.model in named and (not sizes or gigabytes(offer.storage) in sizes)
        }

    def _stays_theirs(self, clause: Clause, cents: int) -> bool:
        """Whether an amount of the caller's is told as theirs, or declined."""
        text = clause.text
        if says("money.more", text) or says("money.gladly", text):
            return False
        if says_no(text):
            return True
        named = find_models(self.facts.offers, clause.raw)
        cheapest = [min(self._prices(name), default=0) for name in named]
        return says("stance.theirs", text) or (
            says("money.theirs", text) and all(price <= cents for price in cheapest)
        )

    def _promised(self, sentence: str) -> bool:
        """Whether what makes a price without a figure is denied, or told as the caller's wish."""
        if not promises_in(sentence) or says("stance.quoted", hear(sentence).text):
            return True
        clauses = [c.text for c in clauses_of(sentence) if promises_in(c.raw)]
        return bool(clauses) and all(
            says("stance.theirs", text)
            or (says("stance.refused", text) and not says("money.gladly", text))
            for text in clauses
        )

    def _numbered(self, sentence: str) -> bool:
        """Whether each number is one that the facts have, or the caller's own, told as theirs."""
        known = {form for number in self._numbers() for form in _forms(number)}
        strange = set(codes_in(sentence)) - known
        if not strange:
            return True
        said = {form for words in self.caller_said for form in codes_in(words)}
        text = hear(sentence).text
        return strange <= said and (says_no(text) or says("stance.theirs", text))

    @property
    def _said_of_numbers(self) -> set[int]:
        """What the figures of the known numbers would be as amounts, in cents."""
        figures = (re.sub(r"\D", "", form) for number in self._numbers() for form in _forms(number))
        return {100 * int(each) for each in figures}

    def _numbers(self) -> Iterable[str]:
        yield from (order.number for order in self.facts.orders)
        yield from (ticket.number for ticket in self.facts.tickets)
        number = self.facts.callback_number
        yield from (number, national(number)) if number else ()

    def _done(self, claim: Claim) -> bool:
        """Whether the facts bear a claim out."""
        facts, text = self.facts, claim.clause
        several = says("deed.several", text)
        match claim.kind:
            case "order":
                named = set(find_models(facts.offers, text))
                have = {order.model for order in facts.orders}
                return bool(have) and named <= have and (len(facts.orders) > 1 or not several)
            case "ticket":
                return bool(facts.tickets) and (len(facts.tickets) > 1 or not several)
            case "closed":
                closed = any(ticket.resolved for ticket in facts.tickets)
                return closed and not facts.open_tickets
            case "name":
                return bool(facts.customer_name)
            case _:
                return False

    def instead(self, objection: Objection) -> Say:
        """What is said in a refused sentence's place: true, and fit for what was asked."""
        chosen, facts = self.facts.selection, self.facts
        if objection is Objection.LANGUAGE:
            return Say(lines.ENGLISH_ONLY)
        missing = objection in (Objection.DEED, Objection.NUMBER)
        if objection is Objection.NUMBER and self.state is State.BUYING and facts.orders:
            return Say(lines.ORDER_NUMBER, (("order", facts.orders[-1].number),))
        if objection is Objection.NUMBER and facts.tickets:
            return Say(lines.TICKET_NUMBER, (("ticket", facts.tickets[-1].number),))
        if self.state is State.WAITING:
            return Say(lines.STILL_ASKING)
        if self.state is State.GREETING:
            return Say(lines.NOT_HERE)
        if self.state is State.SUPPORT:
            return Say(lines.NOT_NOTED if missing and not facts.tickets else lines.NOT_DONE)
        if chosen and not chosen.ordered:
            price = (("model", chosen.model), ("storage", chosen.storage))
            return Say(lines.PRICE_STANDS, (*price, ("price", money(chosen.price_cents))))
        if objection is Objection.UNSOLD:
            return Say(conversation.WHICH_MODEL, (("models", _listed(models(facts.offers))),))
        if missing and not facts.orders:
            return Say(lines.NOT_ORDERED)
        return Say(lines.PRICE_UNSAID if objection is Objection.PRICE else lines.NOT_DONE)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def _forms(number: str) -> set[str]:
    """The ways in which a number may be said: with its letter or without."""
    plain = re.sub(r"[^a-z\d]", "", number.lower())
    return {plain, plain.lstrip("st")}


def _amounts_of(words: str) -> set[int]:
    """The amounts a caller said; a number that is all they said ("eighty") counts as well."""
    alone = bare_amount(words)
    return {*amounts_in(words), *([] if alone is None else [alone])}


def _sizes(sentence: str) -> set[int]:
    """The storages that a sentence names, in gigabytes."""
    parts = re.split(r"(?i)(?<=[gt]b)(?!\w)|(?<=byte)s?\b|,(?!\d)|\b(?:and|or|to)\b", sentence)
    found = (find_storage(part) for part in (sentence, *parts))
    return {gigabytes(storage) for storage in found if storage}
