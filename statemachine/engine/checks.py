"""What is wrong with a transition table, found before any call: with its row and the remedy."""

from __future__ import annotations

from collections.abc import Iterable

from statemachine import lines
from statemachine.engine.rows import Row
from statemachine.states import FINAL, INITIAL, State
from statemachine.triggers import ModelTrigger, description_of


class TableError(ValueError):
    """The transition table cannot be a conversation; says where and what to do."""


def check(table: tuple[Row, ...], states: Iterable[State] = tuple(State)) -> None:
    """Refuse a table that has a fault.

    Raises:
        TableError: an unknown state, an undescribed trigger or guard, a way out of the end, a row
            that an earlier one hides, a state nobody reaches or nobody can leave, or one that is
            entered without a line to open with.
    """
    known = tuple(states)
    for row in table:
        _check_row(row, known)
    _check_shadows(table)
    _check_reach(table, known)


def _check_row(row: Row, known: tuple[State, ...]) -> None:
    for state in (*row.sources, *((row.to,) if row.to else ())):
        if not isinstance(state, State) or state not in known:
            raise TableError(f"'{row}' names the unknown state {state!r}: add it to states.py")
    if not row.sources:
        raise TableError(f"'{row}' starts nowhere: give it a source state")
    if FINAL in row.sources:
        raise TableError(f"'{row}' leaves {FINAL}, where nothing may happen: take it out")
    if not description_of(row.trigger):
        raise TableError(f"'{row}': {row.trigger.__name__} has no docstring to tell a model")
    for guard in (*row.when, *row.given):
        if not (guard.__doc__ or "").strip():
            name = getattr(guard, "__name__", guard)
            raise TableError(f"'{row}': guard {name} has no docstring to say on refusal")
    if row.to and row.to is not FINAL:
        try:
            lines.opening(row.to.value)
        except LookupError as error:
            raise TableError(f"'{row}': {error}") from None


def _check_shadows(table: tuple[Row, ...]) -> None:
    for later, row in enumerate(table):
        for earlier in table[:later]:
            shared = set(earlier.sources) & set(row.sources)
            if earlier.trigger is not row.trigger or not shared:
                continue
            if {*earlier.when, *earlier.given} <= {*row.when, *row.given}:
                where = ", ".join(sorted(state.value for state in shared))
                raise TableError(
                    f"'{row}' never happens in {where}: the earlier '{earlier}' takes every case; "
                    "remove one, or give the earlier a guard that the later lacks"
                )


def _check_reach(table: tuple[Row, ...], known: tuple[State, ...]) -> None:
    edges = {(source, row.to) for row in table for source in row.sources if row.to}
    reached = _closure({INITIAL}, edges)
    leaving = _closure({FINAL}, {(target, source) for source, target in edges})
    for state in known:
        if state not in reached:
            raise TableError(f"no row leads to {state} from {INITIAL}: add one, or drop the state")
        if state not in leaving:
            raise TableError(f"no way leads from {state} to {FINAL}: add a row that ends the call")
        if state is not FINAL and not any(
            row.to is FINAL and state in row.sources and issubclass(row.trigger, ModelTrigger)
            for row in table
        ):
            raise TableError(
                f"the caller's word cannot end the call in {state}: add a row to {FINAL} for a "
                "trigger of the model"
            )


def _closure(start: set[State], edges: set[tuple[State, State]]) -> set[State]:
    reached, grown = set(start), True
    while grown:
        more = {target for source, target in edges if source in reached} - reached
        reached |= more
        grown = bool(more)
    return reached
