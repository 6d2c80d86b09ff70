"""Facts and triggers to plain data and back, and the fingerprints that tell them apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from statemachine.engine.facts import F, Facts
from statemachine.engine.journal.entry import Entry, JournalError
from statemachine.engine.journal.words import spoken_fields
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.table import Table
from statemachine.engine.triggers import Trigger, arguments, name_of

# Outcomes


def entry_of(outcome: Accepted[F] | Refused, at: float) -> Entry:
    """What became of a trigger, as an entry of this moment."""
    name, given = name_of(outcome.trigger), arguments(outcome.trigger)
    if isinstance(outcome, Accepted):
        source, target = outcome.source.value, outcome.target.value
        return Entry(name, given, source, target, True, at=at, check=check_of(outcome.facts))
    here, reasons = outcome.state.value, tuple(reason.name for reason in outcome.reasons)
    return Entry(name, given, here, here, False, reasons, at)


# Triggers


def trigger_of(name: str, arguments: Mapping[str, str], table: Table) -> Trigger:
    """The trigger that an entry names, with its arguments read back.

    Raises:
        JournalError: the table has no such trigger any more, or it takes other arguments now.
    """
    kind = table.triggers.get(name)
    if kind is None:
        raise JournalError(f"there is no trigger {name} any more")
    known = {each.name: each for each in fields(kind)}
    if gone := sorted(arguments.keys() - known.keys()):
        raise JournalError(f"{name} has no argument {gone[0]} any more")
    needed = {
        key
        for key, each in known.items()
        if each.default is MISSING and each.default_factory is MISSING
    }
    if new := sorted(needed - arguments.keys()):
        raise JournalError(f"{name} now needs the argument {new[0]}")
    hints = get_type_hints(kind)
    return kind(**{key: _argument(name, key, hints[key], arguments[key]) for key in arguments})


def _argument(name: str, key: str, hint: Any, text: str) -> object:
    try:
        if hint is bool:
            return {"True": True, "False": False}[text]
        return hint(text)
    except (ValueError, KeyError):
        raise JournalError(f"{name} no longer takes {text!r} as its {key}") from None


def fingerprint(table: Table) -> str:
    """Eight characters that change with the table's rows, guards and arguments."""
    rows = [
        [str(row), row.guard_names, [each.name for each in fields(row.trigger)]] for row in table
    ]
    return _digest(rows)


# Facts


def plain(value: object) -> Any:
    """A frozen value as JSON would have it; a field with its default is left out."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {
            each.name: plain(getattr(value, each.name))
            for each in fields(value)
            if each.default is MISSING or getattr(value, each.name) != each.default
        }
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value


def facts_of(kind: type[F], data: Mapping[str, Any]) -> F:
    """The facts of this kind that `plain` has made this of.

    Raises:
        JournalError: a field is missing, or is not one of the facts any more.
    """
    return cast(F, _read_fields(kind, data, "facts"))


def _read(hint: Any, data: Any, where: str) -> object:
    if is_dataclass(hint):
        return _read_fields(cast("type[Any]", hint), data, where)
    arguments = get_args(hint)
    if get_origin(hint) is tuple:
        return tuple(_read(arguments[0], each, where) for each in data)
    if get_origin(hint) in (Union, UnionType):
        inner = next(each for each in arguments if each is not type(None))
        return None if data is None else _read(inner, data, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    return data


def _read_fields(kind: type[Any], data: Mapping[str, Any], where: str) -> object:
    hints = get_type_hints(kind)
    if gone := sorted(data.keys() - hints.keys()):
        raise JournalError(f"the {where} have no {gone[0]} any more")
    try:
        return kind(**{key: _read(hints[key], data[key], key) for key in data})
    except (TypeError, ValueError) as error:
        raise JournalError(f"the {where} cannot be read: {error}") from None


def check_of(facts: Facts) -> str:
    """A fingerprint of the facts that stays the same when the caller's words are forgotten."""
    return _digest(plain(_skeleton(facts)))


def _skeleton(value: Any) -> Any:
    """The same without words, and without what is given when a call begins."""
    if isinstance(value, tuple):
        return tuple(_skeleton(each) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    bare: dict[str, Any] = {}
    words = spoken_fields(value)
    for each in fields(value):
        held = getattr(value, each.name)
        if each.metadata.get("opening") or each.metadata.get("later"):
            bare[each.name] = each.default
        elif each.name in words:
            bare[each.name] = "x" * bool(held)
        else:
            bare[each.name] = _skeleton(held)
    return replace(value, **bare)


def _digest(data: object) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()
