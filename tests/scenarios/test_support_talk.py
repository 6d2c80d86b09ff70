"""Callers who go on to ask at the support desk, with the embedded brain."""

from __future__ import annotations

from assistant.providers.offline.brain import OfflineLLM
from assistant.shop import about
from tests.calls import Held, begin, shop

ABOUT = about.load()


async def said(*lines: str) -> Held:
    """A call in which these lines were said."""
    models, knowledge, _ = shop()
    held = await begin(OfflineLLM(models, knowledge, about=ABOUT), about=ABOUT)
    await held.say(*lines)
    return held


async def test_who_asks_what_a_screen_costs_hears_its_price_and_no_next_step() -> None:
    """The price of what they have just complained of."""
    held = await said("my screen is cracked", "how much is a new screen")
    assert "$279" in held.heard[-1]
    await held.hang_up()


async def test_who_asks_how_long_a_repair_takes_hears_nothing_of_delivery() -> None:
    """Both are a matter of how long."""
    held = await said("my screen is cracked", "how long does a repair take")
    assert "two hours" in held.heard[-1]
    assert "working days" not in held.heard[-1]
    await held.hang_up()
