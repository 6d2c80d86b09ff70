"""The engine knows no shop: it checks, walks, journals and draws a barber's conversation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest

from statemachine.conversation import Outcome
from statemachine.engine.checks import TableError
from statemachine.engine.conversation import Conversation
from statemachine.engine.effects import HandOff, HangUp, Say
from statemachine.engine.explore import explore, writes
from statemachine.engine.flowchart import render, trace
from statemachine.engine.journal.codec import check_of, facts_of, plain
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.journal.refusals import in_words, why
from statemachine.engine.journal.replay import ReplayError, replay
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.engine.machine import Accepted, Machine, Refused
from statemachine.engine.rows import row
from statemachine.engine.triggers import Trigger, arguments, name_of
from tests.barber import BARBER, BOOKED, FULL, HELLO, Book, Come, Leave, Reserve, Room, Spoke, heard

MACHINE = Machine(BARBER)
OPENING = Book(free=("nine", "ten"))
BOOKING = Reserve("nine", "Figaro")
VISIT = (Spoke(), Come("a beard trim"), BOOKING, Spoke(), Reserve("nine"), Leave())


def visit(triggers: Iterable[Trigger]) -> tuple[Conversation[Book, Room], list[Outcome[Book]]]:
    """A call at the barber's, and what came of each trigger."""
    call = Conversation(MACHINE, OPENING, Room.DOOR)
    return call, [call.send(trigger) for trigger in triggers]


def written(outcome: Outcome[Book]) -> Entry:
    """What a journal keeps of it."""
    name, given = name_of(outcome.trigger), arguments(outcome.trigger)
    if isinstance(outcome, Accepted):
        check = check_of(outcome.facts)
        return Entry(name, given, outcome.source.value, outcome.target.value, True, check=check)
    here, names = outcome.state.value, tuple(reason.name for reason in outcome.reasons)
    return Entry(name, given, here, here, False, names)


def test_a_call_is_held() -> None:
    """Handed off, booked with a line, refused with a line of the guard's, hung up."""
    call, (_, come, booked, _, taken, left) = visit(VISIT)
    assert isinstance(come, Accepted)
    assert come.effects == (HandOff(Room.CHAIR, "a beard trim", Say(HELLO)),)
    assert isinstance(booked, Accepted)
    assert booked.effects == (Say(BOOKED, (("hour", "nine"),)),)
    assert isinstance(taken, Refused)
    assert taken.says == Say(FULL, (("hour", "nine"),))
    assert isinstance(left, Accepted)
    assert left.effects == (HangUp(None),)
    assert (call.ended, call.facts.hours, call.facts.whose) == (True, ("nine",), "Figaro")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (BARBER.rows[1:], "no row leads to chair from door"),
        ((*BARBER.rows, BARBER.rows[1]), "'reserve: chair -> same' never happens in chair"),
        ((*BARBER.rows, row(Come, Room.CHAIR, Room.DOOR)), "no line opens 'door'"),
        ((*BARBER.rows[:2], row(Leave, Room.DOOR, Room.STREET)), "no way leads from chair"),
    ],
)
def test_a_faulty_table_is_refused(rows: tuple[object, ...], said: str) -> None:
    """With the row, in its own states' names."""
    with pytest.raises(TableError, match=said):
        Machine(replace(BARBER, rows=rows))  # type: ignore[arg-type]


def test_everything_is_walked() -> None:
    """Every row happens, every guard refuses, and who writes what is found."""
    walk = explore(MACHINE)
    happened = {(edge.row, edge.source.state) for edge in walk.edges if edge.row}
    assert happened == {(each, source) for each in BARBER for source in each.sources}
    assert {name for edge in walk.edges for name in edge.refused_by} == set(BARBER.reasons)
    assert writes(BARBER) == {"hours": ((Room.CHAIR, Reserve),), "wish": ((Room.DOOR, Come),)}


def test_a_journal_tells_the_call_again() -> None:
    """Through JSON, and with its words forgotten; a guard's name is told as its sentence."""
    call, outcomes = visit(VISIT)
    entries = tuple(map(written, outcomes))
    told = replay(OPENING, entries, MACHINE)
    assert (told.state, told.facts) == (call.state, call.facts)
    assert facts_of(Book, json.loads(json.dumps(plain(told.facts)))) == call.facts
    blank = forgotten(entries, BARBER)
    assert blank[2].arguments == {"hour": "nine", "name": FORGOTTEN}
    assert check_of(replay(OPENING, blank, MACHINE).facts) == check_of(call.facts)
    assert in_words(entries[4], BARBER) == ("That hour is taken: offer another one.",)
    assert why(entries[4], BARBER) == ("that hour is taken",)
    with pytest.raises(ReplayError, match="Entry 1 of the journal, reserve"):
        replay(OPENING, (entries[0], entries[2]), MACHINE)


def test_it_is_drawn_with_a_call_laid_over_it() -> None:
    """States, guards, facts, and the way of one call."""
    assert "ChairAgent speaks" in render(BARBER)
    assert heard.__name__ in render(BARBER)
    _, outcomes = visit(VISIT)
    drawn = render(BARBER, trace.of_call(BARBER, "a visit", tuple(map(written, outcomes)), 0.0))
    assert "a visit" in drawn
    assert "refused once" in drawn
