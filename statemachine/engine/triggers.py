"""Triggers: what may move a conversation on, one frozen dataclass each.

A model's trigger becomes a tool: its name is the class's in snake case, its docstring the tool's
description, its described fields the arguments. A session's trigger never reaches a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from types import ModuleType
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that may move a call on."""

    UNTOLD: ClassVar[tuple[str, ...]] = ()
    """Fields that say little to whoever reads a journal: they are left out where one is told."""


@dataclass(frozen=True, slots=True)
class ModelTrigger(Trigger):
    """A trigger that the language model may fire, as a tool."""


@dataclass(frozen=True, slots=True)
class SessionTrigger(Trigger):
    """A trigger that only the session fires: what happened on the line."""


def said(description: str, *examples: str, exact: bool = False) -> dict[str, object]:
    """What an argument of the tool is for; it goes into its schema.

    It carries the caller's words, or where it is `exact`, what they were understood to mean.
    """
    return {"description": description, "examples": list(examples), "exact": exact}


T = TypeVar("T", bound=Trigger)


def declared(module: ModuleType) -> tuple[type[Trigger], ...]:
    """The triggers written in a module, less those that others there are made of."""
    here = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, Trigger)
        and each.__module__ == module.__name__
    ]
    return tuple(each for each in here if not any(each in other.__mro__[1:] for other in here))


def name_of(trigger: Trigger | type[Trigger]) -> str:
    """The trigger's name in snake case: `ToBuying` is `to_buying`."""
    return _in_snake_case((trigger if isinstance(trigger, type) else type(trigger)).__name__)


@cache
def _in_snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def taken_by(kind: type[Trigger]) -> tuple[Field[Any], ...]:
    """The fields that are the tool's arguments; the others say more of these, or are empty."""
    return tuple(each for each in fields(kind) if each.metadata)


def arguments(trigger: Trigger) -> dict[str, str]:
    """The trigger's payload as plain text, for the journal."""
    given = {each.name: str(getattr(trigger, each.name)) for each in fields(trigger)}
    taken = {each.name for each in taken_by(type(trigger))}
    return {name: value for name, value in given.items() if value or name in taken}


def telling(kind: type[Trigger] | None, given: Mapping[str, str]) -> dict[str, str]:
    """A journaled payload without what is empty, untold, or no more than the trigger's defaults."""
    usual = {each.name: str(each.default) for each in fields(kind)} if kind else {}
    untold = kind.UNTOLD if kind else ()
    return {
        name: value
        for name, value in given.items()
        if value and value != usual.get(name) and name not in untold
    }


def words_in(text: str) -> str:
    """A text without white space around it, and without zero bytes, which no database keeps."""
    return text.replace("\0", "").strip()


def description_of(kind: type[Trigger]) -> str:
    """The docstring as one paragraph, for the model."""
    return " ".join((kind.__doc__ or "").split())
