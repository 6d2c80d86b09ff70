"""Telephone numbers: whether one can be rung, how it is written, said and masked."""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

LEAST, MOST = 4, 15
"""Digits of a number that is worth asking the plan for; E.164 ends at fifteen."""
_HIDDEN = ("266696687",)
"""What networks show in place of a number that is hidden: "anonymous" on a keypad."""


def plausible(said: str, country: str) -> str:
    """The number as E.164 writes it (`+12125550123`), where its country's plan has such numbers.

    `country` is the shop's, in two letters: a number without a country code is one of its own.
    Empty where it can't be one: too short, too long, or no such area.
    """
    digits = sum(each.isdigit() for each in said)
    if not LEAST <= digits <= MOST:
        return ""
    try:
        number = phonenumbers.parse(said, country)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(told: str, country: str) -> str:
    """The number that a telephone network shows, as E.164 writes it; empty where it is hidden."""
    digits = "".join(each for each in told if each.isdigit())
    return "" if digits in _HIDDEN else plausible(told, country)


def whole(said: str, country: str) -> bool:
    """Whether these digits are as long as a number of that country: nothing is to follow."""
    try:
        number = phonenumbers.parse(said, country)
    except NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def written(number: str, country: str) -> str:
    """An E.164 number in the groups in which it is written: `(212) 555-0123` at home."""
    parsed = phonenumbers.parse(number)
    home = phonenumbers.country_code_for_region(country) == parsed.country_code
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def spoken(number: str, country: str) -> str:
    """An E.164 number digit by digit, with a pause between its groups: "2 1 2, 5 5 5, 0 1 2 3"."""
    groups = "".join(c if c.isdigit() or c == "+" else " " for c in written(number, country))
    said = (" ".join(group) for group in groups.split())
    return ", ".join(said).replace("+", "plus")


def national(number: str) -> str:
    """An E.164 number's digits without its country's code; empty where it is none."""
    try:
        return str(phonenumbers.national_significant_number(phonenumbers.parse(number)))
    except NumberParseException:
        return ""


def masked(number: str) -> str:
    """A number of which only the last two digits can be read, for logs, pages and pictures."""
    return f"…{number[-2:]}" if number else ""


def known(country: str) -> bool:
    """Whether there is such a country: two letters, as `US`."""
    return country in phonenumbers.SUPPORTED_REGIONS
