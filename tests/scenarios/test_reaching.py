"""Whole calls in which a caller is reached: by number, by keys, about an earlier order."""

from __future__ import annotations

import re

import pytest

from assistant.call.report import report
from assistant.providers.offline.brain import OfflineLLM
from assistant.records import Caller, MemoryStore, Store
from statemachine.answers import Contact
from tests.calls import Held, call_after, shop
from tests.calls import started as started_on

LINE = "+12125550123"
BUYS = ("I'd like to buy an iPhone", "the iPhone 17 please", "yes please")


async def rung(store: Store | None = None, number: str = "", *, remembered: float = 0.0) -> Held:
    """A call with the offline brain, from a telephone of this number where one is shown."""
    models, knowledge, _ = shop()
    call = await call_after(store=store, id=f"test-{len(getattr(store, 'made', ()))}")
    if store is not None:
        await store.attend(call.id, Caller("somebody", number))
    await call.show_number(number, remembered)
    return await started_on(call, OfflineLLM(models, knowledge))


async def test_a_number_is_said_in_pieces_and_read_back_and_then_a_name() -> None:
    """The order has both in its report."""
    held = await rung()
    await held.say(*BUYS)
    assert "which number can we reach you on?" in held.heard[-1]
    await held.say("two one two", "five five five", "oh one double three")
    assert held.heard[-3:-1] == ["Go on.", "Go on."]
    assert held.heard[-1].startswith("I've noted 2 1 2, 5 5 5, 0 1 3 3.")
    await held.say("Dana Quill", "no thanks")
    assert held.call.ended.is_set()
    order = report(held.call)["orders"][0]  # type: ignore[index]
    assert (order["name"], order["call_on"]) == ("Dana Quill", "+12125550133")


async def test_a_number_that_is_corrected_twice() -> None:
    """By its end, and as a whole."""
    held = await rung()
    await held.say(*BUYS, "212 555 0123", "no, it ends in three three")
    assert "0 1 3 3" in held.heard[-1]
    await held.say("that's not right either, it's two one two, five five five, oh one double four")
    assert "0 1 4 4" in held.heard[-1]
    assert held.call.facts.callback_number == "+12125550144"


async def test_a_caller_by_telephone_is_asked_about_their_own_number() -> None:
    """A yes is enough; who has another is asked for it."""
    held = await rung(number=LINE)
    await held.say(*BUYS, "yes")
    assert held.heard[-1].startswith("Good, we'll call you there.")
    assert held.call.facts.callback_number == LINE
    other = await rung(number=LINE)
    await other.say(*BUYS, "no", "use 212 555 0133")
    assert other.call.facts.callback_number == "+12125550133"


@pytest.mark.parametrize("number", ["", LINE])
async def test_who_goes_on_with_something_else_is_answered_and_not_asked_again(number: str) -> None:
    """What is asked is never in the way."""
    held = await rung(number=number)
    await held.say(*BUYS, "my old phone doesn't charge any more")
    assert held.call.path[-1] == "support"
    assert held.call.facts.contact is Contact.SETTLED
    asked = [
        said for said in held.heard if re.search("which number|the number you're calling", said)
    ]
    assert len(asked) == 1
    await held.say("bye")
    assert held.call.ended_by == "end_support_call"


async def test_who_refuses_is_left_alone() -> None:
    """And is asked what else they want."""
    held = await rung()
    await held.say(*BUYS, "I'd rather not", "no thanks")
    assert held.call.facts.callback_number == ""
    held = await rung()
    await held.say(*BUYS, "no thanks")
    assert held.heard[-1] == "That's fine, I'll leave it out. Is there anything else?"
    await held.say("no thanks")
    assert held.call.ended_by == "end_purchase_call"


async def test_a_ticket_has_name_and_number_too() -> None:
    """Said in one breath, beside the step that was tried."""
    held = await rung()
    await held.say("I need support", "my iPhone does not charge")
    assert "tell me whom to ask for when we call you back, and on which number" in held.heard[-1]
    await held.say("my name is Dana Quill and my number is 212 555 0133")
    assert held.call.facts.customer_name == "Dana Quill"
    assert held.call.facts.callback_number == "+12125550133"
    assert held.call.facts.open_tickets


async def test_who_only_presses_keys_buys_and_leaves_a_ticket() -> None:
    """Every choice is offered in words; a number is typed and ended by the hash key."""
    held = await rung()
    for keys in ("1", "4", "1", "2125550133#", "2", "2", "1"):
        await held.press(keys)
    facts = held.call.facts
    assert [order.model for order in facts.orders] == ["iPhone 17"]
    assert facts.callback_number == "+12125550133"
    assert [ticket.issue for ticket in facts.open_tickets] == ["a cracked screen"]
    await held.press("#")
    assert held.call.ended_by == "end_support_call"
    assert any(said.startswith("On your keypad: 1 for the iPhone") for said in held.heard)


async def test_keys_are_offered_after_two_turns_that_were_not_understood() -> None:
    """Not before, and to nobody who is understood."""
    held = await rung()
    await held.say("blah fnord gleep")
    assert "keypad" not in held.heard[-1]
    await held.say("wibble zork")
    assert held.heard[-1] == "On your keypad: 1 for sales, 2 for support, hash for goodbye."


async def test_the_star_says_the_last_sentence_again_and_nought_asks_for_a_person() -> None:
    """Neither leads anywhere else."""
    held = await rung()
    await held.press("*")
    assert held.heard[-1] == held.heard[0]
    await held.press("0")
    assert held.triggers[-1] == ("to_person", True)


async def test_an_earlier_order_is_told_of_on_proof() -> None:
    """Its number with the name, or the telephone it was ordered from; nothing otherwise."""
    store = MemoryStore()
    first = await rung(store, LINE)
    await first.say(*BUYS, "yes", "Dana Quill", "bye")
    number = first.call.facts.orders[0].number

    stranger = await rung(store)
    await stranger.say("where is my order?")
    assert "Tell me its number and the name" in stranger.heard[-1]
    await stranger.say(f"{number}, the name is Robin")
    assert "iPhone 17" not in " ".join(stranger.heard)
    await stranger.say(f"{number}, the name is Dana Quill")
    assert f"Your order {number}, the iPhone 17 with 256 GB" in stranger.heard[-1]

    again = await rung(store, LINE)
    await again.say("where is my order?")
    assert f"Your order {number}, the iPhone 17" in again.heard[-1]
    await again.say("please cancel my order")
    assert again.heard[-1].endswith("Shall I cancel it?")
    await again.say("yes please")
    assert again.heard[-1].startswith(f"Your order {number} is cancelled.")
    left = await store.order(number)
    assert left is not None
    assert left.status == "cancelled"


async def test_who_rings_again_is_asked_about_their_order() -> None:
    """Within the setting's time, from a number that is theirs alone."""
    store = MemoryStore()
    first = await rung(store, LINE)
    await first.say(*BUYS, "yes", "Dana Quill", "bye")
    number = first.call.facts.orders[0].number
    again = await rung(store, LINE, remembered=3600.0)
    assert again.heard[0].endswith(f"Are you calling about your order {number}?")
    assert "Dana" not in again.heard[0]
    await again.say("yes")
    assert f"Your order {number}" in again.heard[-1]
    off = await rung(store, LINE)
    assert "again" not in off.heard[0]
    hidden = await rung(store, "", remembered=3600.0)
    assert "again" not in hidden.heard[0]


async def test_nothing_of_another_caller_is_said_where_a_telephone_is_shared() -> None:
    """Neither in the greeting nor without the order's number and name."""
    store = MemoryStore()
    for name in ("Dana Quill", "Robin Vane"):
        held = await rung(store, LINE)
        await held.say(*BUYS, "yes", name, "bye")
    third = await rung(store, LINE, remembered=3600.0)
    assert "again" not in third.heard[0]
    await third.say("where is my order?")
    assert "Tell me its number and the name" in third.heard[-1]
    assert not re.search(r"S\d{5}|iPhone 17", " ".join(third.heard))


async def test_a_call_back_is_a_ticket_of_its_own() -> None:
    """With the number for it."""
    held = await rung()
    await held.say("can somebody call me back please")
    assert "that we call you back: which number" in held.heard[-1]
    await held.say("212 555 0133")
    (ticket,) = held.call.facts.tickets
    assert ticket.callback
    assert held.call.facts.callback_number == "+12125550133"
