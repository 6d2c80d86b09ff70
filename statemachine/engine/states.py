"""A state: where a conversation stands, who speaks there, and what people call it."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

S = TypeVar("S", bound="State")


class State(str, Enum):
    """Where a call stands. The value is its name everywhere: journal, prompts, flowchart.

    Each member carries `agent`, the class of the agent that speaks there (empty: nobody speaks),
    and `desk`, what the state is called in front of people.
    """

    agent: str
    desk: str

    def __new__(cls: type[S], value: str, agent: str = "", desk: str = "") -> S:
        member = str.__new__(cls, value)
        member._value_ = value
        member.agent = agent
        member.desk = desk
        return member

    def __str__(self) -> str:
        return str.__str__(self)
