"""What a caller has left in earlier calls, and what proves that it is theirs."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from dataclasses import replace

from assistant.language.codes import order_number
from assistant.records import Left, RecordError, Store
from statemachine.facts import Facts
from statemachine.triggers import FindOrder

log = logging.getLogger("assistant.call")


async def lately(store: Store, telephone: str, within: float) -> str:
    """The number of the order or ticket that who rings from there left lately; empty for none.

    A telephone that several people have rung from, as far as their names tell, is nobody's.
    """
    if not telephone or not within:
        return ""
    found = await _asked(store, telephone)
    if _shared(found):
        return ""
    since = time.time() - within
    return next((each.number for each in found if each.stands and each.at > since), "")


async def proved(store: Store, facts: Facts, number: str, name: str) -> Left | None:
    """The order that is meant and proved to be the caller's; None where nothing proves it.

    Proof is its number with the name it is under, or that they ring from the telephone it was
    ordered from or is to be called back on, unless others have used that one too.
    """
    code = order_number(f"number {number}")
    own = [order.number for order in facts.orders]
    from_here = [each for each in await _asked(store, facts.line_number) if each.cents is not None]
    theirs = [] if _shared(from_here) else from_here
    try:
        if code:
            found = await store.order(code)
        else:
            newest = [each for each in theirs if each.stands] or theirs
            found = await store.order(own[-1]) if own else next(iter(newest), None)
    except RecordError as error:
        log.warning("An order can't be looked up: %s", error)
        return None
    if found is None:
        return None
    mine = found.number in (*own, *(each.number for each in theirs))
    return found if mine or _named(found.name, (name, facts.customer_name)) else None


async def found(store: Store, facts: Facts, trigger: FindOrder) -> FindOrder:
    """The order that words mean, where it is proved to be the caller's, and how it stands."""
    order = await proved(store, facts, trigger.number, trigger.name)
    if order is None:
        return replace(trigger, number="", stands="")
    told = f"the {order.what}, {standing(order)}"
    return FindOrder(order.number, "", trigger.cancel and order.stands, told)


def standing(order: Left) -> str:
    """How it stands with an order, as it is said behind what it is."""
    if order.cancelled is not None:
        return "is cancelled"
    if order.done is not None:
        return "has been seen to"
    return f"was placed on {_day(order.at)}, and we'll call you about it"


def _day(at: float) -> str:
    return time.strftime("%B %-d", time.localtime(at))


async def _asked(store: Store, telephone: str) -> tuple[Left, ...]:
    if not telephone:
        return ()
    try:
        return await store.left_from(telephone)
    except RecordError as error:
        log.warning("Earlier calls can't be looked up: %s", error)
        return ()


def _shared(found: Iterable[Left]) -> bool:
    """Whether several people have left something from the same telephone, or may have."""
    people = {(each.name.casefold(), "" if each.name else each.call) for each in found}
    return len(people) > 1


def _named(name: str, given: Iterable[str]) -> bool:
    """Whether one of the names given is the one that it is under, or a part of that.

    What has no word in it ("?") is no name, and proves nothing.
    """
    words = set(re.findall(r"\w+", name.casefold()))
    said = (set(re.findall(r"\w+", each.casefold())) for each in given)
    return any(each and each <= words for each in said)
