"""Questions and goodbyes: whether a caller leaves, asks on, or says hardly more than yes."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.clauses import Heard, tidy
from assistant.language.leaving import Leaving, leaving
from assistant.language.phrases.vocabulary import Phrases


@dataclass(frozen=True, slots=True)
class Closing:
    """Reads whether the caller asks something or ends the call."""

    phrases: Phrases

    def leaves(self, heard: Heard, asked: str) -> int:
        """Whether the caller ends the call: 0 no, 1 by what they say, 2 by a plain goodbye."""
        match leaving(heard.raw):
            case Leaving.GOODBYE:
                return 2
            case Leaving.DONE:
                return 1
            case Leaving.IF_ASKED:
                return int(self.phrases.says("asked.else", tidy(asked)))
            case _:
                return 0

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
