"""Traffic on the flowchart: drawn once with room for every number, filled in for each span."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from assistant.page import drawing
from assistant.records.past import WaysTaken
from statemachine.engine.flowchart import Way, extract, render, trace
from statemachine.engine.flowchart.notation import FAINT, NOTE_INK, PAPER
from statemachine.engine.flowchart.trace import Traffic
from statemachine.engine.states import State
from statemachine.engine.triggers import name_of
from statemachine.table import TABLE

STATES = frozenset(state.value for state in TABLE.states)
ROOM = 8_888
"""For how large a number there is room."""
SVG = "http://www.w3.org/2000/svg"
TEXT = f"{{{SVG}}}text"
ON_THE_LINE = frozenset(name_of(row.trigger) for row in extract(TABLE).session)
ANYWHERE = ON_THE_LINE | {name_of(row.trigger) for row in extract(TABLE).everywhere}
"""What has arrows only where it happened."""


@lru_cache(maxsize=1)
def blank() -> str:
    """The picture with a number on every way: drawing it takes seconds, filling it in none."""
    ways = tuple(_ways())
    everything = Traffic(
        ROOM,
        dict.fromkeys(ways, ROOM),
        dict.fromkeys(TABLE.states, ROOM),
        {way: ROOM for way in ways if way[2] is TABLE.final},
        {(source, trigger): ROOM for source, trigger, _ in ways},
        dict.fromkeys(TABLE.states, 45.0),
    )
    return drawing.svg(render(TABLE, overlay=trace.of_traffic(TABLE, "", everything)))


def drawn(taken: WaysTaken) -> str:
    """How many calls took each way, as SVG."""
    ElementTree.register_namespace("", SVG)
    picture = ElementTree.fromstring(blank())
    filling = _Filling(_traffic(taken))
    for group in picture.iter(f"{{{SVG}}}g"):
        filling.fill(group)
    return ElementTree.tostring(picture, encoding="unicode")


class _Filling:
    """One span's numbers on their way into the picture."""

    def __init__(self, seen: Traffic) -> None:
        self._seen = seen
        self._overlay = trace.of_traffic(TABLE, "", seen)
        self._ways = {"_".join(("way", *way)): way for way in _ways()}
        self._states = {f"state_{state}": state for state in TABLE.states}

    def fill(self, group: Element) -> None:
        """Fill in a card or an arrow."""
        name = group.get("id", "")
        if way := self._ways.get(name):
            self._arrow(group, way)
        elif state := self._states.get(name):
            self._card(group, state)

    def _arrow(self, group: Element, way: Way) -> None:
        stroke = self._overlay.ways.get(way)
        if stroke is None and way[1] in ANYWHERE:
            group.clear()
            return
        for part in group:
            if part.tag != TEXT:
                _colour(part, stroke.colour if stroke else FAINT)
                if "stroke-width" in part.attrib:
                    part.set("stroke-width", f"{stroke.width if stroke else 1.6:g}")
        for text in group.iter(TEXT):
            self._tell(text, way)

    def _card(self, group: Element, state: State) -> None:
        """A state's badges, and the numbers of what is done without leaving it."""
        badges = list(self._overlay.paint(state).badges)
        done = {way[1].replace("_", " "): way for way in _ways() if way[0] is state is way[2]}
        way: Way | None = None
        for text in group.iter(TEXT):
            way = done.get(text.text or "", way)
            if way is not None:
                self._tell(text, way)
            elif text.get("fill") == NOTE_INK or str(ROOM) in (text.text or ""):
                text.text = badges.pop(0) if badges else ""
                _centre(text, group)
        if state not in self._overlay.states:
            for part in group:
                if part.tag != TEXT:
                    _colour(part, FAINT)

    def _tell(self, text: Element, way: Way) -> None:
        """What a text says of a way: its number, its refusals, or its name."""
        said, number = text.text or "", self._seen.ways.get(way, 0)
        if said.startswith("refused "):
            refused = self._seen.refused.get(way[:2], 0)
            text.text = f"refused {trace.times(refused)}" if refused else ""
        elif str(ROOM) in said:
            text.text = trace.calls(number) if number else ""
        elif not number:
            text.set("fill", FAINT)


def _centre(text: Element, group: Element) -> None:
    """Put a badge into the middle of its card: there was room for a longer one."""
    frame = next((part for part in group if part.get("points")), None)
    if frame is None:
        middle = next(part.get("cx", "0") for part in group if part.get("cx"))
    else:
        across = [float(point.split(",")[0]) for point in frame.get("points", "").split()]
        middle = f"{(min(across) + max(across)) / 2:.2f}"
    text.set("x", middle)
    text.set("text-anchor", "middle")


def _colour(part: Element, colour: str) -> None:
    """Give what is drawn another colour; paper stays paper."""
    for name in ("fill", "stroke"):
        if part.get(name, "none") not in ("none", PAPER):
            part.set(name, colour)


def _ways() -> Iterator[Way]:
    """Every way there is, but those of what happens on the line and leads nowhere."""
    for row in TABLE:
        name = name_of(row.trigger)
        if row.to is not None or name not in ON_THE_LINE:
            for source in row.sources:
                yield source, name, row.to or source


def _traffic(taken: WaysTaken) -> Traffic:
    ways, left = dict[Way, int](), dict[Way, int]()
    refused, spent = dict[tuple[State, str], int](), dict.fromkeys(TABLE.states, 0.0)
    for each in taken.counts:
        if each.trigger not in TABLE.triggers or not {each.source, each.target} <= STATES:
            continue  # of another table, or made up by a model
        source, target = TABLE.state(each.source), TABLE.state(each.target)
        if not each.accepted:
            refused[source, each.trigger] = each.times
            continue
        ways[source, each.trigger, target] = each.calls
        if target is TABLE.final:
            left[source, each.trigger, target] = each.calls
        if source is not target:  # time there: all the leaving less all the entering
            spent[source] += each.at
            spent[target] -= each.at
    visits = {TABLE.state(name): n for name, n in taken.visits.items() if name in STATES}
    visits[TABLE.initial] = taken.calls
    mean = {state: spent[state] / number for state, number in visits.items() if number}
    return Traffic(taken.calls, _by_number(ways), visits, _by_number(left), refused, mean)


def _by_number(counts: dict[Way, int]) -> dict[Way, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def counted(taken: WaysTaken) -> dict[str, Any]:
    """The same as plain data, the most frequent first."""
    seen = _traffic(taken)
    refused = sorted(seen.refused.items(), key=lambda each: (-each[1], each[0]))
    return {
        "calls": seen.calls,
        "ways": [_way(*way, number) for way, number in seen.ways.items()],
        "left": [_way(*way, number) for way, number in seen.left.items()],
        "refused": [
            {"state": state.value, "trigger": trigger, "times": number}
            for (state, trigger), number in refused
        ],
        "seconds": {state.value: round(seconds, 1) for state, seconds in seen.seconds.items()},
    }


def _way(source: State, trigger: str, target: State, number: int) -> dict[str, Any]:
    return {"source": source, "trigger": trigger, "target": target, "calls": number}
