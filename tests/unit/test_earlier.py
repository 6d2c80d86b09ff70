"""What proves that an earlier order is the caller's."""

from __future__ import annotations

import pytest

from assistant.call.call import Call
from assistant.call.earlier import found
from assistant.language.claims import understood_nothing
from assistant.language.codes import order_number
from assistant.records import MemoryStore
from statemachine.answers import Answer
from statemachine.facts import Facts
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    FindOrder,
    RecordName,
    SelectModel,
    ToBuying,
)
from tests.calls import HEARD, call_after

BUYS = (HEARD, ToBuying(), HEARD, SelectModel("iPhone Air"), CallerSpoke(Answer.YES))


async def bought(store: MemoryStore, id: str, *named: RecordName) -> Call:
    """A call in which a phone was ordered, under this name."""
    call = await call_after(*BUYS, ConfirmPurchase(), *named, store=store, id=id)
    assert call.facts.orders
    return call


@pytest.mark.parametrize(
    ("name", "proves"),
    [
        ("Dana", True),
        ("dana QUILL", True),
        ("Sam", False),
        ("Dana Sam", False),
        *((nobody, False) for nobody in ("", "?", "-", "...", " ")),
    ],
)
async def test_an_order_is_proved_by_its_number_with_its_name(name: str, proves: bool) -> None:
    """What is no name proves nothing, nor does anything prove an order that has none."""
    store = MemoryStore()
    named, nameless = await bought(store, "1", RecordName("Dana Quill")), await bought(store, "2")
    for call, proved in ((named, proves), (nameless, False)):
        asked = FindOrder(call.facts.orders[0].number, name, cancel=True)
        assert bool((await found(store, Facts(), asked)).number) is proved


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("S48213", "S48213"),
        ("where is my order S48213-2", "S48213-2"),
        ("order number four eight two one three", "S48213"),
        ("number s 4 8 2 1 3", "S48213"),
        ("my order, please", ""),
        ("the 17 with 256 gigs", ""),
        ("you can reach me on 212 555 0133", ""),
    ],
)
def test_an_orders_number_is_read_as_it_is_written(said: str, number: str) -> None:
    """Also that of a call's second order, and digit by digit; a telephone number is none."""
    assert order_number(said) == number


@pytest.mark.parametrize(
    ("said", "missed"),
    [
        ("Sorry, I didn't understand that. Are you calling about a new iPhone?", True),
        ("Sorry, I could not hear you.", True),
        ("I didn't quite catch that.", True),
        ("You don't get that with the iPhone Air.", False),
        ("I'm glad it works.", False),
    ],
)
def test_a_turn_that_was_not_understood_is_known_by_what_is_said(said: str, missed: bool) -> None:
    """After two of them the keys are offered."""
    assert understood_nothing(said) is missed
