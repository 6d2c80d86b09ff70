"""What the caller's words mean on their own: a problem, and the desk they want."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.clauses import Heard, stripped
from assistant.language.closing import Closing
from assistant.language.negation import asserted, denied
from assistant.language.phrases.vocabulary import Desk
from assistant.shop.knowledge import Knowledge, Problem, find


@dataclass(frozen=True, slots=True)
class Trouble:
    """What doesn't work: the words that say so, or only that something doesn't."""

    words: str = ""
    vague: bool = False
    faint: bool = False
    """Whether only the knowledge takes it for a problem, from a topic."""
    first_at: int = -1
    """In which clause it was said first."""
    last_at: int = -1
    """In which clause it was said last."""

    def __bool__(self) -> bool:
        return bool(self.words) or self.vague


@dataclass(frozen=True, slots=True)
class Understanding(Closing):
    """Reads a caller's words by the vocabulary and the shop's knowledge of problems."""

    knowledge: Knowledge

    # something doesn't work

    def problem(self, words: str) -> Problem | None:
        """The known problem that the words name."""
        return _found(self.knowledge, words)

    def trouble(self, heard: Heard) -> Trouble:
        """What the caller says is wrong."""
        specific = [place for place, c in enumerate(heard.clauses) if self._specific(c.text)]
        if specific:
            first, last = specific[0], specific[-1]
            words = " ".join(c.raw for c in heard.clauses[first : last + 1])
            return Trouble(stripped(words), first_at=first, last_at=last)
        vague = [
            p for p, c in enumerate(heard.clauses) if self.phrases.asserts("problem.vague", c.text)
        ]
        if vague:
            return Trouble(vague=True, first_at=vague[0], last_at=vague[-1])
        own = [place for place, c in enumerate(heard.clauses) if self._own(c.text)]
        if own:
            words = stripped(heard.clauses[own[0]].raw)
            return Trouble(words, first_at=own[0], last_at=own[-1])
        whole = len(heard.clauses) > 1 and self._specific(heard.text)
        faint = not whole and any(self._known(clause.text) for clause in heard.clauses)
        if whole or faint:
            last = len(heard.clauses) - 1
            if last >= _STORY:
                return Trouble(vague=True, faint=faint, first_at=0, last_at=last)
            return Trouble(stripped(heard.raw), faint=faint, first_at=0, last_at=last)
        return Trouble()

    def _own(self, text: str) -> bool:
        """Whether something is said of a part of their own phone, in whatever words."""
        says = self.phrases
        plain = not says.says("problem.content", text) and not says.says("say.asks", text)
        return plain and says.says("problem.own", text)

    def _specific(self, text: str) -> bool:
        says = self.phrases
        text = says.lists["problem.aside"].sub("", text)
        text = says.lists["problem.content"].sub("", text)
        if says.asserts("problem.alone", text):
            return True
        for name, subject in (
            ("problem.amiss", "problem.part"),
            ("problem.wrong", "problem.thing"),
        ):
            said = says.lists[subject].search(text)
            found = says.lists[name].search(text) if said else None
            if found and (
                not denied(text[: found.start()]) or found[0].startswith(("not ", "no "))
            ):
                return True
        return False

    def _known(self, text: str) -> bool:
        """Whether the knowledge has it, said as trouble rather than as a question about buying."""
        says = self.phrases
        about = says.says("problem.part", text) or says.says("problem.thing", text)
        return about and self.problem(text) is not None and not says.says("say.asks", text)

    # desks

    def desk(self, heard: Heard, phone: bool, *, hints: bool = True) -> Desk | None:
        """Where the caller wants to be put through to.

        Saying so counts more than a problem mentioned on the way, a problem more than a word of
        the trade; of two desks named outright, the one named last is meant. `phone` tells that a
        phone for sale is named.
        """
        if wanted := self.asked_for(heard):
            return wanted
        trouble = self.trouble(heard)
        takes = {desk.takes: desk for desk in self.phrases.desks if desk.takes}
        if trouble and "problems" in takes and not (trouble.faint and phone):
            return takes["problems"]
        if phone and "phones" in takes:
            return takes["phones"]
        return next((desk for _, desk in self._leading(heard, hints=True)), None) if hints else None

    def first_of_two(self, heard: Heard, phone_at: int) -> Desk | None:
        """The desk that comes first where the caller puts two errands in an order.

        "Before that" says that what stands there comes first; "and then", "afterwards" that what
        stands before does. `phone_at` is the clause in which a phone for sale is named, if any.
        """
        clauses = [clause.text for clause in heard.clauses]
        places = [(place, desk) for place, desk in self._leading(heard)]
        takes = {desk.takes: desk for desk in self.phrases.desks if desk.takes}
        trouble = self.trouble(heard)
        if trouble and not trouble.faint and "problems" in takes:
            places.append((trouble.first_at, takes["problems"]))
        if phone_at >= 0 and "phones" in takes:
            places.append((phone_at, takes["phones"]))
        if len({desk.name for _, desk in places}) < 2:
            return None
        places.sort(key=lambda each: each[0])
        for place, text in enumerate(clauses):
            if self.phrases.says("say.beforehand", text):
                return next((desk for at, desk in places if at >= place), None)
        for place, text in enumerate(clauses):
            earlier = [desk for at, desk in places if at < place]
            later = [desk for at, desk in places if at >= place]
            if self.phrases.says("say.afterwards", text) and earlier and later:
                return earlier[0]
        return None

    def asked_for(self, heard: Heard) -> Desk | None:
        """The desk asked for outright; of several a "first" decides, else the last one does."""
        wanted = self._leading(heard)
        if len({desk.name for _, desk in wanted}) > 1 or self.trouble(heard):
            for place, desk in wanted:
                if _FIRST.search(heard.clauses[place].text):
                    return desk
        return max(wanted, key=lambda each: each[0])[1] if wanted else None

    def _leading(self, heard: Heard, *, hints: bool = False) -> list[tuple[int, Desk]]:
        """In which clause which desk is asked for, or only hinted at."""
        found: list[tuple[int, Desk]] = []
        for desk in self.phrases.desks:
            for place, clause in enumerate(heard.clauses):
                text = desk.unless.sub("", clause.text)
                if clause.text.startswith("if ") or " if " in clause.text:
                    continue
                if asserted(desk.hints if hints else desk.wants, text):
                    found.append((place, desk))
        return found

    def lone_trouble(self, heard: Heard) -> Desk | None:
        """The desk for problems, where only a part or "broken" is said, and nothing else."""
        rest = self.phrases.lists["problem.part"].sub("", heard.text)
        rest = self.phrases.lists["words.bad"].sub("", rest)
        left = [word for word in rest.split() if word not in self.phrases.small]
        if left or rest == heard.text or len(heard.words) > 4:
            return None
        return next((desk for desk in self.phrases.desks if desk.takes == "problems"), None)

    def named_desk(self, heard: Heard, asked: str) -> Desk | None:
        """The desk that answers "this or that?" with a word or two, or by "the first one"."""
        places = [
            (found.start(), n)
            for n, desk in enumerate(self.phrases.desks)
            if (found := desk.names.search(asked))
        ]
        for name, place in (("first", 0), ("second", 1), ("third", 2), ("last", -1)):
            if self.phrases.says(f"meant.{name}", heard.text) and len(places) > max(place, 0):
                return self.phrases.desks[sorted(places)[place][1]]
        for desk in self.phrases.desks:
            if asserted(desk.names, desk.unless.sub("", heard.text)) and len(heard.words) < 9:
                return desk
        named = {n for _, n in places}
        refused = {n for n in named if self.phrases.desks[n].names.search(heard.text)}
        left = named - refused
        if refused and len(left) == 1 and "other" in heard.words and len(heard.words) < 9:
            return self.phrases.desks[left.pop()]  # "not support, the other thing"
        return None


_STORY = 4
"""Clauses in which a word here and a word there no longer tell what is wrong."""
_FIRST = re.compile(r"(?<![^ ])first (?!\w+ (?:phone|iphone|one) )")


@lru_cache(maxsize=256)
def _found(knowledge: Knowledge, words: str) -> Problem | None:
    return find(knowledge, words)
