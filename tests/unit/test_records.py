"""The store in memory: what a call writes, all or nothing, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.records import Entry, MemoryStore, RecordError
from statemachine.effects import Advise, OpenTicket, PlaceOrder, ResolveTicket
from statemachine.engine.journal.refusals import UNKNOWN_TRIGGER
from statemachine.facts import Facts, Order, Ticket
from statemachine.triggers import CallerHungUp, CallerSpoke, ToBuying
from tests.calls import call_after

ORDER = Order("S12345", "iPhone Air", "256 GB", "sky blue", 99_900)
TICKET = Ticket("T12345", "no sound")
ENTRY = Entry("confirm_purchase", {}, "buying", "buying", accepted=True)


async def test_a_call_gets_a_reference_of_five_digits() -> None:
    """Order and ticket numbers are made from it, so it has to be speakable."""
    reference = await MemoryStore().begin("a", Facts())
    assert len(reference) == 5
    assert reference.isdigit()
    assert reference[0] != "0"


async def test_no_two_calls_share_a_reference() -> None:
    """Two callers are never told the same order number."""
    store = MemoryStore()
    references = [await store.begin(f"call {number}", Facts()) for number in range(500)]
    assert len(set(references)) == 500


async def test_entries_are_kept_by_call_and_number() -> None:
    """Each call has a journal of its own."""
    store = MemoryStore()
    await store.write("a", 0, ENTRY, ())
    await store.write("b", 0, ENTRY, ())
    await store.write("a", 1, ENTRY, ())
    assert {call: sorted(journal) for call, journal in store.journals.items()} == {
        "a": [0, 1],
        "b": [0],
    }


async def test_a_second_writer_of_a_number_is_refused_and_leaves_no_trace() -> None:
    """The order that came with the refused entry is not placed."""
    store = MemoryStore()
    await store.write("a", 0, ENTRY, ())
    with pytest.raises(RecordError, match="entry 0 of call a has been written by somebody else"):
        await store.write("a", 0, ENTRY, (PlaceOrder(ORDER),))
    assert store.orders == {}


async def test_an_order_and_a_ticket_are_written_with_their_entry() -> None:
    """What the effects name is kept under its number; what is only said is not."""
    store = MemoryStore()
    await store.write("a", 0, ENTRY, (PlaceOrder(ORDER), OpenTicket(TICKET), Advise("no sound")))
    assert store.orders == {"S12345": ORDER}
    assert store.tickets == {"T12345": TICKET}


async def test_a_resolved_ticket_keeps_its_issue() -> None:
    """Only its status changes."""
    store = MemoryStore()
    await store.write("a", 0, ENTRY, (OpenTicket(TICKET),))
    await store.write("a", 1, ENTRY, (ResolveTicket("T12345"),))
    assert store.tickets == {"T12345": Ticket("T12345", "no sound", resolved=True)}


class Unread(list[Entry]):
    """A journal that nobody may read from its beginning."""

    def __iter__(self) -> Iterator[Entry]:
        raise AssertionError("the whole journal was read")


async def test_no_turn_reads_the_whole_journal() -> None:
    """The five-hundredth turn of a call costs no more than its first."""
    call = await call_after(CallerSpoke(), offers=())
    call._ledger.journal = Unread(call.journal)
    for trigger in (ToBuying(), CallerSpoke(), ToBuying()):
        await call.fire(trigger)
    await call.refuse("fly", {}, UNKNOWN_TRIGGER)
    assert (call.path, call.on_the_line.value) == (["greeting", "buying"], "buying")
    await call.fire(CallerHungUp())
    assert (call.path[-1], call.on_the_line.value) == ("ended", "buying")
    assert call.ended_by == "caller_hung_up"
    assert call.lasted >= 0
