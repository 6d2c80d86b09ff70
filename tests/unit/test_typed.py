"""What a caller types or presses is heard like what they say; snapshots tell how a call stands."""

from __future__ import annotations

import json

from assistant.call.snapshot import snapshot
from assistant.session import typed
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import ConfirmPurchase
from tests.calls import PURCHASE, begin, call_after
from tests.fakes import ScriptedLLM, Use


async def test_typed_words_are_committed_and_answered() -> None:
    """They become the caller's turn, and the model is asked once."""
    held = await begin(ScriptedLLM([Use("to_buying")]))
    typed.typed(held.text.line, "  I want   to buy a phone ")
    await held.text._finished(None)
    await held.say("thanks")
    await held.hang_up()

    assert held.said[1] == ("caller", "I want to buy a phone")
    assert held.triggers[0] == ("to_buying", True)


async def test_keys_say_what_they_stand_for() -> None:
    """One is for sales; a digit without a meaning is said as it is; blank words are nothing."""
    held = await begin(ScriptedLLM("Sure.", "Sorry?"))
    typed.typed(held.text.line, "   ")
    typed.pressed(held.text.line, "1")
    await held.text._finished(None)
    await held.say("hm")
    await held.hang_up()

    assert [words for who, words in held.said if who == "caller"] == ["sales, please", "hm"]


async def test_nothing_typed_is_heard_after_the_end() -> None:
    """Who types into a call that is over changes nothing."""
    held = await begin(ScriptedLLM())
    await held.hang_up()
    entries = len(held.call.journal)
    typed.typed(held.text.line, "one more thing")

    assert len(held.call.journal) == entries


async def test_a_snapshot_is_plain_data_with_all_that_the_page_shows() -> None:
    """State, facts by the flowchart's names, order and ticket, and why something was refused."""
    call = await call_after(*PURCHASE)
    told = snapshot(call.state, call.facts, call.journal[-1])
    refused = next(entry for entry in call.journal if not entry.accepted)

    assert json.loads(json.dumps(told)) == told
    assert told["state"] == "buying"
    assert told["facts"]["customer_name"] == "Dana Quill"
    assert told["orders"][0]["price_cents"] == 99900
    assert told["last"]["trigger"] == "confirm_purchase"
    why = snapshot(State.BUYING, Facts(), refused)["last"]
    assert not why["accepted"]
    assert why["reasons"] == list(refused.reasons)
    assert why["why"]


async def test_a_name_that_a_model_made_up_is_not_repeated() -> None:
    """It may be a caller's words."""
    call = await call_after(ConfirmPurchase())
    await call.refuse("tell_mary_quill", {}, ("unknown_trigger",))
    told = snapshot(call.state, call.facts, call.journal[-1])

    assert told["last"]["trigger"] == "unknown"
    assert "mary" not in json.dumps(told)
