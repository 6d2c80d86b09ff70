"""Everything that can be reached is legal, and everything in the table is needed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import takewhile

import pytest

from statemachine.answers import Answer
from statemachine.conversation import MACHINE, Conversation
from statemachine.effects import PlaceOrder
from statemachine.engine.effects import HandOff, HangUp
from statemachine.engine.explore import Edge, Node, Walk, canonical, explore, sample, writes
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import ModelTrigger, SessionTrigger
from statemachine.facts import Facts
from statemachine.samples import TWO_MODELS
from statemachine.states import DESKS, FINAL, SPOKEN, State
from statemachine.table import TABLE
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    NobodyAnswered,
    QuestionPut,
    RecordName,
    SelectModel,
    ToBuying,
    ToPerson,
    ToSupport,
)

OPENING = Facts(offers=TWO_MODELS, reference="48213")


@pytest.fixture(scope="module")
def walk() -> Walk:
    """Everything reachable with two models, at most two orders and two tickets."""
    return explore(MACHINE)


def accepted(walk: Walk) -> Iterator[tuple[Edge, Accepted[Facts]]]:
    """Every edge on which something happens."""
    return ((each, each.outcome) for each in walk.edges if isinstance(each.outcome, Accepted))


def test_the_walk_goes_everywhere(walk: Walk) -> None:
    """Every state is reached, with orders and tickets in it, and no node twice."""
    assert {node.state for node in walk.nodes} == set(State)
    assert {len(node.facts.orders) for node in walk.nodes} == {0, 1, 2}
    assert {len(node.facts.tickets) for node in walk.nodes} == {0, 1, 2}
    assert len(set(walk.nodes)) == len(walk.nodes)
    assert walk.nodes[0] == Node(State.GREETING, canonical(OPENING))


def test_the_end_is_reachable_from_everywhere(walk: Walk) -> None:
    """No caller is ever caught in a conversation."""
    back: dict[Node, set[Node]] = defaultdict(set)
    for edge, _ in accepted(walk):
        back[edge.target].add(edge.source)
    leaving = [node for node in walk.nodes if node.state is FINAL]
    found = set(leaving)
    for node in leaving:  # grows while it is walked
        more = back[node] - found
        found |= more
        leaving.extend(more)
    assert set(walk.nodes) <= found


def test_every_row_happens(walk: Walk) -> None:
    """No row of the table is dead, from none of its sources."""
    happened = {(edge.row, edge.source.state) for edge, _ in accepted(walk)}
    assert {(row, source) for row in TABLE for source in row.sources} <= happened


def test_every_guard_refuses_somewhere(walk: Walk) -> None:
    """No guard is there for nothing, in no row: it refuses, or leaves it to a later row."""
    refused = {(type(edge.trigger), name) for edge in walk.edges for name in edge.refused_by}
    for edge, _ in accepted(walk):
        for each in takewhile(lambda each, edge=edge: each is not edge.row, TABLE):  # type: ignore[misc]
            if each.trigger is type(edge.trigger) and edge.source.state in each.sources:
                left = set(each.guard_names) - set(edge.row.guard_names if edge.row else ())
                refused |= {(each.trigger, name) for name in left}
    assert {(row.trigger, name) for row in TABLE for name in row.guard_names} == refused


def test_every_guard_passes_somewhere(walk: Walk) -> None:
    """Where a row happens all of its guards passed, so each of them has."""
    passed = {
        (type(edge.trigger), name)
        for edge, _ in accepted(walk)
        for name in (edge.row.guard_names if edge.row else ())
    }
    assert {(row.trigger, name) for row in TABLE for name in row.guard_names} <= passed


def test_every_refusal_says_why(walk: Walk) -> None:
    """A model is never left without a reason, and never offered the end of its wits."""
    for edge in walk.edges:
        if isinstance(edge.outcome, Refused):
            assert edge.outcome.reasons
            assert edge.target is edge.source


def test_a_session_trigger_is_never_refused_while_the_call_is_on(walk: Walk) -> None:
    """What happened on the line has happened; elsewhere it comes too late to mean anything."""
    for edge in walk.edges:
        here = {each.trigger for each in TABLE if edge.source.state in each.sources}
        if isinstance(edge.trigger, SessionTrigger):
            assert isinstance(edge.outcome, Accepted) is (type(edge.trigger) in here)


def test_nothing_happens_after_the_end() -> None:
    """The end refuses every trigger with every payload and offers none."""
    over = Conversation(OPENING, FINAL)
    for kind in TABLE.triggers.values():
        for trigger in sample(kind, TABLE.samples.words):
            assert isinstance(over.send(trigger), Refused)
    assert over.offered() == ()


def test_no_purchase_without_a_selection_and_a_turn_of_the_caller_after_it(walk: Walk) -> None:
    """What is ordered was selected, priced and not declined, and the caller spoke since."""
    bought = 0
    for edge, outcome in accepted(walk):
        placed = [effect for effect in outcome.effects if isinstance(effect, PlaceOrder)]
        if isinstance(edge.trigger, ConfirmPurchase):
            before = outcome.before
            assert before.selection is not None
            assert not before.selection.ordered
            assert not before.selection.lapsed
            assert before.turn > before.selection.turn
            assert before.answer is Answer.YES
            assert placed == [PlaceOrder(outcome.facts.orders[-1])]
            assert placed[0].order.price_cents == before.selection.price_cents
            bought += 1
        else:
            assert not placed
    assert bought


def test_nothing_stands_on_offer_once_another_question_was_put(walk: Walk) -> None:
    """Neither after a question of code's own nor at another desk, which puts its own."""
    for edge, outcome in accepted(walk):
        if isinstance(edge.trigger, QuestionPut) or edge.source.state is not edge.target.state:
            chosen = outcome.facts.selection
            assert chosen is None or not chosen.stands or edge.target.state is FINAL


def test_no_handoff_without_a_turn_of_the_caller_since_the_last(walk: Walk) -> None:
    """No model can pass a caller round between desks in one breath."""
    for edge, outcome in accepted(walk):
        handed = any(isinstance(effect, HandOff) for effect in outcome.effects)
        if handed and isinstance(edge.trigger, ModelTrigger):
            assert outcome.before.turn > outcome.before.entered_at


def test_a_change_of_state_is_one_handoff_or_one_hang_up(walk: Walk) -> None:
    """Whoever leaves a desk is either put through to the next one's agent or hung up on."""
    for _, outcome in accepted(walk):
        handoffs = [effect for effect in outcome.effects if isinstance(effect, HandOff)]
        hang_ups = [effect for effect in outcome.effects if isinstance(effect, HangUp)]
        moved = outcome.source is not outcome.target
        assert len(hang_ups) == (outcome.target is FINAL)
        assert len(handoffs) == (moved and outcome.target is not FINAL)
        assert all(handoff.to is outcome.target for handoff in handoffs)


def test_what_is_selected_is_on_offer(walk: Walk) -> None:
    """Model, storage, colour and price of a selection are together in the catalogue."""
    for _, outcome in accepted(walk):
        chosen = outcome.facts.selection
        if chosen is not None and not chosen.ordered:
            assert any(
                (offer.model, offer.storage, offer.price_cents)
                == (chosen.model, chosen.storage, chosen.price_cents)
                and chosen.colour in ("", *offer.colours)
                for offer in TWO_MODELS
            )


def test_at_most_one_ticket_is_open_for_an_issue(walk: Walk) -> None:
    """The same problem is not written down twice."""
    for node in walk.nodes:
        issues = Counter(ticket.issue for ticket in node.facts.open_tickets)
        assert all(count == 1 for count in issues.values())


def test_who_writes_which_fact_is_found_by_walking() -> None:
    """The flowchart's dashed lines need no declaration."""
    anywhere = tuple((state, RecordName) for state in SPOKEN)
    expected = {
        "customer_name": anywhere,
        "selected_model": ((State.BUYING, SelectModel),),
        "support_issue": ((State.SUPPORT, LogSupportIssue),),
        "wish": (
            (State.GREETING, ToBuying),
            (State.GREETING, ToSupport),
            (State.BUYING, ToSupport),
            (State.SUPPORT, ToBuying),
            (State.SUPPORT, CompleteSupport),
        ),
        "orders": ((State.BUYING, ConfirmPurchase),),
        "tickets": (
            (State.SUPPORT, LogSupportIssue),
            (State.SUPPORT, CompleteSupport),
            (State.WAITING, NobodyAnswered),
            *((state, ToPerson) for state in DESKS),
        ),
    }
    found = writes(TABLE)
    assert set(TABLE.shared) == set(found)
    for fact, places in expected.items():
        assert set(places) <= set(found[fact]), fact


def test_samples_cover_every_sort_of_payload() -> None:
    """Sold and unsold, named and left out, nothing and nonsense; each answer."""
    said = list(sample(SelectModel, TABLE.samples.words))
    assert {each.model for each in said if isinstance(each, SelectModel)} >= {
        "iPhone 17",
        "iPhone 17 Pro",
        "",
    }
    assert SelectModel("iPhone 17", storage="512 GB") in said
    assert SelectModel("iPhone 17", colour="silver") in said
    assert SelectModel("", asked="x7") in said
    assert {CallerSpoke(answer) for answer in Answer} <= set(sample(CallerSpoke, {}))
    assert list(sample(ConfirmPurchase, {})) == [ConfirmPurchase()]
