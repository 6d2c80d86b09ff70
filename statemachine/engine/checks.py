"""What is wrong with a transition table, found before any call: with its row and the remedy."""

from __future__ import annotations

from statemachine.engine.rows import Row, sentence_of
from statemachine.engine.states import State
from statemachine.engine.table import Table
from statemachine.engine.triggers import ModelTrigger, description_of, name_of


class TableError(ValueError):
    """The transition table cannot be a conversation; says where and what to do."""


def check(table: Table) -> None:
    """Refuse a table that has a fault.

    Raises:
        TableError: an unknown state, a model's row where no agent speaks, an undescribed trigger
            or guard, two guards of one name, a way out of the end, a row that an earlier one
            hides, a state nobody reaches or nobody can leave, one that is entered without a line
            to open with, or a trigger without a row.
    """
    for row in table:
        _check_row(row, table)
    _check_names(table)
    _check_shadows(table.rows)
    _check_reach(table)
    for kind in table.declared:
        if name_of(kind) not in table.triggers:
            raise TableError(f"{kind.__name__} has no row: give it one in the table, or drop it")


def _check_row(row: Row, table: Table) -> None:
    for state in (*row.sources, *((row.to,) if row.to else ())):
        if state not in table.states:
            raise TableError(f"'{row}' names the unknown state {state!r}: add it to states.py")
    if not row.sources:
        raise TableError(f"'{row}' starts nowhere: give it a source state")
    if table.final in row.sources:
        raise TableError(f"'{row}' leaves {table.final}, where nothing may happen: take it out")
    silent = next((state for state in row.sources if not state.agent), None)
    if silent is not None and issubclass(row.trigger, ModelTrigger):
        raise TableError(
            f"'{row}' is a model's, and nobody speaks in {silent}: name its agent in states.py, or "
            "take it from the row"
        )
    if not description_of(row.trigger):
        raise TableError(f"'{row}': {row.trigger.__name__} has no docstring to tell a model")
    for guard, name in zip(row.guards, row.guard_names, strict=True):
        if not sentence_of(guard):
            raise TableError(f"'{row}': guard {name} has no docstring to say on refusal")
    if row.to and row.to is not table.final:
        try:
            table.opening(row.to.value)
        except LookupError as error:
            raise TableError(f"'{row}': {error}") from None


def _check_names(table: Table) -> None:
    known: dict[str, object] = {}
    for row in table:
        for guard, name in zip(row.guards, row.guard_names, strict=True):
            if known.setdefault(name, guard) is not guard:
                raise TableError(f"'{row}': another guard is called {name} as well: rename one")


def _check_shadows(table: tuple[Row, ...]) -> None:
    for later, row in enumerate(table):
        for earlier in table[:later]:
            shared = set(earlier.sources) & set(row.sources)
            if earlier.trigger is not row.trigger or not shared:
                continue
            if set(earlier.guards) <= set(row.guards):
                where = ", ".join(sorted(state.value for state in shared))
                raise TableError(
                    f"'{row}' never happens in {where}: the earlier '{earlier}' takes every case; "
                    "remove one, or give the earlier a guard that the later lacks"
                )


def _check_reach(table: Table) -> None:
    edges = {(source, row.to) for row in table for source in row.sources if row.to}
    reached = _closure({table.initial}, edges)
    leaving = _closure({table.final}, {(target, source) for source, target in edges})
    for state in table.states:
        if state not in reached:
            raise TableError(
                f"no row leads to {state} from {table.initial}: add one, or drop the state"
            )
        if state not in leaving:
            raise TableError(
                f"no way leads from {state} to {table.final}: add a row that ends the call"
            )
        spoken = state.agent and state is not table.final
        if spoken and not any(
            row.to is table.final and state in row.sources and issubclass(row.trigger, ModelTrigger)
            for row in table
        ):
            raise TableError(
                f"the caller's word cannot end the call in {state}: add a row to {table.final} for "
                "a trigger of the model"
            )


def _closure(start: set[State], edges: set[tuple[State, State]]) -> set[State]:
    reached, grown = set(start), True
    while grown:
        more = {target for source, target in edges if source in reached} - reached
        reached |= more
        grown = bool(more)
    return reached
