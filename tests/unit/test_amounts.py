"""No amount and no promise of the model's own making gets through to the caller."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.money import amounts_in
from assistant.language.price_claims import promises_in

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
