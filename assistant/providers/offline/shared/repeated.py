"""Sentences that are spoken again and again: every call's fixed lines, a quote and its parts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

SEEN = 4096
"""So many sentences are known to have been asked for once."""


class Repeated:
    """Keeps what was asked for twice, up to so many bytes; what was longest not asked for goes.

    What is said once, as a caller's own name or number is, isn't kept. Not thread-safe.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._once: OrderedDict[int, None] = OrderedDict()
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, asked: Hashable, make: Callable[[], bytes]) -> bytes:
        """What was made of this before, or is now."""
        found = self._kept.get(asked)
        if found is not None:
            self._kept.move_to_end(asked)
            return found
        made = make()
        if hash(asked) in self._once:
            self._kept[asked] = made
            self._size += len(made)
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1])
        self._once[hash(asked)] = None
        if len(self._once) > SEEN:
            self._once.popitem(last=False)
        return made
