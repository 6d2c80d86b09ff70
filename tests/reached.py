"""How a caller is reached, apart from all else: what is asked, declined, recorded and corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace

from statemachine.answers import Answer
from statemachine.engine.table import Samples
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts, Selection, Ticket
from statemachine.offers import Offer
from statemachine.table import TABLE
from statemachine.triggers import NumberShown, RecordNumber

LINE, OTHER, ANOTHER = "+12125550100", "+12125550123", "+12125550199"
"""The number that a caller rings from, the one they gave, and one that nobody has said yet."""


@dataclass(frozen=True, slots=True)
class Reached(Facts):
    """A call's facts as far as they bear on how its caller is reached; all else lets anything pass.

    Walked together with the purchase and the problem, these facts would multiply them. Nothing of
    the purchase or the problem bears on them, but for what a guard lets pass; so these stand as
    they let most pass: a phone is quoted and a problem logged, the caller has spoken since, and it
    was a yes. What a real call does is thus done here as well, with the same
    number, name and question; some things are done here that no call can do. A rule that holds
    for all that is done here holds for every call. That it is so is tested with any triggers in any
    order (`tests/properties`): none of them is accepted in a call and refused here.
    """

    # What a walk of everything takes for anything, and this one asks for.
    several: bool = False
    customer_name: str = ""
    line_number: str = ""
    callback_number: str = ""

    def bare(self) -> Reached:
        """The same with the fewest values."""
        return reached(self)


def reached(facts: Facts) -> Reached:
    """What there is in a call's facts of how its caller is reached."""
    earlier = facts.turn - 1
    promised = (Ticket("", "", callback=True),) if facts.callback else ()
    return Reached(
        facts.turn,
        entered_at=earlier,
        offers=facts.offers,
        reference=facts.reference,
        answer=Answer.YES,
        several=facts.several,
        customer_name="Dana Quill" if facts.customer_name else "",
        line_number=LINE if facts.line_number else "",
        callback_number=_number(facts, facts.callback_number),
        contact=facts.contact,
        cancelling="S1",
        selection=Selection("", "", "", 0, earlier),
        logged_at=earlier,
        tickets=(Ticket("", ""), *promised),
    )


def told(facts: Facts, trigger: Trigger) -> Trigger:
    """A trigger of a call with these facts, with the numbers that stand for its own."""
    if isinstance(trigger, (RecordNumber, NumberShown)) and trigger.number.startswith("+"):
        return replace(trigger, number=_number(facts, trigger.number))
    return trigger


def _number(facts: Facts, number: str) -> str:
    if not number:
        return ""
    if number == facts.line_number:
        return LINE
    return OTHER if number == facts.callback_number else ANOTHER


REACHED = replace(
    TABLE,
    samples=Samples(
        Reached(offers=(Offer("iPhone 17", "256 GB", 79900, ("black",)),), reference="48213"),
        {**TABLE.samples.words, "number": (LINE, OTHER, ANOTHER), "model": ("iPhone 17",)},
    ),
)
"""The shop's table, on which these facts are walked."""
