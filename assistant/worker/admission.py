"""How many calls a worker takes at once, and what LiveKit's server is told of it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable

from livekit.agents import JobRequest

from assistant.worker.identity import identity

log = logging.getLogger("assistant.admission")

OFFERED_BELOW = 0.69
"""LiveKit's server offers no call to workers that are at 0.7 or more (its `target_load`), whatever
they say of themselves: what is not full is told to be less."""
BEGINNING = 10.0
"""Seconds for which a call that began isn't fully in the processor's average yet."""
EACH = 1 / 3
"""Of a core that a call may take: the most that docs/running.md measured, and what loads anew."""


class Admission:
    """Lets in no more calls than a worker may hold: `most`, or with 0 what the processor bears.

    `threshold` is the share of the processor's time beyond which it doesn't; `processor` says what
    share is taken now, from 0 to 1.
    """

    def __init__(
        self,
        most: int,
        under_way: Callable[[], Iterable[str]],
        threshold: float = 0.7,
        processor: Callable[[], float] = lambda: 0.0,
        cores: int = os.cpu_count() or 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.for_trying = False
        """Whether every call is taken, however busy the machine is."""
        self._most = most
        self._under_way = under_way
        self._threshold = threshold
        self._processor = processor
        self._each = EACH / cores
        self._clock = clock
        self._coming: set[str] = set()
        self._began: list[float] = []
        self._full = False

    def is_full(self) -> bool:
        """Whether it may take no further call."""
        return not self.for_trying and self._share() >= 1.0

    def load(self) -> float:
        """From 0 to 1, which LiveKit's server goes by when it chooses among workers."""
        if self.for_trying:
            return 0.0
        share = self._share()
        full = share >= 1.0
        if full != self._full:
            self._full = full
            if full:
                log.warning("No further call is taken: %s.", self._why())
            else:
                log.info("Calls are taken again.")
        return 1.0 if full else share * OFFERED_BELOW

    async def admit(self, request: JobRequest) -> None:
        """Take a call, or leave it to another worker."""
        if self.is_full():
            log.warning("A call was left to another worker: %s.", self._why())
            await request.reject(terminate=False)
            return
        if self.for_trying and self._share() >= 1.0:
            log.warning("The call is taken all the same, and may begin late: %s.", self._why())
        self._coming.add(request.id)  # it is under way only once a process has it
        self._began.append(self._clock())
        try:
            await request.accept(identity=identity(request.room.sid, 1))
        finally:
            self._coming.discard(request.id)

    def _share(self) -> float:
        """How much of what it may hold a worker holds."""
        if self._most:
            return len(self._calls()) / self._most
        now = self._clock()
        self._began = [began for began in self._began if now - began < BEGINNING]
        return (self._processor() + len(self._began) * self._each) / self._threshold

    def _why(self) -> str:
        if self._most:
            return f"this one has {len(self._calls())}, and MOST_CALLS is {self._most}"
        taken = f"the processor is at {self._processor():.0%}"
        if self._began:
            taken += f" and {len(self._began)} calls have just begun"
        return f"{taken}, and LOAD_THRESHOLD is {self._threshold:g}"

    def _calls(self) -> set[str]:
        return self._coming.union(self._under_way())
