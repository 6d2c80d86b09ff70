"""Everything that can become of a caller's number was walked: asked, declined, noted, corrected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import cast

import pytest

from statemachine import lines
from statemachine.answers import Contact
from statemachine.effects import NoteCaller
from statemachine.engine.effects import HandOff, Say
from statemachine.engine.explore import Edge, Node, Walk, explore
from statemachine.engine.machine import Accepted, Machine, Refused
from statemachine.engine.triggers import Trigger
from statemachine.facts import ASKED, Facts
from statemachine.states import DESKS, FINAL, SPOKEN
from statemachine.triggers import (
    CallerSpoke,
    DeclineContact,
    NumberShown,
    RecordNumber,
    RequestCallback,
)
from tests.reached import LINE, OTHER, REACHED

NUMBER_ASKED = {
    *(lines.WHICH_NUMBER, lines.WHICH_NUMBER_AGAIN, lines.TELL_NUMBER, lines.TELL_BOTH),
    *(lines.ORDERED_WHICH_NUMBER, lines.ORDERED_THIS_NUMBER),
    *(lines.CALLBACK_WHICH_NUMBER, lines.CALLBACK_THIS_NUMBER),
    *(lines.PERSON_DECLINED_WHICH_NUMBER, lines.NOBODY_ANSWERED_WHICH_NUMBER),
    *(lines.PERSON_NOT_REACHED_WHICH_NUMBER, lines.NOBODY_IN_WHICH_NUMBER),
    lines.SHOP_CLOSED_WHICH_NUMBER,
}
"""The lines by which code asks for a number."""
NAME_ASKED = {lines.NUMBER_AND_NAME, lines.THIS_NUMBER_AND_NAME}


@pytest.fixture(scope="module")
def walk() -> Walk:
    """Everything reachable of how a caller is reached."""
    return explore(Machine(REACHED))


def facts(node: Node) -> Facts:
    """What stands at a node."""
    return cast(Facts, node.facts)


def accepted(walk: Walk) -> Iterator[tuple[Edge, Facts, Accepted[Facts]]]:
    """Every edge on which something happens, with the facts before."""
    for edge in walk.edges:
        if isinstance(edge.outcome, Accepted):
            outcome = cast(Accepted[Facts], edge.outcome)
            yield edge, outcome.before, outcome


def says(outcome: Accepted[Facts], among: set[lines.Line]) -> bool:
    """Whether code says one of these lines, or the agent opens with one."""
    said = [each.opening if isinstance(each, HandOff) else each for each in outcome.effects]
    return any(isinstance(each, Say) and each.line in among for each in said)


def leads(walk: Walk, contact: Contact, trigger: Trigger) -> set[Contact]:
    """What stands asked once this has happened where that stood asked, wherever it may happen."""
    found = set()
    for edge, before, outcome in accepted(walk):
        if before.contact is contact and edge.trigger == trigger:
            found.add(outcome.facts.contact)
    return found


def test_every_question_is_reached_at_every_desk(walk: Walk) -> None:
    """With each number that can be known: none, the line's, another one, one beside the line's."""
    for contact in Contact:
        there = {node.state for node in walk.nodes if facts(node).contact is contact}
        assert there >= set(DESKS), contact
    known = {(facts(node).line_number, facts(node).callback_number) for node in walk.nodes}
    assert known == {("", ""), (LINE, LINE), ("", OTHER), (LINE, OTHER)}


def test_code_asks_for_a_number_once(walk: Walk) -> None:
    """Then only while that stands unanswered, for another one than was offered or read back, or
    where the caller wants to be called back.
    """
    asked = 0
    for edge, before, outcome in accepted(walk):
        if not says(outcome, NUMBER_ASKED):
            continue
        asked += 1
        again = isinstance(edge.trigger, RequestCallback) or (
            isinstance(edge.trigger, DeclineContact)
            and before.contact in (Contact.LINE, Contact.DISPUTED)
        )
        stands = before.contact in (Contact.NUMBER, Contact.LINE)
        assert again or stands or before.contact is Contact.UNASKED, edge
    assert asked


def test_nothing_is_as_if_it_had_never_been_asked(walk: Walk) -> None:
    """Once it was, it stays so for the whole call."""
    for _, before, outcome in accepted(walk):
        if before.contact is not Contact.UNASKED:
            assert outcome.facts.contact is not Contact.UNASKED


def test_what_stands_asked_was_said(walk: Walk) -> None:
    """No yes or no is taken for an answer to a question that the caller never heard."""
    for edge, before, outcome in accepted(walk):
        after = outcome.facts.contact
        if after is before.contact or edge.target.state is FINAL:
            continue
        if after in (Contact.NUMBER, Contact.LINE, Contact.ASIDE):
            assert says(outcome, NUMBER_ASKED), edge
        if after is Contact.NAME:
            assert says(outcome, NAME_ASKED), edge


def test_a_number_is_the_one_that_was_given_last(walk: Walk) -> None:
    """Or the one they ring from, once they take back what they gave."""
    for edge, before, outcome in accepted(walk):
        number = outcome.facts.callback_number
        if number == before.callback_number:
            continue
        if isinstance(edge.trigger, RecordNumber):
            assert number == edge.trigger.number
        elif isinstance(edge.trigger, NumberShown):
            assert number == edge.trigger.number
            assert before.callback_number in ("", before.line_number), "theirs stands"
        else:
            assert isinstance(edge.trigger, DeclineContact), edge
            assert before.contact is Contact.DISPUTED
            assert number == before.line_number


def test_a_number_is_corrected_as_often_as_it_takes(walk: Walk) -> None:
    """What was read back is wrong, they say: another one is noted and may be wrong again."""
    disputes = CallerSpoke(disputes=True)
    assert leads(walk, Contact.NOTED, disputes) == {Contact.DISPUTED}
    assert leads(walk, Contact.NAME, disputes) == {Contact.DISPUTED}
    assert leads(walk, Contact.DISPUTED, RecordNumber(LINE)) == {Contact.NOTED}
    assert leads(walk, Contact.DISPUTED, DeclineContact()) == {Contact.NUMBER}
    assert leads(walk, Contact.NUMBER, RecordNumber(LINE)) == {Contact.NOTED, Contact.NAME}


def test_a_number_that_is_declined_is_not_asked_for_again(walk: Walk) -> None:
    """But the one they ring from: then it may be another."""
    assert leads(walk, Contact.NUMBER, DeclineContact()) == {Contact.SETTLED}
    assert leads(walk, Contact.NAME, DeclineContact()) == {Contact.SETTLED}
    assert leads(walk, Contact.LINE, DeclineContact()) == {Contact.NUMBER}


def test_it_can_be_declined_just_where_it_is_asked_for(walk: Walk) -> None:
    """At a desk."""
    for edge in walk.edges:
        if isinstance(edge.trigger, DeclineContact) and edge.source.state in DESKS:
            asked = facts(edge.source).contact in ASKED
            assert isinstance(edge.outcome, Refused) is not asked


def test_whoever_speaks_of_something_else_is_asked_no_more(walk: Walk) -> None:
    """Nobody is held up by a question."""
    for contact in (*ASKED, Contact.NOTED):
        assert leads(walk, contact, CallerSpoke()) == {Contact.SETTLED}
    assert leads(walk, Contact.UNASKED, CallerSpoke()) == {Contact.UNASKED}


def test_the_shop_is_told_of_every_number_and_name(walk: Walk) -> None:
    """What an order or a ticket says of how to reach them is what the call knows."""
    for edge, before, outcome in accepted(walk):
        told = [each for each in outcome.effects if isinstance(each, NoteCaller)]
        after = outcome.facts
        assert told in ([], [NoteCaller(after.customer_name, after.callback_number)])
        new = (after.customer_name, after.callback_number) != (
            before.customer_name,
            before.callback_number,
        )
        if new and not isinstance(edge.trigger, NumberShown):
            assert told, edge


def test_the_end_is_reachable_from_everywhere(walk: Walk) -> None:
    """Whatever was asked."""
    back: dict[Node, set[Node]] = defaultdict(set)
    for edge, _, _ in accepted(walk):
        back[edge.target].add(edge.source)
    leaving = [node for node in walk.nodes if node.state is FINAL]
    found = set(leaving)
    for node in leaving:  # grows while it is walked
        more = back[node] - found
        found |= more
        leaving.extend(more)
    assert set(walk.nodes) <= found
    assert {node.state for node in walk.nodes} > set(SPOKEN)
