"""An answer: tools to call, or words to say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One tool to call."""

    name: str
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """Tools to call, or, without any, words to say; with both, the words wait for the tools."""

    calls: tuple[Call, ...] = ()
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.calls or self.text)


def calling(name: str, **arguments: str) -> Answer:
    """Call one tool."""
    return Answer((Call(name, arguments),))


def saying(text: str) -> Answer:
    """Say this."""
    return Answer(text=" ".join(text.split()))
