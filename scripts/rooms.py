"""The house as a picture: each room with its sentence and its files, and who imports whom.

Read from the code itself: rooms are packages (and the few modules that stand by themselves), the
sentence is the package's docstring, the floors are import-linter's layers in `pyproject.toml`, the
arrows are imports. An arrow that another way already implies is left out.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from textwrap import wrap

import graphviz  # type: ignore[import-untyped]
import grimp

from statemachine.engine.flowchart.notation import (
    GREY,
    INK,
    LEFT,
    PAPER,
    WASH,
    bold,
    card,
    text,
)

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("assistant", "statemachine")
COLOURS = {
    "assistant": ("#0f766e", "#1d4ed8", "#7c3aed", "#b45309", "#be185d", "#4d7c0f"),
    "statemachine": ("#334155",),
}
LEGEND = (
    "an arrow: imports, and so does whoever stands above     "
    "a dashed frame: open to every room, so no arrows lead there"
)
OPEN_FLOORS = {"assistant": 2, "statemachine": 1}
"""How many of a package's lowest floors are open to all of its rooms."""
WIDTH = 34
"""Characters to a line of a card."""


@dataclass(frozen=True, slots=True)
class Room:
    """A package, or a module that stands beside packages."""

    name: str
    """Dotted, from the top: `assistant.call`."""
    sentence: str
    files: tuple[str, ...]
    """The modules and packages inside; empty for a module."""

    @property
    def title(self) -> str:
        """Its name on the door."""
        return self.name.partition(".")[2]


@dataclass(frozen=True, slots=True)
class House:
    """All rooms by name, the floors from the top, and who imports whom."""

    rooms: Mapping[str, Room]
    floors: Mapping[str, tuple[tuple[str, ...], ...]]
    """By package, from the top: the rooms on each floor."""
    imports: Mapping[str, frozenset[str]]


def survey(root: Path = ROOT) -> House:
    """The house as the code has it now."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    inside = {
        child: tuple(sorted(graph.find_children(child)))
        for package in PACKAGES
        for child in graph.find_children(package)
    }
    for name, files in inside.items():
        if files:
            graph.squash_module(name)
    imports = {
        name: frozenset(graph.find_modules_directly_imported_by(name) & inside.keys()) - {name}
        for name in inside
    }
    rooms = {
        name: Room(
            name, _sentence(root, name), tuple(each.rpartition(".")[2] for each in inside[name])
        )
        for name in sorted(inside)
    }
    return House(rooms, _floors(root), imports)


def _sentence(root: Path, name: str) -> str:
    """The first sentence of the room's docstring, which fits on its door."""
    path = root.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    told = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = " ".join(told.partition("\n\n")[0].split())
    return first.partition(". ")[0].removesuffix(".")


def _floors(root: Path) -> dict[str, tuple[tuple[str, ...], ...]]:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return {
        contract["containers"][0]: tuple(
            tuple(
                f"{contract['containers'][0]}.{name.strip(' ()')}"
                for name in layer.replace(":", "|").split("|")
            )
            for layer in contract["layers"]
        )
        for contract in contracts
        if contract["type"] == "layers" and contract["containers"][0] in PACKAGES
    }


def reduced(imports: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """The imports without those that another way implies."""

    def reach(name: str, seen: set[str]) -> set[str]:
        for other in imports[name] - seen:
            seen.add(other)
            reach(other, seen)
        return seen

    further = {name: set().union(*(reach(o, set()) for o in imports[name])) for name in imports}
    return {name: frozenset(imports[name] - further[name]) for name in imports}


def render(house: House | None = None) -> str:
    """The house as DOT text; the same code gives the same text."""
    house = house or survey()
    dot = graphviz.Digraph("rooms")
    dot.attr(
        rankdir="TB",
        compound="true",
        bgcolor=PAPER,
        fontname="Helvetica",
        nodesep="0.28",
        ranksep="0.42",
        newrank="true",
        labelloc="t",
        label=card(
            [
                f"<td>{bold('The rooms, and which way imports run', INK, 18)}</td>",
                f"<td>{text(LEGEND, GREY, 11)}</td>",
            ],
            pad=4,
        ),
    )
    dot.attr("node", shape="plain", fontname="Helvetica")
    dot.attr("edge", color="#94a3b8", penwidth="1.3", arrowsize="0.7", fontname="Helvetica")
    for package, label in (("assistant", "assistant/: the voice"), ("statemachine", "")):
        _package(dot, house, package, label or "statemachine/: the conversation, pure")
    ground = open_rooms(house)
    inside = {
        name: frozenset(each for each in others - ground if _package_of(each) == _package_of(name))
        for name, others in house.imports.items()
    }
    for name, others in sorted(reduced(inside).items()):
        for other in sorted(others):
            dot.edge(_id(name), _id(other))
    _across(dot, house)
    for floors in house.floors.values():  # keeps the floors in their order, whoever imports whom
        for upper, lower in pairwise(floors):
            ends = [next((n for n in floor if n in house.rooms), "") for floor in (upper, lower)]
            if all(ends):
                dot.edge(_id(ends[0]), _id(ends[1]), style="invis")
    return str(dot.source)


def open_rooms(house: House) -> frozenset[str]:
    """The rooms that any other may import, and of which no arrow tells."""
    return frozenset(
        name
        for package, floors in house.floors.items()
        for floor in floors[-OPEN_FLOORS[package] :]
        for name in floor
    )


def _across(dot: graphviz.Digraph, house: House) -> None:
    """One arrow for all that leads from one package into the other."""
    upper, lower = PACKAGES
    leads = any(
        _package_of(o) == lower
        for n in house.imports
        if _package_of(n) == upper
        for o in house.imports[n]
    )
    ends = [
        next(n for floor in house.floors[p] for n in floor if n in house.rooms) for p in PACKAGES
    ]
    if leads and len(ends) == len(PACKAGES):
        dot.edge(
            *map(_id, ends),
            ltail=f"cluster_{upper}",
            lhead=f"cluster_{lower}",
            constraint="false",
            penwidth="3",
            color=INK,
            label=f"<{bold('all rooms may', GREY, 10)}>",
        )


def _package_of(name: str) -> str:
    return name.partition(".")[0]


def _package(dot: graphviz.Digraph, house: House, package: str, label: str) -> None:
    colours = COLOURS[package]
    with dot.subgraph(name=f"cluster_{package}") as cluster:
        cluster.attr(
            label=f"<{bold(label, INK, 14)}>",
            labeljust="l",
            style="rounded,filled",
            color="#cbd5e1",
            fillcolor="#f8fafc",
            margin="14",
        )
        for level, floor in enumerate(house.floors.get(package, ())):
            known = [name for name in floor if name in house.rooms]
            with cluster.subgraph() as same:
                same.attr(rank="same")
                for name in known:
                    style = "dashed" if name in open_rooms(house) else ""
                    colour = colours[level % len(colours)]
                    same.node(_id(name), _door(house.rooms[name], colour, style))


def _door(room: Room, colour: str, style: str) -> str:
    cells = [f'<td bgcolor="{colour}" cellpadding="5">{bold(room.title, PAPER, 14)}</td>']
    cells.append(f'<td {LEFT} cellpadding="5">{_lines(wrap(room.sentence, WIDTH), INK, 10)}</td>')
    if room.files:
        files = wrap("  ".join(room.files), WIDTH + 8)
        cells.append(f'<td bgcolor="{WASH}" {LEFT} cellpadding="4">{_lines(files, GREY, 9)}</td>')
    return card(cells, border=colour, style=style)


def _lines(lines: Iterable[str], colour: str, size: int) -> str:
    return "<br/>".join(text(line, colour, size) for line in lines)


def _id(name: str) -> str:
    return name.replace(".", "_")
