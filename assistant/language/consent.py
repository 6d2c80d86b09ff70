"""What a caller's words are as an answer to "Shall I order it?": a yes accounts for all of them."""

from __future__ import annotations

import re
from typing import Final

from assistant.language.accounts import account, stated
from assistant.language.backchannel import names
from assistant.language.chosen import UNITS, Chosen, pointed
from assistant.language.clauses import Clause, Heard, hear
from assistant.language.lists import word_lists
from assistant.language.numbers import is_number_word
from assistant.language.phrases.grammar import Grammar, Piece
from assistant.language.sentence import word_set
from statemachine.answers import Answer
from statemachine.offers import Offer

_CONSENTING: Final = tuple("order request yes fair reason dear alone polite name".split())
_AROUND: Final = ("thanks", "leaving", "holds", "here", "filler")
_AGAINST: Final = ("no", "later", "asks")
_HELD: Final = (*_AGAINST, "holds", "here")
_STRONG: Final = ("order", "request", "yes")
_UNFINISHED: Final = word_set("so and but or because if also just to why")
"""A sentence that stops at one of these isn't over."""
_BEGUN: Final = tuple(
    f"{who} {verb}" for who in ("i", "we") for verb in ("will", "would", "do", "shall")
)
_ASKING: Final = ("why", "who", "how", "what", "where")
"""What a question that agrees begins with: "why not", "where do I sign"."""
_THEN: Final = ("and then ", "and after ", "after that ", "and afterwards ")
_WEIGHING: Final = word_lists("weighs", "consent")
"""What makes of talk more than talk: beside a yes, after one, in a sentence before an order."""
_NAME: Final = r"[A-Z][a-z]['\w-]*(?: (?:[A-Z]['\w-]+|van|de|der|von|bin|al)\b){0,3}"
_INTRODUCED: Final = re.compile(
    r"(?<![\w'])(?:I'm|I am|[Tt]his is|[Ii]t's|[Ii]t is) (?!I\b|God\b|I')" + _NAME
)
"""A caller's name, told by its capitals."""
_UNDER: Final = re.compile(r"(?<![\w'])under (?:the name )?(?:of )?" + _NAME)
_HEDGED: Final = re.compile(
    r"\b(?:sort|kind) of(?=\W*$|[,.;!?])|\b(?:sorta|kinda)(?=\W*$|[,.;!?])", re.IGNORECASE
)
"""A yes that is "sort of" one is none; in "kind of expensive" it is left out."""
_HESITATES: Final = re.compile(r"\bh+m+\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[.!…]+\s+")
_MOST_TALK: Final = 8
"""Words in a clause of talk beside an order."""
_LEAST_TALK: Final = 3
"""Words in a clause of talk after an order: a word or two ("someday") would take it back."""
_TELLING: Final = word_set("i we he she they it that this there my our the his her their mine")
"""What talk after an order begins with: whoever goes on otherwise may be telling what to do."""
_IN_SO_MANY_WORDS: Final = re.compile(
    r"\b(?:order|ordering|ordered|buy|buying|purchase)\b"
    r"|^(?:i|we) (?:will|shall|would like|want|take|am|are)\b"
)
"""An order that counts among talk."""


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
        raw = _UNDER.sub("in my name", _INTRODUCED.sub("my name is it", heard.raw))
        heard = hear(_HEDGED.sub("maybe", raw))
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
        if "?" in self._heard.raw:
            return False
        clauses = self._heard.clauses
        for place in range(1, len(clauses)):
            rest = _joined(clauses[place:])
            first = _joined(clauses[:place])
            if not rest.startswith(_THEN) or not (self._agrees(first) and self._is_firm(first)):
                continue
            against = {piece.kind for piece in grammar().pieces(tuple(rest.split()))}
            weighs = any(word in _WEIGHING["before"] for word in rest.split()[2:])
            if not weighs and against.isdisjoint(("no", "later", "asks")):
                return True
        return False

    def _stands_in_talk(self) -> bool:
        """Whether an order stands for itself: "they drew straws, so yes, order it, wish me luck".

        What is told before it and after it says nothing that an order hangs on.
        """
        if "?" in self._heard.raw:
            return False
        clauses = self._heard.clauses
        agreeing = [place for place, clause in enumerate(clauses) if self._agrees(clause.text)]
        ordering = [place for place in agreeing if self._orders_in_words(clauses[place].text)]
        if not ordering or self._in_return(agreeing[0]):
            return False
        return all(
            place in agreeing or self._is_talk(clause, after=place > ordering[-1])
            for place, clause in enumerate(clauses)
        )

    def _ends_in_an_order(self) -> bool:
        """Whether a sentence of its own orders, and those before it only tell something."""
        *told, last = _SENTENCE.split(self._heard.raw.rstrip(" .!"))
        text = hear(last).text
        in_return = text.startswith(("and ", "then ")) or "?" in self._heard.raw
        if not told or in_return or not (self._agrees(text) and self._orders_in_words(text)):
            return False
        weighing = _WEIGHING["before"] | UNITS | names(self._offers)
        clauses = [clause for each in told for clause in hear(each).clauses]
        kinds = {piece.kind for clause in clauses for piece in self._pieces(clause.text)}
        words = [word for clause in clauses for word in clause.text.split()]
        weighs = any(word in weighing or (word != "one" and is_number_word(word)) for word in words)
        weighs = weighs or any(map(self._demands, clauses))
        return not weighs and kinds.isdisjoint((*_HELD, "order", "request"))

    def _demands(self, clause: Clause) -> bool:
        """Whether what is told beside an order asks for something, or tells what was promised."""
        words = clause.text.split()
        if all(piece.kind for piece in self._pieces(clause.text)):
            return False
        promised = words[0] == "you" and not _WEIGHING["promised"].isdisjoint(words[1:3])
        return promised or words[0] in _WEIGHING["demands"]

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

    def _orders_in_words(self, text: str) -> bool:
        """Whether it says "order", "buy" or "I'll take it": no "go ahead" to somebody else."""
        return any(
            piece.kind in ("order", "request") and _IN_SO_MANY_WORDS.search(piece.words)
            for piece in self._pieces(text)
        )

    def _agrees(self, text: str) -> bool:
        pieces = self._pieces(text)
        strong = any(piece.kind in _STRONG for piece in pieces)
        return strong and _verdict(pieces) is Answer.YES

    def _is_talk(self, clause: Clause, *, after: bool) -> bool:
        """Whether a clause beside an order says nothing that it hangs on."""
        pieces, words = self._pieces(clause.text), clause.text.split()
        kinds = {piece.kind for piece in pieces}
        if not kinds.isdisjoint(_HELD):
            return False
        if "" not in kinds:
            return True
        if after and (len(words) < _LEAST_TALK or words[0] not in _TELLING):
            return False
        telling = _WEIGHING["beside"] | UNITS | names(self._offers)
        telling |= _WEIGHING["after"] if after else frozenset()
        if self._demands(clause):
            return False
        weighs = any(word in telling or is_number_word(word) for word in words)
        return len(words) <= _MOST_TALK and not weighs and kinds.isdisjoint(("order", "request"))

    def _pieces(self, text: str) -> tuple[Piece, ...]:
        words = text.split()
        if self._offers and self._chosen:
            words = pointed(words, self._offers, self._chosen)
        return stated(grammar().pieces(tuple(words)))


def _joined(clauses: tuple[Clause, ...]) -> str:
    return "".join(clause.text for clause in clauses)


def _verdict(pieces: tuple[Piece, ...], *, asks: bool = False) -> Answer:
    """What phrases amount to: whatever comes last decides, and thanks alone agree to nothing."""
    last = {piece.kind: place for place, piece in enumerate(pieces)}
    if not pieces or "" in last or not last.keys().isdisjoint(_AGAINST):
        return _unsettled(pieces, asks=asks)
    if pieces[-1].words in _UNFINISHED or any(map(_goes_on, pieces, pieces[1:])):
        return Answer.OPEN
    if asks and not any(_agrees_asking(piece) for piece in pieces):
        return Answer.ASKS
    strong = max(last.get(kind, -1) for kind in _STRONG)
    fair, dear = last.get("fair", -1), last.get("dear", -1)
    if max(last.get("holds", -1), last.get("here", -1)) > strong:
        return Answer.LATER if "holds" in last else Answer.OPEN
    if "order" in last or "request" in last:
        return Answer.YES
    if strong >= 0:
        return Answer.YES if dear < max(strong, fair) else Answer.OPEN
    if "alone" in last:
        return Answer.YES if len(pieces) == 1 else Answer.OPEN
    noted = "thanks" in last or "leaving" in last or max(dear, last.get("reason", -1)) > fair
    told = any(piece.kind in ("reason", "name") and " " in piece.words for piece in pieces)
    return Answer.OPEN if fair < 0 or noted or told else Answer.YES


def _goes_on(piece: Piece, following: Piece) -> bool:
    """Whether "I would" is no answer but how something else begins: "I would like a phone"."""
    told = following.kind in ("fair", "reason", "dear", "name", "alone")
    return piece.words in _BEGUN and (told or following.words.startswith("do "))


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
