"""Whatever is fired in whatever order with whatever payload, a call keeps its rules."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from assistant.language.consent import classify
from statemachine.answers import Answer, Beside, Contact
from statemachine.conversation import MACHINE, Conversation
from statemachine.effects import PlaceOrder
from statemachine.engine.explore import canonical
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import ModelTrigger, Trigger
from statemachine.facts import ASKED, Facts
from statemachine.offers import Offer
from statemachine.states import DESKS, FINAL, State
from statemachine.triggers import (
    CallerHungUp,
    CallerPutOn,
    CallerSpoke,
    CallerWentSilent,
    CallFailed,
    CancelOrder,
    CompleteSupport,
    ConfirmPurchase,
    DeclineContact,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
    FindOrder,
    KeyPressed,
    LogSupportIssue,
    NobodyAnswered,
    NumberShown,
    PersonAnswered,
    PersonDeclined,
    PersonLeft,
    PersonNotReached,
    QuestionPut,
    RecordName,
    RecordNumber,
    RequestCallback,
    SelectModel,
    Staff,
    StopWaiting,
    ToBuying,
    ToPerson,
    ToSupport,
)
from tests.reached import reached, told

COLOURS = ("black", "white", "deep blue")
OFFERS = tuple(
    Offer(model, storage, dollars * 100, COLOURS)
    for model, storage, dollars in (
        ("iPhone 17", "256 GB", 799),
        ("iPhone 17", "512 GB", 999),
        ("iPhone 17 Pro", "256 GB", 1099),
        ("iPhone 17 Pro Max", "256 GB", 1199),
        ("iPhone 17 Pro Max", "1 TB", 1599),
        ("iPhone Air", "256 GB", 999),
    )
)
OPENING = Facts(offers=OFFERS, reference="48213")

ASKED_FOR = {"contact", "cancelling"}
"""What stands asked of the caller beside the purchase: another question passes it."""
MAY_CHANGE: dict[type[Trigger], set[str]] = {
    CallerSpoke: {"turn", "answer", "several", "stays", "unsolved", "digits", "beside", *ASKED_FOR},
    QuestionPut: {"selection", *ASKED_FOR},
    ToBuying: {"wish", "entered_at", "selection", *ASKED_FOR},
    ToSupport: {"wish", "entered_at", "selection", *ASKED_FOR},
    KeyPressed: {"keys"},
    NumberShown: {"line_number", "callback_number", "earlier"},
    RecordName: {"customer_name", *ASKED_FOR},
    RecordNumber: {"callback_number", "contact", "digits"},
    DeclineContact: {"callback_number", "contact"},
    RequestCallback: {"tickets", "selection", *ASKED_FOR},
    FindOrder: {"selection", "answer", *ASKED_FOR},
    CancelOrder: {"orders", "cancelling"},
    SelectModel: {"selection", *ASKED_FOR},
    ConfirmPurchase: {"selection", "orders", "several", *ASKED_FOR},
    LogSupportIssue: {"support_issue", "logged_at", "tickets", *ASKED_FOR},
    CompleteSupport: {"tickets", "wish", "entered_at", *ASKED_FOR},
    ToPerson: {"wish", "reason", "selection", "entered_at", "tickets", *ASKED_FOR},
    StopWaiting: {"entered_at", *ASKED_FOR},
    PersonAnswered: {"met", "entered_at", *ASKED_FOR},
    **{
        failing: {"entered_at", "tickets", *ASKED_FOR}
        for failing in (PersonDeclined, NobodyAnswered, PersonNotReached)
    },
    PersonLeft: {"entered_at"},
    **{
        ending: {"entered_at"}
        for ending in (
            EndCall,
            EndPurchaseCall,
            EndSupportCall,
            CallerHungUp,
            CallerPutOn,
            CallerWentSilent,
            CallFailed,
        )
    },
}
"""Which facts a trigger may write, by hand: the design's column "leads to"."""


def designed_offer(state: State, facts: Facts) -> set[type[ModelTrigger]]:
    """What the design says a model may fire, by hand, beside the table."""
    heard = facts.turn > facts.entered_at
    chosen = facts.selection
    answered = not facts.tickets or facts.turn > facts.logged_at
    buyable = (
        chosen is not None
        and chosen.stands
        and facts.turn > chosen.turn
        and facts.answer is Answer.YES
    )
    beside = facts.beside is not Beside.NOTHING
    number = beside or facts.contact in ASKED
    reached: dict[type[ModelTrigger], bool] = {
        DeclineContact: facts.contact in ASKED,
        RequestCallback: beside,
        FindOrder: beside or bool(facts.orders),
        CancelOrder: bool(facts.cancelling) and facts.answer is Answer.YES,
    }
    rules: dict[State, dict[type[ModelTrigger], bool]] = {
        State.GREETING: {
            ToBuying: heard,
            ToSupport: heard,
            ToPerson: heard and beside,
            RecordName: True,
            RecordNumber: number,
            EndCall: heard,
            **reached,
        },
        State.WAITING: {
            ToBuying: heard,
            ToSupport: heard,
            StopWaiting: heard,
            RecordName: True,
            RecordNumber: number,
            EndCall: heard,
        },
        State.WITH_PERSON: {},
        State.BUYING: {
            ToSupport: heard,
            ToPerson: heard and beside,
            RecordName: True,
            RecordNumber: number,
            SelectModel: True,
            ConfirmPurchase: buyable,
            EndPurchaseCall: heard,
            **reached,
        },
        State.SUPPORT: {
            ToBuying: heard,
            ToPerson: heard and beside,
            RecordName: True,
            RecordNumber: number,
            **reached,
            LogSupportIssue: answered,
            CompleteSupport: bool(facts.open_tickets) and answered and heard,
            EndSupportCall: heard,
        },
        State.ENDED: {},
    }
    return {kind for kind, holds in rules.get(state, {}).items() if holds}


DESIGNED = {
    *(ToBuying, ToSupport, RecordName, EndCall, SelectModel, ConfirmPurchase, EndPurchaseCall),
    *(LogSupportIssue, CompleteSupport, EndSupportCall, ToPerson, StopWaiting),
    *(RecordNumber, DeclineContact, RequestCallback, FindOrder, CancelOrder),
}
"""The triggers of the desks named above; another desk's are judged by its own rows."""


anything = st.text(max_size=80)
words = st.one_of(
    st.sampled_from(
        ["", "Dana Smith", "the battery drains", "black screen", "blue, for my mother"]
    ),
    anything,
)
models = st.one_of(
    st.sampled_from(
        ["iPhone 17", "iPhone 17 Pro", "iPhone 17 Pro Max", "iPhone Air", "the 17 pro", ""]
    ),
    anything,
)
storages = st.one_of(st.sampled_from(["", "256 GB", "512 GB", "1 TB", "3 GB"]), anything)
colours = st.one_of(st.sampled_from(["", "black", "deep blue", "pink"]), anything)
DIALLED = ("+12125550123", "+442079460958", "+12125550199")
numbers = st.sampled_from(["", *DIALLED])
payloads: st.SearchStrategy[Trigger] = st.one_of(
    st.builds(ToBuying, words),
    st.builds(ToSupport, words),
    st.builds(RecordName, words),
    st.builds(SelectModel, models, storages, colours, words, words),
    st.builds(ConfirmPurchase),
    st.builds(EndPurchaseCall),
    st.builds(LogSupportIssue, words),
    st.builds(CompleteSupport),
    st.builds(EndSupportCall),
    st.builds(EndCall),
    st.builds(ToPerson, words, st.sampled_from(Staff), st.sampled_from(["", "at 9 am"])),
    st.builds(StopWaiting),
    st.builds(RecordNumber, numbers, words),
    st.builds(DeclineContact),
    st.builds(RequestCallback, words),
    st.builds(FindOrder, st.sampled_from(["", "S48213", "S99999"]), words, st.booleans(), words),
    st.builds(CancelOrder),
)
reports = st.sampled_from(
    [PersonAnswered(), PersonDeclined(), NobodyAnswered(), PersonNotReached(), PersonLeft()]
)
"""What is reported of a colleague who was asked for, early, late or never."""


def _asked(facts: Facts) -> bool:
    """Whether anything was asked of how the caller is reached, or of an order to cancel."""
    called_back = any(ticket.callback for ticket in facts.tickets)
    return facts.contact is not Contact.UNASKED or bool(facts.cancelling) or called_back


class Call(RuleBasedStateMachine):
    """A caller and a model may do anything at all: the rules hold, and a replay gives the same."""

    def __init__(self) -> None:
        super().__init__()
        self.call = Conversation(OPENING)
        self.fired: list[tuple[Trigger, Accepted[Facts] | Refused]] = []

    @rule(answer=st.sampled_from(Answer), beside=st.sampled_from(Beside))
    def the_caller_speaks(self, answer: Answer, beside: Beside) -> None:
        self.fire(CallerSpoke(answer, beside=beside))

    @rule(digits=st.sampled_from(["212", *DIALLED]), disputes=st.booleans())
    def the_caller_says_a_number(self, digits: str, disputes: bool) -> None:
        self.fire(CallerSpoke(digits=digits, disputes=disputes))

    @rule(number=numbers, earlier=st.sampled_from(["", "S48213", "T48213"]))
    def a_number_is_shown(self, number: str, earlier: str) -> None:
        self.fire(NumberShown(number, earlier))

    @rule(key=st.sampled_from("0123456789*#"))
    def the_caller_presses_a_key(self, key: str) -> None:
        self.fire(KeyPressed(key))

    @rule(several=st.booleans())
    def the_caller_asks_for_more(self, several: bool) -> None:
        self.fire(CallerSpoke(several=several))

    @precondition(lambda self: self.call.facts.contact in (*ASKED, Contact.NOTED))
    @rule(number=numbers, disputed=st.booleans(), declined=st.booleans())
    def the_caller_answers_what_was_asked(
        self, number: str, disputed: bool, declined: bool
    ) -> None:
        self.fire(CallerSpoke(Answer.NO if declined else Answer.OPEN, digits=number))
        self.fire(DeclineContact() if declined else RecordNumber(number))
        if disputed:
            self.fire(CallerSpoke(Answer.NO, disputes=True))

    @rule(said=anything)
    def the_caller_says(self, said: str) -> None:
        self.fire(CallerSpoke(classify(said)))

    @rule()
    def code_puts_a_question(self) -> None:
        self.fire(QuestionPut())

    @rule(trigger=payloads)
    def the_model_fires(self, trigger: Trigger) -> None:
        self.fire(trigger)

    @precondition(lambda self: self.call.state is State.GREETING)
    @rule(trigger=st.sampled_from([ToBuying(), ToSupport("black screen"), ToBuying("the air")]))
    def the_caller_is_put_through(self, trigger: Trigger) -> None:
        self.fire(CallerSpoke())
        self.fire(trigger)

    @precondition(lambda self: self.call.state is State.BUYING)
    @rule(model=st.sampled_from(["iPhone 17", "iPhone 17 Pro"]), answer=st.sampled_from(Answer))
    def the_caller_shops(self, model: str, answer: Answer) -> None:
        for trigger in (SelectModel(model), CallerSpoke(answer), ConfirmPurchase()):
            self.fire(trigger)

    @precondition(lambda self: self.call.state is State.SUPPORT)
    @rule(issue=st.sampled_from(["black screen", "the battery drains"]), solved=st.booleans())
    def the_caller_has_a_problem(self, issue: str, solved: bool) -> None:
        self.fire(LogSupportIssue(issue))
        self.fire(CallerSpoke())
        if solved:
            self.fire(CompleteSupport())

    @rule(trigger=reports)
    def a_colleague_is_reported(self, trigger: Trigger) -> None:
        self.fire(trigger)

    @precondition(lambda self: self.call.state in DESKS)
    @rule(reason=words, trigger=reports)
    def the_caller_wants_a_person(self, reason: str, trigger: Trigger) -> None:
        for each in (CallerSpoke(), ToPerson(reason, Staff.IN), trigger):
            self.fire(each)

    @precondition(lambda self: len(self.fired) > 15)
    @rule(trigger=st.sampled_from([CallerHungUp(), CallerWentSilent(), CallFailed()]))
    def the_line_goes(self, trigger: Trigger) -> None:
        self.fire(trigger)

    def fire(self, trigger: Trigger) -> None:
        """Send a trigger, and see that plan, state and facts are what they must be."""
        state, facts = self.call.state, self.call.facts
        plan = self.call.plan(trigger)
        assert self.call.plan(trigger) == plan, "planning twice gives the same"
        assert (self.call.state, self.call.facts) == (state, facts), "planning moves nothing"
        outcome = self.call.send(trigger)
        assert outcome == plan, "sending does what was planned"
        self.fired.append((trigger, outcome))
        if isinstance(outcome, Refused):
            assert (self.call.state, self.call.facts) == (state, facts), "a refusal changes nothing"
            assert outcome.reasons, "a refusal says why"
            if outcome.says is not None:
                assert {name for name, _ in outcome.says.values} == outcome.says.line.placeholders
        else:
            assert state is not FINAL, "the end absorbs"
            assert (self.call.state, self.call.facts) == (outcome.target, outcome.facts)
            changed = {
                each.name
                for each in fields(Facts)
                if getattr(facts, each.name) != getattr(outcome.facts, each.name)
            }
            allowed = MAY_CHANGE[type(trigger)]
            assert changed <= allowed, f"facts only change by their rows: {changed - allowed}"
        self.treats_canonical_facts_alike(trigger, state, facts, outcome)
        self.reaches_them_as_was_walked(trigger, state, facts, outcome)

    def treats_canonical_facts_alike(
        self, trigger: Trigger, state: State, facts: Facts, outcome: Accepted[Facts] | Refused
    ) -> None:
        """The exhaustive walk may leave out what canonical facts leave out.

        What stands asked of the caller's number, or of an earlier order, is walked apart from the
        purchase and the problem (`Facts.bare`): there the two differ on purpose, and the next
        comparison is of the former.
        """
        if _asked(facts) or (isinstance(outcome, Accepted) and _asked(outcome.facts)):
            return
        other = MACHINE.plan(state, canonical(facts), trigger)
        assert type(other) is type(outcome)
        if isinstance(other, Accepted) and _asked(other.facts):
            return  # a number that is known already is left out there, and asked for
        if isinstance(other, Accepted) and isinstance(outcome, Accepted):
            assert other.target is outcome.target
            assert canonical(other.facts) == canonical(outcome.facts)
        if isinstance(other, Refused) and isinstance(outcome, Refused):
            assert (other.reasons, other.possible) == (outcome.reasons, outcome.possible)

    def reaches_them_as_was_walked(
        self, trigger: Trigger, state: State, facts: Facts, outcome: Accepted[Facts] | Refused
    ) -> None:
        """What becomes of a caller's number in a call becomes of it in the walk of that alone."""
        if isinstance(outcome, Refused):
            return
        walked = MACHINE.plan(state, canonical(reached(facts)), told(facts, trigger))
        assert isinstance(walked, Accepted), "the walk leaves out what a call can do"
        assert walked.target is outcome.target
        assert canonical(walked.facts) == canonical(reached(outcome.facts))

    @invariant()
    def what_is_offered_is_what_the_design_says(self) -> None:
        if self.call.state in State:
            offered = set(self.call.offered()) & DESIGNED
            assert offered == designed_offer(self.call.state, self.call.facts)

    @invariant()
    def what_will_be_offered_is_what_is_offered_then(self) -> None:
        for answer in Answer:
            later = Conversation(self.call.facts, self.call.state)
            later.send(CallerSpoke(answer))
            assert self.call.offered(CallerSpoke(answer)) == later.offered()

    @invariant()
    def an_order_is_of_the_phone_that_was_offered_last(self) -> None:
        asked: object = None
        for trigger, outcome in self.fired:
            if isinstance(outcome, Refused):
                continue
            if isinstance(trigger, ConfirmPurchase):
                order = outcome.facts.orders[-1]
                assert asked == (order.model, order.storage, order.colour, order.price_cents)
            if isinstance(trigger, SelectModel):
                chosen = outcome.facts.selection
                assert chosen is not None
                asked = (chosen.model, chosen.storage, chosen.colour, chosen.price_cents)
            elif isinstance(trigger, QuestionPut) or outcome.source is not outcome.target:
                asked = None

    @invariant()
    def a_selection_is_ordered_at_most_once(self) -> None:
        selected = 0
        for trigger, outcome in self.fired:
            if isinstance(outcome, Accepted):
                selected += isinstance(trigger, SelectModel)
                if isinstance(trigger, ConfirmPurchase):
                    assert selected, "nothing was selected since the last order"
                    selected = 0
                placed = sum(isinstance(effect, PlaceOrder) for effect in outcome.effects)
                assert placed == isinstance(trigger, ConfirmPurchase)

    @invariant()
    def order_and_ticket_numbers_are_unique(self) -> None:
        numbers = [order.number for order in self.call.facts.orders]
        numbers += [ticket.number for ticket in self.call.facts.tickets]
        assert len(set(numbers)) == len(numbers)

    @invariant()
    def what_is_selected_is_on_offer(self) -> None:
        chosen = self.call.facts.selection
        if chosen is not None:
            assert any(
                (offer.model, offer.storage, offer.price_cents)
                == (chosen.model, chosen.storage, chosen.price_cents)
                and chosen.colour in ("", *offer.colours)
                for offer in OFFERS
            )

    @invariant()
    def a_caller_is_promised_one_call_back(self) -> None:
        tickets = self.call.facts.tickets
        assert sum(ticket.callback for ticket in tickets) <= 1
        assert not any(ticket.callback and ticket.resolved for ticket in tickets)

    @invariant()
    def nothing_is_offered_after_the_end(self) -> None:
        assert not (self.call.ended and self.call.offered())

    def teardown(self) -> None:
        """The same triggers give the same call again: refusals, facts, state and effects."""
        again = Conversation(OPENING)
        assert [again.send(trigger) for trigger, _ in self.fired] == [
            outcome for _, outcome in self.fired
        ]
        assert (again.state, again.facts) == (self.call.state, self.call.facts)


TestConversation = Call.TestCase
TestConversation.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
