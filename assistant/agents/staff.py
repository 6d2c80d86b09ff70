"""Whether the shop's people are there to be asked for: the clock comes in here."""

from __future__ import annotations

from assistant.shop.about import About
from statemachine.triggers import Staff


def staff(about: About, now: float) -> tuple[Staff, str]:
    """Whether they are in, and else when the shop opens again, as it is said.

    `now` is in seconds since 1970. A shop that tells no hours is always open.
    """
    hours = about.hours
    if hours is None or hours.closes(hours.at(now)) is not None:
        return Staff.IN, ""
    return Staff.CLOSED, hours.again(hours.at(now))
