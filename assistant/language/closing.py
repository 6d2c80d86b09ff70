"""Questions and goodbyes: whether a caller leaves, asks on, or says hardly more than yes."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.clauses import Heard, tidy
from assistant.language.consent import classify
from assistant.language.phrases.vocabulary import Phrases
from statemachine.answers import Answer


@dataclass(frozen=True, slots=True)
class Closing:
    """Reads whether the caller asks something or ends the call."""

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
        plain_no = says.says("say.no", text) and classify(heard.raw) is Answer.NO
        return 1 if plain_no or says.says("say.enough_asked", text) else 0

    def _asks_on(self, rest: str) -> bool:
        return self.phrases.says("say.asks", rest) and len(rest.split()) > 3

    def asks(self, heard: Heard) -> bool:
        """Whether something is asked."""
        return heard.asks or any(self.phrases.says("say.asks", c.text) for c in heard.clauses)

    def plain_yes(self, heard: Heard) -> bool:
        """Whether the words are hardly more than a yes."""
        return (
            self.phrases.says("say.yes", heard.text)
            and not self.phrases.says("say.no", heard.text)
            and len(heard.words) <= 6
        )
