"""A tool's words as exact values: phones as the catalogue has them, names, problems."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.wanted import understood, wanted, wants_several
from statemachine.conversation import MACHINE
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import ModelTrigger
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import LogSupportIssue, RecordName, SelectModel, ToBuying
from tests.calls import shop

OFFERS = shop()[0].offers


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"model": "the seventeen"}, SelectModel("iPhone 17")),
        ({"model": "iphone 17 PRO"}, SelectModel("iPhone 17 Pro")),
        ({"model": "17", "storage": "five twelve"}, SelectModel("iPhone 17", "512 GB")),
        ({"model": "the 17 with 512 gigs"}, SelectModel("iPhone 17", "512 GB")),
        (
            {"model": "pro", "colour": "orange"},
            SelectModel("iPhone 17 Pro", "", "cosmic orange"),
        ),
        ({"model": "17", "colour": "black "}, SelectModel("iPhone 17", "", "black")),
        ({"model": "17", "storage": "2 TB"}, SelectModel("iPhone 17", "2 TB")),
        ({"model": "17", "storage": "huge"}, SelectModel("iPhone 17", "huge")),
        ({"model": "17", "colour": "pink"}, SelectModel("iPhone 17", "", "pink")),
        ({"model": ""}, SelectModel("")),
        ({"model": "banana", "colour": "black"}, SelectModel("")),
        ({"model": "the pro or the air"}, SelectModel("")),
    ],
)
def test_a_phone_is_what_the_catalogue_calls_it(
    said: dict[str, str], expected: SelectModel
) -> None:
    """What the model doesn't come in stays as it was said; without a model nothing does."""
    assert wanted(OFFERS, said) == expected


def test_a_phone_that_is_not_sold_is_named_back_with_what_comes_closest() -> None:
    """As goods, beside models that are sold; one owned beside it is not what was asked for."""
    found = wanted(OFFERS, {"model": "my Samsung Galaxy S24"})
    assert found.model == ""
    assert found.asked == "the Samsung Galaxy S24"
    assert found.nearest == "iPhone 17 Pro or iPhone 17 Pro Max"
    assert wanted(OFFERS, {"model": "an android"}).asked == "Android phones"
    assert wanted(OFFERS, {"model": "the 17 instead of my 12"}).asked == ""


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("dana smith", "Dana Smith"),
        ("  Ana  María ", "Ana María"),
        ("O'Neil", "O'Neil"),
        ("van der Berg", "van der Berg"),
        *((said, "") for said in ("", "  ", "4", "x" * 61, "a b c d e f", "<script>", "Dana 5")),
    ],
)
def test_a_name_is_written_as_names_are_and_anything_else_is_none(said: str, name: str) -> None:
    """Spaces go, capitals come where there were none; figures and whole sentences are no name."""
    assert understood(OFFERS, RecordName, {"name": said}) == RecordName(name)


@pytest.mark.parametrize(
    ("said", "issue"),
    [
        (" the  screen is black ", "the screen is black"),
        ("The screen is black!", "The screen is black"),
        ("it's slow, and hot", "it's slow, and hot"),
        *((said, "") for said in ("", " ", "?!", "17", "a")),
    ],
)
def test_a_problem_is_noted_in_the_callers_words_where_one_is_stated(said: str, issue: str) -> None:
    """The same problem is written the same way."""
    assert understood(OFFERS, LogSupportIssue, {"issue": said}) == LogSupportIssue(issue)


@pytest.mark.parametrize(
    ("said", "several"),
    [
        *((said, True) for said in ("two iphone 17 please", "three iPhones", "both please")),
        *((said, True) for said in ("a couple of the 17 pros", "two of them", "2 17 Pros, please")),
        *((said, False) for said in ("the iphone 17", "two hundred fifty six", "2 terabytes")),
        *((said, True) for said in ("one for me and one for my wife", "I'll take both of them.")),
        *((said, False) for said in ("one iPhone 16", "is it better than both?", "")),
        *((said, False) for said in ("order one for me please", "both look fine, the air then")),
    ],
)
def test_more_than_one_phone_is_heard(said: str, several: bool) -> None:
    """So that the one order that is placed at a time is said to be one."""
    assert wants_several(said) is several


def test_any_other_words_are_carried_as_they_are() -> None:
    """But for zero bytes and the white space around them, which no database need keep."""
    assert understood(OFFERS, ToBuying, {"wish": " the air\0 "}) == ToBuying("the air")
    assert understood(OFFERS, ToBuying, {}) == ToBuying()


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_was_said_is_sold_or_refused_with_words_for_the_caller(
    model: str, storage: str, colour: str
) -> None:
    """What has been understood is on offer, or a guard finds that it isn't: nothing fails."""
    trigger = understood(
        OFFERS, SelectModel, {"model": model, "storage": storage, "colour": colour}
    )
    outcome = MACHINE.plan(State.BUYING, Facts(offers=OFFERS), trigger)
    assert isinstance(outcome, Accepted) or outcome.says is not None


@pytest.mark.parametrize("kind", [SelectModel, RecordName, LogSupportIssue])
@given(st.text(max_size=60))
def test_what_was_understood_is_understood_again(kind: type[ModelTrigger], said: str) -> None:
    """Exact values stand for themselves."""
    name = fields(kind)[0].name
    once = understood(OFFERS, kind, {name: said})
    assert understood(OFFERS, kind, {name: getattr(once, name)}) in (once, SelectModel(""))
