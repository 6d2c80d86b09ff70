"""Tool calls put together from what servers stream, and their names and arguments set right."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import llm

_BEHIND = re.compile(r"<[|｜].*|:\d+$|\.call$", re.DOTALL)
"""What chat templates leave behind a name: marks of their own, the call's number, a method."""
_BEFORE = re.compile(r".*(?:[.:/]|__)", re.DOTALL)
"""What stands before a name: "functions.", "default_api.", "mcp__shop__"."""


def plain_name(said: str, known: Collection[str]) -> str:
    """A tool's name without what a model or a template put around it."""
    name = _BEHIND.sub("", said.strip()).strip(" \t\r\n\"'`")
    if name in known:
        return name
    short = _BEFORE.sub("", name).strip()
    if short in known:
        return short
    for each in known:
        if re.fullmatch(rf"\W*(?:functions?|tools?)?[\W_]*{re.escape(each)}\W*", name):
            return each
    return short or name


def as_json(given: object) -> str:
    """Arguments as the JSON text of an object, where they can be read as one; else as they came."""
    if given is None or given == "":
        return "{}"
    if not isinstance(given, str):
        return json.dumps(given)
    text = given.strip()
    try:
        inner = json.loads(text)
    except ValueError:
        return given
    if isinstance(inner, str) and inner.strip().startswith("{"):
        return as_json(inner)  # written twice over
    return "{}" if inner is None else given


def is_whole(arguments: str) -> bool:
    """Whether arguments are one complete JSON object."""
    try:
        return isinstance(json.loads(arguments or "{}"), dict)
    except ValueError:
        return False


@dataclass
class Call:
    """One tool call, as far as it has come."""

    name: str
    id: str = ""
    pieces: list[str] = field(default_factory=list)
    given: object = None
    """Arguments that came as an object rather than as text."""

    @property
    def arguments(self) -> str:
        """Its arguments as text."""
        return as_json("".join(self.pieces) if self.given is None else self.given)

    def add(self, arguments: object) -> None:
        """Take the next piece of its arguments."""
        if isinstance(arguments, str):
            self.pieces.append(arguments)
        elif arguments is not None:
            self.given = arguments

    def told(self) -> llm.FunctionToolCall:
        """The call as LiveKit takes it, which runs none without an id."""
        call_id = self.id or f"call_{uuid.uuid4().hex[:16]}"
        return llm.FunctionToolCall(name=self.name, arguments=self.arguments, call_id=call_id)


class Calls:
    """The calls of one answer, from pieces that may lack an id, an index or both."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known
        self._all: list[Call] = []
        self._by_index: dict[object, Call] = {}

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, piece: Any) -> None:
        """Take a piece as OpenAI's client hands it over: index, id and function, each if it came.

        A piece begins a call if it has a name, unless it goes on with one that isn't whole yet:
        some servers say the name with every piece, others give two calls the same index.
        """
        function = getattr(piece, "function", None)
        if function is None:
            return
        index, call_id = getattr(piece, "index", None), getattr(piece, "id", None) or ""
        said = getattr(function, "name", None) or ""
        name = plain_name(said, self._known) if isinstance(said, str) else ""
        now = self._by_index.get(index) or (self._all[-1] if self._all and not name else None)
        if name and (now is None or self._is_another(now, name, call_id)):
            now = Call(name, call_id)
            self._all.append(now)
            self._by_index[index] = now
        if now is not None:
            now.id = now.id or call_id
            now.add(getattr(function, "arguments", None))

    @staticmethod
    def _is_another(now: Call, name: str, call_id: str) -> bool:
        if call_id and now.id and call_id != now.id:
            return True
        return name != now.name or (bool(now.pieces) and is_whole(now.arguments))

    def take(self) -> list[llm.FunctionToolCall]:
        """The calls so far; from here on there are none."""
        taken, self._all, self._by_index = self._all, [], {}
        return [call.told() for call in taken]

    @property
    def are_whole(self) -> bool:
        """Whether each of them has all its arguments."""
        return all(is_whole(call.arguments) for call in self._all)
