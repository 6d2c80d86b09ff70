"""An answer: tools to call, or words to say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool to call."""

    name: str
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """Tools to call, or, without any, words to say; with both, the words wait for the tools."""

    calls: tuple[ToolCall, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.calls or self.text)


def calling(name: str, **arguments: str) -> Reply:
    """Call one tool."""
    return Reply((ToolCall(name, arguments),))


def saying(text: str) -> Reply:
    """Say this."""
    return Reply(text=" ".join(text.split()))
