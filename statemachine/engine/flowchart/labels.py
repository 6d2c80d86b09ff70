"""What stands in the picture: the words of its cards and arrows, in DOT's notation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statemachine.engine.flowchart.model import Desk, Fact, Route
from statemachine.engine.flowchart.notation import (
    DATA_INK,
    ENDING,
    FAINT,
    GREY,
    INK,
    LEFT,
    NOTE,
    NOTE_INK,
    PAPER,
    TROUBLE,
    WASH,
    beside,
    bold,
    card,
    text,
)
from statemachine.engine.flowchart.overlay import Overlay, Stroke, Way
from statemachine.engine.rows import Row
from statemachine.engine.states import State
from statemachine.engine.triggers import name_of

LEGEND = (
    "bold: what happens (trigger)     grey: only if this holds (guards)     "
    "arrow: to the next desk     thin dashes: writes this down     "
    "thick dashes, dotted: happens on the line"
)
BEGIN = beside([f"<td>{text('a call comes in', GREY, 11)}</td>"])
UNKNOWN, VALUE = "–", 112
"""What stands for a fact's value while there is none, and the width of its room in points."""
SHARED = f"<{bold('UserData', DATA_INK, 13)}  {text('shared by all desks', DATA_INK, 10)}>"


@dataclass(frozen=True, slots=True)
class Labels:
    """The words under one overlay."""

    overlay: Overlay
    final: State

    def caption(self) -> str:
        """The title, where there is one, and what the signs mean; nothing over a live picture."""
        if self.overlay.live:
            return ""
        title = self.overlay.title
        above = [f"<td>{bold(title, INK, 16)}</td>"] if title else []
        legend = self.overlay.legend or LEGEND
        return card([*above, f"<td>{text(legend, GREY, 11)}</td>"], pad=6)

    def desk(self, desk: Desk, more: tuple[Row, ...], colour: str) -> str:
        """A desk's card: who speaks there, and what is done without leaving it."""
        stays = (*more, *desk.stays)
        head = self._head(desk.state)
        cells = [f'<td bgcolor="{colour}" width="150" cellpadding="7">{head}</td>']
        cells += [
            f'<td bgcolor="{NOTE}" cellpadding="4">{bold(badge, NOTE_INK, 11)}</td>'
            for badge in self.overlay.paint(desk.state).badges
        ]
        if stays:
            what = "done at this desk:" if self.overlay.plain else "stays at this desk:"
            cells.append(f'<td bgcolor="{WASH}">{text(what, GREY, 10)}</td>')
        cells += [self._stay(desk.state, row) for row in stays]
        return card(cells, border=colour)

    def _head(self, state: State) -> str:
        if self.overlay.plain:
            return bold(state.desk, PAPER, 18)
        return "<br/>".join(
            (
                bold(state.value, PAPER, 18),
                text(" ", PAPER, 4),
                text(state.desk, PAPER, 11),
                text(f"{state.agent} speaks" if state.agent else "no agent speaks", PAPER, 11),
            )
        )

    def _stay(self, state: State, row: Row) -> str:
        way = (state, name_of(row.trigger), state)
        stroke = self.overlay.stroke(way)
        said = self._trigger(way)
        if stroke.label:
            said += f"  {bold(stroke.label, stroke.colour or NOTE_INK, 11)}"
        if stroke.trouble:
            said += f"  {bold(stroke.trouble, TROUBLE, 11)}"
        return f'<td {LEFT} cellpadding="4">{said}{self._guards(row, way)}</td>'

    def end(self) -> str:
        """The end's name and badges."""
        badges = [text(badge, PAPER, 11) for badge in self.overlay.paint(self.final).badges]
        return f"<{'<br/>'.join([bold(self.final.value, PAPER, 15), *badges])}>"

    def routes(self, routes: tuple[Route, ...]) -> str:
        """What stands on an arrow between desks."""
        lines: list[str] = []
        for route in routes:
            stroke = self.overlay.stroke(route.way)
            said = self._trigger(route.way) + self._guards(route.row, route.way)
            if stroke.label:
                lines.append(f"<td>{bold(stroke.label, stroke.colour or NOTE_INK, 13)}</td>")
            lines.append(f"<td {LEFT}>{said}</td>")
            if stroke.trouble:
                lines.append(f"<td>{bold(stroke.trouble, TROUBLE, 11)}</td>")
        return beside(lines)

    def everywhere(self, rows: tuple[Row, ...]) -> str:
        """The card of what is done at many desks: at which, and what must hold."""
        cells = [
            f'<td bgcolor="{WASH}" cellpadding="6" colspan="2">'
            f"{bold('at every desk', ENDING, 13)}</td>"
        ]
        for sources in dict.fromkeys(row.sources for row in rows):
            where = text(f"at {', '.join(sources)}:", GREY, 10)
            cells.append(f'<td colspan="2" {LEFT} cellpadding="4">{where}</td>')
            for row in rows:
                if row.sources == sources:
                    cells += self._anywhere(row)
        return card(cells, border=ENDING)

    def _anywhere(self, row: Row) -> Iterable[str]:
        leads = f"  {text(f'to {row.to}', GREY, 10)}" if row.to else ""
        said = bold(name_of(row.trigger), INK, 12) + leads
        conditions = "<br/>".join(text(line, GREY, 10) for line in _lines(row.guard_names, 28))
        yield f'<td {LEFT} cellpadding="4">{said}</td><td {LEFT} cellpadding="4">{conditions}</td>'

    def from_everywhere(self, row: Row) -> str:
        """What stands on the arrow from that card."""
        return beside([f"<td>{bold(name_of(row.trigger), INK, 12)}</td>"])

    def line(self, session: tuple[Row, ...], everywhere: tuple[State, ...]) -> str:
        """The card of what happens on the line; where, unless it is everywhere."""
        cells = [
            f'<td bgcolor="{NOTE}" cellpadding="6">{bold("on the line", NOTE_INK, 13)}<br/>'
            f"{text('reported by the phone, at any desk', NOTE_INK, 10)}</td>"
        ]
        for row in session:
            where = _where(row.sources, everywhere)
            leads = "stays" if row.to is None else f"to {row.to}"
            cells.append(
                f'<td {LEFT} cellpadding="4">{bold(name_of(row.trigger), INK, 11)}'
                f"  {text(leads + where, GREY, 10)}</td>"
            )
        return card(cells, border=NOTE_INK, style="dashed")

    def taken(self, trigger: str, stroke: Stroke, colour: str) -> str:
        """What stands on the arrow of something that happened on the line."""
        said = (bold(stroke.label, colour, 13), text(self._named(trigger), colour, 11))
        return beside(f"<td>{line}</td>" for line in said)

    def fact(self, fact: Fact) -> str:
        """A shared fact's card, with room for its value where a call will fill it in."""
        cells = [f'<td cellpadding="3">{bold(fact.name, DATA_INK, 11)}</td>']
        if self.overlay.live:
            cells.append(f'<td cellpadding="4" width="{VALUE}">{text(UNKNOWN, GREY, 12)}</td>')
        return card(cells, border=DATA_INK)

    def _trigger(self, way: Way) -> str:
        return bold(self._named(way[1]), FAINT if self.overlay.fades(way) else INK, 12)

    def _named(self, trigger: str) -> str:
        return trigger.replace("_", " ") if self.overlay.plain else trigger

    def _guards(self, row: Row, way: Way) -> str:
        if self.overlay.plain:
            return ""
        return _conditions(row, FAINT if self.overlay.fades(way) else GREY)


def _where(sources: tuple[State, ...], everywhere: tuple[State, ...]) -> str:
    """At which states, or at which ones not: whichever is shorter; nothing if at all of them."""
    others = [state for state in everywhere if state not in sources]
    if not others:
        return ""
    few = len(sources) <= len(others)
    return f" ({', '.join(sources)})" if few else f" (not {', '.join(others)})"


def _conditions(row: Row, colour: str) -> str:
    """The row's guards in words, in short lines under its trigger."""
    return "".join(f"<br/>{text(line, colour, 10)}" for line in _lines(row.guard_names))


def _lines(guards: Iterable[str], width: int = 36) -> list[str]:
    """Guards in words, in lines of about so many characters."""
    lines: list[str] = []
    names = tuple(guards)
    for place, name in enumerate(names):
        words = f"{name.replace('_', ' ')}{',' if place + 1 < len(names) else ''}"
        if lines and len(lines[-1]) + len(words) < width:
            lines[-1] += f" {words}"
        else:
            lines.append(words if lines else f"if {words}")
    return lines
