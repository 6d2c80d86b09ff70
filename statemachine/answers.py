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


class Beside(str, Enum):
    """Whether a caller may mean what is beside phones: a person, a number, an order of before."""

    NOTHING = "nothing"
    """Plainly not."""
    MAYBE = "maybe"
    SOMETHING = "something"
    """They have named it in the call."""

    def __str__(self) -> str:
        return str.__str__(self)


class Contact(str, Enum):
    """How far code has come with asking how the caller is reached; nothing is asked twice."""

    UNASKED = "unasked"
    ASIDE = "aside"
    """A number was asked for beside something else, which a yes or a no is about."""
    NUMBER = "number"
    """Which number? stands unanswered."""
    LINE = "line"
    """Whether it is the one they ring from stands unanswered."""
    NAME = "name"
    """Under what name? stands unanswered; a number read back before may be corrected."""
    NOTED = "noted"
    """A number was read back, and may be corrected."""
    DISPUTED = "disputed"
    """What was read back is wrong, they have just said."""
    SETTLED = "settled"
    """It has been asked, and answered, refused or passed over."""

    def __str__(self) -> str:
        return str.__str__(self)
