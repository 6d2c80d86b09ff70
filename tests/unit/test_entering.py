"""Taking over a line: how it came decides what the agent entering does."""

from __future__ import annotations

import pytest

from assistant.agents.entering import (
    Answer,
    Entrance,
    Farewell,
    GoOn,
    Handover,
    Listen,
    OpenWith,
    Unsaid,
    plan,
)
from statemachine import lines
from statemachine.engine.effects import HandOff, Say
from statemachine.states import State

OPENING = Say(lines.OPENING_BUYING)
PUT_THROUGH = HandOff(State.BUYING, "", OPENING)
WITH_A_WISH = HandOff(State.BUYING, "the Air", OPENING)
QUOTE = Unsaid("The iPhone Air is $999.", False)
GOODBYE = Unsaid("Goodbye!", True)


@pytest.mark.parametrize(
    ("handover", "entrance"),
    [
        (Handover(), OpenWith(Say(lines.GREETING))),
        (Handover(PUT_THROUGH), OpenWith(OPENING)),
        (Handover(PUT_THROUGH, unsaid=(QUOTE,)), Listen()),
        (Handover(PUT_THROUGH, spoke=True), Answer("", bridged=True)),
        (Handover(PUT_THROUGH, missed=("Hello?", "Yes?")), Answer("Hello? Yes?", bridged=True)),
        (Handover(PUT_THROUGH, missed=("Yes",), unsaid=(QUOTE,)), Answer("Yes", bridged=False)),
        (Handover(WITH_A_WISH), Answer("", bridged=True)),
        (Handover(WITH_A_WISH, unsaid=(QUOTE,)), Listen()),
        (Handover(WITH_A_WISH, spoke=True, unsaid=(QUOTE,)), Answer("", bridged=False)),
        (Handover(resumed=True), GoOn()),
        (Handover(WITH_A_WISH, resumed=True), GoOn()),
        (Handover(WITH_A_WISH, unsaid=(QUOTE, GOODBYE)), Farewell()),
        (Handover(PUT_THROUGH, ended=True), Farewell()),
        (Handover(resumed=True, ended=True), Farewell()),
    ],
)
def test_how_the_line_came_decides_what_is_done(handover: Handover, entrance: Entrance) -> None:
    """A farewell before all, then what was cut off, then the caller's words, then an opening."""
    assert plan(handover) == entrance
