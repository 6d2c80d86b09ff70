"""Another conversation for the same engine: a barber's line, on which a chair is booked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from statemachine.engine.effects import Effect, Say
from statemachine.engine.facts import Facts, a_turn, opening, spoken
from statemachine.engine.lines import Line
from statemachine.engine.rows import otherwise, row
from statemachine.engine.states import State
from statemachine.engine.table import Samples, Table
from statemachine.engine.triggers import ModelTrigger, SessionTrigger, said

HELLO = Line("opening_chair", "When would you like to come?")
FULL, BOOKED = Line("full", "{hour} is taken."), Line("booked", "You're down for {hour}.")
Outcome = tuple["Book", tuple[Effect, ...]]


class Room(State):
    """Where a call at the barber's stands."""

    DOOR = ("door", "DoorAgent", "the door")
    CHAIR = ("chair", "ChairAgent", "the chair")
    STREET = ("street", "", "")


@dataclass(frozen=True, slots=True)
class Book(Facts):
    """What the barber knows of a call."""

    free: tuple[str, ...] = opening(())
    hours: tuple[str, ...] = ()
    booked_at: int = a_turn(0)
    whose: str = spoken()


@dataclass(frozen=True, slots=True)
class Come(ModelTrigger):
    """Show the caller to the chair."""

    wish: str = field(default="", metadata=said("What for.", "a beard trim"))


@dataclass(frozen=True, slots=True)
class Reserve(ModelTrigger):
    """Book an hour."""

    hour: str = field(metadata=said("The hour.", exact=True))
    name: str = field(default="", metadata=said("For whom.", "Figaro"))


@dataclass(frozen=True, slots=True)
class Leave(ModelTrigger):
    """Say goodbye."""


@dataclass(frozen=True, slots=True)
class Spoke(SessionTrigger):
    """The caller said something."""


def heard(facts: Book) -> bool:
    """Listen first: they have said nothing yet."""
    return facts.turn > facts.entered_at


def rested(facts: Book) -> bool:
    """One hour at a time: hear what they say to it."""
    return not facts.hours or facts.turn > facts.booked_at


@otherwise(lambda facts, trigger: Say(FULL, (("hour", trigger.hour),)))
def free(facts: Book, trigger: Reserve) -> bool:
    """That hour is taken: offer another one."""
    return trigger.hour in facts.free and trigger.hour not in facts.hours


def reserve(facts: Book, trigger: Reserve) -> Outcome:
    """The hour is theirs."""
    hours = (*facts.hours, trigger.hour)
    after = replace(facts, hours=hours, booked_at=facts.turn, whose=trigger.name)
    return after, (Say(BOOKED, (("hour", trigger.hour),)),)


def carry(facts: Book, trigger: Come) -> Outcome:
    """What they come for."""
    return replace(facts, wish=trigger.wish), ()


def listen(facts: Book, trigger: Spoke) -> Outcome:
    """One more turn."""
    return replace(facts, turn=facts.turn + 1), ()


def opens(state: str) -> Line:
    """The chair's line."""
    if state != Room.CHAIR:
        raise LookupError(f"no line opens {state!r}")
    return HELLO


BARBER = Table(
    (
        row(Come, Room.DOOR, Room.CHAIR, when=(heard,), does=carry),
        row(Reserve, Room.CHAIR, when=(rested,), given=(free,), does=reserve),
        row(Leave, (Room.DOOR, Room.CHAIR), Room.STREET, when=(heard,)),
        row(Spoke, (Room.DOOR, Room.CHAIR), does=listen),
    ),
    states=tuple(Room),
    initial=Room.DOOR,
    final=Room.STREET,
    turn=Spoke,
    opening=opens,
    samples=Samples(Book(free=("nine", "ten")), {"hour": ("nine", "ten")}),
    shared=("hours", "wish"),
)
