"""Everything reachable: a breadth-first walk over a machine, with triggers made from its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, dataclass, fields, replace
from enum import Enum
from functools import lru_cache
from itertools import product
from typing import Any, get_type_hints

from statemachine.engine.machine import NOT_POSSIBLE_HERE, Accepted, Machine, Outcome, Refused
from statemachine.engine.rows import Row
from statemachine.facts import Facts, Order, Ticket
from statemachine.offers import Offer
from statemachine.states import FINAL, INITIAL, State
from statemachine.triggers import ModelTrigger, Trigger

SHARED = ("customer_name", "selected_model", "support_issue", "wish", "orders", "tickets")
"""The facts that the desks share: written at one, read at another."""

ANYTHING = "…"
"""Stands in a canonical fact for any words, where no guard asks which."""

NONSENSE = "x7"
"""A word that is no model, storage or colour."""

TWO_MODELS = (
    Offer("iPhone 17", "256 GB", 79900, ("black",)),
    Offer("iPhone 17", "512 GB", 99900, ("black",)),
    Offer("iPhone 17 Pro", "256 GB", 109900, ("silver",)),
)
"""The smallest catalogue in which every guard has something to refuse."""


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
    outcome: Outcome
    target: Node
    row: Row | None = None
    refused_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """All that was found, in the order in which it was found; the first node is the opening."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def explore(machine: Machine, opening: Facts, *, most: int = 2) -> Walk:
    """Walk to every node that can be reached with at most `most` orders and `most` tickets.

    The end is reached and not walked on from: no row may leave it.
    """
    start = Node(INITIAL, canonical(opening))
    samples = {row.trigger: tuple(sample(row.trigger, opening.offers)) for row in machine.table}
    asked = _Asked(machine)
    nodes, edges = {start: None}, list[Edge]()
    queue = [start]
    for node in queue:  # grows while it is walked
        if node.state is FINAL:
            continue
        here = {row.trigger for row in machine.table if node.state in row.sources}
        for kind, triggers in samples.items():
            for trigger in triggers if kind in here else triggers[:1]:
                edge = asked.edge(node, trigger)
                edges.append(edge)
                after = edge.target.facts
                if edge.target not in nodes and max(len(after.orders), len(after.tickets)) <= most:
                    nodes[edge.target] = None
                    queue.append(edge.target)
    return Walk(tuple(nodes), tuple(edges))


def writes(machine: Machine) -> dict[str, tuple[tuple[State, type[Trigger]], ...]]:
    """For each shared fact, in which state which trigger writes it: found by walking."""
    one = Facts(offers=TWO_MODELS[-1:], reference="1")
    found: dict[str, dict[tuple[State, type[Trigger]], None]] = {name: {} for name in SHARED}
    for edge in explore(machine, one, most=1).edges:
        if isinstance(edge.outcome, Accepted):
            for name in SHARED:
                if getattr(edge.outcome.before, name) != getattr(edge.outcome.facts, name):
                    found[name][edge.source.state, type(edge.trigger)] = None
    return {name: tuple(_in_table_order(machine, places)) for name, places in found.items()}


def canonical(facts: Facts) -> Facts:
    """The same facts for every guard, with as few values as possible.

    A turn is the present one (1) or an earlier one (0): guards ask no more of it. Words that no
    guard compares are anything.
    """
    chosen = facts.selection
    now = facts.turn
    return replace(
        facts,
        turn=1,
        entered_at=int(facts.entered_at == now),
        logged_at=int(facts.logged_at == now),
        selection=chosen and replace(chosen, turn=int(chosen.turn == now)),
        wish=ANYTHING,
        customer_name=ANYTHING,
        support_issue=ANYTHING,
        orders=tuple(_plain_order(order) for order in facts.orders),
        tickets=tuple(_plain_ticket(ticket) for ticket in facts.tickets),
    )


def sample(kind: type[Trigger], offers: tuple[Offer, ...] = ()) -> Iterator[Trigger]:
    """Triggers of one kind with every sort of payload.

    A text field takes its examples, nothing, a nonsense word, and where an offer has a field of
    that name what the offers say; an enumeration takes each member. Optional fields are left out,
    or filled one at a time: the tool's beside sensible words, the others beside senseless ones.

    Raises:
        TypeError: a field is of a type that there are no samples for.
    """
    hints = get_type_hints(kind)
    needed = [each for each in fields(kind) if each.default is MISSING]
    spare = [each for each in fields(kind) if each.default is not MISSING]
    for values in product(*(_values(kind, each, hints, offers) for each in needed)):
        given = {each.name: value for each, value in zip(needed, values, strict=True)}
        yield kind(**given)
        understood = all(given.values()) and NONSENSE not in given.values()
        for each in (each for each in spare if bool(each.metadata) is understood):
            for value in _values(kind, each, hints, offers):
                if value != each.default:
                    yield kind(**given, **{each.name: value})


def _values(
    kind: type[Trigger], each: Field[Any], hints: dict[str, Any], offers: tuple[Offer, ...]
) -> tuple[Any, ...]:
    hint = hints[each.name]
    if hint is str:
        said = (
            *each.metadata.get("examples", ()),
            *_offered(each.name, offers),
            "",
            NONSENSE,
        )
        return tuple(dict.fromkeys(said))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(hint)
    if hint is bool:
        return (False, True)
    raise TypeError(f"no samples for {kind.__name__}.{each.name}: teach explore.py {hint}")


def _offered(name: str, offers: tuple[Offer, ...]) -> Iterator[str]:
    for offer in offers:
        if hasattr(offer, name):
            yield getattr(offer, name)
        yield from getattr(offer, f"{name}s", ())


def _plain_order(order: Order) -> Order:
    return Order(order.number, ANYTHING, ANYTHING, ANYTHING, 0)


def _plain_ticket(ticket: Ticket) -> Ticket:
    return replace(ticket, issue=ANYTHING) if ticket.resolved else ticket


class _Remembering(Machine):
    """A machine that works out once for each node what is possible there."""

    def __init__(self, table: tuple[Row, ...]) -> None:
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

    def _row(self, outcome: Accepted) -> Row | None:
        for row in self._machine.table:
            leads = row.to or outcome.source
            same = row.trigger is type(outcome.trigger) and leads is outcome.target
            if same and outcome.source in row.sources:
                return row
        return None


def _in_table_order(
    machine: Machine, places: Iterable[tuple[State, type[Trigger]]]
) -> Iterator[tuple[State, type[Trigger]]]:
    found = set(places)
    for state in State:
        for kind in dict.fromkeys(row.trigger for row in machine.table):
            if (state, kind) in found:
                yield state, kind
