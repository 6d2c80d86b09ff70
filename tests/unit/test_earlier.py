"""What proves that an earlier order is the caller's."""

from __future__ import annotations

import pytest

from assistant.call.call import Call
from assistant.call.earlier import found
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
