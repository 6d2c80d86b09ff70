"""However long a turn or a model's sentence is, reading it takes time by its length.

No seconds are asserted: what grows with the square of the length takes minutes at 100 kB, and the
timeout ends it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.language import phones
from assistant.language.backchannel import aside
from assistant.language.clauses import corrected, hear, stripped, tidy
from assistant.language.closing import Closing
from assistant.language.consent import classify
from assistant.language.money import amounts_in, budget_in
from assistant.language.people import own_name
from assistant.language.phrases.vocabulary import load
from assistant.language.price_claims import promises_in
from assistant.language.sentence import heard
from assistant.language.stems import normal
from assistant.language.tokens import MOST_READ
from assistant.shop import catalogue, knowledge
from tests.brain_bench import Line

LENGTH = 100_000
PHRASES, STOCK, HELP = load(), catalogue.load(), knowledge.load()
READERS: dict[str, Callable[[str], object]] = {
    "heard": heard,
    "hear": hear,
    "tidy": tidy,
    "corrected": corrected,
    "stripped": stripped,
    "aside": lambda text: aside(text, 2.0),
    "stems": normal,
    "answer": lambda text: classify(text, STOCK.offers, None),
    "name": lambda text: own_name(PHRASES, hear(text), "", ""),
    "end": lambda text: Closing(PHRASES).leaves(hear(text), "Is there anything else?"),
    "models": lambda text: phones.find_models(STOCK.offers, text),
    "unsold": lambda text: phones.unsold(STOCK.offers, text),
    "colour": lambda text: phones.find_colour(STOCK.offers, text),
    "storage": phones.find_storage,
    "needs": lambda text: catalogue.needs_in(STOCK, text),
    "problem": lambda text: knowledge.find(HELP, text),
    "budget": budget_in,
    "amounts": amounts_in,
    "promises": promises_in,
}
REPEATED = [
    "no ",
    "No. 1. ",
    "one ",
    "two k ",
    "nine hundred and ninety nine ",
    "10 percent off ",
    "well, hundreds ",
]


@pytest.mark.timeout(100)
@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("reader", READERS)
def test_reading_takes_time_by_length(reader: str, repeated: str) -> None:
    """A hundred thousand characters are read by every reader."""
    READERS[reader]((repeated * LENGTH)[:LENGTH])


@pytest.mark.timeout(100)
@pytest.mark.parametrize("repeated", REPEATED)
def test_a_turn_as_long_as_a_book_is_answered(repeated: str) -> None:
    """The brain answers it at sales, where the most is read of it."""
    line = Line()
    line.begin()
    line.say("I'd like to buy the iPhone 17")
    line.say((repeated * LENGTH)[:LENGTH])
    assert not line.conversation.facts.orders


def test_only_the_beginning_of_a_very_long_turn_is_read() -> None:
    """What comes after a thousand characters is neither an order nor a phone; no word is cut."""
    assert classify("well " * MOST_READ + "order it") is classify("well")
    assert phones.find_models(STOCK.offers, "well " * MOST_READ + "the iPhone Air") == ()
    assert hear("banana " * MOST_READ).raw.split()[-1] == "banana"
