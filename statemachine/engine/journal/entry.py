"""One line of a call's journal."""

from __future__ import annotations

from dataclasses import dataclass, field


class JournalError(ValueError):
    """What was written down cannot be read any more; says what and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A trigger, what it moved, or why it was refused."""

    trigger: str
    arguments: dict[str, str]
    source: str
    target: str
    accepted: bool
    reasons: tuple[str, ...] = ()
    """The names of what refused it: guards, or what stands in `refusals`."""
    at: float = field(default=0.0, compare=False)
    """When it happened, in seconds since 1970; 0 where nobody looked at a clock."""
    check: str = field(default="", compare=False)
    """The fingerprint of the facts it led to; empty where none was taken."""
