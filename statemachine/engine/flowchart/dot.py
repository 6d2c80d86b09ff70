"""The picture itself: cards, arrows and their places, as DOT text."""

from __future__ import annotations

from collections.abc import Iterable

import graphviz  # type: ignore[import-untyped]

from statemachine.engine.flowchart.labels import BEGIN, SHARED, Labels
from statemachine.engine.flowchart.model import Desk, Fact, Route, extract
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
from statemachine.engine.flowchart.overlay import Overlay
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
        self._labels = Labels(overlay, table.final)
        self._colours = {
            desk.state: HEADERS[place % len(HEADERS)] for place, desk in enumerate(chart.desks)
        }
        self._dot = graphviz.Digraph(
            "flowchart",
            graph_attr={
                "rankdir": "TB",
                "bgcolor": PAPER,
                "fontname": "Helvetica",
                "fontcolor": INK,
                "nodesep": "0.3" if overlay.live else "0.55",
                "ranksep": "0.5" if overlay.live else "0.6",
                "pad": "0.12" if overlay.live else "0.35",
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
        for (source, target), routes in _together(self._chart.routes).items():
            self._routes(source, target, routes)
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
        label = self._labels.desk(desk, colour)
        self._dot.node(desk.state.value, label, **_named("state", desk.state))

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

    def _routes(self, source: State, target: State, routes: tuple[Route, ...]) -> None:
        for route in routes:
            stroke = self._overlay.stroke(route.way)
            ink = NOTE_INK if route.reported else self._colours[source]
            usual = FAINT if self._overlay.fades(route.way) else ink
            self._dot.edge(
                source.value,
                target.value,
                label=self._labels.route(route),
                color=stroke.colour or usual,
                penwidth=f"{stroke.width or 1.6:g}",
                **({"style": "dashed"} if route.reported else {}),
                **_named("way", *route.way),
            )

    # What happens on the line

    def _line_events(self) -> None:
        for row in self._chart.session:
            for source in row.sources:
                self._taken(source, row)
        if not self._chart.session or self._overlay.plain:
            return
        label = self._labels.line(self._chart.session, set(self._colours))
        self._dot.node("line", label, **_named("line"))
        look = {"style": "dotted", "color": NOTE_INK, "penwidth": "1.4"}
        self._dot.edge("line", self._table.final.value, **look, **_named("way", "line"))

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
            **_named("way", *way),
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
        for fact in self._chart.facts:
            for state in fact.sources:
                self._dot.edge(
                    state.value,
                    _field(fact),
                    style="dashed",
                    color=FAINT if self._overlay.fade else self._colours[state],
                    penwidth="0.9",
                    arrowhead="vee",
                    arrowsize="0.6",
                    **_named("writes", state, fact.name),
                )

    def _levels(self) -> None:
        """Up to two desks beside each other under the first one, the end and the facts below.

        With three, arrows between the outer ones would run into each other on one level.
        """
        desks = [
            desk.state.value for desk in self._chart.desks if desk.state is not self._table.initial
        ]
        plain = self._overlay.plain
        events = ["line"] if self._chart.session and not plain else []
        levels = [[self._table.final.value, *map(_field, () if plain else self._chart.facts)]]
        if len(desks) <= 2:
            levels.insert(0, [*events, *desks])
        for level in levels:
            with self._dot.subgraph() as same:
                same.attr(rank="same")
                for name in level:
                    same.node(name)

    def _notes(self) -> None:
        if self._overlay.notes:
            self._dot.node("notes", grid(self._overlay.notes))
            self._dot.edge(self._table.final.value, "notes", style="invis")


def _together(routes: Iterable[Route]) -> dict[tuple[State, State], tuple[Route, ...]]:
    found: dict[tuple[State, State], tuple[Route, ...]] = {}
    for route in routes:
        key = (route.source, route.target)
        found[key] = (*found.get(key, ()), route)
    return found


def _named(kind: str, *parts: str) -> dict[str, str]:
    """The `id` and `class` by which a page finds this in the SVG, both from the table."""
    return {"id": "_".join((kind, *parts)), "class": kind}


def _field(fact: Fact) -> str:
    return f"fact_{fact.name}"
