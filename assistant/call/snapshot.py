"""How a call stands, whole and as plain data: for a page that shows it live or plays it back."""

from __future__ import annotations

from typing import Any

from assistant.language.telephone import masked
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.refusals import why
from statemachine.engine.journal.words import own_name
from statemachine.engine.states import State
from statemachine.facts import Facts, Order, Selection
from statemachine.table import TABLE

FLOW = "shop.flow"
"""The topic of the text streams that carry a call's snapshots."""
CALLER = "shop.caller"
"""The attribute in a token by which a worker knows a caller who may have no microphone."""


def snapshot(state: State, facts: Facts, last: Entry | None = None) -> dict[str, Any]:
    """A call in this state with these facts, after this entry of its journal.

    Prices are in cents. `facts` are texts by the names that the flowchart has for them.
    """
    return {
        "state": state.value,
        "turn": facts.turn,
        "facts": {
            "customer_name": facts.customer_name,
            "callback_number": masked(facts.callback_number),
            "selected_model": facts.selected_model,
            "support_issue": facts.support_issue,
            "wish": facts.wish,
            "orders": ", ".join(order.number for order in facts.orders),
            "tickets": ", ".join(f"{each.number} {each.status}" for each in facts.tickets),
        },
        "selection": _phone(facts.selection) if facts.selection else None,
        "orders": [{"number": order.number, **_phone(order)} for order in facts.orders],
        "tickets": [
            {"number": ticket.number, "issue": ticket.issue, "status": ticket.status}
            for ticket in facts.tickets
        ],
        "last": told(last) if last else None,
    }


def told(entry: Entry) -> dict[str, Any]:
    """An entry without a word of a caller's or a model's: what moved, or why nothing did."""
    return {
        "trigger": own_name(entry.trigger, TABLE, "unknown"),
        "source": entry.source,
        "target": entry.target,
        "accepted": entry.accepted,
        "reasons": list(entry.reasons),
        "why": [] if entry.accepted else list(why(entry, TABLE)),
        "at": entry.at,
    }


def _phone(chosen: Selection | Order) -> dict[str, Any]:
    return {
        "model": chosen.model,
        "storage": chosen.storage,
        "colour": chosen.colour,
        "price_cents": chosen.price_cents,
    }
