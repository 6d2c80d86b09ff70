"""What the shop sells, as facts, and the matching of what people say to it.

Names are matched by their parts, not by a list: the brand is dropped, number words become digits,
and what remains is a generation ("17") and kinds ("pro", "max"). A shop with other phones works as
it is; what can't be derived ("the big pro") stands in an offer's ``aliases``.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Offer:
    """One model in one storage, as it stands in the catalogue; the price is in US cents."""

    model: str
    storage: str
    price_cents: int
    colours: tuple[str, ...]
    aliases: tuple[str, ...] = ()


# --- questions about the offers ---------------------------------------------------------------


def models(offers: tuple[Offer, ...]) -> tuple[str, ...]:
    """Every model sold, in catalogue order."""
    return tuple(dict.fromkeys(offer.model for offer in offers))


def storages(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The storages in which a model is sold, smallest first; empty for a model that isn't sold."""
    name = _sold_name(offers, model)
    return tuple(sorted((o.storage for o in offers if o.model == name), key=gigabytes))


def colours(offers: tuple[Offer, ...], model: str) -> tuple[str, ...]:
    """The colours in which a model is sold; empty for a model that isn't sold."""
    name = _sold_name(offers, model)
    return tuple(dict.fromkeys(c for o in offers if o.model == name for c in o.colours))


def offer_of(offers: tuple[Offer, ...], model: str, storage: str = "") -> Offer | None:
    """The offer for a model in a storage, in the smallest one when none is named."""
    name = _sold_name(offers, model)
    fitting = [offer for offer in offers if offer.model == name]
    if storage.strip():
        wanted = find_storage(storage) or storage.strip()
        fitting = [o for o in fitting if o.storage.casefold() == wanted.casefold()]
    return min(fitting, key=lambda offer: gigabytes(offer.storage), default=None)


def gigabytes(storage: str) -> int:
    """A storage's size in gigabytes, for ordering; 0 when it names none."""
    found = re.match(r"\s*([0-9]{1,6})\s*(tb|gb)?", storage.casefold())
    if found is None:
        return 0
    return int(found[1]) * (1024 if found[2] == "tb" else 1)


def money(cents: int) -> str:
    """An amount in US cents the way it is written: "$1,199", or "$1,199.50" with odd cents."""
    sign, (dollars, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    return f"{sign}${dollars:,}" + (f".{rest:02d}" if rest else "")


# --- what people say --------------------------------------------------------------------------


def find_models(offers: tuple[Offer, ...], spoken: str) -> tuple[str, ...]:
    """Every sold model named in a sentence, in order of mention.

    The longest name counts ("17 pro max" is neither the 17 Pro nor the 17). A name that fits
    several models ("the pro", where two generations of it are sold) gives all of them.
    """
    found = (name for mention in _mentions(offers, spoken) for name in mention.models)
    return tuple(dict.fromkeys(found))


def wanted_models(offers: tuple[Offer, ...], spoken: str) -> tuple[str, ...]:
    """The models of `find_models` less those only named as owned ("my 16") or declined."""
    wanted = (m for m in _mentions(offers, spoken) if not (m.owned or m.declined))
    return tuple(dict.fromkeys(name for mention in wanted for name in mention.models))


def resolve_model(offers: tuple[Offer, ...], argument: str) -> str | None:
    """The one sold model that an argument names; None for none, several, or an unsold one."""
    plain = " ".join(argument.split()).casefold()
    for name in models(offers):
        if name.casefold() == plain:
            return name
    mentions = _mentions(offers, argument)
    if any(mention.unsold for mention in mentions):
        return None
    found = dict.fromkeys(name for mention in mentions for name in mention.models)
    return next(iter(found)) if len(found) == 1 else None


def unsold(offers: tuple[Offer, ...], spoken: str) -> str | None:
    """The first phone asked for that isn't sold, tidily written ("iPhone 15 Pro", "an Android").

    A phone that the caller owns or declines ("my old Samsung", "not an Android") is not asked for.
    """
    for mention in _mentions(offers, spoken):
        if mention.unsold and not (mention.owned or mention.declined):
            return mention.unsold
    return None


def as_goods(phrase: str) -> str:
    """An unsold phone as something sold: "the iPhone 5", "Android phones"."""
    article, _, rest = phrase.partition(" ")
    if article in ("a", "an") and rest:
        return f"{rest}s" if rest.endswith(" phone") else f"{rest} phones"
    return f"the {phrase}"


def nearest(offers: tuple[Offer, ...], phrase: str) -> tuple[str, ...]:
    """One or two sold models that come nearest to a phone that isn't sold."""
    if named := find_models(offers, phrase):
        return named[:2]
    shop = _shop(offers)
    words = [token.norm for token in _tokens(phrase)]
    said = set(words)
    same_brand = tuple(one for one in shop.sold if one.parts.brands & said)
    pool = same_brand or shop.sold
    ranked = sorted(pool, key=lambda one: (one.price_cents, one.number or 0))
    oldest_first = sorted(pool, key=lambda one: one.number or 0)
    by_kind = {one.kinds: one.name for one in oldest_first}  # of each kind the newest stays
    plain, pro, top = (by_kind.get(frozenset(kinds)) for kinds in ((), ("pro",), ("pro", "max")))
    cheapest = ranked[0].name if ranked else None
    middle = ranked[len(ranked) // 2].name if ranked else None
    generation = next((int(word) for word in words if word.isdecimal() and len(word) < 3), None)
    foreign = bool(said & (_FOREIGN.keys() - shop.brands))
    if said & {"max", "ultra", "xl", "fold"}:
        picks = [top or pro, pro]
    elif "pro" in said or (foreign and _is_flagship(words)):
        picks = [pro, top]
    elif foreign:
        picks = [cheapest, middle]
    elif said & {"plus"}:
        picks = [by_kind.get(frozenset(("plus",))), plain]
    elif said & {"air", "slim"}:
        picks = [by_kind.get(frozenset(("air",))), plain]
    elif said & {"e", "se"}:
        picks = [by_kind.get(frozenset(("e",))), plain]
    elif said & {"mini"}:
        picks = [plain, cheapest]
    elif generation is not None and generation > max(shop.generations, default=99):
        picks = [plain, pro]
    elif generation is not None or said & {"x", "xr", "xs"}:
        picks = [plain, cheapest]
    else:
        picks = [cheapest, middle]
    chosen = [name for name in picks if name] or [name for name in (cheapest, middle) if name]
    return tuple(dict.fromkeys(chosen))[:2]


def find_storage(spoken: str) -> str | None:
    """The storage named in a sentence, written as in the catalogue ("256 GB", "1 TB").

    The first one that isn't declined ("not the 256, the 512") counts.
    """
    tokens = _tokens(spoken)
    found = _storage_spans(tokens)
    for start, _, storage in found:
        if not _declined(tokens, start):
            return storage
    return None


def find_colour(offers: tuple[Offer, ...], spoken: str, model: str | None = None) -> str | None:
    """The colour named in a sentence, as the catalogue writes it; of several the first.

    Only the given model's colours count, else those of the one model that the sentence names,
    else all: then the first in catalogue order that fits ("blue" is many blues).
    """
    if model is None:
        named = find_models(offers, spoken)
        model = named[0] if len(named) == 1 else None
    if model is None:
        choice = tuple(dict.fromkeys(c for offer in offers for c in offer.colours))
    else:
        choice = colours(offers, model)
    said = _colour_words(spoken)
    fits = ((fit, colour) for colour in choice if (fit := _colour_fit(said, colour)))
    return min(fits, key=lambda each: each[0], default=(None, None))[1]


def unsold_colour(offers: tuple[Offer, ...], spoken: str, model: str | None = None) -> str | None:
    """The everyday colour named in a sentence when the model doesn't come in it ("pink")."""
    if find_colour(offers, spoken, model) is not None:
        return None
    return next((word for word in _colour_words(spoken) if word in _FAMILIES), None)


# --- words ------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    """A set of words, written down as a sentence of them."""
    return frozenset(text.split())


_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_TEENS = {word: value for word, value in _NUMBERS.items() if 10 < value < 20}
_FILLED_PAUSES = _words("uh um uhm er erm hmm mm ah eh")
_JOINED = {
    ("i", "phone"): "iphone",
    ("i", "phones"): "iphone",
    ("eye", "phone"): "iphone",
    ("eye", "phones"): "iphone",
    ("fair", "phone"): "fairphone",
    ("i", "pad"): "ipad",
    ("mac", "book"): "macbook",
    ("air", "pods"): "airpods",
    ("air", "pod"): "airpods",
    ("i", "os"): "ios",
    ("s", "e"): "se",
    ("x", "r"): "xr",
    ("x", "s"): "xs",
    ("tera", "byte"): "terabyte",
    ("terra", "byte"): "terabyte",
    ("giga", "byte"): "gigabyte",
    ("giga", "bytes"): "gigabyte",
    ("tera", "bytes"): "terabyte",
    ("terra", "bytes"): "terabyte",
    ("seven", "teen"): "seventeen",
    ("six", "teen"): "sixteen",
}
_SAME_WORD = {
    "iphones": "iphone",
    "androids": "android",
    "samsungs": "samsung",
    "pixels": "pixels",
    "pros": "pro",
    "airs": "air",
    "minis": "mini",
    "ee": "e",
    "grey": "gray",
}
_COMPOUND_PARTS = ("iphone", "pro", "max", "plus", "mini", "ultra", "air", *_TEENS)
_COMPOUND = re.compile(f"(?:{'|'.join(_COMPOUND_PARTS)}){{2,4}}")
_COMPOUND_PART = re.compile("|".join(_COMPOUND_PARTS))
_WORD = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?(?![0-9])|[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>[.,;:!?…$€£%&+])"
)


@dataclass(frozen=True, slots=True)
class _Token:
    """One word of a sentence: as said, as a whole number if it is one, and what stands before."""

    word: str
    number: int | None = None
    spelled: bool = False
    pause: bool = False  # a comma or full stop stands before it
    attached: bool = False  # no space stands before it
    money: bool = False  # a currency sign stands before it

    @property
    def norm(self) -> str:
        """The word with numbers as digits, for comparing."""
        return self.word if self.number is None else str(self.number)


def _tokens(spoken: str) -> tuple[_Token, ...]:
    """A sentence as normalised words: lower case, numbers read, recogniser's splits joined."""
    text = unicodedata.normalize("NFKC", spoken).lower()
    text = text.replace("’", "'").replace("‘", "'").replace("`", "'")
    text = re.sub(r"'s\b|'(?=\W|$)", "", text).replace("'", "")
    return tuple(_joined_numbers(_joined_words(list(_raw_tokens(text)))))


def _raw_tokens(text: str) -> Iterator[_Token]:
    pause = money_sign = False
    end = -1
    for found in _WORD.finditer(text):
        attached, end = found.start() == end, found.end()
        if mark := found["mark"]:
            if mark == "+" and attached:
                yield _Token("plus", attached=True)
            elif mark in "%&":
                yield _Token({"%": "percent", "&": "and"}[mark])
            money_sign = mark in "$€£"
            pause = pause or mark in ".,;:!?…"
            continue
        if digits := found["number"]:
            whole = digits.replace(",", "")
            number = int(whole) if whole.isdecimal() and len(whole) < 7 else None
            yield _Token(whole, number, False, pause, attached, money_sign)
        elif (word := found["word"]) not in _FILLED_PAUSES:
            parts = _COMPOUND_PART.findall(word) if _COMPOUND.fullmatch(word) else [word]
            for place, part in enumerate(parts):
                part = _SAME_WORD.get(part, part)
                first = place == 0
                yield _Token(part, None, False, pause and first, attached or not first)
        else:
            continue
        pause = money_sign = False


def _joined_words(tokens: list[_Token]) -> list[_Token]:
    """Words that a recogniser splits, joined; number words read."""
    result: list[_Token] = []
    for token in tokens:
        if result and (word := _JOINED.get((result[-1].word, token.word))):
            last = result.pop()
            token = _Token(word, None, False, last.pause, last.attached)
        result.append(token)
    read: list[_Token] = []
    for token in result:
        word = token.word.removesuffix("s") if token.word[:-1] in _TEENS else token.word
        stem = next((t for t in _TEENS if token.word in (t + "e", t + "y", t + "ie")), "")
        if stem:  # "sixteeny" is "sixteen e"
            read.append(_Token(stem, _TEENS[stem], True, token.pause, token.attached))
            read.append(_Token("e", attached=True))
            continue
        if word not in _NUMBERS:
            read.append(token)
            continue
        value = _NUMBERS[word]
        last_token = read[-1] if read else None
        if (
            last_token is not None
            and last_token.spelled
            and last_token.number is not None
            and last_token.number in range(20, 100, 10)
            and 0 < value < 10
        ):
            said = f"{last_token.word} {word}"
            read[-1] = _Token(said, last_token.number + value, True, last_token.pause)
        else:
            read.append(_Token(token.word, value, True, token.pause, token.attached))
    return read


def _joined_numbers(tokens: list[_Token]) -> list[_Token]:
    """Hundreds and thousands read: "two hundred and fifty six" is one number."""
    result: list[_Token] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        scale = {"hundred": 100, "thousand": 1000}.get(token.word)
        last = result[-1] if result else None
        if scale is None or last is None or not (last.number or last.word == "a"):
            result.append(token)
            place += 1
            continue
        value = (last.number or 1) * scale
        place += 1
        skip = 1 if place < len(tokens) and tokens[place].word == "and" else 0
        rest = tokens[place + skip] if place + skip < len(tokens) else None
        follows_scale = (
            place + skip + 1 < len(tokens) and tokens[place + skip + 1].word == "hundred"
        )
        if rest is not None and rest.spelled and rest.number is not None and not follows_scale:
            value += rest.number
            place += skip + 1
        earlier = result[-2].number if len(result) > 1 else None
        if scale == 100 and earlier and earlier % 1000 == 0 and value < 1000:
            value += earlier  # "one thousand" and "one hundred ninety nine"
            result.pop()
            last = result[-1]
        if value < 10**7:
            result[-1] = _Token(str(value), value, True, last.pause, last.attached, last.money)
    return result


def _word(tokens: tuple[_Token, ...], place: int) -> str:
    """The word at a place, empty beyond either end."""
    return tokens[place].word if 0 <= place < len(tokens) else ""


# --- storage ----------------------------------------------------------------------------------

_GIGA = _words("gb gbs gig gigs giga gigabyte gigabytes gigabite gigabites g")
_TERA = _words("tb tbs tera terra terabyte terabytes terabite terabites")
_BARE_SIZES = frozenset((64, 128, 256, 512))
_ROUNDED = {120: 128, 125: 128, 250: 256, 255: 256, 500: 512, 510: 512, 1000: 1024, 2000: 2048}
_MONEY_WORDS = _words(
    "dollar dollars buck bucks usd euro euros pound pounds cent cents grand k hundred"
)
_COUNTED = _words(
    "percent year years month months week weeks day days hour hours minute minutes second "
    "seconds old yo people person persons phones iphones pieces units times photos pictures "
    "videos apps songs street avenue road lane bit bits mm cm inch inches miles feet degrees am "
    "pm oclock th st nd rd chip chips megapixel megapixels mp million thousand contacts "
    "messages emails of"
)


def _storage_spans(tokens: tuple[_Token, ...]) -> list[tuple[int, int, str]]:
    """Where storages are named: first place, place after the last, the storage."""
    spans: list[tuple[int, int, str]] = []
    place = 0
    while place < len(tokens):
        span = _storage_at(tokens, place)
        if span is None:
            place += 1
        else:
            spans.append((place, *span))
            place = span[0]
    return spans


def _storage_at(tokens: tuple[_Token, ...], place: int) -> tuple[int, str] | None:
    token = tokens[place]
    if token.word == "half" and _word(tokens, place + 1) == "a":
        return (place + 3, "512 GB") if _word(tokens, place + 2) in _TERA else None
    if token.word in _TERA and token.word not in ("tera", "terra"):
        return place + 1, "1 TB"
    if token.word in ("a", "to") and _word(tokens, place + 1) in _TERA:
        return place + 2, "1 TB" if token.word == "a" else "2 TB"
    if token.money:
        return None
    for size, end in _readings(tokens, place):
        unit = _word(tokens, end)
        if unit in _TERA and size <= 16:
            return end + 1, f"{size} TB"
        if unit in _GIGA and (size >= 16 or size in _BARE_SIZES):
            if unit == "g" and size not in _BARE_SIZES:
                continue
            return end + 1, _written(_ROUNDED.get(size, size))
        if size in _BARE_SIZES and token.word != "to" and _stands_bare(tokens, place, end):
            return end, f"{size} GB"
    return None


def _written(size: int) -> str:
    return f"{size // 1024} TB" if size >= 1024 and size % 1024 == 0 else f"{size} GB"


def _readings(tokens: tuple[_Token, ...], place: int) -> Iterator[tuple[int, int]]:
    """Numbers that may be read from a place on, longest first: "2 56", "2 5 6", "256"."""
    run: list[int] = []
    for token in tokens[place : place + 3]:
        if token.word == "to" and not run:
            run.append(2)
        elif token.number is None or token.money:
            break
        else:
            run.append(token.number)
    for length in range(len(run), 0, -1):
        part = run[:length]
        if length == 1 and _word(tokens, place) != "to":
            yield part[0], place + 1
        elif length == 2 and part[0] < 10 and 10 <= part[1] < 100:
            yield part[0] * 100 + part[1], place + 2
        elif length == 2 and part[0] in (120, 250) and 0 < part[1] < 10:
            yield part[0] + part[1], place + 2
        elif length == 3 and max(part) < 10:
            yield part[0] * 100 + part[1] * 10 + part[2], place + 3


def _stands_bare(tokens: tuple[_Token, ...], start: int, end: int) -> bool:
    """Whether a size without a unit is a storage: no amount, count, time or telephone number."""
    following, before = _word(tokens, end), _word(tokens, start - 1)
    if following in _MONEY_WORDS or following in _COUNTED or before in ("at", "number", "code"):
        return False
    if end < len(tokens) and tokens[end].number is not None and not tokens[end].money:
        return False
    earlier = tokens[start - 1].number if start else None
    return earlier is None or 2 < earlier < 64


# --- colours ----------------------------------------------------------------------------------

_FAMILIES: dict[str, frozenset[str]] = {
    "black": frozenset(("midnight", "graphite", "obsidian")),
    "white": frozenset(("starlight", "porcelain")),
    "gray": frozenset(("graphite",)),
    "silver": frozenset(),
    "gold": frozenset(("golden",)),
    "orange": frozenset(),
    "blue": frozenset(("ultramarine", "navy")),
    "green": frozenset(("sage", "teal", "mint")),
    "purple": frozenset(("lavender", "violet", "lilac")),
    "pink": frozenset(("rose",)),
    "red": frozenset(),
    "yellow": frozenset(),
    "turquoise": frozenset(("teal",)),
    "brown": frozenset(),
    "titanium": frozenset(),
}
_SAME_COLOUR = {"grey": "gray", "golden": "gold", "violet": "purple", "lilac": "purple"} | {
    "aqua": "turquoise",
    "greenish": "green",
    "bluish": "blue",
    "navy": "navy",
}
_DARK = _words("dark deep navy midnight space")
_LIGHT = _words("light lighter pale baby sky mist soft cloud")
_NO_COLOUR_BEFORE = _words("screen screens friday box market list out line lines")


def _colour_words(text: str) -> list[str]:
    """A sentence's words with one spelling for each colour, and blanks where none is meant."""
    tokens = _tokens(text)
    words: list[str] = []
    for place, token in enumerate(tokens):
        word = _SAME_COLOUR.get(token.word, token.word)
        before, following = _word(tokens, place - 1), _word(tokens, place + 1)
        meant = following not in _NO_COLOUR_BEFORE and not _declined(tokens, place)
        if word == "gold" and before == "rose":
            word = "pink"
        if word == "navy":
            words.append("dark")
            word = "blue"
        words.append(word if meant or word not in _FAMILIES else "")
    return words


def _colour_fit(said: list[str], colour: str) -> tuple[int, int] | None:
    """Where a colour is named and how loosely (less is better); None when it isn't."""
    own = _colour_words(colour)
    if not own:
        return None
    for place in range(len(said) - len(own) + 1):
        if said[place : place + len(own)] == own:
            return place + len(own) - 1, 0
    relatives = {name for name, family in _FAMILIES.items() if own[-1] in family}
    for place, word in enumerate(said):
        if word == own[-1] or word in relatives:
            shades = set(said[max(0, place - 2) : place])
            dark, light = bool(_DARK & shades), bool(_LIGHT & shades)
            own_dark, own_light = bool(_DARK & set(own)), bool(_LIGHT & set(own))
            if (dark and own_light) or (light and own_dark):
                continue
            same_shade = (dark and own_dark) or (light and own_light)
            return place, (1 if same_shade else 2) + (0 if word == own[-1] else 2)
        if word == own[0] and word not in _DARK | _LIGHT:
            return place, 5
    return None


# --- models -----------------------------------------------------------------------------------

_KINDS = _words("pro max plus mini air e se s ultra slim lite fe fold flip xl x xr xs neo nano")
_FOLLOWS = {"pro": _words("max plus ultra mini xl fold"), "xs": _words("max"), "max": _words("pro")}
_MAX_MISHEARD = _words("macs mac mack macks mark marks mags mex maxx maxed maximum")
_IMPLIED = {"max": "pro", "xl": "pro"}
_S_GENERATIONS = range(3, 7)
_MAKERS = {"apple": "iphone", "samsung": "galaxy", "google": "pixel"}
_FOREIGN = {
    "iphone": "an iPhone",
    "android": "an Android",
    "samsung": "a Samsung",
    "galaxy": "a Galaxy",
    "google": "a Google",
    "pixel": "a Pixel",
    "oneplus": "a OnePlus",
    "huawei": "a Huawei",
    "xiaomi": "a Xiaomi",
    "redmi": "a Redmi",
    "oppo": "an Oppo",
    "vivo": "a Vivo",
    "realme": "a Realme",
    "motorola": "a Motorola",
    "moto": "a Moto",
    "razr": "a Razr",
    "nokia": "a Nokia",
    "sony": "a Sony",
    "xperia": "an Xperia",
    "honor": "an Honor",
    "lg": "an LG",
    "htc": "an HTC",
    "blackberry": "a BlackBerry",
    "fairphone": "a Fairphone",
    "zenfone": "a Zenfone",
    "tecno": "a Tecno",
}
_NOT_A_PHONE_AFTER = _words(
    "tv watch tablet fridge charger earbuds buds account maps pay play drive app store washer "
    "monitor pixels headphones chromebook"
)
_SERIES = _words("note edge find reno mi xperia galaxy pixel razr moto redmi nord")
_GALAXY_S = _words("20 21 22 23 24 25 26 27")
_OTHER_PRODUCTS = _words(
    "macbook ipad airpods airtag airtags imac homepod watch mac vision surface"
)
_OTHER_PRODUCT_PARTS = _words("air pro mini max ultra se series gen studio book")
_SHADOWED = {  # a kind's word means something else before these
    "pro": _words("motion raw res tip tips vision and_cons"),
    "max": _words("storage capacity amount budget price speed brightness volume"),
    "plus": _words(
        "a an the my some one two tax taxes shipping delivery applecare apple i we it side point "
        "minus that this is"
    ),
    "e": _words("mail mails sim sims commerce bay book books waste reader bike scooter"),
    "air": _words("drop play tag tags bag port print plane condition conditioner con"),
}
_LONE_KIND_AFTER = _words("the that iphone or versus vs")
_LONE_AIR_AFTER = _LONE_KIND_AFTER | _words(
    "phone an a and about want wants like of with than get take buy new thin order for"
)
_LONE_BEFORE = _words("one 1 phone model version variant")
_SMALL_WORDS = _words(
    "a an the one i id ill im we he she they you it its that this these my me mine us and or "
    "but so then to for in on with of is are was be do does did has have had would will can "
    "could should may want wants like get take buy order think guess go going lets let please "
    "yes yeah yep ok okay sure well just maybe probably now thanks thank hi hello model version "
    "phone iphone not no about what which how much than versus vs from as at by if because when "
    "also too instead really say said give show tell need looking interested price cost costs "
    "sounds seems looks good great better best nice enough available today right series again "
    "only either both cheaper bigger smaller comes come fine perfect actually still your our "
    "new any got sell pick choose colors colours color colour storage battery camera screen "
    "size sir line lineup family range"
)
_WEIGHTLESS = _words(
    "one please yes yeah yep ok okay sure maybe i guess think ill take then just well id like "
    "want a an thanks so said in probably definitely would get buy order go with lets let us me "
    "give gimme actually"
)
_NO_MODEL_AFTER = _words(
    "room number order age aged ios version os at error code suite apartment apt flat house "
    "building line page chapter minus times point dot channel gate turned turning turns till "
    "until since zip extension ext january february march april june july august september "
    "october november december bus route unit by update around"
)
_PEOPLE = _words(
    "i im we you he hes she shes son daughter kid kids boy girl nephew niece brother sister "
    "child children grandson granddaughter grandkid teenager who they theyre husband wife "
    "mother father"
)
_AGE_LINKS = _words("is are was am just now about almost only nearly turning turned s")
_ARTICLES = _words("a an the old older current own this that used broken new very apple")


@dataclass(frozen=True, slots=True)
class _Name:
    """A phone's name taken apart: brand words, generation, kinds, and what else belongs to it."""

    brands: frozenset[str] = frozenset()
    number: int | None = None
    kinds: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Sold:
    """A sold model: its name, the name taken apart, and its lowest price in US cents."""

    name: str
    parts: _Name
    price_cents: int

    @property
    def number(self) -> int | None:
        return self.parts.number

    @property
    def kinds(self) -> frozenset[str]:
        return self.parts.kinds


@dataclass(frozen=True, slots=True)
class _Shop:
    """What matching needs to know of the offers, worked out once for each catalogue."""

    sold: tuple[_Sold, ...]
    brands: frozenset[str]
    brand_name: str
    kinds: frozenset[str]
    extras: frozenset[str]
    generations: frozenset[int]
    follows: frozenset[tuple[str, str]]
    literals: tuple[tuple[tuple[str, ...], str], ...]
    cores: tuple[tuple[_Name, str], ...]
    colour_words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Mention:
    """A phone named in a sentence: the sold models it means, else how the unsold one is written."""

    models: tuple[str, ...] = ()
    unsold: str = ""
    owned: bool = False
    declined: bool = False


@lru_cache(maxsize=32)
def _shop(offers: tuple[Offer, ...]) -> _Shop:
    names = models(offers)
    brands: set[str] = set()
    for name in names:
        brands |= _brand_words(_tokens(name))
    sold = tuple(
        _Sold(
            name,
            _take_apart(_tokens(name), frozenset(brands)),
            min(offer.price_cents for offer in offers if offer.model == name),
        )
        for name in names
    )
    literals: dict[tuple[str, ...], str] = {}
    cores: list[tuple[_Name, str]] = []
    follows: set[tuple[str, str]] = set()
    for one in sold:
        norms = tuple(token.norm for token in _tokens(one.name))
        literals.setdefault(norms, one.name)
        words = [norm for norm in norms if norm not in brands and not norm.isdecimal()]
        follows |= set(pairwise(words))
    for offer in offers:
        for alias in offer.aliases:
            tokens = _tokens(alias)
            while tokens and tokens[0].word in ("the", "a", "an"):
                tokens = tokens[1:]
            parts = _take_apart(tokens, frozenset(brands))
            if parts.extras - {extra for one in sold for extra in one.parts.extras}:
                literals.setdefault(tuple(token.norm for token in tokens), offer.model)
            elif (parts, offer.model) not in cores:
                cores.append((_Name(frozenset(), parts.number, parts.kinds), offer.model))
    makers = {maker for maker, brand in _MAKERS.items() if brand in brands}
    first = names[0].split()[0] if names and _brand_words(_tokens(names[0])) else ""
    return _Shop(
        sold=sold,
        brands=frozenset(brands | makers),
        brand_name=first,
        kinds=_KINDS | {kind for one in sold for kind in one.kinds},
        extras=frozenset(extra for one in sold for extra in one.parts.extras),
        generations=frozenset(one.number for one in sold if one.number is not None),
        follows=frozenset(follows),
        literals=tuple(sorted(literals.items(), key=lambda item: -len(item[0]))),
        cores=tuple(cores),
        colour_words=frozenset(w for o in offers for c in o.colours for w in c.lower().split())
        | _FAMILIES.keys(),
    )


def _brand_words(tokens: tuple[_Token, ...]) -> set[str]:
    """The words a name opens with that say whose phone it is."""
    brands: set[str] = set()
    for place, token in enumerate(tokens[:-1]):
        known = token.word in _FOREIGN or token.word in _MAKERS
        if token.number is None and (known or (place == 0 and token.word not in _KINDS)):
            brands.add(token.word)
        else:
            break
    return brands


def _take_apart(tokens: tuple[_Token, ...], brands: frozenset[str]) -> _Name:
    number: int | None = None
    kinds: set[str] = set()
    extras: set[str] = set()
    own: set[str] = set()
    for token in tokens:
        if token.word in brands and len(tokens) > 1:
            own.add(token.word)
        elif token.number is not None and number is None and token.word != "one":
            number = token.number
        elif token.word in _KINDS:
            kinds.add(token.word)
        elif token.word != "phone":
            extras.add(token.norm)
    own |= {maker for maker, brand in _MAKERS.items() if brand in own}
    return _Name(frozenset(own), number, frozenset(kinds), frozenset(extras))


def _sold_name(offers: tuple[Offer, ...], model: str) -> str | None:
    return model if any(o.model == model for o in offers) else resolve_model(offers, model)


def _is_flagship(words: list[str]) -> bool:
    """Whether another maker's phone is one of its dear ones: Galaxy S24, Pixel 9, OnePlus 12."""
    joined = " ".join(words)
    return bool(
        re.search(r"\bs ?[0-9]{2}\b|\bnote\b|\bflip\b|\bpixel [0-9]{1,2}(?! a\b)", joined)
        or re.search(r"\b(oneplus|xiaomi|find|xperia|iphone) ?x? ?[0-9]", joined)
    )


def _mentions(offers: tuple[Offer, ...], spoken: str) -> tuple[_Mention, ...]:
    """Every phone named in a sentence, in order."""
    return tuple(_Listener(_shop(offers), _tokens(spoken)).mentions())


@dataclass(slots=True)
class _Listener:
    """One walk over a sentence's words, from left to right."""

    shop: _Shop
    tokens: tuple[_Token, ...]

    def mentions(self) -> Iterator[_Mention]:
        """The phones named, each with whether the caller owns or declines it."""
        storage_ends = {start: end for start, end, _ in _storage_spans(self.tokens)}
        place = 0
        while place < len(self.tokens):
            if place in storage_ends:
                place = storage_ends[place]
                continue
            end, mention = self._at(place)
            if mention is not None and _word(self.tokens, end) not in ("chip", "chips"):
                yield _Mention(
                    mention.models,
                    mention.unsold,
                    _owned(self.tokens, place),
                    _declined(self.tokens, place),
                )
            place = max(end, place + 1)

    def _at(self, place: int) -> tuple[int, _Mention | None]:
        """The phone named from a place on, if any, and the place after it."""
        if (end := self._other_product(place)) > place:
            return end, None
        if (found := self._foreign(place)) is not None:
            return found
        literal_end, model = self._literal(place)
        name_end, name, spelling = self._name(place)
        if model is not None and literal_end >= name_end:
            return literal_end, _Mention(models=(model,))
        if name is None:
            return name_end, None
        if means := self._meaning(name):
            return name_end, _Mention(models=means)
        return name_end, _Mention(unsold=spelling) if self._is_some_phone(place, name) else None

    # names of the shop's own brands

    def _literal(self, place: int) -> tuple[int, str | None]:
        """A whole name or alias standing in the sentence word by word, unless its name goes on."""
        starts = {place}
        while _word(self.tokens, place) in self.shop.brands:
            place += 1
            starts.add(place)
        for words, model in self.shop.literals:
            for start in starts:
                end = start + len(words)
                if tuple(t.norm for t in self.tokens[start:end]) != words:
                    continue
                last = words[-1]
                if last in _KINDS and self._kind(end - 1, named=True) is None:
                    continue  # "16 e" of "16 e sim"
                if last not in _LONE_BEFORE and self._goes_on(end, last):
                    continue
                return end, model
        return place, None

    def _goes_on(self, place: int, last: str) -> bool:
        """Whether the name isn't over: another kind, or a number after a brand, comes next."""
        if last in self.shop.brands and self._generation(place) is not None:
            return True
        if self._kind(place, named=True) is None or self.tokens[place].pause:
            return False
        return last not in _KINDS or self._may_follow(last, _word(self.tokens, place))

    def _name(self, place: int) -> tuple[int, _Name | None, str]:
        """Brand, generation and kinds as they follow each other; None when it's no phone's name."""
        start = place
        before = self._kinds_before_brand(place)
        place += len(before)
        brands: list[str] = []
        while _word(self.tokens, place) in self.shop.brands:
            brands.append(self.tokens[place].word)
            place += 1
        place += 1 if brands and _word(self.tokens, place) == "phone" else 0
        number: int | None = None
        if (generation := self._generation(place)) is not None:
            number, place = generation
        kinds = self._kinds(place, named=bool(brands) or number is not None, number=number)
        place += len(kinds)
        plural = number is not None and _word(self.tokens, place) == "s"
        if plural and self.tokens[place].attached:
            place += 1
        if number is None and kinds and (generation := self._generation(place)) is not None:
            value, after = generation
            usual = value in self.shop.generations and not self._kinds(after, named=True)
            if usual and self._stands_alone(place, after, value):
                number, place = value, after
        kinds = before + kinds
        if number is None and not kinds:
            return max(place, start), None, ""
        if not self._is_name(start, place, brands, number, kinds):
            return place, None, ""
        extras = frozenset(kind for kind in kinds if kind not in self.shop.kinds)
        name = _Name(frozenset(brands), number, frozenset(kinds) - extras, extras)
        return place, name, self._spelling(brands, number, kinds)

    def _kinds_before_brand(self, place: int) -> list[str]:
        """Kinds said ahead of the brand ("the pro iPhone 17"), unless more kinds come after it."""
        kinds = self._kinds(place, named=False)
        after = place + len(kinds)
        if not kinds or _word(self.tokens, after) not in self.shop.brands:
            return []
        generation = self._generation(after + 1)
        end = after + 1 if generation is None else generation[1]
        return [] if self._kinds(end, named=True) else kinds

    def _generation(self, place: int) -> tuple[int, int] | None:
        """The generation said at a place, with the place after it; None for any other number."""
        if not 0 <= place < len(self.tokens):
            return None
        token, following = self.tokens[place], _word(self.tokens, place + 1)
        if token.number is None or token.money or token.number > 99:
            return None
        before = _word(self.tokens, place - 1)
        if token.attached and len(before) == 1 and before not in self.shop.extras:
            return None  # "S24", "A17": a code, not a generation
        if token.number < 10 and place + 1 < len(self.tokens):
            other = self.tokens[place + 1]
            if other.number is not None and other.number < 10:
                value = 10 * token.number + other.number
                named = _word(self.tokens, place - 1) in self.shop.brands
                if value in self.shop.generations and (
                    named or self._kind(place + 2, named=True) is not None
                ):
                    return value, place + 2
        if following in _MONEY_WORDS or following in _COUNTED:
            return None
        meant = 10 + token.number // 10
        if token.number in range(30, 100, 10) and meant in self.shop.generations:
            named = before in self.shop.brands or self._kind(place + 1, named=True) is not None
            return (meant, place + 1) if named else None  # "iPhone seventy Pro" was "seventeen"
        if token.number < 3 and token.number not in self.shop.generations:
            return None
        if token.number == 4 and following in ("my", "me", "a", "the", "her", "him", "our"):
            return None
        return token.number, place + 1

    def _kinds(self, place: int, *, named: bool, number: int | None = None) -> list[str]:
        """The kinds that stand one after the other from a place on ("pro", "max")."""
        kinds: list[str] = []
        while (kind := self._kind(place + len(kinds), named=named or bool(kinds))) is not None:
            here = place + len(kinds)
            if kinds and not self._may_follow(kinds[-1], kind):
                break
            if kind == "s" and (number is None or kinds):
                break
            if kind == "s" and number not in _S_GENERATIONS:
                break
            if self.tokens[here].pause and (kinds or number is not None):
                joined = _Name(number=number, kinds=frozenset((*kinds, kind)))
                if not any(
                    joined.kinds <= one.kinds and number == one.number for one in self.shop.sold
                ):
                    break
            kinds.append(kind)
        return kinds

    def _kind(self, place: int, *, named: bool) -> str | None:
        """The kind said at a place, None where the word means something else."""
        if not 0 <= place < len(self.tokens):
            return None
        token, following = self.tokens[place], _word(self.tokens, place + 1)
        word, before = token.word, _word(self.tokens, place - 1)
        if named and word in _MAX_MISHEARD and before == "pro":
            return "max"
        if named and word in ("heir", "aire") and before in self.shop.brands:
            return "air"
        if named and word in ("ease", "es") and before in ("16", "sixteen"):
            return "e"
        if word in self.shop.extras and (len(word) > 1 or named):
            return word
        if word not in self.shop.kinds or following in _SHADOWED.get(word, ()):
            return None
        if word == "plus" and place + 1 < len(self.tokens):
            number = self.tokens[place + 1].number
            if number is not None and number not in _BARE_SIZES and number < 64:
                return None
        if word == "pro" and following == "and" and _word(self.tokens, place + 2) == "cons":
            return None
        return word

    def _may_follow(self, kind: str, following: str) -> bool:
        if kind in self.shop.extras or following in self.shop.extras:
            return True
        return (
            following in _FOLLOWS.get(kind, ())
            or (kind, following) in self.shop.follows
            or (kind == "pro" and following in _MAX_MISHEARD)
        )

    def _is_name(
        self, start: int, end: int, brands: list[str], number: int | None, kinds: list[str]
    ) -> bool:
        """Whether the words can only be, or here must be, a phone's name."""
        if number is not None and (brands or kinds):
            return True
        if number is not None:
            return self._stands_alone(start, end, number)
        if brands or len(kinds) > 1:
            return True
        return self._lone_kind(start, end, kinds[0])

    def _stands_alone(self, start: int, end: int, number: int) -> bool:
        """Whether a number without brand or kind is a phone: no age, amount, date or count."""
        before, following = _word(self.tokens, start - 1), _word(self.tokens, end)
        if self.tokens[start].spelled and self.tokens[start].word in ("one", "two"):
            return False
        if before in _NO_MODEL_AFTER or self._is_age(start):
            return False
        if before == "the" and _word(self.tokens, start - 2) in ("by", "until", "till", "since"):
            return False
        counted = start > 0 and self.tokens[start - 1].number is not None
        if counted and not self.tokens[start].pause and not self._is_plural(start, end):
            return False
        if following == "to" and end + 1 < len(self.tokens) and self.tokens[end + 1].number:
            return False
        if end < len(self.tokens):
            later = self.tokens[end]
            counts_on = later.number is not None and not later.pause and later.word != "one"
            if counts_on and _storage_at(self.tokens, end) is None:
                return False
            if later.number is None and not later.pause and not self._may_come_next(following):
                return False
        if number in self.shop.generations:
            return True
        near = bool(self.shop.generations) and 10 < number <= max(self.shop.generations) + 3
        dated = _word(self.tokens, start - 2) in ("on", "by", "before", "after", "from")
        return near and before in ("the", "an", "a") and not dated

    def _is_plural(self, start: int, end: int) -> bool:
        """Whether several of a model are meant: "two seventeens"."""
        return self.tokens[start].word.endswith("s") or _word(self.tokens, end - 1) == "s"

    def _may_come_next(self, word: str) -> bool:
        return (
            word in _SMALL_WORDS
            or word in self.shop.colour_words
            or word in _TERA
            or word in self.shop.brands
            or word in _KINDS
            or word == "s"
        )

    def _is_age(self, start: int) -> bool:
        """Whether somebody is said to be that old: "my daughter is 17", "I'm almost 17"."""
        place = start - 1
        while place > start - 4 and _word(self.tokens, place) in _AGE_LINKS:
            place -= 1
        return _word(self.tokens, place) in _PEOPLE

    def _lone_kind(self, start: int, end: int, kind: str) -> bool:
        """Whether a single kind without brand or generation means a phone ("the plus")."""
        before, following = _word(self.tokens, start - 1), _word(self.tokens, end)
        earlier = _word(self.tokens, start - 2)
        if kind in ("x", "xr", "xs", "s", "neo", "nano", "lite", "fe", "xl") or (
            len(kind) == 1 and kind in self.shop.extras
        ):
            return False
        listed = self.tokens[start].pause and (
            before in _KINDS or self._generation(start - 1) is not None
        )
        if listed:
            return True
        if kind == "pro":
            return not (before == "a" and earlier in ("im", "am", "like", "as", "not", "youre"))
        if kind == "air":
            up = earlier == "in" and _word(self.tokens, start - 3) in ("up", "is", "still")
            return not (before == "the" and (up or earlier == "through")) and (
                before in _LONE_AIR_AFTER or following in _LONE_BEFORE or self._alone(start, end)
            )
        if kind in self.shop.extras:
            return True
        if kind in ("slim", "fold", "flip") and following in _LONE_BEFORE:
            return kind in ("fold", "flip")
        return (
            before in _LONE_KIND_AFTER
            or (following in _LONE_BEFORE and before != "a")
            or self._alone(start, end)
        )

    def _alone(self, start: int, end: int) -> bool:
        """Whether the sentence says nothing else of weight."""
        around = self.tokens[:start] + self.tokens[end:]
        return all(
            token.word in _WEIGHTLESS or token.word in self.shop.colour_words for token in around
        )

    def _is_some_phone(self, place: int, name: _Name) -> bool:
        """Whether an unsold name is that of a phone at all: it has a brand, number or article."""
        if name.brands or name.number is not None:
            return True
        return _word(self.tokens, place - 1) in ("the", "a", "an") or self._alone(
            place, place + len(name.kinds)
        )

    def _meaning(self, name: _Name) -> tuple[str, ...]:
        """The sold models that a name fits; several when it doesn't tell them apart."""
        fitting = [s for s in self.shop.sold if name.brands <= s.parts.brands | {"apple"}]
        exact = [
            one.name
            for one in fitting
            if (one.number, one.kinds, one.parts.extras) == (name.number, name.kinds, name.extras)
        ]
        if exact:
            return tuple(exact)
        core = _Name(frozenset(), name.number, name.kinds)
        aliased = [model for parts, model in self.shop.cores if parts == core and not name.extras]
        if aliased:
            return tuple(dict.fromkeys(aliased))
        implied = name.kinds | {_IMPLIED[kind] for kind in name.kinds if kind in _IMPLIED}
        for kinds in (name.kinds, implied):
            close = [
                (len(one.parts.extras - name.extras), one.name)
                for one in fitting
                if (name.number is None or one.number == name.number)
                and (one.kinds == kinds or (name.extras and not kinds and name.number is None))
                and name.extras <= one.parts.extras
                and all(len(extra) > 1 for extra in one.parts.extras - name.extras)
            ]
            if close:
                return tuple(model for missing, model in close if missing == min(close)[0])
        return ()

    def _spelling(self, brands: list[str], number: int | None, kinds: list[str]) -> str:
        """An unsold name tidily written: "iPhone 15 Pro Max", "iPhone 17e"."""
        known = {name.split()[-1].casefold(): name.split()[-1] for name in _FOREIGN.values()}
        known[self.shop.brand_name.casefold()] = self.shop.brand_name
        said = [known.get(brand, brand.title()) for brand in brands] or [self.shop.brand_name]
        words = [word for word in said if word]
        if words == ["Apple"] and self.shop.brand_name:
            words.append(self.shop.brand_name)
        if number is not None:
            words.append(str(number))
        for kind in kinds:
            if kind in ("e", "s") and number is not None:
                words[-1] += kind
            else:
                words.append(_written_kind(kind))
        return " ".join(words)

    # other phones and other products

    def _foreign(self, place: int) -> tuple[int, _Mention | None] | None:
        """Another maker's phone from a place on, with all that belongs to its name."""
        word, following = _word(self.tokens, place), _word(self.tokens, place + 1)
        if word == "one" and following == "plus" and place + 2 < len(self.tokens):
            if self.tokens[place + 2].number is None:
                return None
            end, rest = self._foreign_parts(place + 2)
            return end, _Mention(unsold=" ".join(["OnePlus", *rest]))
        if word == "nothing" and following == "phone" and "nothing" not in self.shop.brands:
            end, rest = self._foreign_parts(place + 2)
            return end, _Mention(unsold=" ".join(["Nothing Phone", *rest]))
        if word == "s" and "galaxy" not in self.shop.brands and following in _GALAXY_S:
            end, rest = self._foreign_parts(place)
            return end, _Mention(unsold=" ".join(["Galaxy", *rest]))
        if word not in _FOREIGN or word in self.shop.brands:
            return None
        if following in _NOT_A_PHONE_AFTER:
            return place + 2, None
        if word == "google" and following not in ("pixel", "phone"):
            return place + 1, None
        if word == "pixel" and _word(self.tokens, place - 1) in ("dead", "stuck"):
            return place + 1, None
        end, rest = self._foreign_parts(place + 1)
        if not rest:
            if following == "phone" or following == "phones":
                return place + 2, _Mention(unsold=f"{_FOREIGN[word]} phone")
            return end, _Mention(unsold=_FOREIGN[word])
        maker = _FOREIGN[word].split()[-1]
        return end, _Mention(unsold=" ".join([maker, *rest]))

    def _foreign_parts(self, place: int) -> tuple[int, list[str]]:
        """What follows a maker's name and belongs to it: series, number, kinds."""
        words: list[str] = []
        glue = False
        while place < len(self.tokens) and len(words) < 6:
            token, following = self.tokens[place], _word(self.tokens, place + 1)
            next_number = place + 1 < len(self.tokens) and self.tokens[place + 1].number is not None
            if token.number is not None:
                if (
                    token.number in range(1990, 2040)
                    or token.money
                    or following in _MONEY_WORDS | _COUNTED
                ):
                    break
                if _storage_at(self.tokens, place) is not None:
                    break
                words[-1:] = (
                    [words[-1] + token.norm] if glue and words else [*words[-1:], token.norm]
                )
                glue = False
            elif (
                len(token.word) == 1
                and token.word in "szagxrp"
                and (next_number or (token.word == "z" and following in ("fold", "flip")))
            ):
                words.append(token.word.upper())
                glue = next_number
            elif token.word in ("a", "e") and token.attached and words:
                words[-1] += token.word
            elif token.word in _SERIES or token.word in _FOREIGN.keys() - {"android"}:
                words.append(_FOREIGN.get(token.word, f"a {token.word.title()}").split()[-1])
            elif token.word in _KINDS - {"e", "s"} and following not in _SHADOWED.get(
                token.word, ()
            ):
                words.append(_written_kind(token.word))
            else:
                break
            place += 1
        return place, words

    def _other_product(self, place: int) -> int:
        """The place after a product that is no phone ("AirPods Pro 2"); the same place if none."""
        word, following = _word(self.tokens, place), _word(self.tokens, place + 1)
        if word not in _OTHER_PRODUCTS:
            return place
        before = _word(self.tokens, place - 1)
        sure = word not in ("watch", "mac", "vision", "surface") or before in ("apple", "microsoft")
        if not sure and following not in _OTHER_PRODUCT_PARTS:
            return place
        place += 1
        while place < len(self.tokens):
            token = self.tokens[place]
            if token.word not in _OTHER_PRODUCT_PARTS and token.number is None:
                break
            place += 1
        return place


def _written_kind(kind: str) -> str:
    if kind in ("se", "fe", "xl", "x", "xr", "xs"):
        return kind.upper() if kind != "xs" else "XS"
    return kind if kind in ("mini", "e") else kind.title()


def _before(tokens: tuple[_Token, ...], place: int) -> list[str]:
    """The five words before a place, nearest first, without articles and the like."""
    place -= 1
    while place >= 0 and tokens[place].word in _ARTICLES:
        place -= 1
    return [_word(tokens, back) for back in range(place, place - 5, -1)]


def _owned(tokens: tuple[_Token, ...], place: int) -> bool:
    """Whether the phone named at a place is one the caller has: "my 12", "I have a Samsung"."""
    last, earlier, third, *_ = _before(tokens, place)
    if last == "my":
        return True
    if last == "from":
        return earlier in (
            "switch",
            "switching",
            "coming",
            "come",
            "upgrade",
            "upgrading",
            "moving",
            "move",
            "over",
            "away",
            "transfer",
            "data",
        )
    asking = third in ("can", "could", "may", "should", "might", "shall", "do", "if", "did")
    if last == "in":
        return earlier in ("trade", "trading")
    if last == "has":
        return earlier in _PEOPLE
    if last in ("have", "own", "use", "had") and earlier in ("i", "ive", "we", "already"):
        return not asking
    if last == "having" or last == "using":
        return earlier in ("im", "am", "currently", "were")
    return last == "got" and earlier in ("ive", "already", "weve")


def _declined(tokens: tuple[_Token, ...], place: int) -> bool:
    """Whether what is named at a place is set aside: "not the 17", "I don't want", "than the"."""
    last, earlier, third, *_ = _before(tokens, place)
    if last in ("hate", "not", "without", "than", "except", "isnt", "never"):
        return True
    if last == "of" and earlier == "instead":
        return True
    if last in ("want", "like", "need", "mean", "meant", "say", "said", "take"):
        return earlier in ("dont", "didnt", "not", "never", "doesnt", "wont") or (
            earlier == "really" and third in ("dont", "not")
        )
    return False
