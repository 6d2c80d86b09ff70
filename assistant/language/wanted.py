"""What a tool's words mean, in exact values: understood once, before the trigger is fired.

The machine compares what comes from here, and reads no word; nor does a replay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.language.accounts import account
from assistant.language.clauses import hear
from assistant.language.phones import (
    as_goods,
    asked_for,
    find_colour,
    find_storage,
    nearest,
    resolve_model,
)
from assistant.language.reaching import Numbers, meant, read_back
from statemachine.engine.triggers import ModelTrigger, words_in
from statemachine.guards import listed
from statemachine.offers import Offer
from statemachine.triggers import (
    FindOrder,
    LogSupportIssue,
    RecordName,
    RecordNumber,
    SelectModel,
)

LONGEST_NAME = 60
"""In characters; with five words the most that is taken for a name."""
_NAME = re.compile(r"[^\W\d_][^\W\d_.'\u2019-]*\.?(?:['\u2019-][^\W\d_]+)*\.?")
_STATED = re.compile(r"[^\W\d_]{2,}")


HERE = Numbers()


def understood(
    offers: tuple[Offer, ...],
    kind: type[ModelTrigger],
    given: Mapping[str, object],
    numbers: Numbers = HERE,
) -> ModelTrigger:
    """A trigger from a tool's words, whichever it is."""
    words = {name: words_in(said) for name, said in given.items() if isinstance(said, str)}
    if kind is SelectModel:
        return wanted(offers, words)
    if kind is RecordName:
        return RecordName(name_of_caller(words["name"]))
    if kind is RecordNumber:
        number = meant(words["number"], numbers)
        return RecordNumber(number, read_back(number, numbers.country))
    if kind is FindOrder:
        return FindOrder(words["number"], words.get("name", ""), bool(given.get("cancel")))
    if kind is LogSupportIssue:
        return LogSupportIssue(problem(words["issue"]))
    return kind(**words)


def wanted(offers: tuple[Offer, ...], given: Mapping[str, str]) -> SelectModel:
    """The phone that words ask for, as the catalogue writes it.

    A storage counts wherever a model put it. What the model doesn't come in stays as it was said,
    for no guard to find it on offer.
    """
    said, storage, colour = (given.get(name, "") for name in ("model", "storage", "colour"))
    model = resolve_model(offers, said)
    if model is None:
        asked = asked_for(offers, said)
        closest = listed(nearest(offers, said), "or") if asked else ""
        return SelectModel("", asked=as_goods(asked) if asked else "", nearest=closest)
    return SelectModel(
        model,
        find_storage(storage or said) or storage,
        (find_colour(offers, colour, model) or colour) if colour else "",
    )


def wants_several(said: str) -> bool:
    """Whether words ask for more than one phone: "two iPhone 17 please", "both"."""
    heard = hear(said)
    pieces = account("several", ("number", "both")).pieces(heard.words)
    ends_in_both = bool(pieces) and pieces[-1].kind == "both" and not heard.asks
    return ends_in_both or any(piece.kind == "number" for piece in pieces)


def name_of_caller(said: str) -> str:
    """A name as it is written, with capitals where it came without any; empty for what is none."""
    words = said.split()
    plausible = 1 <= len(words) <= 5 and len(said) <= LONGEST_NAME
    if not plausible or not all(map(_NAME.fullmatch, words)):
        return ""
    name = " ".join(words)
    return name.title() if name.islower() else name


def problem(said: str) -> str:
    """A problem as it is noted, the same one alike; empty where nothing is stated."""
    return " ".join(said.split()).strip(" .,;:!?") if _STATED.search(said) else ""
