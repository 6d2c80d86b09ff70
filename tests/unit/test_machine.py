"""One trigger at a time: what is accepted, what is refused and why, and what it asks for."""

from __future__ import annotations

import pytest

from statemachine import lines
from statemachine.answers import Answer, Contact
from statemachine.conversation import MACHINE, Conversation
from statemachine.effects import Advise, OpenTicket, PlaceOrder, ResolveTicket
from statemachine.engine.effects import HandOff, HangUp, Say
from statemachine.engine.lines import Line
from statemachine.engine.machine import Accepted, Reason, Refused
from statemachine.engine.triggers import SessionTrigger, Trigger, name_of
from statemachine.facts import Facts
from statemachine.samples import TWO_MODELS
from statemachine.states import FINAL, State
from statemachine.triggers import (
    CallerHungUp,
    CallerSpoke,
    CallerWentSilent,
    CallFailed,
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
    LogSupportIssue,
    QuestionPut,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)
from statemachine.updates import ordered

SPOKE, YES, NO = CallerSpoke(), CallerSpoke(Answer.YES), CallerSpoke(Answer.NO)
AT_SALES = (SPOKE, ToBuying())
AT_SUPPORT = (SPOKE, ToSupport())
QUOTED = (*AT_SALES, SPOKE, SelectModel("iPhone 17 Pro"))
LOGGED = (*AT_SUPPORT, SPOKE, LogSupportIssue("the screen is black"))


def call(*triggers: Trigger) -> Conversation:
    """A call in which all of these were accepted."""
    conversation = Conversation(Facts(offers=TWO_MODELS, reference="48213"))
    for trigger in triggers:
        accepted(conversation, trigger)
    return conversation


def accepted(conversation: Conversation, trigger: Trigger) -> Accepted[Facts]:
    """Fire a trigger that must happen."""
    outcome = conversation.send(trigger)
    assert isinstance(outcome, Accepted), outcome
    return outcome


def refused(conversation: Conversation, trigger: Trigger) -> Refused:
    """Fire a trigger that must not happen, and see that it left no trace."""
    before = conversation.state, conversation.facts
    outcome = conversation.send(trigger)
    assert isinstance(outcome, Refused), outcome
    assert (conversation.state, conversation.facts) == before
    assert outcome.reasons
    return outcome


def test_a_call_begins_at_the_front_desk_knowing_nothing() -> None:
    """Nothing is selected, logged or said before the caller speaks."""
    conversation = Conversation()
    assert conversation.state is State.GREETING
    assert conversation.facts == Facts()
    assert not conversation.ended


def test_nobody_is_put_through_before_they_have_spoken() -> None:
    """A model that transfers on its own greeting is told to listen first."""
    outcome = refused(call(), ToBuying())
    said = "The caller hasn't said anything since they were put through: listen to them first."
    assert outcome.reasons == (Reason("spoken_since_entering", said),)
    anywhere = ("record_name", "record_number", "request_callback", "find_order")
    assert outcome.possible == anywhere


def test_being_put_through_hands_off_with_the_wish() -> None:
    """The next agent gets what the caller already said, and a line to open with otherwise."""
    outcome = accepted(call(SPOKE), ToBuying("  the 17 Pro in blue "))
    assert outcome.effects == (
        HandOff(State.BUYING, "the 17 Pro in blue", Say(lines.OPENING_BUYING)),
    )
    assert (outcome.target, outcome.facts.entered_at) == (State.BUYING, 1)


def test_a_caller_is_not_passed_on_twice_in_one_breath() -> None:
    """Whoever was just put through must have spoken before being put through again."""
    refused(call(*AT_SALES), ToSupport())
    accepted(call(*AT_SALES, SPOKE), ToSupport())


def test_a_trigger_of_another_desk_is_refused_with_the_desk() -> None:
    """The model learns where the caller is and what it can do there."""
    outcome = refused(call(SPOKE), ConfirmPurchase())
    said = "confirm_purchase is not possible while the caller is with the front desk."
    assert outcome.reasons == (Reason("not_possible_here", said),)
    assert {"to_buying", "to_support", "record_name", "end_call"} <= set(outcome.possible)


@pytest.mark.parametrize("before", [(SPOKE,), AT_SALES, AT_SUPPORT])
def test_a_name_is_noted_at_any_desk(before: tuple[Trigger, ...]) -> None:
    """As it was understood; where no name was, none is."""
    assert accepted(call(*before), RecordName("Dana")).facts.customer_name == "Dana"
    refused(call(*before), RecordName(""))


def test_a_selection_is_quoted_with_the_price_the_shop_has() -> None:
    """Without a storage the smallest one is quoted and named."""
    outcome = accepted(call(*AT_SALES, SPOKE), SelectModel("iPhone 17"))
    values = (("model", "iPhone 17"), ("storage", "256 GB"), ("price", "$799"))
    assert outcome.effects == (Say(lines.QUOTE, values),)
    assert outcome.facts.selected_model == "iPhone 17"


def test_a_selection_in_a_colour_says_the_colour() -> None:
    """Storage and colour that were said are part of the quote."""
    outcome = accepted(call(*AT_SALES, SPOKE), SelectModel("iPhone 17", "512 GB", "black"))
    assert outcome.effects == (
        Say(
            lines.QUOTE_IN_COLOUR,
            (
                ("model", "iPhone 17"),
                ("storage", "512 GB"),
                ("price", "$999"),
                ("colour", "black"),
            ),
        ),
    )


def test_a_change_of_storage_keeps_the_colour() -> None:
    """What was chosen for a model stands until another model is chosen."""
    conversation = call(*AT_SALES, SPOKE, SelectModel("iPhone 17", "", "black"), SPOKE)
    changed = accepted(conversation, SelectModel("iPhone 17", "512 GB")).facts.selection
    assert changed is not None
    assert (changed.storage, changed.colour) == ("512 GB", "black")
    other = accepted(conversation, SelectModel("iPhone 17 Pro")).facts.selection
    assert other is not None
    assert (other.storage, other.colour) == ("256 GB", "")


@pytest.mark.parametrize(
    ("trigger", "line"),
    [
        (SelectModel("", asked="the Galaxy S24", nearest="iPhone 17 Pro"), lines.NOT_SOLD),
        (SelectModel(""), lines.WHICH_MODEL),
        (SelectModel("iPhone 17", "2 TB"), lines.NO_SUCH_STORAGE),
        (SelectModel("iPhone 17", "", "pink"), lines.NO_SUCH_COLOUR),
    ],
)
def test_what_is_not_sold_is_refused_with_a_line_for_the_caller(
    trigger: SelectModel, line: Line
) -> None:
    """Code tells the caller what there is instead, with every placeholder filled."""
    says = refused(call(*AT_SALES, SPOKE), trigger).says
    assert says is not None
    assert says.line is line
    assert {name for name, _ in says.values} == line.placeholders
    assert all(value for _, value in says.values)


def test_the_same_quote_is_not_given_twice_in_one_turn() -> None:
    """A model that calls the tool twice is told to wait for the answer."""
    conversation = call(*QUOTED)
    refused(conversation, SelectModel("iPhone 17 Pro"))
    accepted(conversation, SelectModel("iPhone 17"))


def test_a_purchase_needs_the_callers_word_after_the_price() -> None:
    """Selecting and buying in one breath is refused; after a turn of the caller it is an order."""
    conversation = call(*QUOTED)
    refused(conversation, ConfirmPurchase())
    accepted(conversation, YES)
    outcome = accepted(conversation, ConfirmPurchase())
    (order,) = outcome.facts.orders
    assert (order.number, order.model, order.price_cents) == ("S48213", "iPhone 17 Pro", 109900)
    assert outcome.effects == (PlaceOrder(order), ordered(order, Contact.NUMBER))


def test_a_no_is_not_a_purchase_until_the_caller_says_more() -> None:
    """After a plain no or a wait nothing is ordered, and a later yes still orders."""
    conversation = call(*QUOTED, NO)
    refused(conversation, ConfirmPurchase())
    accepted(conversation, YES)
    accepted(conversation, ConfirmPurchase())


def test_a_yes_answers_what_was_asked_last() -> None:
    """After another question, or at another desk and back, the phone must be selected anew."""
    for since in ((QuestionPut(), YES), (SPOKE, ToSupport(), SPOKE, ToBuying(), YES)):
        conversation = call(*QUOTED, *since)
        names = [reason.name for reason in refused(conversation, ConfirmPurchase()).reasons]
        assert names == ["still_offered"]
        for trigger in (SelectModel("iPhone 17 Pro"), YES, ConfirmPurchase()):
            accepted(conversation, trigger)


def test_a_question_may_be_followed_by_a_quote_in_the_same_turn() -> None:
    """What was suggested is selected; a quote that no longer stands may be given again."""
    conversation = call(*QUOTED, QuestionPut())
    accepted(conversation, SelectModel("iPhone 17 Pro"))
    refused(conversation, SelectModel("iPhone 17 Pro"))


def test_an_order_says_what_was_ordered_and_its_price() -> None:
    """The phone, its storage and colour, the price and the number: nobody pays for another."""
    black = (SelectModel("iPhone 17", "512 GB", "black"), YES)
    effects = accepted(call(*AT_SALES, SPOKE, *black), ConfirmPurchase()).effects
    (said,) = (effect for effect in effects if isinstance(effect, Say))
    assert said.line is lines.ORDERED_WHICH_NUMBER
    assert dict(said.values) == {
        "phone": "iPhone 17 in black",
        "storage": "512 GB",
        "price": "$999",
        "order": "S48213",
    }


def test_whoever_asked_for_several_is_asked_for_the_next() -> None:
    """One phone at a time, and said so; the order after it is an ordinary one."""
    conversation = call(*AT_SALES, CallerSpoke(several=True), SelectModel("iPhone 17"), YES)
    for line in (lines.ORDERED_ONE, lines.ORDERED_WHICH_NUMBER, lines.ORDERED):
        effects = accepted(conversation, ConfirmPurchase()).effects
        assert any(isinstance(effect, Say) and effect.line is line for effect in effects)
        for trigger in (SPOKE, SelectModel("iPhone 17 Pro"), YES):
            accepted(conversation, trigger)


def test_an_order_is_placed_once_for_a_selection() -> None:
    """Another order needs another selection, and gets a number of its own."""
    conversation = call(*QUOTED, YES, ConfirmPurchase())
    refused(conversation, ConfirmPurchase())
    for trigger in (SPOKE, SelectModel("iPhone 17 Pro"), YES, ConfirmPurchase()):
        accepted(conversation, trigger)
    assert [order.number for order in conversation.facts.orders] == ["S48213", "S48213-2"]


def test_an_issue_opens_a_ticket_and_asks_for_the_first_step() -> None:
    """The ticket is written down, its number spoken, and the knowledge asked."""
    outcome = accepted(call(*AT_SUPPORT, SPOKE), LogSupportIssue("the screen is black"))
    (ticket,) = outcome.facts.tickets
    assert (ticket.number, ticket.issue, ticket.status) == (
        "T48213",
        "the screen is black",
        "open",
    )
    assert outcome.effects == (
        OpenTicket(ticket),
        Say(lines.ISSUE_NOTED, (("ticket", "T48213"),)),
        Advise("the screen is black"),
        Say(lines.TELL_BOTH),
    )


def test_a_problem_is_not_logged_twice() -> None:
    """Neither in the same turn nor, in other capitals, while its ticket is open."""
    conversation = call(*LOGGED)
    refused(conversation, LogSupportIssue("another one"))
    accepted(conversation, SPOKE)
    refused(conversation, LogSupportIssue("The screen is black"))
    refused(conversation, LogSupportIssue(""))
    accepted(conversation, LogSupportIssue("and the battery drains"))


def test_a_solved_problem_resolves_its_ticket_and_goes_back_to_the_front_desk() -> None:
    """The wish is served, and the front desk opens with its line for that."""
    conversation = call(*LOGGED)
    refused(conversation, CompleteSupport())
    accepted(conversation, SPOKE)
    outcome = accepted(conversation, CompleteSupport())
    assert outcome.effects == (
        ResolveTicket("T48213"),
        HandOff(State.GREETING, "", Say(lines.FIXED)),
    )
    assert outcome.facts.tickets[0].status == "resolved"


def test_an_old_ticket_is_not_closed_before_support_has_heard_the_caller() -> None:
    """Back at support with an open ticket, the caller speaks first: no bouncing in one breath."""
    conversation = call(*LOGGED, SPOKE, ToBuying(), SPOKE, ToSupport())
    refused(conversation, CompleteSupport())
    accepted(conversation, SPOKE)
    accepted(conversation, CompleteSupport())


@pytest.mark.parametrize(
    ("before", "ending", "farewell"),
    [
        ((SPOKE,), EndCall(), lines.FAREWELL),
        ((*AT_SALES, SPOKE), EndPurchaseCall(), lines.FAREWELL_BUYING),
        ((*AT_SUPPORT, SPOKE), EndSupportCall(), lines.FAREWELL_SUPPORT),
        ((), CallerWentSilent(), lines.SILENT_FAREWELL),
    ],
)
def test_an_ending_says_farewell_and_hangs_up(
    before: tuple[Trigger, ...], ending: Trigger, farewell: Line
) -> None:
    """Each desk has its own goodbye, and so has a silent line."""
    conversation = call(*before)
    assert accepted(conversation, ending).effects == (HangUp(Say(farewell)),)
    assert conversation.ended


@pytest.mark.parametrize("gone", [CallerHungUp(), CallFailed()])
def test_a_line_that_is_gone_ends_without_a_word(gone: SessionTrigger) -> None:
    """There is nobody to say goodbye to."""
    assert accepted(call(), gone).effects == (HangUp(None),)


def test_nothing_happens_after_the_end() -> None:
    """Every trigger is refused, also a second ending, and nothing is offered."""
    conversation = call(SPOKE, EndCall())
    for trigger in (EndCall(), SPOKE, CallerHungUp(), ToBuying("x"), RecordName("Dana")):
        outcome = refused(conversation, trigger)
        over = Reason("not_possible_here", "The call has ended: nothing more can be done.")
        assert outcome.reasons == (over,)
        assert outcome.possible == ()
    assert conversation.state is FINAL
    assert conversation.offered() == ()


def test_an_unknown_trigger_is_refused_and_does_not_raise() -> None:
    """A trigger without a row is not possible, whatever it is."""

    class Dance(Trigger):
        """Dance."""

    assert refused(call(), Dance()).reasons[0].told.startswith("dance is not possible")


def test_what_is_offered_counts_words_that_are_about_to_be_committed() -> None:
    """The offer can be asked for before the caller's turn is written down."""
    conversation = call(*QUOTED)
    assert ConfirmPurchase not in conversation.offered()
    assert ConfirmPurchase in conversation.offered(YES)
    assert ConfirmPurchase not in conversation.offered(NO)
    assert ConfirmPurchase not in conversation.offered()


def test_planning_moves_nothing() -> None:
    """A plan is an answer to what-if; committing it is what moves the call."""
    conversation = call(SPOKE)
    before = conversation.facts
    plan = conversation.plan(ToBuying())
    assert isinstance(plan, Accepted)
    assert conversation.facts == before
    conversation.commit(plan)
    assert (conversation.state, conversation.facts) == (State.BUYING, plan.facts)


def test_a_plan_for_another_moment_is_not_committed() -> None:
    """Two plans made at once cannot both happen."""
    conversation = call(SPOKE)
    first, second = conversation.plan(ToBuying()), conversation.plan(ToSupport())
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    conversation.commit(first)
    with pytest.raises(ValueError, match="to_support was planned for another moment"):
        conversation.commit(second)


def test_a_price_holds_for_the_whole_call() -> None:
    """What the shop sells is part of the facts: no other call and no new price changes it."""
    one = call(*QUOTED)
    other = Conversation(Facts(offers=TWO_MODELS[:1]))
    assert other.facts.offers != one.facts.offers
    accepted(one, YES)
    assert accepted(one, ConfirmPurchase()).facts.orders[0].price_cents == 109900


def test_a_call_is_taken_up_where_it_was() -> None:
    """State and facts are all there is to a call: with them it goes on as if nothing had been."""
    one = call(*QUOTED, YES)
    other = Conversation(one.facts, one.state, MACHINE)
    assert one.send(ConfirmPurchase()) == other.send(ConfirmPurchase())


def test_triggers_are_named_in_snake_case() -> None:
    """The tool's name is the class's."""
    assert [name_of(ToBuying), name_of(CallerHungUp())] == ["to_buying", "caller_hung_up"]
