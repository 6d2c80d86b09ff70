"""Storages, colours and prices: a phone's details, in whatever words they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import phones as shop
from statemachine.offers import Offer
from tests.shops import OFFERS, SHORT


@pytest.mark.parametrize(
    ("spoken", "storage"),
    [
        ("256", "256 GB"),
        ("256 gigs", "256 GB"),
        ("256gb", "256 GB"),
        ("256 g", "256 GB"),
        ("two fifty six", "256 GB"),
        ("two fifty-six please", "256 GB"),
        ("two five six", "256 GB"),
        ("2 56", "256 GB"),
        ("to fifty six gigs", "256 GB"),
        ("two hundred fifty six gigabytes", "256 GB"),
        ("two hundred and fifty six", "256 GB"),
        ("250 gb", "256 GB"),
        ("iphone 17 two hundred fifty six", "256 GB"),
        ("17 pro two fifty six in silver", "256 GB"),
        ("one twenty eight", "128 GB"),
        ("a hundred twenty eight gigs", "128 GB"),
        ("the 16 e one twenty eight", "128 GB"),
        ("five twelve", "512 GB"),
        ("512 gig", "512 GB"),
        ("5 12", "512 GB"),
        ("five hundred and twelve gigs", "512 GB"),
        ("five one two gigs", "512 GB"),
        ("500 gigs", "512 GB"),
        ("half a terabyte", "512 GB"),
        ("can i get a 512", "512 GB"),
        ("not the 256 the 512", "512 GB"),
        ("the seventeen pro max with five twelve", "512 GB"),
        ("one terabyte", "1 TB"),
        ("a terabyte", "1 TB"),
        ("the terabyte one", "1 TB"),
        ("1tb", "1 TB"),
        ("one tera byte", "1 TB"),
        ("1000 gigs", "1 TB"),
        ("1024 GB", "1 TB"),
        ("two terabytes", "2 TB"),
        ("2 tera", "2 TB"),
        ("sixty four gigs", "64 GB"),
    ],
)
def test_a_storage_is_found_and_written_as_in_the_catalogue(spoken: str, storage: str) -> None:
    """However a size is said, it comes out as "256 GB" or "1 TB"."""
    assert shop.find_storage(spoken) == storage


@pytest.mark.parametrize(
    "spoken",
    [
        "",
        "seventeen",
        "the biggest",
        "$256",
        "256 dollars",
        "five hundred dollars",
        "twelve hundred dollars",
        "eleven ninety nine",
        "i have 128 photos",
        "call me at 512 555 0100",
        "my son is 12",
        "a gig",
        "8 gb of ram",
        "one or two",
        "two fifty",
    ],
)
def test_other_figures_are_no_storage(spoken: str) -> None:
    """Amounts, counts and telephone numbers are not taken for a size."""
    assert shop.find_storage(spoken) is None


@pytest.mark.parametrize(
    ("spoken", "model", "colour"),
    [
        ("orange", "Pro", "cosmic orange"),
        ("the orange 17 pro max with 256", None, "cosmic orange"),
        ("cosmic", "Pro", "cosmic orange"),
        ("the blue one", "Pro", "deep blue"),
        ("the blue one", "17", "mist blue"),
        ("blue", "Air", "sky blue"),
        ("blue", "16", "ultramarine"),
        ("the air in blue", None, "sky blue"),
        ("blue", None, "deep blue"),
        ("dark blue", "Pro", "deep blue"),
        ("light blue", None, "sky blue"),
        ("light blue", "17", "mist blue"),
        ("navy", "Pro", "deep blue"),
        ("green", "17", "sage"),
        ("green", "16", "teal"),
        ("turquoise", "Plus", "teal"),
        ("purple", "17", "lavender"),
        ("violet", "17", "lavender"),
        ("gold", "Air", "light gold"),
        ("golden", "Air", "light gold"),
        ("rose gold", "16", "pink"),
        ("black", "Air", "space black"),
        ("black", "e", "black"),
        ("blue or white", "17", "mist blue"),
        ("not the blue one the white one", "17", "white"),
        ("Sky Blue", "Air", "sky blue"),
    ],
)
def test_a_colour_is_understood_by_its_everyday_name(
    spoken: str, model: str | None, colour: str
) -> None:
    """People say "orange" and mean what the catalogue calls cosmic orange."""
    assert shop.find_colour(OFFERS, spoken, SHORT[model] if model else None) == colour


@pytest.mark.parametrize(
    ("spoken", "model"),
    [
        ("pink", "Pro"),
        ("black", "Pro"),
        ("dark blue", "Air"),
        ("rose gold", "Air"),
        ("space grey", "Air"),
        ("black screen", "17"),
        ("more space", "Air"),
        ("something light", "Air"),
        ("", "17"),
    ],
)
def test_a_colour_that_a_model_lacks_is_not_replaced(spoken: str, model: str) -> None:
    """A caller who wants another shade is told the choice, not given a different one."""
    assert shop.find_colour(OFFERS, spoken, SHORT[model]) is None


def test_grey_and_gray_are_one_colour() -> None:
    """Both spellings find a gray phone, whichever the catalogue has."""
    offers = (Offer("iPhone 12", "64 GB", 1, ("space gray", "red")),)
    assert shop.find_colour(offers, "the grey one") == "space gray"


def test_a_missing_colour_is_named() -> None:
    """The caller can be told that it doesn't come in pink."""
    assert shop.unsold_colour(OFFERS, "in pink", SHORT["Pro"]) == "pink"
    assert shop.unsold_colour(OFFERS, "in blue", SHORT["Pro"]) is None


@pytest.mark.parametrize(
    ("cents", "written"),
    [
        (119_900, "$1,199"),
        (119_950, "$1,199.50"),
        (79_905, "$799.05"),
        (0, "$0"),
        (5, "$0.05"),
        (123_456_700, "$1,234,567"),
        (-5_000, "-$50"),
    ],
)
def test_money_is_written_without_idle_cents(cents: int, written: str) -> None:
    """Whole dollars carry no cents, and odd ones carry two digits."""
    assert shop.money(cents) == written


def test_storages_are_listed_smallest_first() -> None:
    """A terabyte is more than 512 gigabytes."""
    assert shop.storages(OFFERS, "iPhone 17 Pro Max") == ("256 GB", "512 GB", "1 TB", "2 TB")
    assert shop.storages(OFFERS, "17 pro") == ("256 GB", "512 GB", "1 TB")
    assert shop.storages(OFFERS, "Galaxy S24") == ()


@pytest.mark.parametrize(
    ("model", "storage", "cents"),
    [
        ("iPhone 17 Pro", "", 109_900),
        ("iPhone 17 Pro", "1 terabyte", 149_900),
        ("iPhone 17 Pro", "512 GB", 129_900),
        ("the air", "five twelve", 119_900),
        ("iPhone 17 Pro", "2 TB", None),
        ("iPhone 17 Pro", "huge", None),
        ("iPhone 5", "", None),
    ],
)
def test_an_offer_is_the_model_in_that_storage_or_the_smallest(
    model: str, storage: str, cents: int | None
) -> None:
    """Without a storage the smallest is quoted; a storage that isn't sold is no offer."""
    offer = shop.offer_of(OFFERS, model, storage)
    assert (offer and offer.price_cents) == cents


@given(offer=st.sampled_from(OFFERS))
def test_every_offer_is_found_by_its_own_words(offer: Offer) -> None:
    """Name, storage and colour of an offer in one sentence give that offer back."""
    for colour in offer.colours:
        spoken = f"the {offer.model} with {offer.storage} in {colour}"
        assert shop.find_models(OFFERS, spoken) == (offer.model,)
        assert shop.find_storage(spoken) == offer.storage
        assert shop.find_colour(OFFERS, spoken, offer.model) == colour
        assert shop.offer_of(OFFERS, offer.model, offer.storage) == offer
