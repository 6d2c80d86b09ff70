"""What the caller's last words were, taken as an answer."""

from __future__ import annotations

from enum import Enum


class Answer(str, Enum):
    """What the caller's last words were, taken as an answer to a yes-or-no question."""

    YES = "yes"
    NO = "no"
    OPEN = "open"

    def __str__(self) -> str:
        return str.__str__(self)
