"""The words phones are named with, and a name taken apart into brand, generation and kinds."""

from dataclasses import dataclass

from assistant.language.sentence import Sentence, word_set

KINDS = word_set("pro max plus mini air e se s ultra slim lite fe fold flip xl x xr xs neo nano")
MAX_MISHEARD = word_set("macs mac mack macks mark marks mags mex maxx maxed maximum")
"""What a recogniser makes of "max" after "pro"."""
SHADOWED = {
    "pro": word_set("motion raw res tip tips vision"),
    "max": word_set("storage capacity amount budget price speed brightness volume"),
    "plus": word_set(
        "a an the my some one two tax taxes shipping delivery applecare apple i we it side point "
        "minus that this is"
    ),
    "e": word_set("mail mails sim sims commerce bay book books waste reader bike scooter"),
    "air": word_set("drop play tag tags bag port print plane condition conditioner con"),
}
"""What stands after a kind's word when it means something else."""
BRANDS = {
    "iphone": "iPhone",
    "android": "Android",
    "samsung": "Samsung",
    "galaxy": "Galaxy",
    "google": "Google",
    "pixel": "Pixel",
    "oneplus": "OnePlus",
    "huawei": "Huawei",
    "xiaomi": "Xiaomi",
    "redmi": "Redmi",
    "oppo": "Oppo",
    "vivo": "Vivo",
    "realme": "Realme",
    "motorola": "Motorola",
    "moto": "Moto",
    "razr": "Razr",
    "nokia": "Nokia",
    "sony": "Sony",
    "xperia": "Xperia",
    "honor": "Honor",
    "lg": "LG",
    "htc": "HTC",
    "blackberry": "BlackBerry",
    "fairphone": "Fairphone",
    "zenfone": "Zenfone",
    "tecno": "Tecno",
}
"""The brands that people name, sold here or not, as they are written."""
MAKERS = {"apple": "iphone", "samsung": "galaxy", "google": "pixel"}
"""The makers that are named beside their brand or instead of it."""
_WITH_AN = word_set("iphone android oppo xperia honor lg htc")
_CAPITALS = word_set("se fe xl x xr xs")
_SMALL_LETTERS = word_set("mini e")


@dataclass(frozen=True, slots=True)
class Name:
    """A phone's name taken apart: brand words, generation, kinds, and what else belongs to it."""

    brands: frozenset[str] = frozenset()
    number: int | None = None
    kinds: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()


def brand_words(name: Sentence) -> set[str]:
    """The words a name opens with that say whose phone it is."""
    brands: set[str] = set()
    for place, token in enumerate(name.tokens[:-1]):
        known = token.word in BRANDS or token.word in MAKERS
        if token.number is not None or not (known or (place == 0 and token.word not in KINDS)):
            break
        brands.add(token.word)
    return brands


def take_apart(name: Sentence, brands: frozenset[str]) -> Name:
    """The parts of a name or alias, given the words that are brands."""
    number: int | None = None
    own: set[str] = set()
    kinds: set[str] = set()
    extras: set[str] = set()
    for token in name.tokens:
        if token.word in brands and len(name) > 1:
            own.add(token.word)
        elif token.number is not None and number is None and token.word != "one":
            number = token.number
        elif token.word in KINDS:
            kinds.add(token.word)
        elif token.word != "phone":
            extras.add(token.norm)
    own |= {maker for maker, brand in MAKERS.items() if brand in own}
    return Name(frozenset(own), number, frozenset(kinds), frozenset(extras))


def some_phone_of(brand: str) -> str:
    """Any phone of a brand, as it is written: "an Android", "a Samsung"."""
    return f"{'an' if brand in _WITH_AN else 'a'} {BRANDS[brand]}"


def written_kind(kind: str) -> str:
    """A kind as it stands in a name: "Pro", "SE", "mini"."""
    if kind in _CAPITALS:
        return kind.upper()
    return kind if kind in _SMALL_LETTERS else kind.title()
