"""What the caller's last words were, taken as an answer."""

from __future__ import annotations

from enum import Enum


class Answer(str, Enum):
    """What the caller's last words were, taken as an answer to "Shall I order it?"."""

    YES = "yes"
    """All that was said is consent."""
    NO = "no"
    LATER = "later"
    """Not now: "wait", "let me think", "tomorrow"."""
    ASKS = "asks"
    """A question, whatever else was said."""
    OPEN = "open"
    """Anything else: another wish, a condition, another subject, or words not understood."""

    def __str__(self) -> str:
        return str.__str__(self)
