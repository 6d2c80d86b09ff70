"""What a caller's words are as an answer to "Shall I order it?": a yes accounts for all of them."""

from __future__ import annotations

import re
from typing import Final, Protocol

from assistant.language.accounts import account, stated
from assistant.language.backchannel import names
from assistant.language.clauses import Clause, Heard, hear
from assistant.language.lists import word_lists
from assistant.language.numbers import is_number_word
from assistant.language.phones import find_colour, find_models, find_storage
from assistant.language.phrases.grammar import Grammar, Piece
from assistant.language.sentence import word_set
from statemachine.answers import Answer
from statemachine.offers import Offer

_CONSENTING: Final = (
    "order",
    "request",
    "yes",
    "fair",
    "reason",
    "dear",
    "polite",
    "name",
    "alone",
)
_AROUND: Final = ("thanks", "leaving", "holds", "filler")
_AGAINST: Final = ("no", "later", "asks")
_STRONG: Final = ("order", "request", "yes")
_UNFINISHED: Final = word_set("so and but or because if also just to")
"""A sentence that stops at one of these isn't over."""
_ASKING: Final = ("why", "who", "how", "what", "where")
"""What a question that agrees begins with: "why not", "where do I sign"."""
_THEN: Final = ("and then ", "and after ", "after that ", "and afterwards ", "and also ")
_CHOSEN: Final = "thisphone"
"""Stands in consent.toml for whatever describes the phone that was quoted."""
_GLUE: Final = word_set("the a an in with of and storage memory one color")
_UNITS: Final = word_set(
    "gb gig gigs gigabyte gigabytes tb terabyte terabytes iphone phone apple model"
)
_WEIGHING: Final = word_lists("weighs", "consent")
"""What makes of talk more than talk: beside a yes, after one, in a sentence before an order."""
_INTRODUCED: Final = re.compile(
    r"(?<![\w'])(?:I'm|I am|this is|This is)"
    r" [A-Z][a-z]['\w-]*(?: (?:[A-Z]['\w-]+|van|de|der|von|bin|al)\b){0,3}"
)
"""A caller's name, told by its capitals."""
_HESITATES: Final = re.compile(r"\bh+m+\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[.!…]+\s+")
_MOST_TALK: Final = 8
"""Words in a clause of talk beside a yes."""
_LEAST_TALK: Final = 3
"""Words in a clause of talk after a yes: a word or two ("someday") would take it back."""
_GOING_ON: Final = word_set("but and so then or only though although except however also until")
"""What talk after a yes begins with where it goes on to something else."""


class Chosen(Protocol):
    """The phone that was quoted."""

    @property
    def model(self) -> str: ...
    @property
    def storage(self) -> str: ...
    @property
    def colour(self) -> str: ...


def grammar() -> Grammar:
    """The phrases of consent.toml, ready to be looked for."""
    return account("consent", (*_CONSENTING, *_AROUND, *_AGAINST))


def classify(words: str, offers: tuple[Offer, ...] = (), chosen: Chosen | None = None) -> Answer:
    """A yes to ordering what is chosen, a no, a "later", a question, or anything else.

    It is a yes only if the whole sentence is accounted for: whoever names another phone, sets a
    condition or speaks of something else hasn't agreed yet, and can be asked again.
    """
    return Reading(hear(words), offers, chosen).answer


class Reading:
    """A sentence read as an answer about the chosen phone."""

    def __init__(
        self, heard: Heard, offers: tuple[Offer, ...] = (), chosen: Chosen | None = None
    ) -> None:
        heard = hear(_INTRODUCED.sub(" my name is it", heard.raw))
        self._heard, self._offers, self._chosen = heard, offers, chosen
        hesitates = "hmm " if _HESITATES.search(heard.raw) else ""
        self.pieces = self._pieces(hesitates + heard.text)
        """The phrases it is made of."""
        self.answer = _verdict(self.pieces, asks=heard.asks)
        """What they amount to."""
        several = len(heard.clauses) > 1 and self.answer is not Answer.YES
        if several and (
            self._settles_first() or self._stands_in_talk() or self._ends_in_an_order()
        ):
            self.answer = Answer.YES

    @property
    def orders(self) -> bool:
        """Whether it orders in so many words, whatever was asked: "I'll take it"."""
        named = any(piece.kind in ("order", "request") for piece in self.pieces)
        return named and self.answer is Answer.YES

    def _settles_first(self) -> bool:
        """Whether an order is settled before something else: "yes please, and then ..."."""
        clauses = self._heard.clauses
        for place in range(1, len(clauses)):
            rest = _joined(clauses[place:])
            if not rest.startswith(_THEN):
                continue
            against = {piece.kind for piece in grammar().pieces(tuple(rest.split()))}
            if self._agrees(_joined(clauses[:place])) and against.isdisjoint(("no", "later")):
                return True
        return False

    def _stands_in_talk(self) -> bool:
        """Whether a yes stands for itself: "I've been saving up, so yes please, and wish me luck".

        What is told before it and after it says nothing that an order hangs on.
        """
        if "?" in self._heard.raw:
            return False
        clauses = self._heard.clauses
        agreeing = [place for place, clause in enumerate(clauses) if self._agrees(clause.text)]
        firm = [place for place in agreeing if self._is_firm(clauses[place].text)]
        if not agreeing or self._in_return(agreeing[0]):
            return False
        return all(
            place in agreeing or self._is_talk(clause, after=place > agreeing[-1], firm=bool(firm))
            for place, clause in enumerate(clauses)
        )

    def _ends_in_an_order(self) -> bool:
        """Whether a sentence of its own orders, and those before it only tell something."""
        *told, last = _SENTENCE.split(self._heard.raw.rstrip(" .!"))
        text = hear(last).text
        in_return = text.startswith(("and ", "then ")) or "?" in self._heard.raw
        if not told or in_return or not (self._agrees(text) and self._is_firm(text)):
            return False
        weighing = _WEIGHING["before"] | _UNITS | names(self._offers)
        clauses = [clause for each in told for clause in hear(each).clauses]
        kinds = {piece.kind for clause in clauses for piece in self._pieces(clause.text)}
        words = [word for clause in clauses for word in clause.text.split()]
        weighs = any(word in weighing or (word != "one" and is_number_word(word)) for word in words)
        return not weighs and kinds.isdisjoint((*_AGAINST, "holds", "order", "request"))

    def _in_return(self, place: int) -> bool:
        """Whether a yes is given for what is asked before: "throw in a case and I'll take it"."""
        text = self._heard.clauses[place].text
        if place == 0 or text.startswith(("and yes ", "and so ")):
            return False
        before = self._pieces(self._heard.clauses[place - 1].text)
        return text.startswith(("and ", "then ")) and any(not piece.kind for piece in before)

    def _is_firm(self, text: str) -> bool:
        """Whether a yes orders in so many words, or with a "please"."""
        kinds = {piece.kind for piece in self._pieces(text)}
        return not kinds.isdisjoint(("order", "request")) or "please" in text.split()

    def _agrees(self, text: str) -> bool:
        pieces = self._pieces(text)
        strong = any(piece.kind in _STRONG for piece in pieces)
        return strong and _verdict(pieces) is Answer.YES

    def _is_talk(self, clause: Clause, *, after: bool, firm: bool) -> bool:
        """Whether a clause says nothing that an order hangs on; after a yes, beside a firm one."""
        pieces, words = self._pieces(clause.text), clause.text.split()
        kinds = {piece.kind for piece in pieces}
        if not kinds.isdisjoint((*_AGAINST, "holds")) or (after and words[0] in _GOING_ON):
            return False
        if "" not in kinds:
            return not after or "dear" not in kinds
        if after and not firm:
            return False
        telling = _WEIGHING["beside"] | _UNITS | names(self._offers)
        telling |= _WEIGHING["after"] if after else frozenset()
        weighs = any(word in telling or is_number_word(word) for word in words)
        if after and len(words) < _LEAST_TALK:
            return False
        return len(words) <= _MOST_TALK and not weighs and kinds.isdisjoint(("order", "request"))

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        words = text.split()
        if self._offers and self._chosen:
            words = self._pointed(words, self._chosen)
        return stated(grammar().pieces(tuple(words)))

    def _pointed(self, words: list[str], chosen: Chosen) -> list[str]:
        """The words with what describes the chosen phone made one; another one is left standing."""
        telling = names(self._offers) | _UNITS | _GLUE
        result: list[str] = []
        place = 0
        while place < len(words):
            end = place
            while end < len(words) and (words[end] in telling or is_number_word(words[end])):
                end += 1
            start = place
            while start < end and words[start] in _GLUE:
                start += 1
            while end > start and words[end - 1] in _GLUE:
                end -= 1
            if start < end and self._describes(" ".join(words[start:end]), chosen):
                result += [*words[place:start], _CHOSEN]
            else:
                end = max(end, place + 1)
                result += words[place:end]
            place = end
        return result

    def _describes(self, phrase: str, chosen: Chosen) -> bool:
        """Whether a phrase names the chosen phone, its storage or colour, and nothing else."""
        models, storage = find_models(self._offers, phrase), find_storage(phrase)
        colour = find_colour(self._offers, phrase, chosen.model)
        if not (models or storage or colour) or (models and models != (chosen.model,)):
            return False
        return storage in (None, chosen.storage) and colour in (None, chosen.colour)


def _joined(clauses: tuple[Clause, ...]) -> str:
    return "".join(clause.text for clause in clauses)


def _verdict(pieces: tuple[Piece, ...], *, asks: bool = False) -> Answer:
    """What phrases amount to: whatever comes last decides, and thanks alone agree to nothing."""
    last = {piece.kind: place for place, piece in enumerate(pieces)}
    if not pieces or "" in last or not last.keys().isdisjoint(_AGAINST):
        return _unsettled(pieces, asks=asks)
    if pieces[-1].words in _UNFINISHED:
        return Answer.OPEN
    if asks and not any(_agrees_asking(piece) for piece in pieces):
        return Answer.ASKS
    strong = max(last.get(kind, -1) for kind in _STRONG)
    fair, dear = last.get("fair", -1), last.get("dear", -1)
    if last.get("holds", -1) > strong:
        return Answer.LATER
    if strong >= 0:
        return Answer.YES if dear < max(strong, fair) else Answer.OPEN
    if "alone" in last:
        return Answer.YES if len(pieces) == 1 else Answer.OPEN
    noted = "thanks" in last or "leaving" in last or max(dear, last.get("reason", -1)) > fair
    return Answer.OPEN if fair < 0 or noted else Answer.YES


def _agrees_asking(piece: Piece) -> bool:
    agrees = piece.kind in _STRONG and piece.words.startswith(_ASKING)
    return agrees or piece.kind == "request"


def _unsettled(pieces: tuple[Piece, ...], *, asks: bool) -> Answer:
    """What words are that don't agree, by what they end with; open where more is said than that."""
    first = next((piece.kind for piece in pieces if piece.kind != "filler"), "")
    if asks or first == "asks":
        return Answer.ASKS
    unknown = sum(not piece.kind for piece in pieces)
    against = [piece.kind for piece in pieces if piece.kind in ("no", "later", "holds")]
    if not against or unknown > 2:
        return Answer.OPEN
    return Answer.NO if against[-1] == "no" else Answer.LATER
