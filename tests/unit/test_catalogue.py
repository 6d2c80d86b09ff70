"""The catalogue: its file is checked thoroughly, and its questions are answered from it alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.shop import catalogue as shop
from assistant.shop.catalogue import Catalogue, CatalogueError, load
from assistant.shop.wording import lines
from statemachine.offers import Offer

OWN = load()
GOOD = """
currency = "USD"
dated = 2025-09-19
source = "the shop"

[needs]
popular = ["nice phone"]
camera = ["photos"]

[[model]]
name = "iPhone 17 Pro"
aliases = ["small pro"]
good_for = ["camera"]
colours = ["silver"]
pitch = "It takes fine photos."
storage = [{ size = "512 GB", price = 1299 }, { size = "256gb", price = 1099.50 }]

[[model]]
name = "iPhone 17"
good_for = ["popular"]
colours = ["black", "white"]
storage = [{ size = "256 GB", price = 799 }]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return path


# The file


def test_the_own_file_is_the_dated_price_list() -> None:
    """The catalogue that comes with the program has the seven models and names its source."""
    assert OWN.currency == "USD"
    assert OWN.dated == date(2025, 9, 19)
    assert "Apple" in OWN.source
    assert [(m.name, m.storages[0].price_cents // 100, len(m.colours)) for m in OWN.models] == [
        ("iPhone 17 Pro Max", 1199, 3),
        ("iPhone 17 Pro", 1099, 3),
        ("iPhone Air", 999, 4),
        ("iPhone 17", 799, 5),
        ("iPhone 16 Plus", 799, 5),
        ("iPhone 16", 699, 5),
        ("iPhone 16e", 599, 2),
    ]
    assert len(OWN.offers) == 18


def test_every_own_model_has_needs_and_a_short_pitch() -> None:
    """Whatever is recommended can be given a reason in one breath."""
    for model in OWN.models:
        assert model.good_for
        assert model.pitch.endswith(".")
        assert model.pitch.count(".") == 1
        assert len(model.pitch) <= 90


def test_a_file_is_read_into_models_and_offers(tmp_path: Path) -> None:
    """Storages are ordered and normalised, prices become cents, offers follow the models."""
    catalogue = load(written(tmp_path, GOOD))
    assert catalogue.offers == (
        Offer("iPhone 17 Pro", "256 GB", 109_950, ("silver",), ("small pro",)),
        Offer("iPhone 17 Pro", "512 GB", 129_900, ("silver",), ("small pro",)),
        Offer("iPhone 17", "256 GB", 79_900, ("black", "white")),
    )
    assert catalogue.models[1].pitch == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'colours = ["silver"]',
            'colors = ["silver"]',
            "model 1 (iPhone 17 Pro): unknown key 'colors'; did you mean 'colours'",
        ),
        ("dated =", "date =", "the file: unknown key 'date'; did you mean 'dated'"),
        (
            'source = "the shop"',
            'source = "the shop"\nzzz = 1',
            "the file: unknown key 'zzz'; use currency, dated, model, needs, source",
        ),
        (
            "price = 799 ",
            "prize = 799 ",
            "model 2 (iPhone 17), storage 1: unknown key 'prize'; did you mean 'price'",
        ),
        (
            ", price = 799 ",
            " ",
            "model 2 (iPhone 17), storage 1 (256 GB): 'price' is missing; write price = 799",
        ),
        (
            "price = 799 ",
            "price = -799 ",
            "model 2 (iPhone 17), storage 1 (256 GB): price -799 is out of range; "
            "write what it costs",
        ),
        ("price = 799 ", "price = 0 ", "price 0 is out of range"),
        ("price = 799 ", "price = nan ", "price nan is out of range"),
        ("price = 799 ", "price = inf ", "price inf is out of range"),
        ("price = 799 ", "price = 799.999 ", "price 799.999 has parts of a cent; round it"),
        ("price = 799 ", 'price = "799" ', "price '799' isn't a number; write price = 799"),
        ("price = 799 ", "price = true ", "price True isn't a number"),
        (
            'name = "iPhone 17"',
            'name = "iphone 17 pro"',
            "model 2 (iphone 17 pro): its 'name' is model 1's too; remove one",
        ),
        (
            '"512 GB", price',
            '"256 gigs", price',
            "model 1 (iPhone 17 Pro): storage '256 GB' stands there twice; remove one",
        ),
        (
            'colours = ["silver"]',
            "colours = []",
            "model 1 (iPhone 17 Pro): 'colours' is empty; list at least one colour",
        ),
        ('colours = ["silver"]', "", "model 1 (iPhone 17 Pro): 'colours' is empty"),
        ('colours = ["silver"]', 'colours = "silver"', "'colours' must be a list of texts"),
        ('colours = ["silver"]', "colours = [7]", "'colours' must be a list of texts"),
        (
            '["black", "white"]',
            '["black", "Black"]',
            "model 2 (iPhone 17): 'colours' has 'black' twice; remove one",
        ),
        ('name = "iPhone 17"', "", "model 2: 'name' is missing; write name = "),
        ('name = "iPhone 17"', 'name = " "', "model 2: 'name' must be a text that isn't empty"),
        ('storage = [{ size = "256 GB", price = 799 }]', "", "'storage' must list the sizes"),
        ('{ size = "256 GB", price = 799 }', "799", "model 2 (iPhone 17), storage 1: write it as"),
        ('"256 GB", price', '"huge", price', "size 'huge' isn't a storage; write it like"),
        ('currency = "USD"', "", "the file: 'currency' is missing; write currency"),
        ('currency = "USD"', 'currency = "EUR"', "the file: currency 'EUR' can't be spoken"),
        ("2025-09-19", '"today"', "the file: 'dated' must be a day; write dated = 2025-09-19"),
        ('source = "the shop"', "", "the file: 'source' is missing; say where"),
        ("[needs]", "[[needs]]", "the file: 'needs' must be a table; write [needs]"),
        (
            'good_for = ["camera"]',
            'good_for = ["camra"]',
            "model 1 (iPhone 17 Pro): 'good_for' has the unknown need 'camra'; add it to [needs]",
        ),
        (
            "It takes fine photos.",
            "Only $999 today.",
            "model 1 (iPhone 17 Pro): 'pitch' has a price in it; leave that to 'storage'",
        ),
        (
            '["small pro"]',
            '["iphone 17"]',
            "model 1 (iPhone 17 Pro): alias 'iphone 17' means 'iPhone 17' too; choose another",
        ),
        (
            '["small pro"]',
            '["galaxy s24"]',
            "model 1 (iPhone 17 Pro): alias 'galaxy s24' isn't taken for a phone; choose another",
        ),
        (
            'name = "iPhone 17"',
            'name = "MacBook Air"',
            "model 2 (MacBook Air): its 'name' isn't understood when it is said; name it as",
        ),
        ("dated = 2025-09-19", "dated = = 1", "the file: it isn't TOML: "),
    ],
)
def test_a_broken_file_says_where_and_what_to_do(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """One sentence names the file, the entry, the field and the remedy."""
    assert GOOD.count(old) >= 1
    path = written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """The line to correct is in the message."""
    with pytest.raises(CatalogueError, match="at line 3"):
        load(written(tmp_path, 'currency = "USD"\n\ndated = yesterday\n'))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A wrong path is said as such."""
    with pytest.raises(CatalogueError, match=r"none\.toml: the file: it doesn't exist; check"):
        load(tmp_path / "none.toml")


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """A folder in the file's place can't be read, and the message says so."""
    with pytest.raises(CatalogueError, match="it can't be read"):
        load(tmp_path)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    """Text that isn't UTF-8 is refused with the remedy."""
    path = tmp_path / "shop.toml"
    path.write_bytes(b'currency = "\xff"')
    with pytest.raises(CatalogueError, match="save it as UTF-8"):
        load(path)


@pytest.mark.parametrize("text", ["", 'currency = "USD"\ndated = 2025-01-01\nmodel = []'])
def test_an_empty_catalogue_is_refused(tmp_path: Path, text: str) -> None:
    """A shop without a model can't take calls."""
    with pytest.raises(CatalogueError):
        load(written(tmp_path, text))


def test_an_entry_that_is_no_table_is_refused(tmp_path: Path) -> None:
    """A list of names isn't a list of models."""
    text = GOOD.split("[needs]")[0] + 'model = ["iPhone 17"]'
    with pytest.raises(CatalogueError, match=r"model 1: it isn't a table; write \[\[model\]\]"):
        load(written(tmp_path, text))


@given(text=st.text(max_size=200))
def test_any_text_is_a_catalogue_or_a_catalogue_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """However broken a file is, the error is the reader's own."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CatalogueError):
        load(path)


# The questions


def suggested(
    recommendations: tuple[shop.Recommendation, ...], budget_cents: int | None = None
) -> str:
    """Recommendations as the shop says them unless it chooses its own words."""
    return shop.say_recommendations(
        recommendations,
        budget_cents,
        wording=lines.RECOMMENDED.wording,
        also=lines.ALSO_RECOMMENDED.wording,
        over_budget=lines.OVER_BUDGET.wording,
    )


@pytest.mark.parametrize(
    ("need", "first"),
    [
        ("", "iPhone 17"),
        ("i don't know", "iPhone 17"),
        ("i take a lot of pictures", "iPhone 17 Pro"),
        ("gaming", "iPhone 17 Pro"),
        ("something with a big screen to watch movies", "iPhone 17 Pro Max"),
        ("a battery that lasts long", "iPhone 17 Pro Max"),
        ("the best you have", "iPhone 17 Pro Max"),
        ("a simple one for my grandma", "iPhone 16e"),
        ("for my mom", "iPhone 16 Plus"),
        ("a cheap one for my son", "iPhone 16e"),
        ("not too expensive", "iPhone 16e"),
        ("something light for travel", "iPhone Air"),
        ("i don't care about the camera just something thin", "iPhone Air"),
        ("i'm a student", "iPhone 17"),
        ("compact with a good camera", "iPhone 17"),
    ],
)
def test_a_need_in_everyday_words_is_met(need: str, first: str) -> None:
    """What suits the need best is recommended first."""
    recommended = shop.recommend(OWN, need)
    assert recommended[0].model.name == first
    assert len(recommended) == 2
    assert recommended[0].model != recommended[1].model


def test_the_needs_in_a_sentence_come_in_the_order_they_are_named() -> None:
    """What the caller waves aside is none."""
    assert shop.needs_in(OWN, "good camera and battery") == ("camera", "battery")
    assert shop.needs_in(OWN, "i don't care about the camera just battery") == ("battery",)


@pytest.mark.parametrize(
    ("need", "dollars", "expected"),
    [
        ("", 800, ["iPhone 17", "iPhone 16 Plus"]),
        ("", 1300, ["iPhone 17 Pro Max", "iPhone 17 Pro"]),
        ("camera", 800, ["iPhone 17"]),
        ("big screen", 900, ["iPhone 16 Plus"]),
        ("", 599, ["iPhone 16e"]),
    ],
)
def test_a_budget_is_kept(need: str, dollars: int, expected: list[str]) -> None:
    """Nothing dearer than the caller's budget is recommended."""
    recommended = shop.recommend(OWN, need, dollars * 100)
    assert [each.model.name for each in recommended] == expected
    assert all(each.within_budget for each in recommended)


def test_a_budget_below_everything_brings_the_cheapest_and_says_so() -> None:
    """A caller with too little is told the closest there is."""
    recommended = shop.recommend(OWN, "a great camera", 30_000)
    assert [(r.model.name, r.within_budget) for r in recommended] == [("iPhone 16e", False)]
    assert suggested(recommended, 30_000) == (
        "Nothing we have comes in under $300. The closest is the iPhone 16e with 128 GB, at $599."
    )


def test_a_storage_in_the_need_is_kept_to() -> None:
    """Who asks for 512 gigabytes is recommended models that have them."""
    recommended = shop.recommend(OWN, "512 gigs for video")
    assert {each.storage.size for each in recommended} == {"512 GB"}


@given(
    need=st.one_of(st.text(max_size=60), st.sampled_from(["camera", "cheap", "256", "2 TB"])),
    budget=st.none() | st.integers(0, 300_000),
    limit=st.integers(1, 4),
)
def test_a_recommendation_is_always_sold_and_honest_about_the_budget(
    need: str, budget: int | None, limit: int
) -> None:
    """Whatever is asked, something that is sold comes back, within the budget unless it says so."""
    recommended = shop.recommend(OWN, need, budget, limit)
    assert 1 <= len(recommended) <= limit
    for each in recommended:
        assert each.storage in each.model.storages
        assert each.within_budget == (budget is None or each.storage.price_cents <= budget)
    assert "{" not in suggested(recommended, budget)


def test_recommendations_are_spoken_in_two_short_sentences_each() -> None:
    """The first is suggested and the second offered beside it, each with its price."""
    said = suggested(shop.recommend(OWN, "camera"))
    assert said == (
        "I'd suggest the iPhone 17 Pro. It has the cameras and the speed of the Pro Max, in a "
        "handier size. With 256 GB it's $1,099. Or there's the iPhone 17 Pro Max. It has the "
        "biggest screen, the longest battery life and our best cameras. With 256 GB it's $1,199."
    )
    assert suggested(()) == ""


def test_the_wording_is_the_shops_to_choose() -> None:
    """Templates are plain text with placeholders."""
    recommended = shop.recommend(OWN, "camera")
    said = shop.say_recommendations(
        recommended, None, wording="{model}: {price}.", also="Else {model}.", over_budget="None."
    )
    assert said == "iPhone 17 Pro: $1,099. Else iPhone 17 Pro Max."


def test_two_models_are_compared_in_a_storage_that_both_have() -> None:
    """Prices are compared like for like, each with its pitch."""
    comparison = shop.compare(OWN, "the 16 plus", "seventeen")
    assert comparison is not None
    assert comparison.first_storage.size == comparison.second_storage.size == "256 GB"
    assert shop.say_comparison(comparison, lines.COMPARED.wording).startswith(
        "The iPhone 16 Plus with 256 GB is $899. It has a big screen"
    )


def test_models_without_a_common_storage_are_compared_in_their_smallest() -> None:
    """The 16 has only 128 GB, so each is quoted in its own smallest size."""
    comparison = shop.compare(OWN, "16", "17 pro")
    assert comparison is not None
    assert (comparison.first_storage.size, comparison.second_storage.size) == ("128 GB", "256 GB")


@pytest.mark.parametrize(("a", "b"), [("17", "17"), ("17", "galaxy s24"), ("", "17")])
def test_only_two_different_sold_models_are_compared(a: str, b: str) -> None:
    """There is nothing to compare otherwise."""
    assert shop.compare(OWN, a, b) is None


@pytest.mark.parametrize(
    ("model", "storage", "cents"),
    [("the seventeen", "", 79_900), ("17 pro max", "two terabytes", 199_900)],
)
def test_a_price_is_looked_up(model: str, storage: str, cents: int) -> None:
    """The price is the catalogue's, for the storage that was named."""
    assert shop.price_of(OWN, model, storage) == cents


@pytest.mark.parametrize(("model", "storage"), [("17", "2 TB"), ("17", "lots"), ("pixel 9", "")])
def test_what_is_not_sold_has_no_price(model: str, storage: str) -> None:
    """No figure is made up."""
    assert shop.price_of(OWN, model, storage) is None


def test_a_catalogue_made_in_code_lays_out_its_offers() -> None:
    """Offers are derived from the models, never given."""
    models = (shop.Model("iPhone 17", (shop.Storage("256 GB", 79_900),), ("black",)),)
    catalogue = Catalogue("USD", date(2025, 1, 1), "a test", models)
    assert catalogue.offers == (Offer("iPhone 17", "256 GB", 79_900, ("black",)),)
