"""Whole calls through a real session with the offline brain: path, order, ticket, name, ending.

`brain_calls.toml` holds phrasings the brain was written from; the other files hold callers it was
not written for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.providers.offline.brain import OfflineLLM
from tests.calls import Held, begin, shop

HERE = Path(__file__).parent


def calls(pattern: str) -> list[Any]:
    """The calls of these files, named by file and title."""
    return [
        pytest.param(call, id=f"{path.stem}: {call['title']}")
        for path in sorted(HERE.glob(pattern))
        for call in tomllib.loads(path.read_text(encoding="utf-8"))["call"]
    ]


def problems(expected: dict[str, Any], held: Held) -> list[str]:
    """What differs from what the call should have led to."""
    call, found = held.call, []
    facts = call.facts
    if call.path != expected["path"]:
        found.append(f"path {call.path} instead of {expected['path']}")
    orders = [{"model": o.model, "storage": o.storage, "colour": o.colour} for o in facts.orders]
    if orders != expected.get("orders", []):
        found.append(f"orders {orders} instead of {expected.get('orders', [])}")
    tickets = expected.get("tickets", [])
    if len(tickets) != len(facts.tickets) or not all(
        ticket.status == wanted["status"]
        and any(word.lower() in ticket.issue.lower() for word in wanted["about"])
        for ticket, wanted in zip(facts.tickets, tickets, strict=False)
    ):
        found.append(f"tickets {facts.tickets} instead of {tickets}")
    if facts.customer_name != expected.get("name", ""):
        found.append(f"name {facts.customer_name!r} instead of {expected.get('name', '')!r}")
    by = "hung_up" if call.ended_by == "caller_hung_up" else "caller"
    if by != expected["ended_by"]:
        found.append(f"ended by {call.ended_by}")
    return found


@pytest.mark.parametrize("expected", calls("*_calls.toml"))
async def test_a_caller_gets_where_they_wanted(expected: dict[str, Any]) -> None:
    """The call passes the states, orders, tickets and name that the caller's words lead to."""
    models, knowledge, _ = shop()
    held = await begin(OfflineLLM(models, knowledge))
    await held.say(*expected["lines"])
    await held.hang_up()
    found = problems(expected, held)
    told = "\n".join(f"{who}: {words}" for who, words in held.said)
    assert not found, "\n".join([*found, told])
