"""Sentences, words and numbers the way people say and write them, for the reading of amounts."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from assistant.language.sentence import NUMBER_WORDS, SMALL, TENS, word_set
from assistant.language.sentence import plain as as_written

SCALES = {"hundred": 100, "hundreds": 100, "thousand": 1000, "thousands": 1000, "k": 1000}
SCALES |= {"grand": 1000, "million": 10**6}
_ALSO_CENTS = {"dime": 10, "dimes": 10, "nickel": 5, "nickels": 5, "fiver": 500, "tenner": 1000}
CENTS = dict.fromkeys(word_set("cent cents penny pennies pence ¢"), 1) | _ALSO_CENTS
SIGNS, CODES = word_set("$ € £ ¥ ₹"), word_set("usd eur gbp cad aud chf jpy inr")
CURRENCY = dict.fromkeys(SIGNS | CODES, 100) | CENTS
CURRENCY |= dict.fromkeys(
    word_set(
        "dollar dollars buck bucks euro euros pound pounds quid yen rupee rupees peso pesos franc "
        "francs yuan krona kronor crowns zloty smackers smackeroos"
    ),
    100,
)
PERCENT = word_set("% percent pct percentage")
KINDS = word_set("pro plus max mini air e ultra se s")
STORAGE_UNITS = word_set(
    "gb gbs gig gigs gigabyte gigabytes g tb tbs terabyte terabytes mb megabyte megabytes mbps"
)


class Token(NamedTuple):
    """One word, numeral or sign of a sentence; a pause is a mark other than a hyphen before it."""

    word: str
    value: Decimal | None = None
    pause: bool = False


class Number(NamedTuple):
    """A number as spoken or written: its value, where it ends, and how it was said."""

    value: Decimal
    end: int
    grand: bool = False
    kilo: bool = False
    pair: bool = False
    digits: bool = False


# --- sentences and words ----------------------------------------------------------------------

_ANY = 10**9
_END = re.compile(r"(?:[.!?…。！？]+[\"'”’»)\]*_]*(?=(\s+)(\S)|\s*\Z)|(?=\n))")
_LAST_WORD = re.compile(r"[^\s(\"“]+\Z")
_NEVER_LAST = word_set("e.g i.e mr mrs ms dr vs approx ca incl excl")
_SELDOM_LAST = word_set("a.m p.m etc u.s inc")


def sentence_end(text: str, final: bool) -> int | None:
    """Where the first sentence of a text ends, or None while more text could still belong to it."""
    start = len(text) - len(text.lstrip())
    for found in _END.finditer(text, start):
        if found.end() == start:
            continue
        before = text[start : found.start()]
        mark, following = found[0], found[2] or ""
        if not mark:
            return found.end()
        newline = "\n" in (found[1] or "")
        if not following and not final and "\n" not in text[found.end() :]:
            return None
        word = _LAST_WORD.search(before)
        last = word[0].casefold() if word else ""
        if mark == "." and not newline and following:
            if last in _NEVER_LAST or (last in ("no", "nr", "num") and following.isdigit()):
                continue
            if last in _SELDOM_LAST and not following.isupper():
                continue
            if last.isdecimal() and len(last) < 3 and last == before.strip():
                continue  # "1. Open Settings."
        return found.end()
    return None


def sentences(text: str) -> Iterator[str]:
    while text:
        end = sentence_end(text, final=True) or len(text)
        yield text[:end]
        text = text[end:]


def plain(text: str) -> str:
    """Lower case, invisible characters and markup dropped, look-alike signs made one."""
    seen = as_written(text.replace("\u2044", "/")).casefold()
    return seen.replace("*", "").replace("_", " ").replace("~", "")


_NO_NUMBER = re.compile(
    r"(?<![\d$€£.,])(?:\d{4}-\d\d-\d\d|(?:\(\d{3}\)\s?)?\d{3}-\d{4}|\d{3}[ .]\d{3}[ .]\d{4}"
    r"|\d{1,2}:\d\d|\d{1,2}/\d{1,2})(?!\d)"
)
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+,\d\d(?!\d)|\d+(?:\.\d+)?|\.\d\d?(?!\d))"
    r"(?P<unit>[^\W\d_][^\W_]*)?|(?P<code>(?:us|usd|eur|gbp))(?=[$\d])"
    r"|(?P<word>(?:[ap]\.m\b|[^\W\d_]+)(?:'[^\W\d_]+)?(?P<tail>\d[^\W_]*)?)"
    r"|(?P<sign>[$€£¥₹¢%#])|(?P<mark>[,;:.!?()\n—–/])"
)


def tokenize(sentence: str) -> list[Token]:
    text = re.sub(r"\bper cent\b", "percent", plain(sentence))
    text = re.sub(r"'s\b", " is", text).replace("let is ", "lets ").replace("o'clock", "oclock")
    text = _NO_NUMBER.sub(" x-x ", text)
    text = re.sub(r"(?<=\d)\s?[-–]\s?(?=\d)", " to ", text)
    tokens: list[Token] = []
    pause = False
    for found in _TOKEN.finditer(text):
        if found["mark"]:
            pause = True
            continue
        if number := found["number"]:
            tokens += _numeral(number, found["unit"] or "", pause, tokens)
        else:
            tokens.append(Token(found["word"] or found["sign"] or found["code"], None, pause))
        pause = False
    return tokens


def _numeral(number: str, unit: str, pause: bool, before: list[Token]) -> list[Token]:
    """A written number, and the unit glued to it where it is one of money or storage."""
    if re.fullmatch(r"\d+,\d\d|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", number):
        number = number.replace(".", "").replace(",", ".")
    value = Token(number, Decimal(number.replace(",", "")), pause)
    if not unit or (unit not in KINDS and before and before[-1].word in SIGNS):
        return [value, *([Token(unit)] if unit in SCALES else [])]
    if unit in ("c", "ct", "cts"):
        unit = "cents"
    if unit in CURRENCY or unit in SCALES or unit in STORAGE_UNITS:
        return [value, Token(unit)]
    return [Token(number + unit, None, pause)]


def word_at(tokens: list[Token], place: int) -> str:
    return tokens[place].word if 0 <= place < len(tokens) else ""


# --- numbers ----------------------------------------------------------------------------------


def _group(tokens: list[Token], place: int, joined: bool = False) -> tuple[Decimal, int] | None:
    """A numeral, or number words below a hundred; joined to what stands before, if need be."""
    if place >= len(tokens) or (joined and tokens[place].pause):
        return None
    word, value, _ = tokens[place]
    if value is not None:
        return value, place + 1
    if word in TENS:
        unit = 0 if place + 1 < len(tokens) and tokens[place + 1].pause else _small(tokens, place)
        return Decimal(TENS[word] + unit), place + 1 + (unit > 0)
    return (Decimal(SMALL[word]), place + 1) if word in SMALL else None


def _small(tokens: list[Token], place: int) -> int:
    unit = SMALL.get(word_at(tokens, place + 1), 0)
    return unit if unit < 10 else 0


def number_at(tokens: list[Token], place: int, below: int = _ANY) -> Number | None:
    """The number that begins at a place, if one does; of scales only those smaller than `below`."""
    word, following = word_at(tokens, place), word_at(tokens, place + 1)
    loose = word in ("a", "an", "half", "couple", "hundreds", "thousands")
    if loose:
        start = place + 1 + (word == "half" and following in ("a", "an"))
        value = Decimal("0.5") if word == "half" else Decimal(1)
        if word in ("hundreds", "thousands"):
            return Number(Decimal(SCALES[word]), place + 1)
        if word == "couple" or following in ("couple", "dozen"):
            value = Decimal(12 if following == "dozen" else 2)
            start = place + 1 + (word != "couple")
            start += word_at(tokens, start) == "of"
        elif word != "half" and word_at(tokens, start + 1) in CURRENCY and following not in SCALES:
            start += following not in CURRENCY and following not in NUMBER_WORDS
            if tokens[place + 1].value is not None:
                return None
        if word_at(tokens, start) not in SCALES and word_at(tokens, start) not in CURRENCY:
            return None
        if word_at(tokens, start) in SIGNS | CODES:
            return None
        end = start
    else:
        group = _group(tokens, place)
        if group is None:
            return None
        value, end = group
        joined = _digit_by_digit(tokens, place) or _pair(tokens, value, end)
        if joined is not None:
            return _scaled(tokens, joined, below)
    if word_at(tokens, end) == "point" and (decimals := _digit_by_digit(tokens, end + 1, 1)):
        value += decimals.value / 10 ** (decimals.end - end - 1)
        end = decimals.end
    return _scaled(tokens, Number(value, end), below)


def _digit_by_digit(tokens: list[Token], place: int, least: int = 2) -> Number | None:
    """Digits said one by one ("one one nine nine", "nine oh nine")."""
    said, end = "", place
    while end < len(tokens) and not (said and tokens[end].pause):
        if said and tokens[end].word in ("oh", "o") and _group(tokens, end + 1, True):
            said, end = said + "0", end + 1
            continue
        group = _group(tokens, end)
        if group is None or not (group[0] < 10 and group[0] == int(group[0])):
            break
        said, end = said + str(int(group[0])), group[1]
    if len(said) < least or (least > 1 and word_at(tokens, end) in SCALES.keys() - {"k"}):
        return None
    return Number(Decimal(said), end, digits=len(said) > 1)


def _pair(tokens: list[Token], value: Decimal, end: int) -> Number | None:
    """Two numbers said as one ("eleven ninety-nine", "ten oh five", "1 199")."""
    if not 1 <= value < 1000 or value != int(value):
        return None
    oh = word_at(tokens, end) in ("oh", "o")
    group = _group(tokens, end + oh, True)
    if (
        group is None
        or word_at(tokens, group[1]) in KINDS | STORAGE_UNITS | PERCENT | SCALES.keys()
    ):
        return None
    numeral = tokens[end].value is not None and len(tokens[end].word) == 3
    if numeral and tokens[end - 1].value is not None:
        return Number(value * 1000 + group[0], group[1], pair=True)
    if value < 100 and (0 < group[0] < 10 if oh else 10 <= group[0] < 100):
        return Number(value * 100 + group[0], group[1], pair=True)
    return None


def _scaled(tokens: list[Token], number: Number, below: int) -> Number:
    """The number with the scales behind it: "nine hundred and ninety-nine", "two grand"."""
    value, end, grand, kilo, *_ = number
    while (scale := SCALES.get(word_at(tokens, end))) and not tokens[end].pause and scale < below:
        grand, kilo = grand or tokens[end].word == "grand", kilo or tokens[end].word == "k"
        value, end = value * scale, end + 1
        rest_at = end + (word_at(tokens, end) == "and")
        if word_at(tokens, rest_at) in ("half", "couple") or not _group(tokens, rest_at):
            continue
        rest = number_at(tokens, rest_at, scale)
        if rest is not None and SCALES.get(word_at(tokens, rest.end), 0) >= scale:
            continue  # "two k, two k"
        paused = tokens[rest_at].pause or (rest_at > end and tokens[end].pause)
        if rest is None or rest.value >= scale or rest.kilo or word_at(tokens, rest.end) in CENTS:
            continue
        if paused and not 100 <= rest.value < scale:
            continue
        value, end = value + rest.value, rest.end
    return number._replace(value=value, end=end, grand=grand, kilo=kilo)
