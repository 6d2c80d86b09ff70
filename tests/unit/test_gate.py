"""What a model may say in its own words, held against sentences that people would hear."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.agents.gate import Gate, Objection
from assistant.agents.own_words import OwnWords
from assistant.agents.sentence_gate import SentenceGate
from assistant.language.money import amounts_in
from assistant.language.price_claims import promises_in
from statemachine.facts import Facts, Order, Selection, Ticket
from statemachine.offers import Offer
from statemachine.states import State
from tests.calls import shop

FOLDER = Path(__file__).parents[1] / "data" / "said"
SAID, SECOND = (tomllib.loads((FOLDER / f"{n}.toml").read_text()) for n in ("sentences", "second"))
AIR = ("iPhone Air", "256 GB", "sky blue", 99_900)


@cache
def gates() -> dict[str, Gate]:
    """The situations of the sentences."""
    nothing = Facts(offers=shop()[0].offers, reference="48213", turn=2)
    quoted = replace(nothing, selection=Selection(*AIR, turn=1))
    ordered = replace(
        nothing,
        customer_name="Dana",
        selection=Selection(*AIR, turn=1, ordered=True),
        orders=(Order("S48213", *AIR),),
    )
    ticket = replace(
        nothing, customer_name="Dana", tickets=(Ticket("T48213", "the battery drains"),)
    )
    return {
        "front": Gate(State.GREETING, nothing),
        "shopping": Gate(State.BUYING, nothing),
        "quoted": Gate(State.BUYING, quoted),
        "ordered": Gate(State.BUYING, ordered),
        "problem": Gate(State.SUPPORT, nothing),
        "ticket": Gate(State.SUPPORT, ticket),
        "haggled": Gate(State.BUYING, nothing, tuple(SAID["haggled"]["caller"])),
    }


def test_no_honest_model_is_silenced() -> None:
    """Of two hundred sentences that the facts bear out, or that claim nothing, all are spoken."""
    assert [
        (situation, sentence)
        for situation, gate in gates().items()
        for said in (SAID, SECOND)
        for sentence in said.get(situation, {}).get("honest", ())
        if gate.objection(sentence)
    ] == []


def test_nothing_false_is_heard() -> None:
    """Of two hundred sentences that would deceive a caller, none is spoken."""
    assert [
        (situation, sentence)
        for situation, gate in gates().items()
        for said in (SAID, SECOND)
        for sentence in said.get(situation, {}).get("dishonest", ())
        if not gate.objection(sentence)
    ] == []


@pytest.mark.parametrize(
    ("situation", "sentence", "instead"),
    [
        ("front", "I've put you through to sales.", "I can't do that myself, but I can put you th"),
        ("front", "C'est gratuit.", "I'm sorry, I only speak English."),
        ("shopping", "I've ordered the Air for you.", "Nothing is ordered yet. Which iPhone would"),
        ("shopping", "The 16e is only $400.", "Tell me which model you mean, and I'll give you"),
        ("shopping", "We have the iPhone 14 in red.", "Which iPhone do you mean? We have the iPh"),
        ("shopping", "You'll have it tomorrow.", "That's more than I can do or promise on the"),
        (
            "quoted",
            "It's $899 for you.",
            "What I can offer is the iPhone Air with 256 GB for $999.",
        ),
        (
            "quoted",
            "Great, it's ordered.",
            "What I can offer is the iPhone Air with 256 GB for $99",
        ),
        ("ordered", "Your order number is S99999.", "Your order number is S48213."),
        ("ordered", "I've cancelled the order.", "That's more than I can do or promise on the pho"),
        ("problem", "I've opened a ticket for you.", "Nothing is noted yet. What is your iPhone d"),
        ("problem", "A new battery is 49 dollars.", "That's more than I can do or promise on the"),
        ("ticket", "Your ticket number is T48214.", "Your ticket number is T48213."),
    ],
)
def test_what_takes_a_sentences_place_fits_what_was_asked(
    situation: str, sentence: str, instead: str
) -> None:
    """True in that situation, and a way on for the caller."""
    gate = gates()[situation]
    refused = gate.objection(sentence)
    assert refused is not None
    said = shop()[-1].word(gate.instead(refused))
    assert said.startswith(instead)
    assert gate.objection(said) is None


def test_what_the_shop_has_written_may_be_said_again() -> None:
    """A price in a step or an answer of its own is the shop's; changed or denied it isn't."""
    written = OwnWords(["A new battery for the iPhone 16 is $99. Repairs take two days."])
    gate = replace(gates()["problem"], own=written)
    assert gate.objection("A new battery for the iPhone 16 is $99.") is None
    assert gate.objection("A new battery for the iPhone 16 is $9.") is Objection.PRICE
    assert gates()["problem"].objection("A new battery for the iPhone 16 is $99.")


def test_before_a_tool_nothing_takes_a_sentences_place() -> None:
    """What the tool says comes next: "I'm ordering it now" is left out, and no more."""
    gate = guarding()
    assert gate.feed("Sure. It's $1.") + gate.flush(replace=False) == ["Sure."]


def test_a_text_without_an_end_is_read_in_parts() -> None:
    """Nobody waits for the end of a sentence that has none."""
    assert gated(["word " * 1000]) == "word " * 1000
    assert "1" not in gated([f"{'word ' * 100}$1 {'word ' * 100}"])


OFFERS = tuple(
    Offer(model, storage, 100 * dollars, ("black",))
    for model, storage, dollars in [
        ("iPhone 17 Pro Max", "256 GB", 1199),
        ("iPhone 17 Pro Max", "512 GB", 1399),
        ("iPhone 17 Pro Max", "1 TB", 1599),
        ("iPhone 17 Pro", "256 GB", 1099),
        ("iPhone 17 Pro", "512 GB", 1299),
        ("iPhone Air", "256 GB", 999),
        ("iPhone 17", "256 GB", 799),
        ("iPhone 17", "512 GB", 999),
        ("iPhone 16e", "128 GB", 599),
    ]
)


def allowed(sentence: str, model: str, price: int | None, said: tuple[str, ...]) -> bool:
    """Whether it may be said where this model is selected and the caller has said that."""
    chosen = Selection(model, "256 GB", "", 100 * price, 1) if price else None
    return not Gate(State.BUYING, Facts(offers=OFFERS, selection=chosen), said).objection(sentence)


# sentence, selected model and its price in dollars, what the caller said
ALLOWED = [
    ("The iPhone 17 Pro is $1,099.", "", None, ()),
    ("The 17 Pro starts at 1,099 dollars.", "", None, ()),
    ("The iPhone 17 Pro with 512 GB is $1,299.", "", None, ()),
    ("The 17 is $799 or $999.", "", None, ()),
    ("The 17 with 256 GB is $799, with 512 GB $999.", "", None, ()),
    ("It's $1,099.", "iPhone 17 Pro", 1099, ()),
    ("It's ten ninety-nine.", "iPhone 17 Pro", 1099, ()),
    ("With 512 GB it's $1,299.", "iPhone 17 Pro", 1099, ()),
    ("The Air is $999.", "iPhone 17 Pro", 1099, ()),
    ("Your budget of $900 is fine.", "", None, ("I have 900 dollars",)),
    ("$900 is enough for the iPhone 17.", "", None, ("nine hundred",)),
    ("With $1,000 you could take the iPhone 17 at $799.", "", None, ("about a grand",)),
    ("I can't do $1.", "iPhone 17", 799, ("sell it to me for one dollar",)),
    ("I can't do 20 percent off.", "iPhone 17", 799, ()),
    ("No, it isn't free.", "iPhone 17", 799, ("is it free?",)),
    ("You asked for 20 percent off.", "iPhone 17", 799, ("give me 20 percent",)),
    ("Free, you say?", "iPhone 17", 799, ("I want it free",)),
    ("Feel free to ask.", "", None, ()),
    ("One moment.", "", None, ()),
    ("Sure, which one would you like?", "", None, ()),
]
REFUSED = [
    ("So eighty dollars.", "", None, ("eighty",)),
    ("The iPhone 17 Pro is $999.", "", None, ()),
    ("The iPhone 17 Pro is $1.", "iPhone 17 Pro", 1099, ()),
    ("The iPhone 17 Pro with 512 GB is $1,099.", "iPhone 17 Pro", 1099, ()),
    ("The iPhone 17 Pro with 2 TB is $1,099.", "", None, ()),
    ("It's $1,299.", "iPhone 17 Pro", 1099, ()),
    ("With 512 GB it's $1,099.", "iPhone 17 Pro", 1099, ()),
    ("It's $1,099.", "", None, ()),
    ("The Air is $1,099.", "iPhone 17 Pro", 1099, ()),
    ("The iPhone 15 is $799.", "iPhone 17", 799, ()),
    ("Your new price is one.", "iPhone 17", 799, ()),
    ("Your new price is one.", "iPhone 17", 799, ("that one",)),
    ("Your new price is 17.", "iPhone 17", 799, ("the iPhone 17",)),
    ("It's yours for €799.50.", "iPhone 17", 799, ()),
    ("It's yours for 799 cents.", "iPhone 17", 799, ()),
    ("That saves you $200.", "iPhone 17", 799, ()),
    ("It's $799 or $33 a month.", "iPhone 17", 799, ()),
    ("It's free.", "iPhone 17", 799, ()),
    ("It's free.", "iPhone 17", 799, ("is it half price?",)),
    ("I'll give you 20% off.", "iPhone 17", 799, ("give me 10% off",)),
    ("It's $799 at half price.", "iPhone 17", 799, ()),
    ("It's $900.", "iPhone 17", 799, ("I have 90 dollars",)),
]


@pytest.mark.parametrize(("sentence", "model", "price", "said"), ALLOWED)
def test_what_is_true_or_was_said_may_be_said(
    sentence: str, model: str, price: int | None, said: tuple[str, ...]
) -> None:
    """Prices of the phone spoken of and the caller's own words pass."""
    assert allowed(sentence, model, price, said)


@pytest.mark.parametrize(("sentence", "model", "price", "said"), REFUSED)
def test_what_was_made_up_may_not_be_said(
    sentence: str, model: str, price: int | None, said: tuple[str, ...]
) -> None:
    """An amount of no named model, of another one or storage, and a new promise are refused."""
    assert not allowed(sentence, model, price, said)


# --- the gate ---------------------------------------------------------------------------------

INSTEAD = "Let me look up the price."


def no_money(sentence: str) -> Objection | None:
    """Objects to every amount and promise."""
    return Objection.PRICE if amounts_in(sentence) or promises_in(sentence) else None


def guarding(objection: Callable[[str], Objection | None] = no_money) -> SentenceGate:
    """A new gate that objects so."""
    return SentenceGate(objection, lambda _: INSTEAD)


def gated(deltas: list[str], objection: Callable[[str], Objection | None] = no_money) -> str:
    """What a new gate lets through of a stream."""
    gate = guarding(objection)
    pieces = [piece for delta in deltas for piece in gate.feed(delta)]
    return "".join(pieces + gate.flush())


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Sure. It's $1. Bye.", f"Sure. {INSTEAD} Bye."),
        ("It's $1. It's $2. Bye.", f"{INSTEAD} Bye."),
        ("It's $1. Fine. It's $2. Bye.", f"{INSTEAD} Fine. Bye."),
        ("It's $1,199.50 now. Bye.", f"{INSTEAD} Bye."),
        ("Your price is one. Dollar. Bye.", f"{INSTEAD} Dollar. Bye."),
        ("Just one. Dollar. Bye.", f"Just one. {INSTEAD} Bye."),
        ("Nine.\nHundred.", f"Nine.\n{INSTEAD}"),
        ("Nine. Ninety. Nine.", f"Nine. {INSTEAD}"),
        ("Your new price? One. OK.", f"Your new price? {INSTEAD} OK."),
        ("Your price is... 1!", f"Your price is... {INSTEAD}"),
        ("Your price is: \n\n5.", f"Your price is: \n\n{INSTEAD}"),
        ("Twenty percent. Off.", f"Twenty percent. {INSTEAD}"),
        ("So. Your price is. One.", f"So. Your price is. {INSTEAD}"),
        ('He said "$1." Then he left.', f"{INSTEAD} Then he left."),
        ("It's e.g. $5 for one.", INSTEAD),
        ("Phone No. 1 is here.  Good?\tYes!\n", "Phone No. 1 is here.  Good?\tYes!\n"),
        ("1. Open it.\n2. Close it.\n", "1. Open it.\n2. Close it.\n"),
        ("  spaces   kept  ", "  spaces   kept  "),
        ("It costs 900", INSTEAD),
        ("", ""),
    ],
)
def test_the_gate_replaces_once_and_keeps_the_rest(text: str, spoken: str) -> None:
    """The first refused sentence is replaced, further ones dropped, the rest kept to the byte."""
    assert gated([text]) == spoken
    assert gated(list(text)) == spoken


def test_a_sentence_is_released_when_it_is_complete() -> None:
    """A sentence is spoken as soon as the next one begins, and not before."""
    gate = guarding()
    assert gate.feed("Sure, I can") == []
    assert gate.feed(" help.") == []
    assert gate.feed(" What") == ["Sure, I can help."]
    assert gate.feed("'s wrong?\n") == [" What's wrong?"]
    assert gate.feed("$") == []
    assert gate.feed("1") == []
    assert gate.flush() == ["\n" + INSTEAD]


def test_a_flushed_gate_begins_anew() -> None:
    """After a flush the next reply gets its own replacement and no junction with the last one."""
    gate = guarding()
    assert gate.feed("It's $1.") + gate.flush() == [INSTEAD]
    assert gate.feed("It's $1.") + gate.flush() == [INSTEAD]
    assert gate.feed("Just one.") + gate.flush() == ["Just one."]
    assert gate.feed("Dollar.") + gate.flush() == ["Dollar."]


def test_true_prices_pass_next_to_each_other() -> None:
    """Two right sentences about two phones pass, though neither's price is the other's."""
    text = "The iPhone 17 is $799. Yours is $1,099. The Air, at $999, is lighter. It's popular."
    chosen = Selection("iPhone 17 Pro", "256 GB", "", 109_900, 1)
    gate = Gate(State.BUYING, Facts(offers=OFFERS, selection=chosen))
    assert gated(list(text), gate.objection) == text


FRAGMENTS = [
    "$", "1", "99", "1,199", ".50", ".", "!", "?", "...", "…", "\n", " ", "  ", " one", " dollar",
    " Dollars", " nine", " hundred", " and", " price", " is", " for", " free", " half", " off",
    " iPhone", " 17", " Pro", " No", " e.g.", " p.m.", " A", '"', ")", " it", " 20", " %", ",",
    " percent", " cents", "\u200b", "*", "k", " USD", " a", " grand", " not", " moment", "é", "0",
]  # fmt: skip
STREAMS = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)
PLAIN_WORDS = [
    "Sure",
    " we",
    " have",
    " it",
    " in",
    " blue",
    ".",
    "!",
    "?",
    "\n",
    " ",
    ",",
    " Good",
]


def cut(text: str, places: list[int]) -> list[str]:
    """A text in pieces, cut at the places."""
    bounds = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(bounds)]


@settings(deadline=None)
@given(STREAMS, st.lists(st.integers(0, 200), max_size=12))
def test_the_cutting_of_a_stream_changes_nothing(text: str, places: list[int]) -> None:
    """Whatever deltas a text comes in, the same is spoken."""
    assert gated(cut(text, places)) == gated([text]) == gated(list(text))


@settings(deadline=None)
@given(st.lists(st.sampled_from(PLAIN_WORDS), max_size=40).map("".join))
def test_words_without_money_pass_unchanged(text: str) -> None:
    """A text without a number or a word of money is spoken to the byte."""
    assert gated(list(text)) == text


@settings(deadline=None)
@given(st.text(max_size=60))
def test_an_open_gate_changes_nothing(text: str) -> None:
    """With a predicate that allows everything, any text at all passes to the byte."""
    assert gated(list(text), lambda _: None) == text


@settings(deadline=None)
@given(STREAMS)
def test_no_refused_amount_is_ever_spoken(text: str) -> None:
    """No piece holds what the predicate refuses, nor does what is heard across two of them."""
    gate = guarding()
    pieces = [piece for delta in text for piece in gate.feed(delta)] + gate.flush()
    for piece in pieces:
        assert not no_money(piece)
    for first, second in pairwise(piece.replace(INSTEAD, "") for piece in pieces):
        assert not no_money(f"{first.strip().rstrip(' .!?…')} {second.strip()}")
