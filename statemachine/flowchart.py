"""The transition table as a picture: what is to be drawn, and its text in DOT."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import TypeVar

import graphviz  # type: ignore[import-untyped]

from statemachine import explore
from statemachine.machine import Machine
from statemachine.rows import Row
from statemachine.states import FINAL, INITIAL, State
from statemachine.table import TABLE
from statemachine.triggers import SessionTrigger, name_of

Way = tuple[State, str, State]
"""One arrow or one line of a card: from, the trigger's name, to (the same state where it stays)."""

K = TypeVar("K")
V = TypeVar("V")


# What is to be drawn


@dataclass(frozen=True, slots=True)
class Desk:
    """A state, and what may happen there without leaving it."""

    state: State
    stays: tuple[Row, ...]
    """The model's rows that leave the call where it is."""


@dataclass(frozen=True, slots=True)
class Route:
    """One row's way from one desk to another one, or to the end."""

    source: State
    target: State
    row: Row

    @property
    def way(self) -> Way:
        """Its key in an overlay."""
        return self.source, name_of(self.row.trigger), self.target


@dataclass(frozen=True, slots=True)
class Fact:
    """A shared fact, and where which triggers write it."""

    name: str
    written: tuple[tuple[State, str], ...]

    @property
    def sources(self) -> tuple[State, ...]:
        """The states that write it, each once."""
        return tuple(dict.fromkeys(state for state, _ in self.written))

    @property
    def triggers(self) -> tuple[str, ...]:
        """The triggers that write it, each once."""
        return tuple(dict.fromkeys(name for _, name in self.written))


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the picture, in the order in which the table has it."""

    desks: tuple[Desk, ...]
    routes: tuple[Route, ...]
    session: tuple[Row, ...]
    facts: tuple[Fact, ...]


@lru_cache(maxsize=8)
def extract(table: tuple[Row, ...] = TABLE) -> Chart:
    """What a table has to show.

    Raises:
        TableError: the table has a fault.
    """
    session = tuple(row for row in table if issubclass(row.trigger, SessionTrigger))
    model = tuple(row for row in table if row not in session)
    written = explore.writes(Machine(table))
    return Chart(
        desks=tuple(
            Desk(state, tuple(r for r in model if state in r.sources and _stays(r, state)))
            for state in State
            if state is not FINAL
        ),
        routes=tuple(
            Route(source, row.to, row)
            for row in model
            for source in row.sources
            if row.to and not _stays(row, source)
        ),
        session=session,
        facts=tuple(
            Fact(name, tuple((state, name_of(kind)) for state, kind in places))
            for name, places in written.items()
        ),
    )


def _stays(row: Row, state: State) -> bool:
    return row.to is None or row.to is state


# What a call, or a day of calls, lays over it


@dataclass(frozen=True, slots=True)
class Paint:
    """How a state is shown: its header's colour, and small remarks under it ("0:42", "3 calls")."""

    fill: str = ""
    badges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a way is shown: a remark ("1, 4", "27 calls"), a colour and a width in points.

    `trouble` is a remark of its own, in red ("refused twice").
    """

    label: str = ""
    colour: str = ""
    width: float = 0
    trouble: str = ""


def _none() -> Mapping[K, V]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over the table; ways and states without an entry are faded if `fade` is set.

    A session trigger with an entry gets an arrow of its own, so that one sees where callers leave.
    `plain` shows what happened and not what may, in words: no guards, no classes, no shared facts.
    """

    title: str = ""
    legend: str = ""
    notes: tuple[tuple[str, ...], ...] = ()
    """Lines under the picture, in columns."""
    plain: bool = False
    states: Mapping[State, Paint] = field(default_factory=_none)
    ways: Mapping[Way, Stroke] = field(default_factory=_none)
    fade: bool = False


# Drawing it

INK, GREY, FAINT = "#1f2933", "#6b7785", "#c3cad2"
PAPER, WASH = "#ffffff", "#f1f4f7"
NOTE, NOTE_INK = "#fdf6e3", "#8a6d1f"
DATA, DATA_INK = "#eef1f8", "#44538a"
HEADERS = ("#2f6fa8", "#2b8a6b", "#b4652a", "#7b5aa6", "#a33f5f", "#5b7083")
"""The desks' colours, in the order of the states."""
ENDING = "#3d4852"
TROUBLE = "#b3261e"
LEFT = 'align="left" balign="left"'
LEGEND = (
    "bold: what happens (trigger)     grey: only if this holds (guards)     "
    "arrow: to the next desk     dashed: writes this down     dotted: from any desk"
)


def render(table: tuple[Row, ...] = TABLE, overlay: Overlay | None = None) -> str:
    """The table as DOT text, the same text for the same table and overlay.

    Raises:
        TableError: the table has a fault.
    """
    return _Drawing(extract(table), overlay or Overlay()).source()


class _Drawing:
    """One picture in the making."""

    def __init__(self, chart: Chart, overlay: Overlay) -> None:
        self._chart = chart
        self._overlay = overlay
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
                "nodesep": "0.55",
                "ranksep": "0.6",
                "pad": "0.35",
                "splines": "true",
                "newrank": "true",
                "label": self._caption(),
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

    def _caption(self) -> str:
        title = self._overlay.title
        above = [f"<td>{_bold(title, INK, 16)}</td>"] if title else []
        legend = self._overlay.legend or LEGEND
        return _table([*above, f"<td>{_text(legend, GREY, 11)}</td>"], pad=6)

    def _notes(self) -> None:
        if self._overlay.notes:
            self._dot.node("notes", _columns(self._overlay.notes))
            self._dot.edge(FINAL.value, "notes", style="invis")

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
        call = _beside([f"<td>{_text('a call comes in', GREY, 11)}</td>"])
        self._dot.edge("begin", INITIAL.value, label=call, penwidth="1.4")

    def _desk(self, desk: Desk) -> None:
        paint = self._overlay.states.get(desk.state, Paint())
        faded = self._overlay.fade and desk.state not in self._overlay.states
        colour = paint.fill or (FAINT if faded else self._colours[desk.state])
        head = self._head(desk.state)
        rows = [f'<td bgcolor="{colour}" width="170" cellpadding="7">{head}</td>']
        rows += [
            f'<td bgcolor="{NOTE}" cellpadding="4">{_bold(badge, NOTE_INK, 11)}</td>'
            for badge in paint.badges
        ]
        if desk.stays:
            what = "done at this desk:" if self._overlay.plain else "stays at this desk:"
            rows.append(f'<td bgcolor="{WASH}">{_text(what, GREY, 9)}</td>')
        rows += [self._stay(desk.state, row) for row in desk.stays]
        self._dot.node(desk.state.value, _table(rows, border=colour))

    def _head(self, state: State) -> str:
        if self._overlay.plain:
            return _bold(state.desk, PAPER, 18)
        return "<br/>".join(
            (
                _bold(state.value, PAPER, 18),
                _text(" ", PAPER, 4),
                _text(state.desk, PAPER, 11),
                _text(f"{state.agent} speaks", PAPER, 11),
            )
        )

    def _named(self, trigger: str) -> str:
        return trigger.replace("_", " ") if self._overlay.plain else trigger

    def _stay(self, state: State, row: Row) -> str:
        name = name_of(row.trigger)
        stroke = self._overlay.ways.get((state, name, state), Stroke())
        colour = self._ink((state, name, state))
        said = _bold(self._named(name), colour, 12)
        if stroke.label:
            said += f"  {_bold(stroke.label, stroke.colour or NOTE_INK, 11)}"
        if stroke.trouble:
            said += f"  {_bold(stroke.trouble, TROUBLE, 11)}"
        said += self._guards_of(row, (state, name, state))
        return f'<td {LEFT} cellpadding="4">{said}</td>'

    def _end(self) -> None:
        paint = self._overlay.states.get(FINAL, Paint())
        label = "<br/>".join(
            [_bold(FINAL.value, "#ffffff", 15), *(_text(b, "#ffffff", 11) for b in paint.badges)]
        )
        faded = self._overlay.fade and FINAL not in self._overlay.states
        self._dot.node(
            FINAL.value,
            f"<{label}>",
            shape="doublecircle",
            style="filled",
            fillcolor=paint.fill or (FAINT if faded else ENDING),
            color=FAINT if faded else ENDING,
            penwidth="1.6",
            margin="0.05",
        )

    def _routes(self, source: State, target: State, routes: tuple[Route, ...]) -> None:
        for route in routes:
            stroke = self._overlay.ways.get(route.way, Stroke())
            ink = self._ink(route.way)
            said = _bold(self._named(route.way[1]), ink, 12)
            said += self._guards_of(route.row, route.way)
            lines = [f"<td {LEFT}>{said}</td>"]
            if stroke.label:
                lines.insert(0, f"<td>{_bold(stroke.label, stroke.colour or NOTE_INK, 13)}</td>")
            if stroke.trouble:
                lines.append(f"<td>{_bold(stroke.trouble, TROUBLE, 11)}</td>")
            self._dot.edge(
                source.value,
                target.value,
                label=_beside(lines),
                color=stroke.colour or (FAINT if self._faded(route.way) else self._colours[source]),
                penwidth=f"{stroke.width or 1.6:g}",
            )

    # What happens on the line

    def _line_events(self) -> None:
        for row in self._chart.session:
            for source in row.sources:
                self._taken(source, row)
        if not self._chart.session or self._overlay.plain:
            return
        rows = [
            f'<td bgcolor="{NOTE}" cellpadding="6">{_bold("on the line", NOTE_INK, 13)}<br/>'
            f"{_text('reported by the phone, at any desk', NOTE_INK, 10)}</td>"
        ]
        for row in self._chart.session:
            where = "" if set(row.sources) == set(self._colours) else f" ({', '.join(row.sources)})"
            leads = "stays: one more turn" if row.to is None else f"to {row.to}"
            rows.append(
                f'<td {LEFT} cellpadding="4">{_bold(name_of(row.trigger), INK, 11)}'
                f"  {_text(leads + where, GREY, 10)}</td>"
            )
        self._dot.node("line", _table(rows, border=NOTE_INK, style="dashed"))
        self._dot.edge("line", FINAL.value, style="dotted", color=NOTE_INK, penwidth="1.4")

    def _taken(self, source: State, row: Row) -> None:
        way = (source, name_of(row.trigger), row.to or source)
        stroke = self._overlay.ways.get(way)
        if stroke is None or row.to is None:
            return
        colour = stroke.colour or NOTE_INK
        said = (_bold(stroke.label, colour, 13), _text(self._named(way[1]), colour, 11))
        self._dot.edge(
            source.value,
            row.to.value,
            label=_beside(f"<td>{line}</td>" for line in said),
            color=colour,
            style="dashed",
            penwidth=f"{stroke.width or 1.6:g}",
        )

    # What the desks share

    def _shared(self) -> None:
        title = f"{_bold('UserData', DATA_INK, 13)}  {_text('shared by all desks', DATA_INK, 10)}"
        with self._dot.subgraph(name="cluster_userdata") as cluster:
            cluster.attr(
                label=f"<{title}>",
                labelloc="b",
                style="rounded,filled",
                color=DATA_INK,
                fillcolor=DATA,
                margin="12",
            )
            for fact in self._chart.facts:
                said = _table(
                    [f'<td cellpadding="3">{_bold(fact.name, DATA_INK, 11)}</td>'], border=DATA_INK
                )
                cluster.node(_field(fact), said)
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
                )

    def _levels(self) -> None:
        """Up to two desks beside each other under the first one, the end and the facts below.

        With three, arrows between the outer ones would run into each other on one level.
        """
        desks = [desk.state.value for desk in self._chart.desks if desk.state is not INITIAL]
        plain = self._overlay.plain
        events = ["line"] if self._chart.session and not plain else []
        levels = [[FINAL.value, *map(_field, () if plain else self._chart.facts)]]
        if len(desks) <= 2:
            levels.insert(0, [*events, *desks])
        for level in levels:
            with self._dot.subgraph() as same:
                same.attr(rank="same")
                for name in level:
                    same.node(name)

    def _guards_of(self, row: Row, way: Way) -> str:
        return "" if self._overlay.plain else _guards(row, self._soft(way))

    # Colours

    def _faded(self, way: Way) -> bool:
        return self._overlay.fade and way not in self._overlay.ways

    def _ink(self, way: Way) -> str:
        return FAINT if self._faded(way) else INK

    def _soft(self, way: Way) -> str:
        return FAINT if self._faded(way) else GREY


def _together(routes: Iterable[Route]) -> dict[tuple[State, State], tuple[Route, ...]]:
    found: dict[tuple[State, State], tuple[Route, ...]] = {}
    for route in routes:
        key = (route.source, route.target)
        found[key] = (*found.get(key, ()), route)
    return found


def _field(fact: Fact) -> str:
    return f"fact_{fact.name}"


def _guards(row: Row, colour: str = GREY, width: int = 36) -> str:
    """The row's guards in words, in short lines under its trigger."""
    lines: list[str] = []
    for place, name in enumerate(row.guard_names):
        words = f"{name.replace('_', ' ')}{',' if place + 1 < len(row.guard_names) else ''}"
        if lines and len(lines[-1]) + len(words) < width:
            lines[-1] += f" {words}"
        else:
            lines.append(words if lines else f"if {words}")
    return "".join(f"<br/>{_text(line, colour, 10)}" for line in lines)


def _text(words: str, colour: str, size: int) -> str:
    return f'<font color="{colour}" point-size="{size}">{escape(words)}</font>'


def _bold(words: str, colour: str, size: int) -> str:
    return f"<b>{_text(words, colour, size)}</b>"


def _beside(cells: Iterable[str]) -> str:
    """A label that keeps its distance from its arrow and covers what runs behind it."""
    inner = _table(cells)[1:-1]
    frame = 'border="0" cellborder="0" cellspacing="0" cellpadding="5"'
    return f"<<table {frame}><tr><td>{inner}</td></tr></table>>"


def _columns(lines: Iterable[tuple[str, ...]]) -> str:
    rows = "".join(
        "<tr>" + "".join(f"<td {LEFT}>{_text(cell, INK, 12)}</td>" for cell in line) + "</tr>"
        for line in lines
    )
    frame = f'border="1" color="{FAINT}" cellborder="0" cellspacing="0" cellpadding="4"'
    return f"<<table {frame}>{rows}</table>>"


def _table(cells: Iterable[str], *, border: str = "", style: str = "", pad: int = 1) -> str:
    """An HTML-like label of one column."""
    frame = f'border="1" color="{border}"' if border else 'border="0"'
    look = f' style="{style}"' if style else ""
    body = "".join(f"<tr>{cell}</tr>" for cell in cells)
    return (
        f'<<table {frame}{look} cellborder="0" cellspacing="0" cellpadding="{pad}" '
        f'bgcolor="{PAPER}">{body}</table>>'
    )
