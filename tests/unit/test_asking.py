"""A question of the model's own: what a yes would answer."""

from __future__ import annotations

import pytest

from assistant.agents.asking import asks_anew
from statemachine.facts import Facts, Selection
from tests.calls import shop

OFFERED = Facts(
    offers=shop()[0].offers, selection=Selection("iPhone Air", "256 GB", "sky blue", 99_900, 1)
)


@pytest.mark.parametrize(
    ("words", "anew"),
    [
        ("Shall I order it for you?", False),
        ("Should I place the order?", False),
        ("It's a lovely phone. Shall I order the iPhone Air for you?", False),
        ("Do you want me to go ahead?", False),
        ("Would you like to order it? It's $999.", False),
        ("Take all the time you need.", False),
        ("", False),
        ("Would you like the 16e instead?", True),
        ("The 16e is $599. Shall I order that?", True),
        ("Shall I order it with 512 GB?", True),
        ("Shall I order it, or would you like the iPhone 17?", True),
        ("What would suit you better?", True),
        ("Would you like that one? It's cheaper.", True),
        ("Is there anything else?", True),
    ],
)
def test_a_question_leaves_the_offer_or_takes_its_place(words: str, anew: bool) -> None:
    """Whether to order that very phone is the offer's own question; all others are new ones."""
    assert asks_anew(words, OFFERED) is anew


def test_where_nothing_is_offered_nothing_lapses() -> None:
    """Any question may be asked."""
    assert not asks_anew("Which iPhone would you like?", Facts(offers=shop()[0].offers))
