"""The states of a call, and the agent who speaks in each."""

from __future__ import annotations

from enum import Enum


class State(str, Enum):
    """Where a call stands. The value is its name everywhere: journal, prompts, flowchart.

    Each member carries `agent`, the class of the agent that speaks there (empty: nobody speaks),
    and `desk`, what the state is called in front of people.
    """

    agent: str
    desk: str

    def __new__(cls, value: str, agent: str = "", desk: str = "") -> State:
        member = str.__new__(cls, value)
        member._value_ = value
        member.agent = agent
        member.desk = desk
        return member

    GREETING = ("greeting", "GreetingAgent", "the front desk")
    BUYING = ("buying", "BuyingAgent", "sales")
    SUPPORT = ("support", "SupportAgent", "support")
    ENDED = ("ended", "", "")

    def __str__(self) -> str:
        return str.__str__(self)


INITIAL = State.GREETING
FINAL = State.ENDED
OPEN = tuple(state for state in State if state is not FINAL)
"""Every state in which the call is still on."""
