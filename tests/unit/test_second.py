"""Both readers: what the second one doubts isn't done, and what it alone hears is asked about."""

from __future__ import annotations

import pytest

from tests.brain_bench import Line

SALES = ("I want to buy an iPhone",)
QUOTED = (*SALES, "the iPhone 17 Pro in silver please")
STEPPED = ("my iPhone does not charge",)


def call(*said: str) -> Line:
    """A call in which this was said."""
    line = Line()
    line.begin()
    for words in said:
        line.say(words)
    return line


@pytest.mark.parametrize(
    "said",
    [
        "Hold on, silver shows every scratch. Make it the deep blue.",
        "So, iPhone 17, same memory, white color, please, if it is possible.",
        "iPhone 16e, black, the smallest storage is fine.",
    ],
)
def test_details_told_at_sales_are_no_broken_phone(said: str) -> None:
    """A word of trouble in what the second reader takes for details opens no ticket."""
    line = call(*QUOTED, said)
    assert line.path == ["greeting", "buying"]
    assert not line.conversation.facts.tickets


def test_a_broken_phone_told_at_sales_still_leads_to_support() -> None:
    """Beside other words as well, if the part is a problem beyond doubt."""
    line = call(*QUOTED, "Hold on, actually my current one has no signal at all, can you help?")
    assert line.path[-1] == "support"
    assert line.conversation.facts.tickets


@pytest.mark.parametrize(
    "said",
    [
        "There was lint in there like you wouldn't believe. It's charging now, problem solved.",
        "Nothing so far. Still nothing. Oh, there it goes, it's charging again!",
    ],
)
def test_the_end_of_a_long_story_is_asked_about_where_rules_can_not_tell(said: str) -> None:
    """A ticket closes on the caller's yes to that question."""
    line = call(*STEPPED, said)
    assert "Is it working again, then?" in line.log[-1] or not line.conversation.facts.open_tickets
    line.say("yes, it works again")
    assert not line.conversation.facts.open_tickets


def test_a_problem_told_beside_the_desk_is_what_support_begins_with() -> None:
    """It needn't be told twice, nor known to the shop."""
    line = call("I would rather not call, but help me: my phone types letters on its own.")
    assert any("types letters" in ticket.issue for ticket in line.conversation.facts.tickets)


def test_a_storage_is_carried_to_another_model() -> None:
    """ "The same storage" is that of the phone that was quoted."""
    line = call(*SALES, "the 17 Pro with 512 in orange", "and the Pro Max, same storage, in blue")
    chosen = line.conversation.facts.selection
    assert chosen is not None
    assert (chosen.model, chosen.storage) == ("iPhone 17 Pro Max", "512 GB")


def test_two_models_are_priced_in_the_storage_that_is_named() -> None:
    """Both come with it; asked for "it" after two, both prices are told again."""
    line = call(*SALES, "how much are the 17 and the 17 Pro with 512?")
    assert "512 GB is $999" in line.log[-1]
    assert "512 GB is $1,299" in line.log[-1]
    line.say("how much is it?")
    assert "$799" in line.log[-1]
    assert "$1,099" in line.log[-1]


def test_what_is_said_of_a_model_offers_no_other() -> None:
    """A pitch that names the Pro makes no Pro of "get it"; nor does "17 Pro" mean the 17."""
    line = call(*SALES, "the 16 Plus", "does it come with a charger in lavender?", "cool, get it")
    chosen = line.conversation.facts.selection
    assert chosen is None or chosen.model == "iPhone 16 Plus"
    line = call(*SALES, "Is the Air cheaper than the 17 Pro?")
    assert "iPhone 17 Pro" in line.log[-1]


def test_a_phone_that_does_not_turn_on_is_none_to_be_bought() -> None:
    """Where the rules hear a wish for a phone, the second reader may hear the problem."""
    line = call("Can I speak to somebody about a phone that won't turn on")
    assert line.path == ["greeting", "support"]
