"""What a caller was asked, as the second reader knows it."""

from __future__ import annotations

from enum import Enum
from typing import Final

from assistant.language.clauses import tidy
from assistant.language.phrases.vocabulary import Phrases


class Asked(str, Enum):
    """What a sentence answers."""

    FRONT = "front"
    """What it is about: sales or support."""
    WHICH = "which"
    """Which phone."""
    LIKE = "like"
    """Whether they would like a phone that was suggested."""
    ORDER = "order"
    """Whether to order what was quoted."""
    MORE = "more"
    """Whether there is anything else."""
    PROBLEM = "problem"
    """What is wrong with their phone."""
    STEP = "step"
    """Whether a step helped."""
    NONE = "none"
    """Nothing, or something else."""


_LISTS: Final = (
    ("order", Asked.ORDER),
    ("else", Asked.MORE),
    ("desk", Asked.FRONT),
    ("helped", Asked.STEP),
    ("trouble", Asked.PROBLEM),
    ("more", Asked.PROBLEM),
    ("which", Asked.WHICH),
    ("suggest", Asked.WHICH),
)
_HERE: Final = {
    "greeting": (Asked.FRONT, Asked.FRONT),
    "buying": (Asked.WHICH, Asked.LIKE),
    "support": (Asked.PROBLEM, Asked.STEP),
}
"""What is asked in a state if the words don't tell: at first, and with a phone or a ticket."""


def asked_by(phrases: Phrases, said: str, state: str, *, begun: bool = False) -> Asked:
    """What an agent's last words ask; if they don't tell, what is usual in this state.

    `begun` says that a phone was quoted there, or a ticket is open.
    """
    text = tidy(said)
    for name, asked in _LISTS:
        if phrases.says(f"asked.{name}", text):
            return asked
    return _HERE[state][begun] if state in _HERE else Asked.NONE
