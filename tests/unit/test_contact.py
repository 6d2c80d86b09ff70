"""How a caller is reached: a number said whole, in pieces or corrected, asked for once by code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.agents.contacting import answered
from assistant.agents.reflex import Deed
from assistant.language.reaching import Numbers, disputes, meant, number_in, so_far
from assistant.language.telephone import shown
from assistant.language.turn import spoke
from assistant.shop.wording.lines import GO_ON
from statemachine import lines
from statemachine.answers import Answer, Contact
from statemachine.conversation import Conversation
from statemachine.effects import NoteCaller
from statemachine.engine.effects import Say
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.samples import TWO_MODELS
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    DeclineContact,
    LogSupportIssue,
    NumberShown,
    RecordName,
    RecordNumber,
    SelectModel,
    ToBuying,
    ToSupport,
)

LINE, OTHER = "+12125550123", "+12125550133"
HEARD, YES, NO = CallerSpoke(), CallerSpoke(Answer.YES), CallerSpoke(Answer.NO)
BOUGHT: tuple[Trigger, ...] = (HEARD, ToBuying(), HEARD, SelectModel("iPhone 17"), YES)


def after(*triggers: Trigger) -> Conversation:
    """A call in which these were fired."""
    conversation = Conversation(Facts(offers=TWO_MODELS, reference="48213"))
    for trigger in triggers:
        conversation.send(trigger)
    return conversation


def said(outcome: object) -> list[str]:
    """The names of the lines that an outcome speaks."""
    if isinstance(outcome, Refused):
        return [outcome.says.line.name] if outcome.says else []
    assert isinstance(outcome, Accepted)
    return [effect.line.name for effect in outcome.effects if isinstance(effect, Say)]


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("two one two, five five five, oh one double three", OTHER),
        ("you can reach me on (212) 555-0133 after five", OTHER),
        ("oh, it's 212 555 0133", OTHER),
        ("+44 20 7946 0958", "+442079460958"),
        ("the iPhone 17 with 256 please", ""),
        ("five five five", ""),
        ("", ""),
    ],
)
def test_a_whole_number_is_found_in_what_is_said(words: str, number: str) -> None:
    """However it is said, and whatever stands beside it."""
    assert number_in(words, "US") == number


def test_a_number_said_in_pieces_is_put_together() -> None:
    """Each piece stands behind the one before; what comes behind a whole one begins anew."""
    digits = ""
    for piece in ("two one two", "um, five five five", "oh one double three"):
        digits = so_far(piece, digits, "", "US")
    assert digits == "2125550133"
    assert so_far("five five five", digits, "", "US") == "555"
    assert so_far("I also need support", "212", "", "US") == ""


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("no, it's two one two, five five five, oh one double three", OTHER),
        ("no, it ends in three three", OTHER),
        ("the last four are oh one double three", OTHER),
        ("not 23, 33", OTHER),
        ("0 1 3 3", OTHER),
        ("no thanks", ""),
        ("the sixteen", ""),
    ],
)
def test_a_number_that_was_read_back_is_put_right(words: str, number: str) -> None:
    """Said anew, by its end, or by the digits that were wrong; nothing else changes it."""
    assert so_far(words, "", LINE, "US") == number


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("that's wrong", True),
        ("no, that is not my number", True),
        ("you misheard", True),
        ("no thanks", False),
        ("that's right", False),
    ],
)
def test_who_says_that_it_is_wrong_is_heard(words: str, wrong: bool) -> None:
    """A no alone answers what was asked."""
    assert disputes(words) is wrong


def test_a_models_words_are_a_number_the_one_being_said_or_the_one_they_ring_from() -> None:
    """Never one that nobody said."""
    numbers = Numbers("US", LINE, "2125550133")
    assert meant("212-555-0123", numbers) == LINE
    assert meant("(212) 555-0133", numbers) == OTHER
    assert meant("0133", numbers) == OTHER
    assert meant("+44 20 7946 0958", numbers) == ""
    assert meant("212 555 0133", Numbers("US", LINE)) == ""
    assert meant("the one they call from", numbers) == LINE
    assert meant("yes", Numbers()) == ""
    assert meant("their office", numbers) == ""


def test_a_number_that_is_said_unasked_is_theirs_and_left_to_the_model() -> None:
    """It may be recorded; whether it is to be, the whole sentence says."""
    words = "my number is 212 555 0133 by the way"
    spoken = spoke(words, Facts(offers=TWO_MODELS))
    assert spoken.digits == OTHER
    assert answered(words, after(spoken).facts, "US") is None
    assert not spoke("the 17 with 256, for 799 or 899 dollars", Facts(offers=TWO_MODELS)).digits


@pytest.mark.parametrize("told", ["", "anonymous", "Restricted", "+266696687", "unknown", "12"])
def test_a_hidden_number_is_unknown(told: str) -> None:
    """Whatever a network shows in its place."""
    assert shown(told, "US") == ""
    assert shown("+12125550123", "US") == LINE
    assert shown("2125550123", "US") == LINE


def test_an_order_asks_for_a_number_and_then_for_a_name() -> None:
    """With its confirmation; what is noted goes to the order."""
    call = after(*BOUGHT)
    assert said(call.send(ConfirmPurchase())) == ["ordered_which_number"]
    call.send(CallerSpoke(digits="2125550133"))
    noted = call.send(RecordNumber(OTHER, "2 1 2, 5 5 5, 0 1 3 3"))
    assert said(noted) == ["number_and_name"]
    assert isinstance(noted, Accepted)
    assert NoteCaller("", OTHER) in noted.effects
    call.send(HEARD)
    named = call.send(RecordName("Dana"))
    assert isinstance(named, Accepted)
    assert named.effects == (NoteCaller("Dana", OTHER),)
    assert call.facts.contact is Contact.SETTLED


def test_a_number_that_the_network_shows_is_offered() -> None:
    """A yes takes it, a no leads to the question for another."""
    call = after(NumberShown(LINE), *BOUGHT)
    assert call.facts.callback_number == LINE
    assert said(call.send(ConfirmPurchase())) == ["ordered_this_number"]
    taken = after(NumberShown(LINE), *BOUGHT, ConfirmPurchase(), YES)
    assert said(taken.send(RecordNumber(LINE))) == ["this_number_and_name"]
    call.send(NO)
    assert said(call.send(DeclineContact())) == ["which_number"]
    call.send(NO)
    assert said(call.send(DeclineContact())) == ["not_noted_down"]
    call.send(NO)
    assert isinstance(call.send(DeclineContact()), Refused)


def test_what_is_said_instead_passes_the_question_and_it_is_not_put_again() -> None:
    """Neither with the next order nor with a ticket."""
    call = after(*BOUGHT, ConfirmPurchase(), HEARD)
    assert call.facts.contact is Contact.SETTLED
    call.send(SelectModel("iPhone 17 Pro"))
    call.send(YES)
    assert said(call.send(ConfirmPurchase())) == ["ordered"]
    call.send(HEARD)
    call.send(ToSupport())
    call.send(HEARD)
    assert said(call.send(LogSupportIssue("no sound"))) == ["issue_noted"]


def test_a_ticket_asks_beside_its_first_step() -> None:
    """What is said of the step is about the step: only a number or a name is taken for one."""
    call = after(HEARD, ToSupport(), HEARD)
    assert said(call.send(LogSupportIssue("no sound"))) == ["issue_noted", "tell_both"]
    call.send(NO)
    assert isinstance(call.send(DeclineContact()), Refused)
    call.send(CallerSpoke(digits="2125550133"))
    assert said(call.send(RecordNumber(OTHER, "2 1 2"))) == ["number_and_help"]
    known = after(NumberShown(LINE), HEARD, RecordName("Dana"), ToSupport(), HEARD)
    assert said(known.send(LogSupportIssue("no sound"))) == ["issue_with_number"]


def test_a_number_corrected_twice_is_the_last_one() -> None:
    """Each is read back; what is disputed is asked for again, and forgotten until then."""
    call = after(*BOUGHT, ConfirmPurchase(), CallerSpoke(digits=LINE), RecordNumber(LINE))
    for words, number in (("no, it ends in 33", OTHER), ("no, 0 1 4 4", "+12125550144")):
        call.send(spoke(words, call.facts))
        assert call.facts.digits == number
        call.send(RecordNumber(number))
    assert call.facts.callback_number == "+12125550144"
    call.send(spoke("that's wrong again", call.facts))
    assert answered("that's wrong again", call.facts, "US") == Deed("decline_contact", {})
    assert said(call.send(DeclineContact())) == ["which_number_again"]
    assert call.facts.callback_number == ""


def test_no_number_is_asked_for_again_digit_by_digit() -> None:
    """The machine refuses it with a line of its own."""
    call = after(*BOUGHT, ConfirmPurchase(), HEARD)
    assert said(call.send(RecordNumber(""))) == ["no_such_number"]


def test_a_number_said_before_an_order_leaves_the_offer_standing() -> None:
    """And nothing is asked with the order."""
    call = after(*BOUGHT[:-1], HEARD)
    assert said(call.send(RecordNumber(OTHER))) == ["number_and_quote"]
    call.send(YES)
    ordered = call.send(ConfirmPurchase())
    assert said(ordered) == ["ordered"]
    assert isinstance(ordered, Accepted)
    assert NoteCaller("", OTHER) in ordered.effects


def test_the_number_they_gave_stays_when_the_line_goes_to_somebody_else() -> None:
    """Only the one that was shown goes with the line."""
    call = after(NumberShown(LINE), NumberShown(""))
    assert call.facts.callback_number == ""
    call = after(NumberShown(LINE), HEARD, RecordNumber(OTHER), NumberShown(""))
    assert call.facts.callback_number == OTHER


@pytest.mark.parametrize(
    ("words", "contact", "done"),
    [
        ("two one two", Contact.NUMBER, GO_ON),
        ("2125550133", Contact.NUMBER, Deed("record_number", {"number": OTHER})),
        ("no thanks", Contact.NUMBER, Deed("decline_contact", {})),
        ("no thanks, that's all, bye", Contact.NUMBER, None),
        ("yes please", Contact.LINE, Deed("record_number", {"number": LINE})),
        ("no, another one", Contact.LINE, Deed("decline_contact", {})),
        ("no", Contact.LINE, Deed("decline_contact", {})),
        ("I also need help with my battery", Contact.NUMBER, None),
        ("no", Contact.ASIDE, None),
        ("no", Contact.NAME, Deed("decline_contact", {})),
        ("no", Contact.NOTED, None),
        ("yes", Contact.SETTLED, None),
    ],
)
def test_code_answers_what_code_has_asked(words: str, contact: Contact, done: object) -> None:
    """Whatever model is in charge; everything else is the model's."""
    call = after(NumberShown(LINE), *BOUGHT, ConfirmPurchase())
    there = Conversation(replace(call.facts, contact=contact), call.state)
    there.send(spoke(words, there.facts))
    assert answered(words, there.facts, "US") == done


def test_every_line_that_asks_has_one_question() -> None:
    """Two at once would get one answer."""
    for line in lines.CONVERSATION:
        if line.name.startswith(("ordered", "number", "this_number", "which_number")):
            assert line.wording.count("?") <= 1
