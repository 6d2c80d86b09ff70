"""Written text made speakable: prices, codes, storage, model names, hours and paths as words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_ORDINALS: Final = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_DAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_UNITS: Final = {
    "mb": "megabyte",
    "gb": "gigabyte",
    "tb": "terabyte",
    "mp": "megapixel",
    "w": "watt",
    "hz": "hertz",
    "mah": "milliamp hour",
}
_SYMBOLS: Final = {".": "dot", "_": "underscore", "-": "dash", "+": "plus", "/": "slash"}

_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*day|r?s|nes|urs)?"
_TO = r"\s*(?:-|\u2013|\u2014)\s*"
_MERIDIEM = r"\s*(?:a\.?m|p\.?m)\b\.?"
_CLOCK = rf"\d{{1,2}}(?::[0-5]\d)?(?:{_MERIDIEM})?"

_Rule: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def spoken(text: str) -> str:
    """Returns the text as it should be said aloud, on one line; speakable text stays as it is.

    What is left in digits (256 gigabytes, 80 percent) is what voices read correctly anyway.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text.strip(" \t,")


def number_words(number: int) -> str:
    """Returns a whole number in words: 1199 is "one thousand one hundred ninety nine".

    Raises:
        ValueError: the number is negative or a thousand million or more.
    """
    if not 0 <= number < 1_000_000_000:
        raise ValueError(f"cannot say {number}: give a number from 0 to 999,999,999")
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            tail = f" {number_words(rest)}" if rest else ""
            return f"{number_words(head)} {name}{tail}"
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]


def one_by_one(code: str) -> str:
    """Returns letters and digits one at a time, a small pause after each: "S48" as "S, four, …"."""
    return ", ".join(_character(each) for each in code if each.isalnum() or each in _SYMBOLS)


def _character(character: str) -> str:
    if character.isdigit():
        return _ONES[int(character)]
    return _SYMBOLS.get(character, character.upper())


def _ordinal(number: int) -> str:
    head, _, last = number_words(number).rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head} {last}".strip()


def _year(number: int) -> str:
    century, rest = divmod(number, 100)
    if century % 10 == 0 and rest < 10:
        return number_words(number)
    if rest == 0:
        return f"{number_words(century)} hundred"
    return f"{number_words(century)} {'oh ' if rest < 10 else ''}{number_words(rest)}"


def _counted(number: int, unit: str) -> str:
    return f"{number_words(number)} {unit}{'' if number == 1 else 's'}"


def _price(match: re.Match[str]) -> str:
    digits = match["dollars"].replace(",", "")
    dollars, cents = int(digits), int(match["cents"] or 0)
    if len(digits) > 9:
        return match[0]
    parts = [_counted(dollars, "dollar")] if dollars or not cents else []
    parts += [_counted(cents, "cent")] if cents else []
    return " and ".join(parts)


def _storage(match: re.Match[str]) -> str:
    unit = _UNITS[match["unit"].lower()]
    number = match["number"]
    return f"{number} {unit}{'' if number == '1' or unit == 'hertz' else 's'}"


def _model(match: re.Match[str]) -> str:
    number = number_words(int(match["number"]))
    return f"{match['before'] or ''}{number}{' E' if match['e'] else ''}"


def _code(match: re.Match[str]) -> str:
    # Without a pause "is S four" is heard as "is asked for".
    before = ": " if match["before"] else ""
    after = "," if re.match(r" \w", match.string[match.end() :]) else ""
    return f"{before}{one_by_one(match['code'])}{after}"


def _phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    return ", ".join(" ".join(_ONES[int(digit)] for digit in group) for group in groups)


def _email(match: re.Match[str]) -> str:
    def say(part: str) -> str:
        pieces = re.findall(r"[A-Za-z]+|\d|[._+-]", part)
        return " ".join(_character(p) if len(p) == 1 and not p.isalpha() else p for p in pieces)

    return f"{say(match['user'])} at {say(match['host'])}"


def _address(match: re.Match[str]) -> str:
    pieces = re.findall(r"[A-Za-z]+|\d+|[./_-]", match["address"].rstrip("/"))
    return " ".join(_SYMBOLS.get(piece, piece) for piece in pieces)


def _day(match: re.Match[str]) -> str:
    return _DAYS[match[0][:3].lower()]


def _days(match: re.Match[str]) -> str:
    first, last = (_DAYS[match[each][:3].lower()] for each in ("first", "last"))
    return f"{first} to {last}"


def _clock(text: str) -> str:
    """Says one time of day: "17:30" and "5:30 pm" are both "five thirty PM"."""
    hour, minute, meridiem = re.fullmatch(
        r"(\d{1,2})(?::(\d\d))?\s*([ap])?[.m]*", text.strip().lower()
    ).groups()  # type: ignore[union-attr]  # the callers' patterns admit nothing else
    number = int(hour)
    if number > 12 and number < 24 and minute and not meridiem:
        number, meridiem = number - 12, "p"
    said = number_words(number)
    if minute and int(minute):
        said += f" {'oh ' if int(minute) < 10 else ''}{number_words(int(minute))}"
    return f"{said} {meridiem.upper()}M" if meridiem else said


def _time(match: re.Match[str]) -> str:
    following = match.string[match.end() :].lstrip()
    # The dot of "p.m." also ends the sentence where a new one follows.
    stop = "." if match[0].endswith(".") and (not following or following[0].isupper()) else ""
    return _clock(match[0]) + stop


def _hours(match: re.Match[str]) -> str:
    return f"{match['day']}, {_clock(match['opens'])} to {_clock(match['closes'])}"


def _clock_range(match: re.Match[str]) -> str:
    return f"{_clock(match['opens'])} to {_clock(match['closes'])}"


def _date(match: re.Match[str]) -> str:
    year, month, day = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{_MONTHS[month - 1]} {_ordinal(day)}, {_year(year)}"


def _month(match: re.Match[str]) -> str:
    name = next(month for month in _MONTHS if month.startswith(match["month"][:3]))
    said = f"{name} {_ordinal(int(match['day']))}"
    return f"{said}, {_year(int(match['year']))}" if match["year"] else said


def _line(match: re.Match[str]) -> str:
    return match[1] + (" " if match[1] in ".!?:;," else ". ")


def _rule(
    pattern: str,
    replacement: str | Callable[[re.Match[str]], str],
    flags: re.RegexFlag = re.NOFLAG,
) -> _Rule:
    return re.compile(pattern, flags), replacement


_I: Final = re.IGNORECASE
_LINES: Final = re.MULTILINE

# Read top to bottom: each rule sees what the ones above have left.
_RULES: Final[tuple[_Rule, ...]] = (
    # Markdown, tags and pictures carry no words.
    _rule(r"!?\[([^\]\n]*)\]\([^)\n]*\)", r"\1"),
    _rule(r"^[ \t]*```.*$", "", _LINES),
    _rule(r"^[ \t]*(?:#{1,6}|>+|[-*+•])[ \t]+", "", _LINES),
    _rule(r"^[ \t]*(\d{1,2})[.)][ \t]+", "", _LINES),
    _rule(r"^[ \t]*\|?(?:[ \t]*:?-{2,}:?[ \t]*\|?)+[ \t]*$", "", _LINES),
    _rule(r"^[ \t]*\||\|[ \t]*$", "", _LINES),
    _rule(r"[ \t]*\|[ \t]*", ", "),
    _rule(r"\*+|`+|~~", ""),
    _rule(r"(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)", ""),
    _rule(r"&gt;", ">"),
    _rule(r"&amp;", "&"),
    _rule(r"</?[A-Za-z][^<>\n]*>", ""),
    _rule(r"[\u200b-\u200f\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]", ""),
    _rule(r"(\S)[ \t]*\n\s*", _line),
    _rule(r"[\u201c\u201d\"]", ""),
    _rule("[\u2018\u2019]", "'"),
    _rule("[\u00a0\u202f\u2011]", lambda m: "-" if m[0] == "\u2011" else " "),
    _rule(r"…|\.{3,}", "."),
    # Addresses, before their dots, dashes and digits mean anything else.
    _rule(r"(?P<user>[\w.+-]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)", _email),
    _rule(
        r"(?:https?://(?:www\.)?|www\.)(?P<address>[\w-]+(?:\.[\w-]+)+(?:/[\w/-]*)?)", _address, _I
    ),
    _rule(r"\b(?P<address>[a-z][a-z-]+\.(?:com|org|net|shop|example)(?:/[\w/-]*\w)?)\b", _address),
    # "Settings > Battery": a way through menus; between figures it compares.
    _rule(r"(?<=\d)\s*>\s*(?=\d)", " more than "),
    _rule(r"\s*(?:->|=>|>|→|\u203a|»)\s*(?=\w)", ", then "),
    _rule(r"\s+<\s*(?=\$?\d)", " under "),
    # Money: a range says its unit at both ends.
    _rule(rf"(\$\s?\d[\d,]*(?:\.\d\d)?){_TO}(?=\$)", r"\1 to "),
    _rule(
        r"(?:US)?\$\s?(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d\d)(?!\d))?",
        _price,
    ),
    _rule(
        r"(?<![\d.,])(?P<dollars>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<cents>\d\d))?\s?(?:USD|dollars?)\b",
        _price,
    ),
    _rule(r"(?<=ollars|.cents)\s?/\s?(?=month|mo\b|year)", " per "),
    _rule(r"\bper mo\b\.?", "per month"),
    # Codes and telephone numbers, one character at a time.
    _rule(r"(?P<before>(?<=\w) )?\b(?P<code>[A-Z]{1,4}-?\d{4,}(?:-\d+)*)\b", _code),
    _rule(
        r"(?<![\w-])(?:\+?\d{1,2}[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])",
        _phone,
    ),
    _rule(r"(?<![\w,.-])\d{3}-\d{4}(?![\w-])", _phone),
    _rule(r"(?P<before>(?<=\w) )?(?<![\w,.$-])(?P<code>\d{5,}(?:-\d+)?)(?![\w,-])", _code),
    # Days, hours and dates.
    _rule(r"\b24\s?/\s?7\b", "twenty four seven"),
    _rule(r"\b(\d{4})-(\d\d)-(\d\d)\b", _date),
    _rule(
        r"\b(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
        r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.? "
        r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)?\b(?!:|\s*[ap]\.?m)(?:,? (?P<year>20\d\d)\b)?",
        _month,
    ),
    _rule(rf"\b(?P<first>{_DAY})\b\.?{_TO}(?P<last>{_DAY})\b\.?", _days, _I),
    _rule(r"\b(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat)\b\.?|\bSun\b\.?(?= \d|:|,)", _day),
    _rule(
        rf"(?P<day>\b(?:{'|'.join(_DAYS.values())})):?,?\s+"
        rf"(?P<opens>{_CLOCK}){_TO}(?P<closes>{_CLOCK})(?![\d-])",
        _hours,
        _I,
    ),
    _rule(
        rf"\b(?P<opens>{_CLOCK}){_TO}(?P<closes>\d{{1,2}}(?::[0-5]\d|(?::[0-5]\d)?{_MERIDIEM}))",
        _clock_range,
        _I,
    ),
    _rule(rf"\b\d{{1,2}}(?::[0-5]\d(?:{_MERIDIEM})?|{_MERIDIEM})(?!\d)", _time, _I),
    # The shop's vocabulary.
    _rule(r"(?<=\d)\s?([GT]B)\s?/\s?(?=\d+\s?[GT]B\b)", r" \1 or ", _I),
    _rule(r"\b(?P<number>\d+)[\s-]?(?P<unit>GB|TB|MB|MP|mAh|Hz|W)\b", _storage),
    _rule(r"\b(?P<number>\d+)\s?(?P<unit>gb|tb|mb)\b", _storage),
    _rule(
        r"(?P<before>\biPhones? )(?P<number>\d{1,2})(?:\s?(?P<e>e)\b)?(?!\d|\.\d|,\d)",
        _model,
        _I,
    ),
    _rule(r"(?P<before>)\b(?P<number>1[1-9])(?P<e>e)\b", _model, _I),
    _rule(
        r"(?P<before>)(?<![\d.,$])\b(?P<number>1[1-9])(?P<e>)(?= (?:Pro|Plus)\b)",
        _model,
        _I,
    ),
    _rule(r"\b(sixteen|seventeen)\s?/\s?(?:iPhone )?(?=sixteen|seventeen)", r"\1 or ", _I),
    _rule(r"\bwi[ -]?fi\b", "Wi-Fi", _I),
    _rule(r"\biOS\b", "I O S"),
    _rule(r"\biPadOS\b", "iPad O S"),
    _rule(r"\bUSB[ -]?C\b", "U S B C", _I),
    _rule(r"\beSIM(s?)\b", r"E SIM\1", _I),
    # Signs that are words.
    _rule(r"(?<=\d)\s?%", " percent"),
    _rule(r"\s*&\s*", " and "),
    _rule(r"#\s?(?=\w)", "number "),
    _rule(r"(?<=\w)\s?\+\s?(?=\w)", " plus "),
    _rule(r"(?<=\d)\s?\+", " plus"),
    _rule(r"\be\.g\.,?", "for example"),
    _rule(r"\bi\.e\.,?", "that is"),
    _rule(r"\betc\.", "and so on."),
    _rule(r"\band/or\b", "or"),
    _rule(r"(?<=[A-Za-z])\s?/\s?(?=[A-Za-z])", " or "),
    _rule(r"\b(\d+)\s?[-\u2013]\s?(\d+)\b", r"\1 to \2"),
    _rule(r"\s*(?:\u2014|\s\u2013\s|\s-{1,2}\s)\s*", ", "),
    # What taking things away has left behind.
    _rule(r"\s+", " "),
    _rule(r" +([.,!?;:])", r"\1"),
    _rule(r"([.,;:])(?:[,;:]+)", r"\1"),
    _rule(r"([.!?])[.]+", r"\1"),
)
