"""A sentence that code speaks, word for word, with its placeholders."""

from __future__ import annotations

from dataclasses import dataclass
from string import Formatter

ANYWHERE = frozenset({"shop", "persona"})
"""Placeholders that every line may use."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fixed sentence and its wording unless the shop has its own."""

    name: str
    wording: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The figures and names that are filled in."""
        return placeholders(self.wording)


def placeholders(wording: str) -> frozenset[str]:
    """The placeholders in a wording, but for those allowed anywhere.

    Raises:
        ValueError: the braces don't match, or a placeholder is not a plain name.
    """
    names = set()
    for _, name, spec, conversion in Formatter().parse(wording):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"{{{name}}} is not a plain placeholder")
        names.add(name)
    return frozenset(names - ANYWHERE)
