"""`make why` tells how a sentence is read, and what is decided on it."""

from __future__ import annotations

from scripts.why import why


def test_it_tells_what_was_left_over_and_what_was_done_instead() -> None:
    """Every reading has its line, what belongs to no phrase is marked, the deed comes last."""
    told = why("yes, but in white please")
    assert "yes (yes)" in told
    assert "white (?)" in told
    assert "answer   open" in told
    assert "-> select_model(" in told.partition("decided")[2]


def test_it_tells_an_order() -> None:
    """A whole yes is shown with its pieces and the order it places."""
    told = why("yes please, thank you")
    assert "answer   yes" in told
    assert "-> confirm_purchase()" in told
