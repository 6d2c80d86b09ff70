"""Other makers' phones in a sentence, and the products that are no phones at all."""

from assistant.language.lists import word_lists
from assistant.language.phones.names import BRANDS, KINDS, SHADOWED, some_phone_of, written_kind
from assistant.language.sentence import Sentence
from assistant.language.storage import AMOUNT_UNITS, storage_at

_LISTS = word_lists("other_products", "phone_names")
_SERIES = _LISTS["series"] | BRANDS.keys() - {"android"}
_KINDS = KINDS - {"e", "s"}
_YEARS = range(1990, 2040)
_MOST_PARTS = 6
_PRODUCTS, _PRODUCT_PARTS = _LISTS["products"], _LISTS["product_parts"]


def foreign_phone(said: Sentence, place: int, own: frozenset[str]) -> tuple[int, str] | None:
    """The place after a phone of a brand that isn't the shop's own, and how it is written.

    What is written is empty where the brand stands for something else ("a Samsung TV"), and None
    says that no such brand is named here.
    """
    word, following = said.word(place), said.word(place + 1)
    if word == "one" and following == "plus" and said.number(place + 2) is not None:
        return _whole_name(said, "OnePlus", place + 2)
    if word == "nothing" and following == "phone" and "nothing" not in own:
        return _whole_name(said, "Nothing Phone", place + 2)
    if word == "s" and following in _LISTS["galaxy_s"] and "galaxy" not in own:
        return _whole_name(said, "Galaxy", place)
    if word not in BRANDS or word in own:
        return None
    if following in _LISTS["no_phone_after"]:
        return place + 2, ""
    if word == "google" and following not in ("pixel", "phone"):
        return place + 1, ""
    if word == "pixel" and said.word(place - 1) in ("dead", "stuck"):
        return place + 1, ""
    end, written = _whole_name(said, BRANDS[word], place + 1)
    if end > place + 1:
        return end, written
    if following in ("phone", "phones"):
        return place + 2, f"{some_phone_of(word)} phone"
    return end, some_phone_of(word)


def _whole_name(said: Sentence, brand: str, place: int) -> tuple[int, str]:
    """The place after what belongs to a brand's name (series, number, kinds), and the name."""
    parts: list[str] = []
    coded = False  # a letter was said to which the number belongs: "S 24"
    while len(parts) < _MOST_PARTS and place < len(said):
        token, following = said.at(place), said.word(place + 1)
        word, before_number = token.word, said.number(place + 1) is not None
        if token.number is not None:
            if token.number in _YEARS or token.money or following in AMOUNT_UNITS:
                break
            if storage_at(said, place) is not None:
                break
            if coded:
                parts[-1] += token.norm
            else:
                parts.append(token.norm)
            coded = False
        elif word in _LISTS["code_letters"] and (
            before_number or (word == "z" and following in ("fold", "flip"))
        ):
            parts.append(word.upper())
            coded = before_number
        elif word in ("a", "e") and token.attached and parts:
            parts[-1] += word
        elif word in _SERIES:
            parts.append(BRANDS.get(word, word.title()))
        elif word in _KINDS and following not in SHADOWED.get(word, ()):
            parts.append(written_kind(word))
        else:
            break
        place += 1
    return place, " ".join([brand, *parts])


def after_other_product(said: Sentence, place: int) -> int:
    """The place after a product that is no phone ("AirPods Pro 2"); the same place if none."""
    word, following = said.word(place), said.word(place + 1)
    named = word in _PRODUCTS or (
        word in _LISTS["products_of_maker"]
        and (said.word(place - 1) in ("apple", "microsoft") or following in _PRODUCT_PARTS)
    )
    if not named:
        return place
    place += 1
    while said.word(place) in _PRODUCT_PARTS or said.number(place) is not None:
        place += 1
    return place
