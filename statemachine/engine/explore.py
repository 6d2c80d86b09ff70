"""Everything reachable: a breadth-first walk over a machine, with triggers made from its table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import Any, get_type_hints

from statemachine.engine.facts import F, Facts
from statemachine.engine.machine import NOT_POSSIBLE_HERE, Accepted, Machine, Outcome, Refused
from statemachine.engine.rows import Row
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import ModelTrigger, Trigger

ANYTHING = "…"
"""Stands in a canonical fact for any words, where no guard asks which."""

NONSENSE = "x7"
"""A word that means nothing anywhere."""


@dataclass(frozen=True, slots=True)
class Node:
    """A place a call can be in: its state, and its facts as far as a guard can tell them apart."""

    state: State
    facts: Facts


@dataclass(frozen=True, slots=True)
class Edge:
    """One trigger fired at a node, and what came of it.

    `row` is the row that was taken, `None` if none was; `refused_by` names the guards that refused.
    After a refusal `target` is `source`.
    """

    source: Node
    trigger: Trigger
    outcome: Outcome[Facts]
    target: Node
    row: Row | None = None
    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """All that was found, in the order in which it was found; the first node is the opening."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def explore(machine: Machine, *, most: int = 2) -> Walk:
    """Walk to every node at which at most `most` things have been written down, all in all.

    What is written down are a fact's items: orders, tickets. The end is reached and not walked on
    from: no row may leave it.
    """
    table = machine.table
    start = Node(table.initial, canonical(table.samples.opening))
    samples = {kind: tuple(sample(kind, table.samples.words)) for kind in table.triggers.values()}
    asked = _Asked(machine)
    nodes, edges = {start: None}, list[Edge]()
    queue = [start]
    for node in queue:  # grows while it is walked
        if node.state is table.final:
            continue
        here = {row.trigger for row in table if node.state in row.sources}
        for kind, triggers in samples.items():
            for trigger in triggers if kind in here else triggers[:1]:
                edge = asked.edge(node, trigger)
                edges.append(edge)
                if edge.target not in nodes and _written(edge.target.facts) <= most:
                    nodes[edge.target] = None
                    queue.append(edge.target)
    return Walk(tuple(nodes), tuple(edges))


@lru_cache(maxsize=8)
def writes(table: Table) -> Mapping[str, tuple[tuple[State, type[Trigger]], ...]]:
    """For each shared fact, in which state which trigger writes it: found by walking."""
    found: dict[str, set[tuple[State, type[Trigger]]]] = {name: set() for name in table.shared}
    for edge in explore(Machine(table), most=1).edges:
        if isinstance(edge.outcome, Accepted):
            for name, places in found.items():
                if getattr(edge.outcome.before, name) != getattr(edge.outcome.facts, name):
                    places.add((edge.source.state, type(edge.trigger)))
    every = [(state, kind) for state in table.states for kind in table.triggers.values()]
    return {name: tuple(each for each in every if each in found[name]) for name in table.shared}


def canonical(facts: F) -> F:
    """The same facts for every guard, with as few values as possible.

    A turn is the present one (1) or an earlier one (0): guards ask no more of it. What no guard
    compares is anything.
    """
    plain: F = _plain(facts.bare(), facts.turn)
    return replace(plain, turn=1)


def _plain(value: Any, now: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_plain(each, now) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for each in fields(value):
        held = getattr(value, each.name)
        if each.metadata.get("turn"):
            changed[each.name] = int(held == now)
        elif each.metadata.get("settled"):
            missing = each.metadata.get("missed") and not held
            changed[each.name] = ("" if missing else ANYTHING) if isinstance(held, str) else 0
        elif not each.metadata.get("opening"):
            changed[each.name] = _plain(held, now)
    return replace(value, **changed)


def _written(facts: Facts) -> int:
    """How many things stand in the facts, beside what was given when the call began."""
    kept = (each for each in fields(facts) if not each.metadata.get("opening"))
    held = (getattr(facts, each.name) for each in kept)
    return sum(len(each) for each in held if isinstance(each, tuple))


def sample(kind: type[Trigger], words: Mapping[str, tuple[str, ...]]) -> Iterator[Trigger]:
    """Triggers of one kind with every sort of payload.

    A text field takes what means something under its name, else its examples, nothing, and a
    nonsense word; an enumeration takes each member. Optional fields are left out, or filled one at
    a time: the tool's beside sensible words, the others beside senseless ones; all of them where
    no other is needed.

    Raises:
        TypeError: a field is of a type that there are no samples for.
    """
    hints = get_type_hints(kind)
    needed = [each for each in fields(kind) if each.default is MISSING]
    spare = [each for each in fields(kind) if each.default is not MISSING]
    for values in product(*(_values(kind, each, hints, words) for each in needed)):
        given = {each.name: value for each, value in zip(needed, values, strict=True)}
        yield kind(**given)
        understood = all(given.values()) and NONSENSE not in given.values()
        for each in spare:
            if needed and hints[each.name] is str and bool(each.metadata) is not understood:
                continue
            for value in _values(kind, each, hints, words):
                if value != each.default:
                    yield kind(**given, **{each.name: value})


def _values(
    kind: type[Trigger],
    each: Field[Any],
    hints: dict[str, Any],
    words: Mapping[str, tuple[str, ...]],
) -> tuple[Any, ...]:
    hint = hints[each.name]
    if hint is str:
        meant = words.get(each.name) or each.metadata.get("examples", ())
        return tuple(dict.fromkeys((*meant, "", NONSENSE)))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(hint)
    if hint is bool:
        return (False, True)
    raise TypeError(f"no samples for {kind.__name__}.{each.name}: teach explore.py {hint}")


class _Remembering(Machine):
    """A machine that works out once for each node what is possible there."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._found: dict[tuple[State, Facts], tuple[type[ModelTrigger], ...]] = {}

    def possible(self, state: State, facts: Facts) -> tuple[type[ModelTrigger], ...]:
        """What the machine says, remembered."""
        if (state, facts) not in self._found:
            self._found[state, facts] = super().possible(state, facts)
        return self._found[state, facts]


class _Asked:
    """A machine whose answers are matched to its rows and guards."""

    def __init__(self, machine: Machine) -> None:
        self._machine = _Remembering(machine.table)
        self._canonical = lru_cache(maxsize=None)(canonical)

    def edge(self, node: Node, trigger: Trigger) -> Edge:
        """What firing the trigger at the node leads to."""
        outcome = self._machine.plan(node.state, node.facts, trigger)
        if isinstance(outcome, Refused):
            names = (reason.name for reason in outcome.reasons)
            refused_by = tuple(name for name in names if name != NOT_POSSIBLE_HERE)
            return Edge(node, trigger, outcome, node, None, refused_by)
        target = Node(outcome.target, self._canonical(outcome.facts))
        return Edge(node, trigger, outcome, target, self._row(outcome))

    def _row(self, outcome: Accepted[Facts]) -> Row | None:
        for row in self._machine.table:
            leads = row.to or outcome.source
            same = row.trigger is type(outcome.trigger) and leads is outcome.target
            if same and outcome.source in row.sources:
                return row
        return None
