"""What the caller's words mean on their own: a problem, a desk, a name, a goodbye, an amount."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.knowledge import Knowledge, Problem, find
from assistant.providers.offline.brain.hearing import Clause, Heard, stripped, tidy
from assistant.providers.offline.brain.vocabulary import Desk, Phrases, asserted, denied


@dataclass(frozen=True, slots=True)
class Trouble:
    """What doesn't work: the words that say so, or only that something doesn't."""

    words: str = ""
    vague: bool = False
    faint: bool = False
    """Whether only the knowledge takes it for a problem, from a topic."""
    last_at: int = -1
    """In which clause it was said last."""

    def __bool__(self) -> bool:
        return bool(self.words) or self.vague


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads a caller's words by the vocabulary and the shop's knowledge of problems."""

    phrases: Phrases
    knowledge: Knowledge

    # something doesn't work

    def problem(self, words: str) -> Problem | None:
        """The known problem that the words name."""
        return find(self.knowledge, words)

    def trouble(self, heard: Heard) -> Trouble:
        """What the caller says is wrong."""
        specific = [place for place, c in enumerate(heard.clauses) if self._specific(c.text)]
        if specific:
            first, last = specific[0], specific[-1]
            words = " ".join(c.raw for c in heard.clauses[first : last + 1])
            return Trouble(stripped(words), last_at=last)
        vague = [p for p, c in enumerate(heard.clauses) if self.phrases.asserts("problem.vague", c.text)]
        if vague:
            return Trouble(vague=True, last_at=vague[-1])
        whole = len(heard.clauses) > 1 and self._specific(heard.text)
        faint = not whole and any(self._known(clause.text) for clause in heard.clauses)
        if whole or faint:
            return Trouble(stripped(heard.raw), faint=faint, last_at=len(heard.clauses) - 1)
        return Trouble()

    def _specific(self, text: str) -> bool:
        says = self.phrases
        text = says.lists["problem.aside"].sub("", text)
        if says.asserts("problem.alone", text):
            return True
        for name, subject in (("problem.amiss", "problem.part"), ("problem.wrong", "problem.thing")):
            said = says.lists[subject].search(text)
            if said and (found := says.lists[name].search(text)) is not None:
                if not denied(text[: found.start()]) or found[0].startswith(("not ", "no ")):
                    return True
        return False

    def _known(self, text: str) -> bool:
        """Whether the knowledge has it, said as trouble rather than as a question about buying."""
        says = self.phrases
        about = says.says("problem.part", text) or says.says("problem.thing", text)
        return about and self.problem(text) is not None and not says.says("say.asks", text)

    # desks

    def desk(self, heard: Heard, phone: bool) -> Desk | None:
        """Where the caller wants to be put through to.

        Saying so counts more than a problem mentioned on the way, a problem more than a word of
        the trade; of two desks named outright, the one named last is meant. `phone` tells that a
        phone for sale is named.
        """
        wanted: list[tuple[int, Desk]] = []
        hinted: list[Desk] = []
        for desk in self.phrases.desks:
            for place, clause in enumerate(heard.clauses):
                text = desk.unless.sub("", clause.text)
                if clause.text.startswith("if ") or " or if " in clause.text:
                    continue
                if asserted(desk.wants, text):
                    wanted.append((place, desk))
                elif asserted(desk.hints, text):
                    hinted.append(desk)
        trouble = self.trouble(heard)
        if trouble.faint and phone:
            trouble = Trouble()
        takes = {desk.takes: desk for desk in self.phrases.desks if desk.takes}
        if wanted:
            return self._of_several(wanted, trouble, heard)
        if trouble and "problems" in takes:
            return takes["problems"]
        if phone and "phones" in takes:
            return takes["phones"]
        return hinted[0] if hinted else None

    def _of_several(
        self, wanted: list[tuple[int, Desk]], trouble: Trouble, heard: Heard
    ) -> Desk | None:
        """One of the desks asked for; a "first" decides, else the last one does."""
        desks = {desk.name for _, desk in wanted}
        if len(desks) > 1 or trouble:
            for place, clause in enumerate(heard.clauses):
                if re.search(r"(?<![^ ])first (?!\w+ (?:phone|iphone|one) )", clause.text):
                    for at, desk in wanted:
                        if at == place:
                            return desk
        return max(wanted, key=lambda each: each[0])[1]

    def named_desk(self, heard: Heard, asked: str) -> Desk | None:
        """The desk that answers "this or that?" with a word or two, or by "the first one"."""
        places = [(found.start(), n) for n, desk in enumerate(self.phrases.desks)
                  if (found := desk.names.search(asked))]
        for name, place in (("first", 0), ("second", 1), ("third", 2)):
            if self.phrases.says(f"meant.{name}", heard.text) and len(places) > place:
                return self.phrases.desks[sorted(places)[place][1]]
        for desk in self.phrases.desks:
            if asserted(desk.names, desk.unless.sub("", heard.text)) and len(heard.words) < 9:
                return desk
        return None

    # names

    def name(self, heard: Heard, asked: str, known: str) -> str:
        """The caller's own name, if they have just said it; empty otherwise."""
        for clause in heard.clauses:
            found = self._named_in(clause, firm=True) or self._named_in(clause, firm=False)
            if found:
                return "" if found.casefold() == known.casefold() else found
        if self.phrases.says("asked.name", tidy(asked)) and len(heard.words) <= 4:
            found = self._as_name(stripped(heard.raw), firm=True)
            return "" if found.casefold() == known.casefold() else found
        return ""

    def _named_in(self, clause: Clause, *, firm: bool) -> str:
        raw = clause.raw
        if firm:
            pattern = (
                r"(?<!your )(?<!his )(?<!her )(?<!s )\b(?:my (?:first |full |last )?name(?:'s| is|s)|"
                r"the name(?:'s| is)|^name(?:'s| is)|i(?:'m| am) called|people call me|everyone calls me|"
                r"(?:you )?(?:can|may|could)? ?call me|you(?:'re| are) (?:speaking|talking) (?:to|with)|"
                r"(?:put it )?under the name(?: of)?)\s+(?P<name>.+)"
            )
        else:
            pattern = (
                r"(?:\b(?:this is|i(?:'m| am)|im|here is|here's)|^(?:it's|its|it is))\s+(?P<name>.+)"
                r"|^(?:hi |hello |hey |hi there |good \w+ )?(?P<before>[^,]+?)\s+"
                r"(?:here|speaking|calling)\b"
            )
        for found in re.finditer(pattern, raw, re.IGNORECASE):
            groups = found.groupdict()
            said = groups.get("name") or groups.get("before") or ""
            sure = firm or bool(groups.get("before"))
            if name := self._as_name(said, firm=firm, sure=sure):
                return name
        return ""

    def _as_name(self, said: str, *, firm: bool, sure: bool = True) -> str:
        """The name at the beginning of some words; empty where none stands."""
        words = re.findall(r"[^\s,.;:!?]+\.?", re.split(r"[,;:!?]|\.(?=\s[A-Z]|\s*$)", said)[0])
        name: list[str] = []
        for word in words[:5]:
            plain = word.rstrip(".'").lower().replace("\u2019", "'")
            title = plain in self.phrases.titles and not name
            stop = not self.phrases.nameless.isdisjoint((plain, *tidy(plain).split()))
            if (stop and not title) or not re.fullmatch(r"[^\W\d_][\w'-]*", plain):
                break
            if not firm and not title and re.search(r"(?:ing|ed|ly)$", plain) and word.islower():
                break
            name.append(word if title else word.rstrip("."))
            if len(name) == 4:
                break
        if len(name) == 1 and name[0].rstrip(".").lower() in self.phrases.titles:
            return ""
        rest = words[len(name) :]
        if not firm and name and name[0].islower() and self._goes_on(name, rest):
            return ""
        if len(name) > 1 and name[0][0].isupper() and not name[-1][0].isupper():
            small = {"van", "de", "der", "den", "la", "el", "al", "bin", "von", "di", "da", "dos"}
            upto = next(
                (n for n, w in enumerate(name) if w[0].islower() and w not in small), len(name)
            )
            name = name[:upto]
        elif name and name[0].islower():
            name = name[:3]
        return " ".join(name)

    @staticmethod
    def _goes_on(name: list[str], rest: list[str]) -> bool:
        """Whether small words after "I'm" say more than a name would ("i'm kind of lost")."""
        return len(name) > 2 or (bool(rest) and rest[0].lower() in ("to", "of", "a", "that", "at"))

    # leaving

    def leaves(self, heard: Heard, asked: str) -> int:
        """Whether the caller ends the call: 0 no, 1 by what they say, 2 by a plain goodbye."""
        says = self.phrases
        text = says.lists["say.no_goodbye"].sub("", heard.text)
        firm = asserted(says.lists["say.firm"], text)
        if firm and not says.says("say.stay", text[firm.end() :]):
            stay = says.find("say.stay", text)
            before_done = not stay or stay.end() <= firm.start()
            return 2 if before_done and not self._asks_on(text[firm.end() :]) else 0
        if says.says("say.stay", text):
            return 0
        asks = self.asks(heard)
        if asserted(says.lists["say.enough"], text) and not asks:
            return 1
        if not asks and asserted(says.lists["say.goodbye"], text):
            return 1
        if not says.says("asked.else", tidy(asked)) or asks:
            return 0
        plain_no = says.says("say.no", text) and len(heard.words) <= 7
        return 1 if plain_no or says.says("say.enough_asked", text) else 0

    def _asks_on(self, rest: str) -> bool:
        return self.phrases.says("say.asks", rest) and len(rest.split()) > 3

    # questions, yes and no

    def asks(self, heard: Heard) -> bool:
        """Whether something is asked."""
        return heard.asks or any(self.phrases.says("say.asks", c.text) for c in heard.clauses)

    def agrees(self, heard: Heard, *, asked: bool) -> bool:
        """Whether the words order: a yes to the question, or "I'll take it" at any time."""
        says = self.phrases
        text = re.sub(
            r"(?<![^ ])(?:no (?:problem|doubt|worries|need to think|wait yes)|why not|can not wait"
            r"|not a problem|no [^ ]*(?= yes )) ",
            "okay ",
            heard.text,
        )
        yes = max((m.end() for m in says.lists["say.yes"].finditer(text)), default=-1) if asked else -1
        order = max((m.end() for m in _undenied(says.lists["say.order"], text)), default=-1)
        against = max(
            (m.end() for name in ("say.no", "say.wait") for m in says.lists[name].finditer(text)),
            default=-1,
        )
        if re.search(r"(?<![^ ])(?:if|before|unless|until|once|when|whether|or) ", text):
            return False
        best = max(yes, order)
        if best <= against:
            return False
        asked_back = self.asks(heard) if text == heard.text else self.phrases.says("say.asks", text)
        if order < 0 and asked_back:
            return False
        return best >= 0 and not (heard.asks and not _request(text))

    def plain_yes(self, heard: Heard) -> bool:
        """Whether the words are hardly more than a yes."""
        return (
            self.phrases.says("say.yes", heard.text)
            and not self.phrases.says("say.no", heard.text)
            and len(heard.words) <= 6
        )

    def budget(self, heard: Heard) -> str:
        """The amount to spend, as it was said; empty for none."""
        for found in _AMOUNT.finditer(heard.text):
            said = (found["amount"] or found["cued"]).strip()
            figure = re.fullmatch(r"[$€£]?(\d+)(?:\.\d+)?", said)
            if figure is None or int(figure[1]) > (99 if said[0] in "$€£" else 129):
                if figure is None or figure[1] not in ("256", "512", "1024"):
                    return said
        return ""


def _undenied(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [found for found in pattern.finditer(text) if not denied(text[: found.start()])]


def _request(text: str) -> bool:
    return bool(re.search(r"(?<![^ ])(?:can|could|would|will) (?:you|we) |please ", text))


_DIGIT = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
_NUMBER = (
    rf"(?:[$€£]?\d+(?:\.\d+)?k?|(?:a|{_DIGIT}) (?:and a half )?(?:hundred|thousand|grand)"
    rf"(?: (?:and )?(?:{_DIGIT}|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|\d+)"
    rf"(?: hundred)?)*|(?:{_DIGIT}|\d+) (?:hundred|thousand|grand))"
)
_MONEY = r"(?:dollars|dollar|bucks|usd|quid|euros|pounds|grand)"
_CUE = (
    r"(?:under|below|less than|up to|around|about|roughly|maximum|max|max of|at most|within|not more than"
    r"|no more than|over|more than|between|than|spend|spending|budget|budget is|have|got|only|afford|limit|pay|is|of"
    r"|for|like)"
)
_AMOUNT = re.compile(
    rf"(?<![^ ])(?P<amount>{_NUMBER} (?:(?:and|to|or) {_NUMBER} )?{_MONEY} |[$€£]\d\d\d+ "
    rf"|(?<=between ){_NUMBER} (?:and|to|or) {_NUMBER} )"
    rf"|(?<![^ ]){_CUE} (?:a |my |the |of |is |maximum |around |about |like |maybe |say )*"
    rf"(?P<cued>{_NUMBER} (?!gb|gigs|gig|gigabytes|tb|percent|years|hours|minutes|days|times|pro|max|plus|air|e ))"
)
