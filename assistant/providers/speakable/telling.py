"""What stands in a text as figures and signs, each found by a rule, as it is said."""

from __future__ import annotations

import re
from typing import Final

from assistant.providers.speakable.numbers import (
    DIGITS,
    SYMBOLS,
    character,
    counted,
    number_words,
    one_by_one,
    ordinal,
)
from assistant.providers.speakable.numbers import year as year_words

DAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
UNITS: Final = {
    "mb": "megabyte",
    "gb": "gigabyte",
    "tb": "terabyte",
    "mp": "megapixel",
    "w": "watt",
    "hz": "hertz",
    "mah": "milliamp hour",
}


def price(match: re.Match[str]) -> str:
    digits = match["dollars"].replace(",", "")
    dollars, cents = int(digits), int(match["cents"] or 0)
    if len(digits) > 9:
        return match[0]
    parts = [counted(dollars, "dollar")] if dollars or not cents else []
    parts += [counted(cents, "cent")] if cents else []
    return " and ".join(parts)


def rounded_price(match: re.Match[str]) -> str:
    """Says "$1.2k" as "one thousand two hundred dollars"."""
    size = {"k": 1_000, "m": 1_000_000}[match["size"][0].lower()]
    amount = round(float(match["number"]) * size)
    return counted(amount, "dollar") if amount < 1_000_000_000 else match[0]


def storage(match: re.Match[str]) -> str:
    unit = UNITS[match["unit"].lower()]
    number = match["number"]
    return f"{number} {unit}{'' if number == '1' or unit == 'hertz' else 's'}"


def model(match: re.Match[str]) -> str:
    number = number_words(int(match["number"]))
    return f"{match['before'] or ''}{number}{' E' if match['e'] else ''}"


def code(match: re.Match[str]) -> str:
    # Without a pause "is S four" is heard as "is asked for".
    before = ": " if match["before"] else ""
    after = "," if re.match(r" \w", match.string[match.end() :]) else ""
    return f"{before}{one_by_one(match['code'])}{after}"


def phone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match[0])
    return ", ".join(" ".join(DIGITS[int(digit)] for digit in group) for group in groups)


def email(match: re.Match[str]) -> str:
    def say(part: str) -> str:
        pieces = re.findall(r"[A-Za-z]+|\d|[._+-]", part)
        return " ".join(character(p) if len(p) == 1 and not p.isalpha() else p for p in pieces)

    return f"{say(match['user'])} at {say(match['host'])}"


def address(match: re.Match[str]) -> str:
    pieces = re.findall(r"[A-Za-z]+|\d+|[./_-]", match["address"].rstrip("/"))
    return " ".join(SYMBOLS.get(piece, piece) for piece in pieces)


def day(match: re.Match[str]) -> str:
    return DAYS[match[0][:3].lower()]


def days(match: re.Match[str]) -> str:
    first, last = (DAYS[match[each][:3].lower()] for each in ("first", "last"))
    return f"{first} to {last}"


def clock(text: str) -> str:
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


def time(match: re.Match[str]) -> str:
    following = match.string[match.end() :].lstrip()
    # The dot of "p.m." also ends the sentence where a new one follows.
    stop = "." if match[0].endswith(".") and (not following or following[0].isupper()) else ""
    return clock(match[0]) + stop


def hours(match: re.Match[str]) -> str:
    return f"{match['day']}, {clock(match['opens'])} to {clock(match['closes'])}"


def clock_range(match: re.Match[str]) -> str:
    return f"{clock(match['opens'])} to {clock(match['closes'])}"


def date(match: re.Match[str]) -> str:
    year, month, day = (int(part) for part in match.groups())
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{MONTHS[month - 1]} {ordinal(day)}, {year_words(year)}"


def month(match: re.Match[str]) -> str:
    name = next(month for month in MONTHS if month.startswith(match["month"][:3]))
    said = f"{name} {ordinal(int(match['day']))}"
    return f"{said}, {year_words(int(match['year']))}" if match["year"] else said


def line(match: re.Match[str]) -> str:
    return match[1] + (" " if match[1] in ".!?:;," else ". ")
