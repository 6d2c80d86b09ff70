"""A caller who wants a person: asked for, waited for, talked to, and what comes of it if not."""

from __future__ import annotations

import pytest

from statemachine import lines
from statemachine.answers import Contact
from statemachine.conversation import Conversation
from statemachine.effects import NoteCaller, OpenTicket
from statemachine.engine.effects import HandOff, HangUp, Say
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import Trigger
from statemachine.facts import Facts
from statemachine.samples import TWO_MODELS
from statemachine.states import DESKS, State
from statemachine.triggers import (
    CallerHungUp,
    CallerPutOn,
    CallerSpoke,
    CallerWentSilent,
    CompleteSupport,
    EndCall,
    LogSupportIssue,
    NobodyAnswered,
    NumberShown,
    PersonAnswered,
    PersonDeclined,
    PersonLeft,
    PersonNotReached,
    SelectModel,
    Staff,
    StopWaiting,
    ToBuying,
    ToPerson,
    ToSupport,
)

OPENING = Facts(offers=TWO_MODELS, reference="48213")


def after(*triggers: Trigger) -> Conversation:
    """A call in which all of this has happened."""
    call = Conversation(OPENING)
    for trigger in triggers:
        assert isinstance(call.send(trigger), Accepted), trigger
    return call


def sent(call: Conversation, trigger: Trigger) -> Accepted[Facts]:
    """What came of a trigger that is accepted."""
    outcome = call.send(trigger)
    assert isinstance(outcome, Accepted)
    return outcome


WAITING = (CallerSpoke(), ToPerson("my invoice", Staff.IN))
TALKING = (*WAITING, PersonAnswered())


@pytest.mark.parametrize("way", [(), (CallerSpoke(), ToBuying()), (CallerSpoke(), ToSupport())])
def test_a_person_is_asked_for_from_every_desk(way: tuple[Trigger, ...]) -> None:
    """The caller waits, is told so, and nothing is on offer meanwhile."""
    call = after(*way, CallerSpoke())
    assert call.state in DESKS
    outcome = sent(call, ToPerson("my invoice", Staff.IN))
    assert call.state is State.WAITING
    assert outcome.effects == (HandOff(State.WAITING, "", Say(lines.OPENING_WAITING)),)
    assert call.facts.reason == "my invoice"


def test_a_quote_lapses_when_a_person_is_asked_for() -> None:
    """A yes to the person is no yes to the price."""
    call = after(CallerSpoke(), ToBuying(), SelectModel("iPhone 17"), *WAITING)
    assert call.facts.selection is not None
    assert call.facts.selection.lapsed


@pytest.mark.parametrize(
    ("trigger", "line"),
    [
        (PersonDeclined(), lines.PERSON_DECLINED_WHICH_NUMBER),
        (NobodyAnswered(), lines.NOBODY_ANSWERED_WHICH_NUMBER),
        (PersonNotReached(), lines.PERSON_NOT_REACHED_WHICH_NUMBER),
    ],
)
def test_whom_nobody_comes_to_is_called_back(trigger: Trigger, line: lines.Line) -> None:
    """They are told why, with the number of the ticket that says what it is about."""
    call = after(*WAITING)
    outcome = sent(call, trigger)
    (ticket,) = call.facts.tickets
    assert call.state is State.GREETING
    assert (ticket.number, ticket.issue, ticket.callback) == (
        "T48213",
        "Call back: my invoice",
        True,
    )
    assert outcome.effects == (
        OpenTicket(ticket),
        HandOff(State.GREETING, "", Say(line, (("ticket", "T48213"),))),
    )


def test_who_is_called_back_is_asked_for_a_number_where_none_is_known() -> None:
    """Their ticket says whom to call; a number that is known is not asked for."""
    unknown = after(*WAITING, NobodyAnswered())
    assert unknown.facts.contact is Contact.NUMBER
    number = "+12125550123"
    call = after(NumberShown(number), *WAITING)
    outcome = sent(call, NobodyAnswered())
    (ticket,) = call.facts.tickets
    assert outcome.effects == (
        OpenTicket(ticket),
        NoteCaller("", number),
        HandOff(State.GREETING, "", Say(lines.NOBODY_ANSWERED, (("ticket", "T48213"),))),
    )
    assert call.facts.contact is Contact.UNASKED


def test_who_asks_twice_in_vain_is_promised_one_call_back() -> None:
    """The ticket they have is named again."""
    call = after(*WAITING, NobodyAnswered(), *WAITING)
    outcome = sent(call, PersonDeclined())
    assert len(call.facts.tickets) == 1
    assert not any(isinstance(effect, OpenTicket) for effect in outcome.effects)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ToPerson("", Staff.CLOSED, "tomorrow at 9 am"),
            Say(
                lines.SHOP_CLOSED_WHICH_NUMBER,
                (("opens", "tomorrow at 9 am"), ("ticket", "T48213")),
            ),
        ),
        (ToPerson("", Staff.CLOSED), Say(lines.NOBODY_IN_WHICH_NUMBER, (("ticket", "T48213"),))),
        (ToPerson(), Say(lines.NOBODY_IN_WHICH_NUMBER, (("ticket", "T48213"),))),
    ],
)
def test_where_nobody_is_in_the_caller_stays_and_is_called_back(asked: ToPerson, said: Say) -> None:
    """They are told at once, with when the shop opens; nobody waits for who has gone home."""
    call = after(CallerSpoke(), ToSupport(), CallerSpoke())
    outcome = sent(call, asked)
    assert call.state is State.SUPPORT
    assert outcome.effects == (OpenTicket(call.facts.tickets[0]), said)
    assert call.facts.tickets[0].issue == "Call back"


def test_a_promised_call_back_is_no_problem_to_be_solved() -> None:
    """Support has nothing to close, and the same words may still be a problem."""
    call = after(*WAITING, NobodyAnswered(), CallerSpoke(), ToSupport(), CallerSpoke())
    assert isinstance(call.send(CompleteSupport()), Refused)
    sent(call, LogSupportIssue("my invoice"))
    assert [ticket.number for ticket in call.facts.open_tickets] == ["T48213-2"]


def test_a_colleague_who_answers_has_the_caller_to_themselves() -> None:
    """No model is asked while they talk, and who speaks then is nobody of ours."""
    call = after(*WAITING)
    outcome = sent(call, PersonAnswered())
    assert call.state is State.WITH_PERSON
    assert outcome.effects == (HandOff(State.WITH_PERSON, "", Say(lines.OPENING_WITH_PERSON)),)
    assert call.offered(CallerSpoke()) == ()
    assert not State.WITH_PERSON.agent


def test_when_the_colleague_leaves_the_front_desk_is_back_and_knows_why() -> None:
    """What they were asked for is still known, and that they came."""
    call = after(*TALKING, PersonLeft())
    assert call.state is State.GREETING
    assert call.facts.met
    assert call.facts.reason == "my invoice"
    assert not call.facts.tickets


def test_who_waits_may_change_their_mind() -> None:
    """Back to the front desk, on to another one, or goodbye."""
    for trigger, state in (
        (StopWaiting(), State.GREETING),
        (ToBuying(), State.BUYING),
        (EndCall(), State.ENDED),
    ):
        call = after(*WAITING, CallerSpoke())
        sent(call, trigger)
        assert call.state is state


def test_an_answer_that_comes_too_late_is_refused() -> None:
    """The caller has gone on: whoever answered is told so by whoever asked them."""
    call = after(*WAITING, CallerSpoke(), StopWaiting())
    for trigger in (PersonAnswered(), PersonDeclined(), NobodyAnswered(), PersonLeft()):
        assert isinstance(call.send(trigger), Refused)


@pytest.mark.parametrize("way", [WAITING, TALKING])
def test_a_caller_who_hangs_up_has_hung_up(way: tuple[Trigger, ...]) -> None:
    """Waiting or talking: the call ends, without a farewell to nobody."""
    assert sent(after(*way), CallerHungUp()).effects == (HangUp(None),)


def test_nobody_who_waits_goes_silent() -> None:
    """Who waits says nothing, and is not hung up on for it."""
    for way in (WAITING, TALKING):
        assert isinstance(after(*way).send(CallerWentSilent()), Refused)


def test_a_telephone_that_is_put_on_has_left_this_line() -> None:
    """A cold transfer: nothing is left to be said here."""
    assert sent(after(*WAITING), CallerPutOn()).effects == (HangUp(None),)
