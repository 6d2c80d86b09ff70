"""Yes and no, questions and goodbyes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Heard, tidy
from assistant.language.phrases.vocabulary import Phrases, denied

_NO_REFUSAL = re.compile(
    r"(?<![^ ])(?:no (?:problem|doubt|worries|need to think|wait yes)|why not|can not wait"
    r"|not a problem|no [^ ]*(?= yes )) "
)
"""A "no" that is none."""
_CONDITION = re.compile(
    r"(?<![^ ])(?:if|before|unless|until|once(?= (?:i|you|we|my|the|it|they) )|when|whether|or) "
)
_HALF = re.compile(
    r"(?<![^ ])not (?:so|very|really|too|that|quite|all|entirely|completely|100%?) $"
)
_REQUEST = re.compile(
    r"(?<![^ ])(?:can|could|will) (?:you|we) "
    r"|would you (?:please |kindly )?(?:order|place|put|go) |please "
)
_LATER = re.compile(
    r"(?:[^ ]+ ){0,2}?(?:tomorrow|later|tonight|next (?:week|month|year|time)|elsewhere|somewhere"
    r"|(?:some|another|some other) (?:day|time)|online|there|cheaper|for less|to be|in person"
    r"|(?:in|at) (?:the |your |a )?(?:store|shop)) "
)
"""What puts an order off or elsewhere, or sets a condition ("I'll take it tomorrow")."""
_TOLD = re.compile(
    r"(?<![^ ])(?:(?:how|where|when|who|why|whether|possible|maybe|perhaps|might)"
    r" (?:[^ ]+ ){0,4}|(?:he|she|they|wife|husband|boss|people|someone|nobody)"
    r" (?:will|would|can|could|should|has to|wants to|to)? ?)$"
)
"""What makes of "order it" a question or somebody else's errand."""
AMOUNT = re.compile(r"(?<![^ ])[$€£]?(?!128 |256 |512 )\d{3,5} ")


@dataclass(frozen=True, slots=True)
class Consent:
    """Reads what a caller's words settle: an order, a question, the end of the call."""

    phrases: Phrases

    def leaves(self, heard: Heard, asked: str) -> int:
        """Whether the caller ends the call: 0 no, 1 by what they say, 2 by a plain goodbye."""
        says = self.phrases
        text = says.lists["say.no_goodbye"].sub("", heard.text)
        firm = says.find("say.firm", text)
        if firm and not says.says("say.stay", text[firm.end() :]):
            stay = says.find("say.stay", text)
            before_done = not stay or stay.end() <= firm.start()
            return 2 if before_done and not self._asks_on(text[firm.end() :]) else 0
        if says.says("say.stay", text):
            return 0
        asks = self.asks(heard)
        if says.says("say.enough", text) and not asks:
            return 1
        if not asks and says.says("say.goodbye", text):
            return 1
        if not says.says("asked.else", tidy(asked)) or asks:
            return 0
        if says.says("say.complains", text) or says.says("meant.cancel", text):
            return 0
        plain_no = says.says("say.no", text) and len(heard.words) <= 7
        return 1 if plain_no or says.says("say.enough_asked", text) else 0

    def _asks_on(self, rest: str) -> bool:
        return self.phrases.says("say.asks", rest) and len(rest.split()) > 3

    # questions, yes and no

    def asks(self, heard: Heard) -> bool:
        """Whether something is asked."""
        return heard.asks or any(self.phrases.says("say.asks", c.text) for c in heard.clauses)

    def agrees(self, heard: Heard, *, asked: bool, leaving: bool = False) -> bool:
        """Whether the words order: a yes to the question, or "I'll take it" at any time."""
        says = self.phrases
        text = _NO_REFUSAL.sub("okay ", heard.text)
        yes = self._yes(text, plainly=leaving) if asked else -1
        orders = _undenied(says.lists["say.order"], text)
        if any(_LATER.match(text, order.end()) for order in orders):
            return False
        order = max((m.end() for m in orders if not _TOLD.search(text[: m.start()])), default=-1)
        if order < 0 and orders:
            return False
        against = max(
            (m.end() for name in ("say.no", "say.wait") for m in says.lists[name].finditer(text)),
            default=-1,
        )
        if _CONDITION.search(text):
            return False
        best = max(yes, order)
        if best <= against:
            return False
        asked_back = self.asks(heard) if text == heard.text else self.phrases.says("say.asks", text)
        if order < 0 and asked_back:
            return False
        return best >= 0 and not (heard.asks and not _REQUEST.search(text))

    def _yes(self, text: str, *, plainly: bool) -> int:
        """Where the last yes ends; -1 for none. An "okay" to what was heard is none.

        "Good to know" or "I see" takes back what stands before it, and needs more than an "okay"
        behind it; an amount takes back an "okay" before it ("okay, so 799 for that one").
        """
        says = self.phrases
        strong = {m.end() for m in says.lists["say.plain_yes"].finditer(text)}
        noted = max((m.end() for m in says.lists["say.noted"].finditer(text)), default=-1)
        amount = max((m.start() for m in AMOUNT.finditer(text)), default=-1)
        ends = [-1]
        for yes in _undenied(says.lists["say.plain_yes" if plainly else "say.yes"], text):
            if text[: yes.start()].endswith(("maybe ", "perhaps ")):
                continue
            is_strong = yes.end() in strong
            if yes.start() >= noted and (is_strong or (noted < 0 and yes.end() > amount)):
                ends.append(yes.end())
        return max(ends)

    def plain_yes(self, heard: Heard) -> bool:
        """Whether the words are hardly more than a yes."""
        return (
            self.phrases.says("say.yes", heard.text)
            and not self.phrases.says("say.no", heard.text)
            and len(heard.words) <= 6
        )


def _undenied(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [
        found
        for found in pattern.finditer(text)
        if not denied(text[: found.start()]) and not _HALF.search(text[: found.start()])
    ]
