"""What happened, laid over the flowchart: one call's way through it, or the ways of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from statemachine.engine.flowchart import Overlay, Paint, Stroke, Way
from statemachine.engine.flowchart.notation import FAINT
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.refusals import why
from statemachine.engine.journal.words import own_name
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import SessionTrigger, name_of

TAKEN, LEFT = "#16324f", "#b3261e"
TRACE_LEGEND = (
    "1, 2, 3: what happened, in this order     red: asked for and refused     "
    "pale: what this call did not use"
)
TRAFFIC_LEGEND = (
    "thick: taken by many     red: refused, or the caller left without a goodbye     "
    "pale: taken by nobody"
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A state that a call was in, and for how many seconds in all."""

    state: State
    seconds: float
    turns: int
    """How often the caller spoke there."""


def stays(table: Table, entries: Sequence[Entry], began: float) -> tuple[Stay, ...]:
    """Where a call spent its time, each state once, in the order in which they were entered.

    A call that has not ended is counted up to its last entry.
    """
    seconds: dict[str, float] = {table.initial.value: 0.0}
    turns: Counter[str] = Counter()
    since = began or (entries[0].at if entries else 0.0)
    for entry in entries:
        seconds[entry.source] = seconds.get(entry.source, 0.0) + max(entry.at - since, 0.0)
        since = entry.at
        if entry.accepted:
            seconds.setdefault(entry.target, 0.0)
            turns[entry.source] += entry.trigger == name_of(table.turn)
    return tuple(Stay(table.state(name), seconds[name], turns[name]) for name in seconds)


def of_call(table: Table, title: str, entries: Sequence[Entry], began: float) -> Overlay:
    """One call's trace: its path numbered, the time at each desk, what was refused."""
    steps = [entry for entry in entries if entry.trigger != name_of(table.turn)]
    numbers: dict[Way, list[str]] = {}
    refused: Counter[Way] = Counter()
    strays: Counter[State] = Counter()
    number = 0
    for entry in steps:
        if entry.accepted:
            number += 1
            way = (table.state(entry.source), entry.trigger, table.state(entry.target))
            numbers.setdefault(way, []).append(str(number))
        elif (row := table.first_row(entry.trigger, entry.source)) is not None:
            source = table.state(entry.source)
            refused[source, entry.trigger, row.to or source] += 1
        else:
            strays[table.state(entry.source)] += 1
    ways = {way: _traced(numbers.get(way, []), refused[way]) for way in {**numbers, **refused}}
    painted = {
        stay.state: Paint(badges=_badges(table, stay, strays[stay.state]))
        for stay in stays(table, entries, began)
    }
    notes = tuple(_told(table, entries, began or (entries[0].at if entries else 0.0)))
    return Overlay(title, TRACE_LEGEND, notes, True, painted, ways, fade=True)


def _traced(numbers: list[str], refused: int) -> Stroke:
    trouble = f"refused {times(refused)}" if refused else ""
    if not numbers:
        return Stroke(trouble=trouble, colour=FAINT, width=1.2)
    return Stroke(", ".join(numbers), TAKEN, 3.2, trouble)


def _badges(table: Table, stay: Stay, strays: int) -> tuple[str, ...]:
    if stay.state is table.final:
        return ()
    spoke = f"the caller spoke {times(stay.turns)}" if stay.turns else "the caller said nothing"
    here = f"{clock(stay.seconds)} min: {spoke}"
    return (here, f"another request refused {times(strays)}") if strays else (here,)


def _told(table: Table, entries: Sequence[Entry], began: float) -> Iterable[tuple[str, ...]]:
    """The steps in words, without a caller's."""
    number = 0
    for entry in entries:
        if entry.trigger == name_of(table.turn):
            continue
        at = clock(entry.at - began)
        if entry.accepted:
            number += 1
            yield str(number), at, words(table, entry.trigger), moved(table, entry)
        else:
            yield "–", at, words(table, entry.trigger), f"refused: {', '.join(why(entry, table))}"


def moved(table: Table, entry: Entry) -> str:
    """Where an accepted entry led, as the shop's people would say it."""
    source, target = table.state(entry.source), table.state(entry.target)
    if target is table.final:
        return "the call ends"
    return f"at {source.desk}" if source is target else f"from {source.desk} to {target.desk}"


def words(table: Table, trigger: str) -> str:
    """A trigger's name as words; one that there is none of may be anything, and is not repeated."""
    return own_name(trigger, table, "something unknown").replace("_", " ")


# Many calls


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many calls there were, took each way, came to each state and left from it."""

    calls: int
    ways: Mapping[Way, int]
    """Calls that took it, not how often."""
    visits: Mapping[State, int]
    left: Mapping[Way, int]
    """By the way to the end."""
    refused: Mapping[tuple[State, str], int]
    """By state and trigger, how often."""
    seconds: Mapping[State, float]
    """The mean time of those that came there."""


def traffic(table: Table, calls: Iterable[tuple[float, Sequence[Entry]]]) -> Traffic:
    """Counted over calls, each with when it began and its journal."""
    ways, visits, left = Counter[Way](), Counter[State](), Counter[Way]()
    refused, spent = Counter[tuple[State, str]](), dict[State, float]()
    count = 0
    for began, entries in calls:
        count += 1
        taken: set[Way] = set()
        for entry in entries:
            if entry.accepted and entry.trigger != name_of(table.turn):
                taken.add((table.state(entry.source), entry.trigger, table.state(entry.target)))
            elif not entry.accepted and table.first_row(entry.trigger, entry.source) is not None:
                refused[table.state(entry.source), entry.trigger] += 1
        ways.update(taken)
        left.update(way for way in taken if way[2] is table.final)
        for stay in stays(table, entries, began):
            visits[stay.state] += 1
            spent[stay.state] = spent.get(stay.state, 0.0) + stay.seconds
    mean = {state: spent[state] / visits[state] for state in visits}
    return Traffic(count, ways, visits, left, refused, mean)


def of_traffic(table: Table, title: str, seen: Traffic) -> Overlay:
    """Many calls: how many took each way, and where and how they ended."""
    painted = {
        state: Paint(badges=_crowd(table, seen, state))
        for state in seen.visits
        if state is not table.final
    }
    if seen.visits.get(table.final):
        painted[table.final] = Paint(badges=(calls(seen.visits[table.final]),))
    ways = {
        way: Stroke(
            calls(number),
            LEFT if _without_goodbye(table, way) else TAKEN,
            _width(number, seen),
            _refusals(seen, way),
        )
        for way, number in seen.ways.items()
    }
    return Overlay(title, TRAFFIC_LEGEND, (), True, painted, ways, fade=True)


def _crowd(table: Table, seen: Traffic, state: State) -> tuple[str, ...]:
    ended = sum(number for way, number in seen.left.items() if way[0] is state)
    lost = sum(
        n for way, n in seen.left.items() if way[0] is state and _without_goodbye(table, way)
    )
    told = [f"{calls(seen.visits[state])}, {clock(seen.seconds[state])} min each"]
    if ended:
        told.append(f"{ended} ended here, {lost or 'none'} without a goodbye")
    return tuple(told)


def _refusals(seen: Traffic, way: Way) -> str:
    refused = seen.refused.get((way[0], way[1]), 0)
    return f"refused {times(refused)}" if refused else ""


def _without_goodbye(table: Table, way: Way) -> bool:
    return way[2] is table.final and issubclass(table.triggers[way[1]], SessionTrigger)


def _width(number: int, seen: Traffic) -> float:
    most = max(seen.ways.values())
    return round(1.2 + 5.8 * number / most, 1)


# Words


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are some: `1:07`."""
    whole = max(round(seconds), 0)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def times(number: int) -> str:
    """`once`, `twice`, `3 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def calls(number: int) -> str:
    """`1 call`, `27 calls`."""
    return "1 call" if number == 1 else f"{number} calls"
