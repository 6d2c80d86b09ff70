"""What a call has asked of the model, and how long its caller waited for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from assistant.records import Usage


@dataclass
class Meter:
    """Counted while the call is on."""

    requests: int = 0
    """Requests made of the model."""
    prompt_characters: int = 0
    """Characters of messages and tools sent with them, as JSON."""
    tokens: Counter[str] = field(default_factory=Counter)
    """Tokens sent (`prompt`) and got (`completion`), where the model says how many."""
    first_words: list[float] = field(default_factory=list)
    """For each request that was answered, the seconds until its first word or tool call."""
    waits: list[float] = field(default_factory=list)
    """For each answer in a room, the seconds that the caller waited for its first sound."""
    faults: Counter[str] = field(default_factory=Counter)
    """Requests that the model failed, by what was wrong."""
    reflexes: int = 0
    """Turns whose meaning was plain: no request was made."""
    stood_in: int = 0
    """Requests that the embedded brain has answered in the model's place."""

    def asked(self, characters: int) -> None:
        """Another request was made, of this length."""
        self.requests += 1
        self.prompt_characters += characters

    @property
    def taken(self) -> Usage:
        """What the records keep of it."""
        return Usage(
            self.requests,
            self.tokens["prompt"],
            self.tokens["completion"],
            len(self.waits),
            sum(self.waits),
            max(self.waits, default=0.0),
        )

    def told(self) -> dict[str, object]:
        """All of it as plain data; how long a caller waited, usually and at worst."""
        waited = self.first_words
        spread = (
            {"median": round(median(waited), 3), "max": round(max(waited), 3)} if waited else None
        )
        return {
            "requests": self.requests,
            "reflexes": self.reflexes,
            "prompt_characters": self.prompt_characters,
            "tokens": dict(self.tokens) or None,
            "first_word_seconds": spread,
            "failures": dict(self.faults),
            "stood_in_for": self.stood_in,
        }
