"""Telephone numbers: heard digit by digit, held against the country's plan, said and masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language import telephone as numbers
from assistant.language.digits import digits_in

UNITS = "zero one two three four five six seven eight nine".split()


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("two one two, five five five, oh one two three", "2125550123"),
        ("it's 212 555 0123", "2125550123"),
        ("(212) 555-0123 thanks", "2125550123"),
        ("plus one two one two triple five zero one double three", "+12125550133"),
        ("eight hundred, five five five, twenty-one thirty", "8005552130"),
        ("twenty, one hundred", "20100"),
        ("nineteen eighty four", "1984"),
        ("+44 20 7946 0958", "+442079460958"),
        ("I don't want to give it", ""),
    ],
)
def test_digits_are_heard_as_people_say_them(said: str, digits: str) -> None:
    """One by one, doubled, in tens, in writing."""
    assert digits_in(said) == digits


@given(st.text("0123456789", min_size=1, max_size=15))
def test_digits_said_one_by_one_are_those_digits(digits: str) -> None:
    """Whatever the number."""
    assert digits_in(" ".join(UNITS[int(each)] for each in digits)) == digits


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("2125550123", "US", "+12125550123"),
        ("+442079460958", "US", "+442079460958"),
        ("02079460958", "GB", "+442079460958"),
        ("5550123", "US", ""),
        ("1112223333", "US", ""),
        ("123", "US", ""),
        ("2" * 16, "US", ""),
        ("", "US", ""),
    ],
)
def test_a_number_that_can_be_rung_is_told_from_one_that_cannot(
    said: str, country: str, number: str
) -> None:
    """By the plan of the country; a number without its code is one of the shop's country."""
    assert numbers.plausible(said, country) == number


def test_a_number_said_in_pieces_is_whole_when_nothing_is_missing() -> None:
    """Seven digits of ten are not."""
    assert not numbers.whole("21255", "US")
    assert numbers.whole("2125550123", "US")


def test_a_number_is_read_back_digit_by_digit_in_its_groups() -> None:
    """At home without the country's code, from elsewhere with it."""
    assert numbers.spoken("+12125550123", "US") == "2 1 2, 5 5 5, 0 1 2 3"
    assert numbers.spoken("+442079460958", "US") == "plus 4 4, 2 0, 7 9 4 6, 0 9 5 8"
    assert digits_in(numbers.spoken("+12125550123", "US")) == "2125550123"


def test_a_masked_number_shows_two_digits() -> None:
    """Enough to tell two callers apart, too little to ring one."""
    assert numbers.masked("+12125550123") == "…23"
    assert numbers.masked("") == ""


def test_a_country_is_two_letters() -> None:
    """As a setting has it."""
    assert numbers.known("US")
    assert not numbers.known("usa")
