"""What a colleague is told of a caller before they take the call: made of the facts, by code."""

from __future__ import annotations

from assistant.shop.wording import lines
from statemachine.engine.effects import Say
from statemachine.facts import Facts, Order, Selection
from statemachine.offers import money


def brief(facts: Facts) -> tuple[Say, ...]:
    """Who is on the line, what for, and what stands there: no model has a word in it."""
    name = facts.customer_name
    told = [Say(lines.BRIEF_NAME, (("name", name),)) if name else Say(lines.BRIEF_NOBODY)]
    if facts.reason:
        told.append(Say(lines.BRIEF_REASON, (("reason", facts.reason),)))
    told += [
        Say(lines.BRIEF_ORDER, (*_phone(order), ("order", order.number))) for order in facts.orders
    ]
    chosen = facts.selection
    if chosen is not None and not chosen.ordered:
        told.append(Say(lines.BRIEF_SELECTED, _phone(chosen)))
    told += [
        Say(lines.BRIEF_TICKET, (("ticket", each.number), ("issue", each.issue)))
        for each in facts.tickets
        if not each.resolved
    ]
    return tuple(told)


def _phone(phone: Order | Selection) -> tuple[tuple[str, str], ...]:
    named = f"{phone.model} in {phone.colour}" if phone.colour else phone.model
    return ("phone", named), ("storage", phone.storage), ("price", money(phone.price_cents))
