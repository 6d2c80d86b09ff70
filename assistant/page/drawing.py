"""The flowchart as SVG for the page: as calls are shown on it, or with a span's traffic on it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assistant.history.pictures import picture, renderer
from assistant.records.past import WaysTaken
from statemachine.engine.flowchart import Overlay, Way, render, trace
from statemachine.engine.flowchart.trace import Traffic
from statemachine.engine.states import State
from statemachine.table import TABLE

STATES = frozenset(state.value for state in TABLE.states)


@lru_cache(maxsize=1)
def live() -> str:
    """The picture on which calls are shown."""
    return _svg(render(TABLE, overlay=Overlay(live=True)))


def of_traffic(taken: WaysTaken) -> str:
    """How many calls took each way."""
    return _svg(render(TABLE, overlay=trace.of_traffic(TABLE, "", _traffic(taken))))


def _svg(dot: str) -> str:
    """What belongs into a page: without what stands in front of an SVG that is a file."""
    drawn = picture(dot, "svg", renderer()).decode()
    return drawn[drawn.index("<svg") :]


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
