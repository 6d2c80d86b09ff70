"""Plain words: what is done about them without a model, and that it is never wrong."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.agents.reflex import Deed, answers
from assistant.language.plain import chosen, plainly
from tests.brain_bench import STOCK, Line, reflex_on, scenarios, set_up

UTTERANCES = [
    *scenarios("brain_utterances", "utterance"),
    *scenarios("heldout_utterances", "utterance"),
]


def decided(utterance: dict[str, Any]) -> Deed | None:
    """What is done about a sentence in its situation."""
    return reflex_on(set_up(utterance), utterance["said"])


def test_no_sentence_of_the_collections_is_acted_on_wrongly() -> None:
    """Of more than six hundred, about which there is something to know; some are plain."""
    found = [(utterance, deed) for utterance in UTTERANCES if (deed := decided(utterance))]
    wrong = [
        (utterance["said"], deed)
        for utterance, deed in found
        if deed.name != utterance["trigger"]
        or any(
            value.casefold() not in deed.arguments.get(key, "").casefold()
            for key, value in utterance["args"].items()
        )
    ]
    assert wrong == []
    assert len(found) > 40


def moment(*before: str, selected: str = "", state: str = "buying", said: str) -> Deed | None:
    """What is done about words in a state, after these turns."""
    return decided({"state": state, "before": list(before), "selected": selected, "said": said})


QUOTED = "agent: The iPhone Air with 256 GB is $999. Shall I order it for you?"


@pytest.mark.parametrize(
    "said",
    ["Yes.", "Yes, please order it.", "Yeah, go ahead", "I'll take it", "You bet, ring it up"],
)
def test_a_yes_to_the_price_orders(said: str) -> None:
    """Right behind the price and its question."""
    deed = moment("caller: the air", QUOTED, selected="iPhone Air", said=said)
    assert deed == Deed("confirm_purchase", {})


@pytest.mark.parametrize(
    "said",
    [
        "yes but in black",
        "yes, if it's in stock",
        "yes I heard you",
        "okay",
        "sure?",
        "yes, and a case",
        "no",
        "not yet, go ahead with support",
        "bye",
        "thanks bye",
    ],
)
def test_anything_besides_a_yes_is_the_models(said: str) -> None:
    """A condition, a question, an okay; and who leaves before a price that is still open."""
    assert moment("caller: the air", QUOTED, selected="iPhone Air", said=said) is None


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("Perfect, you've been a great help. Have a nice day, bye!", True),
        ("nope, all set, take care, goodbye now", True),
        ("No, I don't want to end the call.", False),
        ("See you later, Dad! Sorry, I'm all yours.", False),
        ("bye now, or wait, is it waterproof?", False),
        ("bye", False),
    ],
)
def test_a_goodbye_takes_both_readers(said: str, ends: bool) -> None:
    """All that is said is a goodbye to its end, and the second reader is sure of it."""
    deed = moment("agent: Is there anything else?", state="greeting", said=said)
    assert deed == (Deed("end_call", {}) if ends else None)


def test_a_yes_to_something_else_orders_nothing() -> None:
    """The price was said, but not last."""
    later = "agent: It has a thin case. Is it for you?"
    before = ("caller: the air", QUOTED, "caller: is it thin", later)
    assert moment(*before, selected="iPhone Air", said="yes") is None


@pytest.mark.parametrize(
    "said",
    [
        "I want to buy an iPhone for my mother",
        "I'd like to buy the 17 Pro",
        "I don't want to buy an iPhone",
        "do you sell phones",
        "I need support with an order I want to buy",
        "I bought a phone",
        "bye",
        "goodbye",
    ],
)
def test_a_wish_a_question_and_a_lone_goodbye_are_the_models(said: str) -> None:
    """What is more than being put through; and "bye", which may be a "buy" heard wrongly."""
    assert plainly(said) is None


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("the iPhone 17 Pro with 512 gigabytes please", ("iPhone 17 Pro", "512 GB", "")),
        ("17 pro max, 1 terabyte, cosmic orange", ("iPhone 17 Pro Max", "1 TB", "cosmic orange")),
        ("the 17 pro", None),
        ("not the 17 pro with 512", None),
        ("the 17 pro with 512 or 256", None),
        ("the 17 pro and the air with 256", None),
        ("how much is the 17 pro with 512 gb", None),
        ("is the 17 pro with 512 gb cheaper", None),
        ("my 17 pro with 256 gb is broken", None),
        ("the 16 with 2 terabytes", None),
        ("the 17 pro with 512 gb in green", None),
    ],
)
def test_a_model_with_its_storage_is_chosen_only_where_that_is_all(
    said: str, wanted: tuple[str, str, str] | None
) -> None:
    """Each word is accounted for, and the shop sells it so."""
    assert chosen(said, STOCK.offers) == wanted


def test_what_a_tool_has_answered_is_the_models() -> None:
    """The words before it have had their effect."""
    line = Line()
    line.begin()
    line.chat.add_message(role="user", content="sales please")
    assert answers(line.request()) is not None
    line.chat.add_message(role="assistant", content="You're with sales.")
    assert answers(line.request()) is None
