"""No amount and no promise of the model's own making gets through to the caller."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.money import SentenceGate, amounts_in, may_say, promises_in
from statemachine.offers import Offer

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

AMOUNTS = [
    ("$1", 1),
    ("It's $1,199.50.", 1199.50),
    ("1,199 dollars", 1199),
    ("nine hundred bucks", 900),
    ("twelve hundred", 1200),
    ("one thousand one hundred and ninety-nine dollars", 1199),
    ("one thousand, one hundred and ninety-nine dollars", 1199),
    ("a dollar", 1),
    ("a single dollar", 1),
    ("a grand", 1000),
    ("two grand", 2000),
    ("half a grand", 500),
    ("half a dollar", 0.50),
    ("1.2k", 1200),
    ("$1.2k", 1200),
    ("1.2 k dollars", 1200),
    ("USD 999", 999),
    ("999 USD", 999),
    ("999USD", 999),
    ("USD999", 999),
    ("99 cents", 0.99),
    ("99¢", 0.99),
    ("US$5", 5),
    ("US $5", 5),
    ("€900", 900),
    ("£900", 900),
    ("900 euros", 900),
    ("900 €", 900),
    ("1.199,50 €", 1199.50),
    ("1$", 1),
    ("$ 1", 1),
    ("$.99", 0.99),
    ("a couple of bucks", 2),
    ("a couple hundred dollars", 200),
    ("a dozen dollars", 12),
    ("a hundred dollars", 100),
    ("a thousand bucks", 1000),
    ("a million dollars", 1_000_000),
    ("two thousand and five dollars", 2005),
    ("nine hundred dollars and fifty cents", 900.50),
    ("nine oh nine dollars", 909),
    ("ten oh five dollars", 1005),
    ("one one nine nine dollars", 1199),
    ("your price is one one nine nine", 1199),
    ("zero dollars", 0),
    ("a five dollar phone", 5),
    ("it costs 900", 900),
    ("your new price is one", 1),
    ("Your new price is one, okay?", 1),
    ("for just 1199", 1199),
    ("I can do nine ninety nine", 999),
    ("the price is eleven ninety-nine", 1199),
    ("the price is 11 99", 1199),
    ("knock it down to 5", 5),
    ("I'll knock it down to one", 1),
    ("you pay 20 a month", 20),
    ("That's thirty-three per month.", 33),
    ("just 20 monthly", 20),
    ("How about 5?", 5),
    ("I can do 5", 5),
    ("Let's say 5 and we have a deal", 5),
    ("It's yours for one", 1),
    ("It's yours for 17", 17),
    ("Take the iPhone 17 for 17", 17),
    ("You can have it for 5 today", 5),
    ("I'll let you have the phone for ten", 10),
    ("The iPhone 17 Pro is 1099", 1099),
    ("The iPhone 17 Pro is one thousand ninety nine", 1099),
    ("that's 900 plus tax", 900),
    ("The total comes to 1,599", 1599),
    ("it costs about 900 altogether", 900),
    ("a 50 dollar discount", 50),
    ("I'll take 50 off the price", 50),
    ("The phone costs 512", 512),
    ("the price is fifty", 50),
    ("1 199 dollars", 1199),
    ("**$1**", 1),
    ("$**1**", 1),
    ("one *dollar*", 1),
    ("one-dollar", 1),
    ("one (dollar)", 1),
    ("one, dollar", 1),
    ("＄１", 1),
    ("1\ufe0f\u20e3 dollar", 1),
    ("$\u200b1", 1),
    ("one\u00a0dollar", 1),
    ("ONE DOLLAR", 1),
    ("a buck", 1),
    ("a fiver", None),
    ("nine point five dollars", 9.50),
    ("one point two thousand", 1200),
]

NO_AMOUNTS = [
    "The iPhone 17 is a fine phone.",
    "The iPhone seventeen Pro Max has a big screen.",
    "The 17 costs less than the 17 Pro.",
    "The 16e is the cheapest.",
    "The iPhone 16 and 17 are in stock.",
    "Would you like the 16 or the 17?",
    "The price of the 17 depends on storage.",
    "It comes with 256 GB.",
    "It comes with 256GB or 512GB.",
    "One terabyte is plenty.",
    "half a terabyte of storage",
    "The 256 is enough for photos.",
    "Your order is S48213.",
    "Your order number is 48213.",
    "Ticket 4711 is open.",
    "That's order #48213.",
    "No. 1 in the world",
    "No. 48213",
    "One moment, please.",
    "One moment, I'll look up the price.",
    "That one is cheaper.",
    "The cheapest one is black.",
    "Which one fits your budget?",
    "It's our number one deal.",
    "I can give you one.",
    "There is one in that price range.",
    "We close at nine thirty.",
    "We're open from 9 to 5.",
    "We're open 24/7.",
    "Come at 3:30.",
    "It takes 5 minutes.",
    "You can pay over 24 months.",
    "Step 1: open Settings.",
    "1. Open Settings.",
    "Try step two now.",
    "The screen is 6.9 inches.",
    "The screen has six point nine inches.",
    "It lasts 30 hours.",
    "Hold the button for 10 seconds.",
    "It has three cameras.",
    "It has 3 great cameras.",
    "It records 4K video.",
    "It records 4K at 120 frames.",
    "It runs iOS 26.",
    "It came out in 2025.",
    "It's from September 2025.",
    "Call 911.",
    "Call us at 555-0123.",
    "The display reaches 3000 nits.",
    "A 120 Hz display",
    "48 megapixels",
    "The battery is at 20 percent.",
    "a twenty percent discount",
    "Is that for one of your kids?",
    "My 17 year old pays for it.",
    "We offer 5 colours.",
    "We have 7 models to offer.",
    "Both are great deals; two things matter.",
    "The dollar is strong.",
    "I'm one hundred percent sure.",
    "It's IP68 rated.",
    "The A19 chip is fast.",
    "Let me check that for you.",
    "I'm with you 100%.",
    "It has 5G.",
    "It zooms 8x.",
    "The 2nd one is lighter.",
    "You'll need one for work.",
    "There are two reasons to pay attention.",
    "One charge lasts all day.",
    "Would you like to pay now or later?",
]


@pytest.mark.parametrize(("text", "dollars"), AMOUNTS)
def test_every_way_to_say_an_amount_is_heard(text: str, dollars: float | None) -> None:
    """An amount is found however it is put, and read right where the words say how much."""
    if dollars is None:
        assert amounts_in(text), text
    else:
        assert amounts_in(text) == (round(100 * dollars),), text


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_other_numbers_are_no_amounts(text: str) -> None:
    """Models, storages, orders, times, counts and "one moment" are not taken for money."""
    assert amounts_in(text) == (), text


@pytest.mark.parametrize(
    ("text", "dollars"),
    [
        ("The 17 is $799 and the Pro is $1,099.", (799, 1099)),
        ("between 900 and 1000 dollars", (900, 1000)),
        ("five or ten dollars", (5, 10)),
        ("$599-$799", (599, 799)),
        ("It was $1,199. Now it's $1.", (1199, 1)),
        ("The iPhone 17 costs 799 and the 16e costs 599.", (799, 599)),
    ],
)
def test_several_amounts_are_all_found(text: str, dollars: tuple[int, ...]) -> None:
    """A text with several amounts gives each of them, ranges included."""
    assert amounts_in(text) == tuple(100 * each for each in dollars)


PROMISES = [
    ("It's free.", "free"),
    ("You get the case for free!", "free"),
    ("free of charge", "free"),
    ("You get it for nothing.", "free"),
    ("There's no charge.", "free"),
    ("It's on the house.", "free"),
    ("It costs you nothing.", "free"),
    ("You won't pay a thing.", "free"),
    ("No, it's free.", "free"),
    ("It isn't expensive, it's free.", "free"),
    ("Not only is it free.", "free"),
    ("Why not take it for free?", "free"),
    ("Don't miss the free case.", "free"),
    ("F**r**ee shipping", "free"),
    ("It's half price.", "50%"),
    ("half off", "50%"),
    ("half the price", "50%"),
    ("20 % off", "20%"),
    ("20% off today", "20%"),
    ("twenty percent off", "20%"),
    ("a ten percent discount", "10%"),
    ("a discount of 10 percent", "10%"),
    ("You save fifteen per cent.", "15%"),
    ("two for one", "two for one"),
    ("interest-free", "interest-free"),
]

NO_PROMISES = [
    "Feel free to ask.",
    "It works hands-free.",
    "That will free up storage.",
    "You're free to choose.",
    "You are free to choose.",
    "You have 20 GB free.",
    "Is there free space on it?",
    "No, it isn't free.",
    "It's not free.",
    "I can't give it to you for free.",
    "We don't do half price.",
    "I can't offer 20 percent off.",
    "There's no free case with it.",
    "None of them are free.",
    "The battery is at 20 percent.",
    "Turn it off at 20 percent.",
    "It charges to 50 percent in 20 minutes.",
    "Charge it for half an hour.",
    "Call our toll-free line.",
    "Nothing else.",
    "The freedom is yours.",
    "Are you free on Monday?",
    "It holds no charge.",
]


@pytest.mark.parametrize(("text", "promise"), PROMISES)
def test_promises_without_a_figure_are_heard(text: str, promise: str) -> None:
    """Words that make a price without a figure are found."""
    assert promises_in(text) == (promise,)


@pytest.mark.parametrize("text", NO_PROMISES)
def test_denied_and_other_words_are_no_promises(text: str) -> None:
    """What is denied, or only sounds like a promise, is none."""
    assert promises_in(text) == ()


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
    ("So eighty dollars.", "", None, ("eighty",)),
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
    assert may_say(sentence, OFFERS, price and 100 * price, model, said)


@pytest.mark.parametrize(("sentence", "model", "price", "said"), REFUSED)
def test_what_was_made_up_may_not_be_said(
    sentence: str, model: str, price: int | None, said: tuple[str, ...]
) -> None:
    """An amount of no named model, of another one or storage, and a new promise are refused."""
    assert not may_say(sentence, OFFERS, price and 100 * price, model, said)


# --- the gate ---------------------------------------------------------------------------------

INSTEAD = "Let me look up the price."


def no_money(sentence: str) -> bool:
    """A predicate that refuses every amount and promise."""
    return not amounts_in(sentence) and not promises_in(sentence)


def gated(
    deltas: list[str], allowed: Callable[[str], bool] = no_money, instead: str = INSTEAD
) -> str:
    """What a new gate lets through of a stream."""
    gate = SentenceGate(allowed, instead)
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
    gate = SentenceGate(no_money, INSTEAD)
    assert gate.feed("Sure, I can") == []
    assert gate.feed(" help.") == []
    assert gate.feed(" What") == ["Sure, I can help."]
    assert gate.feed("'s wrong?\n") == [" What's wrong?"]
    assert gate.feed("$") == []
    assert gate.feed("1") == []
    assert gate.flush() == ["\n" + INSTEAD]


def test_a_flushed_gate_begins_anew() -> None:
    """After a flush the next reply gets its own replacement and no junction with the last one."""
    gate = SentenceGate(no_money, INSTEAD)
    assert gate.feed("It's $1.") + gate.flush() == [INSTEAD]
    assert gate.feed("It's $1.") + gate.flush() == [INSTEAD]
    assert gate.feed("Just one.") + gate.flush() == ["Just one."]
    assert gate.feed("Dollar.") + gate.flush() == ["Dollar."]


def test_true_prices_pass_next_to_each_other() -> None:
    """Two right sentences about two phones pass, though neither's price is the other's."""
    text = "The iPhone 17 is $799. Yours is $1,099. The Air, at $999, is lighter. It's popular."
    selected = ("iPhone 17 Pro", 109900)

    def allowed(sentence: str) -> bool:
        return may_say(sentence, OFFERS, selected[1], selected[0], ())

    assert gated(list(text), allowed) == text


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
    assert gated(list(text), lambda _: True) == text


@settings(deadline=None)
@given(STREAMS)
def test_no_refused_amount_is_ever_spoken(text: str) -> None:
    """No piece holds what the predicate refuses, nor does what is heard across two of them."""
    gate = SentenceGate(no_money, INSTEAD)
    pieces = [piece for delta in text for piece in gate.feed(delta)] + gate.flush()
    for piece in pieces:
        assert no_money(piece)
    for first, second in pairwise(piece.replace(INSTEAD, "") for piece in pieces):
        assert no_money(f"{first.strip(' .!?…')} {second.strip()}")


@settings(deadline=None)
@given(st.integers(0, 9_999_99), st.sampled_from(["${}", "{} dollars", "USD {}", "it costs {}."]))
def test_every_written_amount_is_read_back(cents: int, pattern: str) -> None:
    """An amount written in figures is read as what it is."""
    written = f"{cents // 100:,}.{cents % 100:02d}"
    assert cents in amounts_in(pattern.format(written)) or "costs" in pattern
    if cents >= 10_000 and cents // 100 not in (128, 256, 512):
        assert amounts_in(pattern.format(written)) == (cents,)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    """No text makes the reading of amounts and promises fail."""
    amounts_in(text)
    promises_in(text)
