"""Whatever a model says and calls, however a caller haggles: nothing false, nothing unwanted."""

from __future__ import annotations

import os
import random
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from livekit.agents import llm

from assistant.language.money import amounts_in
from statemachine.offers import money
from tests.calls import Held, begin
from tests.fakes import Answer, ScriptedLLM, Use

pytestmark = pytest.mark.timeout(600)
SAID = tomllib.loads((Path(__file__).parents[1] / "data/said/sentences.toml").read_text())
MAY_BE_TRUE = re.compile(
    r"order|ticket|noted|logged|written|bought|purchase|yours|done|all set|taken care|\$?999|ready"
    r"|complete|put it|case|recorded|submitted|case|warranty|escalated|set up",
    re.IGNORECASE,
)
LIES = [s for part in SAID.values() for s in part["dishonest"] if not MAY_BE_TRUE.search(s)]
"""Sentences that are false in every call."""
CLAIMS = [s for part in SAID.values() for s in part["dishonest"] if MAY_BE_TRUE.search(s)]
TRUTHS = [s for part in SAID.values() for s in part["honest"]]
YES = ["yes please", "yes", "Yes, order it.", "okay, I'll take it", "sure, go ahead", "yes, do it"]
NO = ["no", "no thanks", "wait", "I don't want it", "not now", "don't order it", "let me think"]
HAGGLES = list(SAID["haggled"]["caller"])
OTHERS = [
    "I'd like to buy an iPhone", "the pro in blue", "the Air please", "the 16e", "cheaper please",
    "and the 17?", "what about the second one", "my phone is broken", "it won't charge", "hm",
    "it works again", "I'm Dana", "how long does delivery take", "compare the Air and the 17",
    "with 512 GB", "two of them", "what was my order number", "is it free", "thank you",
]  # fmt: skip
PHONES = ["Air", "iPhone 17 Pro", "17", "16e", "iPhone 15", "Galaxy", "the pro", "", "17 Pro Max"]
ARGUMENTS: dict[str, Callable[[random.Random], dict[str, object]]] = {
    "to_buying": lambda r: {"wish": r.choice(["", "the Air", "something cheap", "yes"])},
    "to_support": lambda r: {"wish": r.choice(["", "no sound", "it gets hot"])},
    "record_name": lambda r: {"name": r.choice(["Dana", "", "900 dollars", "Dana Quill"])},
    "select_model": lambda r: {
        "model": r.choice(PHONES),
        "storage": r.choice(["", "", "512 GB", "5 TB"]),
        "colour": r.choice(["", "", "sky blue", "pink"]),
    },
    "log_support_issue": lambda r: {"issue": r.choice(["no sound", "gets hot", ""])},
    "recommend_models": lambda r: {"need": r.choice(["cheap", "camera", ""]), "budget": "700"},
    "compare_models": lambda r: {"first": r.choice(PHONES), "second": r.choice(PHONES)},
    "troubleshooting_steps": lambda r: {"issue": r.choice(["no sound", "hot"])},
    "about_shop": lambda r: {"question": r.choice(["delivery", "returns", "hours"])},
}
EVERY = (*ARGUMENTS, "confirm_purchase", "end_purchase_call", "complete_support", "end_call")


def hostile(dice: random.Random) -> Callable[[llm.ChatContext, list[str]], Answer]:
    """What such a model does about one request."""

    def one(offered: list[str]) -> Use | str:
        kind = dice.random()
        if kind < 0.3:
            pool = dice.choice([LIES, LIES, CLAIMS, TRUTHS])
            return " ".join(dice.sample(pool, dice.randint(1, 2)))
        if kind < 0.6 and "confirm_purchase" in offered:
            return Use("confirm_purchase")
        likely = [name for name in offered if not name.startswith("end_")] or list(EVERY)
        name = dice.choice(likely if kind < 0.95 else EVERY)
        return Use(name, ARGUMENTS.get(name, lambda _: {})(dice))

    def step(chat: llm.ChatContext, offered: list[str]) -> Answer:
        return [one(offered) for _ in range(dice.choice([1, 1, 1, 2]))]

    return step


async def held_call(seed: int) -> Held:
    """A whole call of such a model and such a caller."""
    dice = random.Random(seed)
    model = ScriptedLLM(*[hostile(dice)] * 60)
    held = await begin(model)
    await held.say(dice.choice(OTHERS[:5]))
    for _ in range(dice.randint(4, 8)):
        offered = "Shall I order" in held.heard[-1] and dice.random() < 0.7
        pool = YES if offered else dice.choice([YES, NO, HAGGLES, OTHERS, OTHERS])
        await held.say(dice.choice(pool))
    await held.hang_up()
    return held


def faults_of(held: Held) -> list[str]:
    """What was false or unwanted in a call."""
    facts, found = held.call.facts, []
    prices = {offer.price_cents for offer in facts.offers}
    haggled = {cents for who, words in held.said if who == "caller" for cents in amounts_in(words)}
    for words in held.heard:
        for number in re.findall(r"\b[ST]\d{5,}(?:-\d+)?\b", words):
            known = (*(o.number for o in facts.orders), *(t.number for t in facts.tickets))
            theirs = "You said" in words or "don't find" in words
            if number not in known and not theirs:
                found.append(f"the number {number}: {words}")
        for figure in re.findall(r"\$([\d,]+)|\b(\d{3,4}) dollars", words):
            cents = 100 * int("".join(figure).replace(",", ""))
            if cents not in prices and cents not in haggled:
                found.append(f"the figure {figure}: {words}")
        found += [f"the lie: {lie}" for lie in LIES if lie in words]
        if not (facts.orders or facts.tickets):
            found += [f"the claim: {claim}" for claim in CLAIMS if claim in words]
    return found + _unwanted(held)


def _unwanted(held: Held) -> list[str]:
    """Orders whose last question before a consent wasn't whether to order that very phone."""
    found = []
    for order in held.call.facts.orders:
        told = [n for n, (_, words) in enumerate(held.said) if f"is {order.number}" in words]
        placed = min(told, default=len(held.said))
        spoke = max(n for n, (who, _) in enumerate(held.said[:placed]) if who == "caller")
        asked = [
            (words, question)
            for who, words in held.said[:spoke]
            if who != "caller"
            for question in re.findall(r"[^.!?]*\?", words)
        ]
        words, question = asked[-1]
        price = money(order.price_cents)
        quotes = [w for who, w in held.said[:spoke] if who != "caller" and price in w]
        if not quotes or order.model not in quotes[-1]:
            found.append(f"{order.number} has no quote")
        named = {offer.model for offer in held.call.facts.offers if offer.model in words}
        if not re.search(r"order|put it through|go ahead|want it", question.lower()):
            found.append(f"{order.number} answers {question!r}")
        if named and order.model not in named:
            found.append(f"{order.number} ({order.model}) answers {words!r}")
        if held.said[spoke][1] in NO:
            found.append(f"{order.number} was declined: {held.said[spoke][1]!r}")
    return found


async def _all_well(seeds: range) -> None:
    for seed in seeds:
        held = await held_call(seed)
        assert not faults_of(held), (seed, faults_of(held), held.said)


@pytest.mark.parametrize("first", range(0, 300, 50))
async def test_nothing_false_is_heard_and_nothing_unwanted_ordered(first: int) -> None:
    """In three hundred calls of models that lie and callers that haggle."""
    await _all_well(range(first, first + 50))


@pytest.mark.soak
@pytest.mark.timeout(3600)
async def test_nor_in_thousands_of_calls() -> None:
    """Others each time: HOSTILE_SEED=... tells which to begin with."""
    first = int(os.environ.get("HOSTILE_SEED", random.randrange(10**9)))
    await _all_well(range(first, first + 3000))


async def test_such_calls_do_order_and_do_refuse() -> None:
    """They aren't harmless: many orders are placed, and most of what is tried is refused."""
    calls = [await held_call(seed) for seed in range(60)]
    assert sum(len(held.call.facts.orders) for held in calls) > 3
    assert sum(not accepted for held in calls for _, accepted in held.triggers) > 60
