"""How many calls a worker takes at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from livekit.agents import JobRequest

from assistant.worker.identity import identity

log = logging.getLogger("assistant.admission")


class Admission:
    """Lets in no more calls at once than a worker may hold; 0 leaves that to LiveKit's own rule."""

    def __init__(self, most: int, under_way: Callable[[], Iterable[str]]) -> None:
        self._most = most
        self._under_way = under_way
        self._coming: set[str] = set()

    def is_full(self) -> bool:
        """Whether it may take no further call."""
        return bool(self._most) and len(self._calls()) >= self._most

    def fullness(self) -> float:
        """From 0 to 1, which LiveKit's server goes by when it chooses among workers."""
        return min(len(self._calls()) / self._most, 1.0)

    async def admit(self, request: JobRequest) -> None:
        """Take a call, or leave it to another worker."""
        if self.is_full():
            log.warning("A call was left to another worker: this one has %d.", self._most)
            await request.reject(terminate=False)
            return
        self._coming.add(request.id)  # it is under way only once a process has it
        try:
            await request.accept(identity=identity(request.room.sid, 1))
        finally:
            self._coming.discard(request.id)

    def _calls(self) -> set[str]:
        return self._coming.union(self._under_way())
