"""Whether words may be about what is beside phones: a person, a call back, a number, an order."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from assistant.language.clauses import tidy
from assistant.language.english import is_english
from assistant.language.lists import table, word_lists
from statemachine.answers import Answer, Beside
from statemachine.facts import ASKED, Facts

_SHORT: Final = 6
"""Words of an answer that may agree to something a model has proposed of its own."""
_AGREES: Final = re.compile(
    r"(?:(?:oh|well|then|and|yes|no) )*(?:yes|sure|please|okay|fine|good|great|that would|go ahead"
    r"|go on|why not|do|of course|all right|alright|absolutely|definitely|perfect|lovely|if you) "
)


def beside(words: str, answer: Answer, facts: Facts, *, number: bool) -> Beside:
    """What the caller may mean after these words; `answer` is what they are as one, and
    `number` whether one is in them.

    Nobody loses what they want by it: what is in doubt may be, and what was named once stays, since
    what the model asks back is answered in any words.
    """
    text = tidy(words)
    if facts.beside is Beside.SOMETHING or _named().search(text) or _order_there(text):
        return Beside.SOMETHING
    if number or facts.earlier or facts.cancelling or not is_english(words):
        return Beside.MAYBE
    put, said = facts.on_offer or facts.contact in ASKED, text.split()
    agrees = answer is Answer.YES and word_lists("beside")["buys"].isdisjoint(said)
    if not put and len(said) <= _SHORT and (agrees or _AGREES.match(text)):
        return Beside.MAYBE
    return Beside.NOTHING


def _order_there(text: str) -> bool:
    """Whether an order is spoken of, other than one that is being placed."""
    return "order " in _anew().sub(" ", text)


@cache
def _named() -> re.Pattern[str]:
    """Any of the words and phrases of the lists."""
    lists = word_lists("beside")
    each = sorted(lists["people"] | lists["reached"] | lists["orders"])
    whole = (re.escape(word).replace(r"\*", "[^ ]*") for word in each)
    return re.compile(rf"(?<![^ ])(?:{'|'.join((*whole, *table('beside')['phrases']))})(?![^ ])")


@cache
def _anew() -> re.Pattern[str]:
    return re.compile(rf"(?<![^ ])(?:{'|'.join(table('beside')['orders_anew'])})(?![^ ])")
