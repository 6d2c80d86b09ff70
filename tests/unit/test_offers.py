"""The phones that people name are matched to what the shop sells, and to nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language import phones as shop
from statemachine.offers import Offer
from tests.shops import OFFERS, OTHER_SHOP, SHORT, named


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("seventeen pro max", "ProMax"),
        ("i want the 17 promax please", "ProMax"),
        ("iPhone 17 Pro Max", "ProMax"),
        ("SEVENTEEN PRO MAX!!", "ProMax"),
        ("seventeen-pro-max", "ProMax"),
        ("iphone17promax", "ProMax"),
        ("seventeen pro macs", "ProMax"),
        ("pro max", "ProMax"),
        ("pro max 17", "ProMax"),
        ("the max", "ProMax"),
        ("max", "ProMax"),
        ("17 max", "ProMax"),
        ("iphone seventy pro max", "ProMax"),
        ("17 pro macks", "ProMax"),
        ("the max pro", "ProMax"),
        ("the big pro", "ProMax"),
        ("the biggest iphone", "ProMax"),
        ("17 pro max 256 gigs in orange", "ProMax"),
        ("so i was thinking maybe the uh seventeen pro max i guess", "ProMax"),
        ("i phone 17 pro", "Pro"),
        ("seven teen pro", "Pro"),
        ("seventeenpro", "Pro"),
        ("one seven pro", "Pro"),
        ("the pro", "Pro"),
        ("pro", "Pro"),
        ("iphone pro", "Pro"),
        ("pro iphone 17", "Pro"),
        ("the small pro", "Pro"),
        ("17, pro", "Pro"),
        ("uh the um seventeen pro", "Pro"),
        ("17 pro 5 12", "Pro"),
        ("the seventeen pro's camera", "Pro"),
        ("does the pro have a better camera", "Pro"),
        ("hey uh i was wondering how much would the 17 pro cost me", "Pro"),
        ("my daughter is 17 and wants the pro", "Pro"),
        ("air", "Air"),
        ("the air", "Air"),
        ("iphone air 256", "Air"),
        ("iphone heir", "Air"),
        ("iphone 17 air", "Air"),
        ("interested in the air", "Air"),
        ("i want air", "Air"),
        ("the thinnest one", "Air"),
        ("slim iphone", "Air"),
        ("iphone17", "17"),
        ("17", "17"),
        ("Seventeen.", "17"),
        ("17s", "17"),
        ("do you have any seventeens", "17"),
        ("the 17's camera", "17"),
        ("how much is the seventeen", "17"),
        ("i'd like the 17 in blue", "17"),
        ("i'll take a 17", "17"),
        ("17 256", "17"),
        ("iphone one seven", "17"),
        ("eye phone 17", "17"),
        ("apple iphone 17", "17"),
        ("phone 17", "17"),
        ("seventeen plus a case", "17"),
        ("i want iphone 17 for 800 dollars", "17"),
        ("i'm looking for the new iphone the seventeen one", "17"),
        ("two seventeens", "17"),
        ("two 17s please", "17"),
        ("the 17 lineup", "17"),
        ("regular iphone", "17"),
        ("the standard seventeen", "17"),
        ("my ipad and the 17", "17"),
        ("the plus", "Plus"),
        ("plus", "Plus"),
        ("16+", "Plus"),
        ("sixteen plus", "Plus"),
        ("iphone 16 plus", "Plus"),
        ("the big 16", "Plus"),
        ("sixteen", "16"),
        ("the 16 128 gigs", "16"),
        ("iphone 16 e sim", "16"),
        ("regular iphone 16", "16"),
        ("the iphone 16s", "16"),
        ("sixteen e", "e"),
        ("16 e", "e"),
        ("16e's", "e"),
        ("sixteen-e", "e"),
        ("the e one", "e"),
        ("the e model please", "e"),
        ("e", "e"),
        ("the sixteen e in white", "e"),
        ("the 16 e one twenty eight", "e"),
        ("the entry model", "e"),
        ("sixteeny", "e"),
        ("sixteen ease", "e"),
    ],
)
def test_a_spoken_name_is_understood(spoken: str, expected: str) -> None:
    """Whatever way a model is said or recognised, it is the one that is meant."""
    assert shop.find_models(OFFERS, spoken) == named(expected)


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("iPhone 17 Pro Max or the 17", ("ProMax", "17")),
        ("compare 17 pro and pro max", ("Pro", "ProMax")),
        ("17 pro and air", ("Pro", "Air")),
        ("16 plus the 17", ("16", "17")),
        ("the 17, pro or air", ("Pro", "Air")),
        ("17, 17 pro, air", ("17", "Pro", "Air")),
        ("between 16 and 17", ("16", "17")),
        ("16 versus 16e", ("16", "e")),
        ("the sixteen or the seventeen", ("16", "17")),
        ("the air the 17 pro", ("Air", "Pro")),
        ("which one is better the pro or the pro max", ("Pro", "ProMax")),
        ("both the 16 and the plus", ("16", "Plus")),
        ("the 17 no the 16 no the 17", ("17", "16")),
    ],
)
def test_several_names_come_in_the_order_of_mention(spoken: str, expected: tuple[str, ...]) -> None:
    """A caller who names several models is heard with all of them, each once."""
    assert shop.find_models(OFFERS, spoken) == named(*expected)


@pytest.mark.parametrize(
    "spoken",
    [
        "",
        "hello",
        "i want an iphone please",
        "i'm seventeen years old",
        "my son turned 16",
        "she is 16",
        "we are 17",
        "17 dollars",
        "$17",
        "seventeen hundred dollars",
        "sixteen hundred bucks",
        "it has 16 gb",
        "17 percent",
        "the battery is at 16",
        "17 of them",
        "for 16 people",
        "i called 17 times",
        "it's 17 to 20 days",
        "one seventy",
        "order number 17",
        "17 st james street",
        "my number is 555 17 16",
        "call me at 512 555 0100",
        "i have ios 17 on my phone",
        "i need it by the 16",
        "2017",
        "twenty seventeen",
        "the a17 pro chip",
        "iphone 256",
        "macbook air",
        "ipad pro",
        "air pods pro 2",
        "apple watch ultra 2",
        "airdrop",
        "air drop",
        "fresh air",
        "up in the air",
        "i'm a pro at this",
        "pros and cons",
        "my name is max",
        "this is max speaking",
        "that's a plus for me",
        "the e sim does not work",
        "send me an e mail",
        "my battery drains so fast",
        "it says iphone unavailable",
    ],
)
def test_numbers_and_words_that_mean_something_else_are_no_model(spoken: str) -> None:
    """Ages, amounts, dates, counts and other products never become a phone."""
    assert shop.find_models(OFFERS, spoken) == ()
    assert shop.unsold(OFFERS, spoken) is None


@pytest.mark.parametrize(
    ("spoken", "phrase"),
    [
        ("do you have a samsung galaxy s24", "Samsung Galaxy S24"),
        ("galaxy s24 ultra", "Galaxy S24 Ultra"),
        ("s24", "Galaxy S24"),
        ("galaxy a54", "Galaxy A54"),
        ("samsung z flip 6", "Samsung Z Flip 6"),
        ("pixel 9", "Pixel 9"),
        ("google pixel 9 pro", "Google Pixel 9 Pro"),
        ("one plus 12", "OnePlus 12"),
        ("moto g 84", "Moto G84"),
        ("huawei p30", "Huawei P30"),
        ("nokia 3310", "Nokia 3310"),
        ("nothing phone 2", "Nothing Phone 2"),
        ("an android", "an Android"),
        ("do you sell androids", "an Android"),
        ("a samsung", "a Samsung"),
        ("iphone 5", "iPhone 5"),
        ("do you sell the iphone 15 pro", "iPhone 15 Pro"),
        ("the fifteen pro", "iPhone 15 Pro"),
        ("the 15", "iPhone 15"),
        ("the iphone 12", "iPhone 12"),
        ("iphone 17 ultra", "iPhone 17 Ultra"),
        ("iphone 17 plus", "iPhone 17 Plus"),
        ("iphone 17 e", "iPhone 17e"),
        ("iphone 18", "iPhone 18"),
        ("iphone se", "iPhone SE"),
        ("iphone s e", "iPhone SE"),
        ("iphone x r", "iPhone XR"),
        ("iphone xs max", "iPhone XS Max"),
        ("iphone 6s", "iPhone 6s"),
        ("13 mini", "iPhone 13 mini"),
        ("iphone 16 pro max", "iPhone 16 Pro Max"),
        ("the ultra", "iPhone Ultra"),
    ],
)
def test_a_phone_that_is_not_sold_is_named_back_and_sold_as_nothing_else(
    spoken: str, phrase: str
) -> None:
    """Other makers' phones and other iPhones are recognised, tidily written, and not resolved."""
    assert shop.unsold(OFFERS, spoken) == phrase
    assert shop.find_models(OFFERS, spoken) == ()
    assert shop.resolve_model(OFFERS, spoken) is None


@pytest.mark.parametrize(
    "spoken",
    [
        "i have an iphone 12",
        "my old samsung",
        "my wife has a pixel 8",
        "trading in an iphone 14 for a 17",
        "i hate androids",
        "i'm switching from android",
        "i don't want an android",
        "not a pixel 9",
        "a samsung tv",
        "my google account",
        "there is a dead pixel",
        "the seventeen pro",
    ],
)
def test_a_phone_that_is_owned_or_declined_is_not_asked_for(spoken: str) -> None:
    """Telling of one's old phone, or turning one down, is no wish for it."""
    assert shop.unsold(OFFERS, spoken) is None


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("i have the 16 and i want the 17 pro", ("Pro",)),
        ("not the pro max the 17", ("17",)),
        ("i don't want the air i want the 17", ("17",)),
        ("something cheaper than the pro", ()),
        ("can i have the 17", ("17",)),
        ("do i have to take the pro", ("Pro",)),
        ("the 16 instead of the 17", ("16",)),
        ("my 16 is broken so the 17 please", ("17",)),
    ],
)
def test_wanted_models_leave_out_what_is_owned_or_declined(
    spoken: str, expected: tuple[str, ...]
) -> None:
    """Only what the caller would take counts as wanted."""
    assert shop.wanted_models(OFFERS, spoken) == named(*expected)


@pytest.mark.parametrize(
    "argument",
    ["", "iphone", "the 17 pro or the air", "iPhone 17 Nano", "17 pro and a galaxy s24", "a phone"],
)
def test_an_argument_that_names_none_or_several_is_not_resolved(argument: str) -> None:
    """A tool's argument is one model, or the caller is asked again."""
    assert shop.resolve_model(OFFERS, argument) is None


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("iPhone 17 Pro Max 2TB silver", "ProMax"),
        ("iphone 17 pro", "Pro"),
        (" iPhone  Air ", "Air"),
        ("17", "17"),
        ("16E", "e"),
        ("the 16 Plus in pink", "Plus"),
    ],
)
def test_an_argument_that_names_one_model_is_resolved(argument: str, expected: str) -> None:
    """A storage or a colour beside the model doesn't hinder."""
    assert shop.resolve_model(OFFERS, argument) == SHORT[expected]


def test_a_kind_that_two_generations_have_names_both() -> None:
    """Where two Pros are sold, "the pro" is ambiguous: both are found and neither is resolved."""
    both = (*OFFERS, Offer("iPhone 16 Pro", "128 GB", 89_900, ("black",)))
    assert shop.find_models(both, "the pro") == ("iPhone 17 Pro", "iPhone 16 Pro")
    assert shop.resolve_model(both, "the pro") is None
    assert shop.resolve_model(both, "the 16 pro") == "iPhone 16 Pro"


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("fairphone five", "Fairphone 5"),
        ("the fair phone 6", "Fairphone 6"),
        ("the newest fair one", "Fairphone 6"),
        ("iphone 15", "iPhone 15 refurbished"),
        ("the refurbished 15", "iPhone 15 refurbished"),
        ("a refurbished iphone 13", "iPhone 13 refurbished"),
        ("pixel 9 a", "Google Pixel 9a"),
        ("nothing phone 3a", "Nothing Phone (3a)"),
        ("moto g 84", "Moto G84"),
    ],
)
def test_another_shops_models_are_understood_without_code(spoken: str, expected: str) -> None:
    """Matching follows from the names, so other phones work as they are."""
    assert shop.find_models(OTHER_SHOP, spoken) == (expected,)
    assert shop.resolve_model(OTHER_SHOP, spoken) == expected


@pytest.mark.parametrize(
    ("spoken", "phrase"),
    [
        ("iphone 17", "iPhone 17"),
        ("iphone 15 pro", "iPhone 15 Pro"),
        ("pixel 9", "Pixel 9"),
        ("pixel 9 pro", "Pixel 9 Pro"),
        ("fairphone 4", "Fairphone 4"),
        ("galaxy s24", "Galaxy S24"),
    ],
)
def test_another_shop_does_not_sell_lookalikes(spoken: str, phrase: str) -> None:
    """A sibling of a sold phone is another phone."""
    assert shop.find_models(OTHER_SHOP, spoken) == ()
    assert shop.unsold(OTHER_SHOP, spoken) == phrase


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("iPhone 15 Pro", ("Pro", "ProMax")),
        ("iPhone 14 Pro Max", ("ProMax", "Pro")),
        ("iPhone 17 Plus", ("Plus", "17")),
        ("iPhone 17e", ("e", "17")),
        ("iPhone SE", ("e", "17")),
        ("iPhone 13 mini", ("17", "e")),
        ("iPhone 12", ("17", "e")),
        ("iPhone 5", ("17", "e")),
        ("iPhone XR", ("17", "e")),
        ("iPhone 18", ("17", "Pro")),
        ("iPhone 17 Ultra", ("ProMax", "Pro")),
        ("Samsung Galaxy S24", ("Pro", "ProMax")),
        ("Galaxy S24 Ultra", ("ProMax", "Pro")),
        ("Pixel 9", ("Pro", "ProMax")),
        ("Galaxy A54", ("e", "17")),
        ("an Android", ("e", "17")),
        ("something else", ("e", "17")),
        ("iPhone 16", ("16",)),
    ],
)
def test_the_nearest_models_are_offered_for_an_unsold_one(
    phrase: str, expected: tuple[str, ...]
) -> None:
    """What comes closest is of the same kind, else the cheapest and the middle."""
    assert shop.nearest(OFFERS, phrase) == named(*expected)


def test_the_nearest_model_is_of_the_same_brand_where_it_is_sold() -> None:
    """Who asks for an older Fairphone hears of the newest one."""
    assert shop.nearest(OTHER_SHOP, "Fairphone 4") == ("Fairphone 6",)


@pytest.mark.parametrize(
    ("phrase", "goods"),
    [
        ("iPhone 5", "the iPhone 5"),
        ("an Android", "Android phones"),
        ("an Android phone", "Android phones"),
        ("a Samsung", "Samsung phones"),
    ],
)
def test_an_unsold_phone_is_written_as_goods(phrase: str, goods: str) -> None:
    """The phrase fits after "we don't sell"."""
    assert shop.as_goods(phrase) == goods


def test_models_come_once_in_catalogue_order() -> None:
    """A model with four storages is one model."""
    assert shop.models(OFFERS) == tuple(SHORT.values())


def test_an_empty_shop_answers_everything() -> None:
    """Without offers nothing is sold, found or near, and nothing raises."""
    assert shop.models(()) == ()
    assert shop.find_models((), "iphone 17 pro") == ()
    assert shop.nearest((), "iphone 17") == ()
    assert shop.find_colour((), "blue") is None
    assert shop.offer_of((), "iPhone 17") is None


every_offer = st.sampled_from(OFFERS)


@given(offer=every_offer, lead=st.sampled_from(["", "the ", "i want the ", "how much is the "]))
def test_every_name_means_itself(offer: Offer, lead: str) -> None:
    """Each model's name, alone or in a sentence and in any case, is that model."""
    assert shop.find_models(OFFERS, lead + offer.model) == (offer.model,)
    assert shop.find_models(OFFERS, lead + offer.model.lower()) == (offer.model,)
    assert shop.resolve_model(OFFERS, offer.model.upper()) == offer.model
    assert shop.unsold(OFFERS, lead + offer.model) is None


@given(offer=every_offer, tail=st.sampled_from(["", " please", " in black", " then"]))
def test_every_alias_means_its_model(offer: Offer, tail: str) -> None:
    """Each alias is understood with what people say around it."""
    for alias in offer.aliases:
        assert shop.resolve_model(OFFERS, alias) == offer.model
        assert shop.find_models(OFFERS, f"i want the {alias}{tail}") == (offer.model,)


@given(
    first=every_offer,
    second=every_offer,
    between=st.sampled_from([" or the ", " and the ", " versus the ", " not the "]),
)
def test_two_names_are_both_heard(first: Offer, second: Offer, between: str) -> None:
    """Two models in one sentence are found in order, whichever they are."""
    expected = tuple(dict.fromkeys((first.model, second.model)))
    assert shop.find_models(OFFERS, f"the {first.model}{between}{second.model}") == expected


kinds = st.sampled_from(["", " pro", " pro max", " plus", " mini", " ultra", "e"])


@given(generation=st.integers(3, 25), kind=kinds)
def test_an_iphone_is_either_sold_under_its_own_name_or_not_at_all(
    generation: int, kind: str
) -> None:
    """No iPhone that isn't sold is ever taken for another one."""
    name = f"iphone {generation}{kind}"
    sold = {model.lower(): model for model in shop.models(OFFERS)}
    assert shop.resolve_model(OFFERS, name) == sold.get(name)
    assert (shop.unsold(OFFERS, name) is None) == (name in sold)


brands = st.sampled_from(["iPhone", "Fairphone", "Zephyr"])
generated_names = st.builds(
    lambda brand, number, kind: f"{brand} {number}{kind}",
    brands,
    st.integers(3, 40),
    st.sampled_from(["", " Pro", " Pro Max", " Plus", " Mini", "e", " refurbished", " Ultra"]),
)


@given(names=st.lists(generated_names, min_size=1, max_size=8, unique=True))
def test_any_shops_names_mean_themselves(names: list[str]) -> None:
    """Whatever phones a shop lists, each is found by its name."""
    offers = tuple(Offer(name, "128 GB", 10_000, ("black",)) for name in names)
    for name in names:
        assert shop.find_models(offers, f"i want the {name.lower()} please") == (name,)


WORDS = """the a my i want 17 seventeen 16 e pro max plus air iphone phone samsung galaxy s24
pixel 9 one plus two fifty six 512 gigs terabyte hundred and thousand dollars $ , . nothing black
blue rose gold not than from is years old macbook watch x s se + ' 1.5 % half to"""
words = st.sampled_from(WORDS.split())
chatter = st.one_of(st.text(max_size=80), st.lists(words, max_size=14).map(" ".join))


@settings(max_examples=300)
@given(spoken=chatter, offers=st.sampled_from([OFFERS, OTHER_SHOP, ()]))
def test_no_text_raises_or_finds_what_is_not_sold(spoken: str, offers: tuple[Offer, ...]) -> None:
    """Any text is heard without an error, and everything found is sold."""
    sold = shop.models(offers)
    assert set(shop.wanted_models(offers, spoken)) <= set(shop.find_models(offers, spoken))
    assert set(shop.find_models(offers, spoken)) <= set(sold)
    assert shop.resolve_model(offers, spoken) in {None, *sold}
    assert set(shop.nearest(offers, spoken)) <= set(sold)
    assert len(shop.nearest(offers, spoken)) <= 2
    assert shop.find_colour(offers, spoken) in {None, *(c for o in offers for c in o.colours)}
    offer = shop.offer_of(offers, spoken, spoken)
    assert offer is None or offer in offers
    storage = shop.find_storage(spoken)
    assert storage is None or shop.find_storage(storage) == storage
    phrase = shop.unsold(offers, spoken)
    assert phrase is None or shop.as_goods(phrase)
