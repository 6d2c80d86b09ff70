"""Whole conversations with a scripted model, as data: lines in; path, words and facts out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from statemachine import lines as conversation
from tests.calls import scripted
from tests.fakes import Step, Use
from tests.scenarios.phrases import (
    BRIDGE,
    BUY,
    FAREWELL,
    FAREWELL_BUYING,
    OPENING_BUYING,
    OPENING_SUPPORT,
    ORDER,
)

pytestmark = pytest.mark.timeout(30)

OPENING_GREETING = conversation.OPENING_GREETING.wording.format(persona="Jill")
FIXED = conversation.FIXED.wording
FAREWELL_SUPPORT = conversation.FAREWELL_SUPPORT.wording.format(shop="the iPhone shop")
ORDERED = "Done, the iPhone"
NOTED = "I've noted that under ticket T"

SUPPORT = [Use("to_support")]
SOLVED = [Use("complete_support")]
BYE_BUYING = [Use("end_purchase_call")]
BYE_SUPPORT = [Use("end_support_call")]
BYE = [Use("end_call")]


def select(model: str, **more: str) -> list[Use | str]:
    """A step that selects a model."""
    return [Use("select_model", {"model": model, **more})]


def issue(text: str) -> list[Use | str]:
    """A step that logs a problem."""
    return [Use("log_support_issue", {"issue": text})]


def name(text: str, *more: Use) -> list[Use | str]:
    """A step that notes a name, and whatever else."""
    return [Use("record_name", {"name": text}), *more]


@dataclass(frozen=True)
class Scene:
    """One call. `turns`: what the caller says, what the model does, what the caller then hears.

    A text to be heard is given by its beginning.
    """

    turns: tuple[tuple[str, tuple[Step, ...], tuple[str, ...]], ...]
    path: str
    triggers: str
    """The model's triggers in their order, a refused one with a minus before it."""
    customer: str = ""
    model: str = ""
    issue: str = ""
    orders: tuple[tuple[str, str, str, int], ...] = ()
    """Model, storage, colour, price in dollars."""
    tickets: tuple[tuple[str, str], ...] = ()
    ended_by: str = "caller_hung_up"
    requests: int = field(default=-1)


CALLS = {
    "an iPhone is bought without a detour": Scene(
        (
            ("I want to buy an iPhone", (BUY,), (OPENING_BUYING,)),
            (
                "The Pro Max please",
                (select("Pro Max"),),
                ("The iPhone 17 Pro Max with 256 GB is $1,199.",),
            ),
            ("Yes go ahead", (ORDER,), (ORDERED,)),
            ("No, that's all, bye", (BYE_BUYING,), (FAREWELL_BUYING,)),
        ),
        "greeting buying ended",
        "to_buying select_model confirm_purchase end_purchase_call",
        model="iPhone 17 Pro Max",
        orders=(("iPhone 17 Pro Max", "256 GB", "", 1199),),
        ended_by="end_purchase_call",
        requests=4,
    ),
    "the whole round: bought, broken, fixed, and another": Scene(
        (
            ("I want to buy an iPhone", (BUY,), (OPENING_BUYING,)),
            ("The Pro Max please", (select("Pro Max"),), ("The iPhone 17 Pro Max",)),
            ("Yes go ahead", (ORDER,), (ORDERED,)),
            ("Actually my old one is broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("The battery drains in two hours", (issue("battery drains in two hours"),), (NOTED,)),
            ("It is fixed, thanks", (SOLVED,), (FIXED,)),
            ("I want to buy another iPhone", (BUY,), (OPENING_BUYING,)),
        ),
        "greeting buying support greeting buying ended",
        "to_buying select_model confirm_purchase to_support log_support_issue complete_support "
        "to_buying",
        model="iPhone 17 Pro Max",
        issue="battery drains in two hours",
        orders=(("iPhone 17 Pro Max", "256 GB", "", 1199),),
        tickets=(("battery drains in two hours", "resolved"),),
        requests=7,
    ),
    "everything in the first sentence": Scene(
        (
            (
                "Hi, Dana Smith, the Air in sky blue with 512",
                (
                    name("dana smith", Use("to_buying", {"wish": "the Air, sky blue, 512"})),
                    select("Air", storage="512", colour="sky blue"),
                ),
                (BRIDGE, "The iPhone Air in sky blue with 512 GB is $1,199."),
            ),
            ("yes please", (ORDER,), (ORDERED,)),
        ),
        "greeting buying ended",
        "record_name to_buying select_model confirm_purchase",
        customer="Dana Smith",
        model="iPhone Air",
        orders=(("iPhone Air", "512 GB", "sky blue", 1199),),
        requests=3,
    ),
    "storage and colour are changed before the yes": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("the 17", (select("17"),), ("The iPhone 17 with 256 GB is $799.",)),
            (
                "in sage",
                (select("17", colour="sage"),),
                ("The iPhone 17 in sage with 256 GB is $799.",),
            ),
            (
                "with 512",
                (select("17", storage="512 GB"),),
                ("The iPhone 17 in sage with 512 GB is $999.",),
            ),
            ("okay", (ORDER,), (ORDERED,)),
        ),
        "greeting buying ended",
        "to_buying select_model select_model select_model confirm_purchase",
        model="iPhone 17",
        orders=(("iPhone 17", "512 GB", "sage", 999),),
    ),
    "a mind is changed after the quote": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("the pro max", (select("pro max"),), ("The iPhone 17 Pro Max",)),
            ("no, the 16e", (select("16e"),), ("The iPhone 16e with 128 GB is $599.",)),
            ("yes", (ORDER,), (ORDERED,)),
        ),
        "greeting buying ended",
        "to_buying select_model select_model confirm_purchase",
        model="iPhone 16e",
        orders=(("iPhone 16e", "128 GB", "", 599),),
    ),
    "a no is respected although the model orders": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("the 16", (select("16"),), ("The iPhone 16 with 128 GB is $699.",)),
            ("no thanks", (ORDER, "What would suit you better?"), ("What would suit you better?",)),
            ("nothing, bye", (BYE_BUYING,), (FAREWELL_BUYING,)),
        ),
        "greeting buying ended",
        "to_buying select_model -confirm_purchase end_purchase_call",
        model="iPhone 16",
        ended_by="end_purchase_call",
    ),
    "two phones on one call": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("the air", (select("air"),), ("The iPhone Air",)),
            ("yes", (ORDER,), (ORDERED,)),
            ("and a 16e for my son", (select("16e"),), ("The iPhone 16e",)),
            ("yes", (ORDER,), (ORDERED,)),
        ),
        "greeting buying ended",
        "to_buying select_model confirm_purchase select_model confirm_purchase",
        model="iPhone 16e",
        orders=(("iPhone Air", "256 GB", "", 999), ("iPhone 16e", "128 GB", "", 599)),
    ),
    "the same phone is not ordered twice by a second yes": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("the air", (select("air"),), ("The iPhone Air",)),
            ("yes", (ORDER,), (ORDERED,)),
            ("yes yes", (ORDER, "It's ordered. Anything else?"), ("It's ordered. Anything else?",)),
        ),
        "greeting buying ended",
        "to_buying select_model confirm_purchase -confirm_purchase",
        model="iPhone Air",
        orders=(("iPhone Air", "256 GB", "", 999),),
    ),
    "what the shop doesn't sell is said, with what comes nearest": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            ("a Samsung Galaxy", (select("Samsung Galaxy"),), ("I'm afraid we don't sell the",)),
            (
                "the 17 in pink",
                (select("17", colour="pink"),),
                ("The iPhone 17 comes in black, white",),
            ),
            (
                "the 16 with 512",
                (select("16", storage="512"),),
                ("The iPhone 16 comes with 128 GB.",),
            ),
        ),
        "greeting buying ended",
        "to_buying -select_model -select_model -select_model",
    ),
    "a recommendation leads to an order": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            (
                "something cheap, 650 dollars",
                ([Use("recommend_models", {"need": "cheap", "budget": "650"})],),
                ("I'd suggest the iPhone 16e.",),
            ),
            ("that one", (select("16e"),), ("The iPhone 16e with 128 GB is $599.",)),
            ("do it", (ORDER,), (ORDERED,)),
        ),
        "greeting buying ended",
        "to_buying select_model confirm_purchase",
        model="iPhone 16e",
        orders=(("iPhone 16e", "128 GB", "", 599),),
    ),
    "two models are compared": Scene(
        (
            ("buy", (BUY,), (OPENING_BUYING,)),
            (
                "air or 17 pro?",
                ([Use("compare_models", {"first": "air", "second": "17 pro"})],),
                ("The iPhone Air with 256 GB is $999.",),
            ),
            ("the pro", (select("17 pro"),), ("The iPhone 17 Pro with 256 GB is $1,099.",)),
        ),
        "greeting buying ended",
        "to_buying select_model",
        model="iPhone 17 Pro",
    ),
    "a problem is logged and solved step by step": Scene(
        (
            (
                "my phone has no sound",
                ([Use("to_support", {"wish": "no sound"})], issue("no sound")),
                (BRIDGE, NOTED),
            ),
            (
                "didn't help",
                ([Use("troubleshooting_steps", {"issue": "no sound"})], "Turn it off and on."),
                ("Turn it off and on.",),
            ),
            ("that fixed it", (SOLVED,), (FIXED,)),
            ("no, bye", (BYE,), (FAREWELL,)),
        ),
        "greeting support greeting ended",
        "to_support log_support_issue complete_support end_call",
        issue="no sound",
        tickets=(("no sound", "resolved"),),
        ended_by="end_call",
    ),
    "a problem stays open and the caller leaves support": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("cracked screen", (issue("cracked screen"),), (NOTED,)),
            ("I'll bring it in, bye", (BYE_SUPPORT,), (FAREWELL_SUPPORT,)),
        ),
        "greeting support ended",
        "to_support log_support_issue end_support_call",
        issue="cracked screen",
        tickets=(("cracked screen", "open"),),
        ended_by="end_support_call",
    ),
    "a problem is not solved before it is logged": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("it works now", (SOLVED, "What was it doing?"), ("What was it doing?",)),
        ),
        "greeting support ended",
        "to_support -complete_support",
    ),
    "a problem is not closed in the breath that logs it": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("no sound", ([*issue("no sound"), *SOLVED],), (NOTED,)),
        ),
        "greeting support ended",
        "to_support log_support_issue -complete_support",
        issue="no sound",
        tickets=(("no sound", "open"),),
    ),
    "the same problem is logged once": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("no sound", (issue("no sound"),), (NOTED,)),
            (
                "I said no sound",
                (issue("No sound!"), "Did you check the switch?"),
                ("Did you check",),
            ),
        ),
        "greeting support ended",
        "to_support log_support_issue -log_support_issue",
        issue="no sound",
        tickets=(("no sound", "open"),),
    ),
    "two problems make two tickets": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            ("no sound", (issue("no sound"),), (NOTED,)),
            ("and the camera is black", (issue("camera is black"),), (NOTED,)),
            ("the camera works", (SOLVED,), (FIXED,)),
        ),
        "greeting support greeting ended",
        "to_support log_support_issue log_support_issue complete_support",
        issue="camera is black",
        tickets=(("no sound", "open"), ("camera is black", "resolved")),
    ),
    "support turns into a sale": Scene(
        (
            ("broken", (SUPPORT,), (OPENING_SUPPORT,)),
            (
                "forget it, I'll buy a 17",
                ([Use("to_buying", {"wish": "a 17"})], select("17")),
                (BRIDGE, "The iPhone 17 with 256 GB is $799."),
            ),
            ("yes", (ORDER,), (ORDERED,)),
        ),
        "greeting support buying ended",
        "to_support to_buying select_model confirm_purchase",
        model="iPhone 17",
        orders=(("iPhone 17", "256 GB", "", 799),),
    ),
    "a name that is none is not noted, one that is stays": Scene(
        (
            ("I'm 4711", (name("4711"), "How can I help?"), ("How can I help?",)),
            (
                "Zoë O'Neil",
                (name("Zoë O'Neil"), "Thanks, Zoë. Sales or support?"),
                ("Thanks, Zoë.",),
            ),
        ),
        "greeting ended",
        "-record_name record_name",
        customer="Zoë O'Neil",
    ),
    "small talk, and goodbye": Scene(
        (
            ("how are you?", ("Very well. Sales or support?",), ("Very well. Sales or support?",)),
            ("neither, bye", (BYE,), (FAREWELL,)),
            ("are you there?", (), ()),
        ),
        "greeting ended",
        "end_call",
        ended_by="end_call",
        requests=2,
    ),
}


@pytest.mark.parametrize("title", CALLS)
async def test_a_call_goes_as_written(title: str) -> None:
    """Path, triggers, what the caller hears turn by turn, and the facts at the end."""
    scene = CALLS[title]
    steps = [step for _, model, _ in scene.turns for step in model]
    held = await scripted([words for words, _, _ in scene.turns], *steps)
    facts = held.call.facts

    assert held.call.path == scene.path.split()
    fired = [name if accepted else f"-{name}" for name, accepted in held.triggers]
    hung_up = ["caller_hung_up"] if scene.ended_by == "caller_hung_up" else []
    assert fired == [*scene.triggers.split(), *hung_up]
    assert held.call.ended_by == scene.ended_by
    expected = [text for _, _, heard in scene.turns for text in heard]
    heard = held.heard[1:]
    assert len(heard) == len(expected), heard
    for said, beginning in zip(heard, expected, strict=True):
        assert said.startswith(beginning), said
    assert (facts.customer_name, facts.selected_model, facts.support_issue) == (
        scene.customer,
        scene.model,
        scene.issue,
    )
    orders = [(o.model, o.storage, o.colour, o.price_cents // 100) for o in facts.orders]
    assert tuple(orders) == scene.orders
    assert tuple((ticket.issue, ticket.status) for ticket in facts.tickets) == scene.tickets
    numbers = [o.number for o in facts.orders] + [t.number for t in facts.tickets]
    assert all(any(number in said for said in heard) for number in numbers)
    if scene.requests >= 0:
        assert held.call.usage.requests == scene.requests


def test_there_are_enough_calls() -> None:
    """The collection covers at least fifteen whole conversations."""
    assert len(CALLS) >= 15
