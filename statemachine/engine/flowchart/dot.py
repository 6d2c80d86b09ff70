"""The picture itself: cards, arrows and their places, as DOT text."""

from __future__ import annotations

from collections.abc import Iterable

import graphviz  # type: ignore[import-untyped]

from statemachine.engine.flowchart.labels import BEGIN, SHARED, Labels
from statemachine.engine.flowchart.model import EVERYWHERE, LINE, Desk, Fact, Route, extract
from statemachine.engine.flowchart.notation import (
    DATA,
    DATA_INK,
    ENDING,
    FAINT,
    INK,
    NOTE_INK,
    PAPER,
    grid,
)
from statemachine.engine.flowchart.overlay import Overlay, Way
from statemachine.engine.rows import Row
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import name_of

HEADERS = ("#2f6fa8", "#2b8a6b", "#b4652a", "#7b5aa6", "#a33f5f", "#5b7083")
"""The desks' colours, in the order of the states."""


def render(table: Table, overlay: Overlay | None = None) -> str:
    """The table as DOT text, the same text for the same table and overlay.

    Raises:
        TableError: the table has a fault.
    """
    return _Drawing(table, overlay or Overlay()).source()


class _Drawing:
    """One picture in the making."""

    def __init__(self, table: Table, overlay: Overlay) -> None:
        self._table = table
        self._chart = chart = extract(table)
        self._overlay = overlay
        self._shown = (*chart.routes, *self._taken_from_many())
        self._labels = Labels(overlay, table.final)
        self._colours = {
            desk.state: HEADERS[place % len(HEADERS)] for place, desk in enumerate(chart.desks)
        }
        self._dot = graphviz.Digraph(
            "flowchart",
            graph_attr={
                # Where a way shows more than its name, desks side by side have no room for it.
                "rankdir": "TB" if overlay.plain else "LR",
                "bgcolor": PAPER,
                "fontname": "Helvetica",
                "fontcolor": INK,
                "nodesep": "0.55" if overlay.plain else "0.35",
                "ranksep": "0.6" if overlay.plain else "0.4",
                "pad": "0.12" if overlay.live else "0.2",
                "splines": "true",
                "newrank": "true",
                "label": self._labels.caption(),
                **({"labelloc": "t"} if self._overlay.plain else {}),
            },
            node_attr={"fontname": "Helvetica", "fontcolor": INK, "shape": "plain"},
            edge_attr={
                "fontname": "Helvetica",
                "fontsize": "11",
                "color": INK,
                "fontcolor": INK,
                "arrowsize": "0.8",
            },
        )

    def source(self) -> str:
        """The whole text."""
        self._begin()
        for desk in self._chart.desks:
            self._desk(desk)
        self._end()
        if not self._overlay.plain:
            self._shared()
        for routes in _together(self._shown, apart=self._overlay.plain):
            self._routes(routes)
        self._everywhere()
        self._line_events()
        self._levels()
        self._notes()
        return str(self._dot.source)

    # The conversation

    def _begin(self) -> None:
        self._dot.node("begin", "", shape="circle", style="filled", fillcolor=INK, width="0.2")
        self._dot.edge(
            "begin", self._table.initial.value, label=BEGIN, penwidth="1.4", **_named("begun")
        )

    def _desk(self, desk: Desk) -> None:
        usual = FAINT if self._overlay.fades(desk.state) else self._colours[desk.state]
        colour = self._overlay.paint(desk.state).fill or usual
        label = self._labels.desk(desk, self._done_here(desk.state), colour)
        self._dot.node(desk.state.value, label, **_named("state", desk.state))

    def _done_here(self, state: State) -> tuple[Row, ...]:
        """What is done at many desks, and was done at this one."""
        return tuple(
            row
            for row in self._chart.everywhere
            if state in row.sources
            and row.to is None
            and (state, name_of(row.trigger), state) in self._overlay.ways
        )

    def _end(self) -> None:
        usual = FAINT if self._overlay.fades(self._table.final) else ENDING
        self._dot.node(
            self._table.final.value,
            self._labels.end(),
            shape="doublecircle",
            style="filled",
            fillcolor=self._overlay.paint(self._table.final).fill or usual,
            color=usual,
            penwidth="1.6",
            margin="0.05",
            **_named("state", self._table.final),
        )

    def _routes(self, routes: tuple[Route, ...]) -> None:
        """One arrow for what leads from one desk to another in one way."""
        first, ways = routes[0], tuple(route.way for route in routes)
        stroke = max(map(self._overlay.stroke, ways), key=lambda each: each.width)
        ink = NOTE_INK if first.reported else self._colours[first.source]
        usual = FAINT if all(map(self._overlay.fades, ways)) else ink
        self._dot.edge(
            first.source.value,
            first.target.value,
            **{"xlabel" if self._is_to_and_fro(first) else "label": self._labels.routes(routes)},
            color=stroke.colour or usual,
            penwidth=f"{stroke.width or 1.6:g}",
            **({"style": "dashed"} if first.reported else {}),
            **_way(*ways),
        )

    def _is_to_and_fro(self, route: Route) -> bool:
        """Whether it leads between two desks of one level, and others lead back.

        Words in between would push the arrows into each other: they are put where there is room.
        """
        if self._overlay.plain:
            return False
        pair = {route.source, route.target}
        back = ((each.target, each.source) for each in self._shown)
        level = any(pair <= {*each} for each in self._chart.levels)
        return level and (route.source, route.target) in back

    # What is done at many desks

    def _taken_from_many(self) -> Iterable[Route]:
        """The ways that lead from many desks, where they were taken."""
        rows = self._chart.everywhere
        routes = (Route(source, row.to, row) for row in rows for source in row.sources if row.to)
        return (route for route in routes if route.way in self._overlay.ways)

    def _everywhere(self) -> None:
        """One card for all of them."""
        rows = self._chart.everywhere
        if self._overlay.plain or not rows:
            return
        self._dot.node(EVERYWHERE, self._labels.everywhere(rows), **_named(EVERYWHERE))
        for row in rows:
            if row.to is not None:
                ways = [(source, name_of(row.trigger), row.to) for source in row.sources]
                self._dot.edge(
                    EVERYWHERE,
                    row.to.value,
                    label=self._labels.from_everywhere(row),
                    color=ENDING,
                    penwidth="1.6",
                    **_way(*ways),
                )

    # What happens on the line

    def _line_events(self) -> None:
        for row in self._chart.session:
            for source in row.sources:
                self._taken(source, row)
        if not self._chart.session or self._overlay.plain:
            return
        label = self._labels.line(self._chart.session, tuple(self._colours))
        self._dot.node(LINE, label, **_named(LINE))
        look = {"style": "dotted", "color": NOTE_INK, "penwidth": "1.4"}
        self._dot.edge(LINE, self._table.final.value, **look, **_named("way", LINE))

    def _taken(self, source: State, row: Row) -> None:
        way = (source, name_of(row.trigger), row.to or source)
        stroke = self._overlay.ways.get(way)
        if stroke is None or row.to is None:
            return
        colour = stroke.colour or NOTE_INK
        self._dot.edge(
            source.value,
            row.to.value,
            label=self._labels.taken(way[1], stroke, colour),
            color=colour,
            style="dashed",
            penwidth=f"{stroke.width or 1.6:g}",
            **_way(way),
        )

    # What the desks share

    def _shared(self) -> None:
        with self._dot.subgraph(name="cluster_userdata") as cluster:
            cluster.attr(
                label=SHARED,
                labelloc="b",
                style="rounded,filled",
                color=DATA_INK,
                fillcolor=DATA,
                margin="12",
            )
            for fact in self._chart.facts:
                cluster.node(_field(fact), self._labels.fact(fact), **_named("fact", fact.name))
        inks = {**{state.value: ink for state, ink in self._colours.items()}, LINE: NOTE_INK}
        for fact in self._chart.facts:
            for source in fact.sources:
                self._dot.edge(
                    source,
                    _field(fact),
                    style="dashed",
                    color=FAINT if self._overlay.fade else inks.get(source, ENDING),
                    penwidth="0.9",
                    arrowhead="vee",
                    arrowsize="0.6",
                    **_named("writes", source, fact.name),
                )

    def _levels(self) -> None:
        """Each desk as far on as it is from the first one, the end beside the last of them.

        What is for many desks stands there too, and the facts behind it. In plain words there are
        numbers on every way, and only the end has a level of its own.
        """
        levels = [list(map(str, level)) for level in self._chart.levels]
        levels[0].append("begin")
        last = [EVERYWHERE] if self._chart.everywhere else []
        last += [self._table.final.value, *([LINE] if self._chart.session else [])]
        levels[-1] += last
        levels.append([_field(fact) for fact in self._chart.facts])
        for level in [[self._table.final.value]] if self._overlay.plain else levels:
            with self._dot.subgraph() as same:
                same.attr(rank="same")
                for name in level:
                    same.node(name)

    def _notes(self) -> None:
        if self._overlay.notes:
            self._dot.node("notes", grid(self._overlay.notes))
            self._dot.edge(self._table.final.value, "notes", style="invis")


def _together(routes: Iterable[Route], *, apart: bool) -> Iterable[tuple[Route, ...]]:
    """Those that lead from one state to another in one way; each alone if they are to be apart."""
    found: dict[object, tuple[Route, ...]] = {}
    for route in routes:
        key = route if apart else (route.source, route.target, route.reported)
        found[key] = (*found.get(key, ()), route)
    return found.values()


def _named(kind: str, *parts: str) -> dict[str, str]:
    """The `id` and `class` by which a page finds this in the SVG, both from the table."""
    return {"id": "_".join((kind, *parts)), "class": kind}


def _way(*ways: Way) -> dict[str, str]:
    """An arrow's `id`, which is its first way's, and a class for each of the ways that it shows."""
    names = ["_".join(("way", *way)) for way in ways]
    return {"id": names[0], "class": " ".join(("way", *names))}


def _field(fact: Fact) -> str:
    return f"fact_{fact.name}"
