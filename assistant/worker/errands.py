"""What a worker does for calls that aren't on its line: one thing at a time for each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TypeVar

from assistant.records import Fenced, RecordError
from assistant.worker.rooms import RoomError
from statemachine.engine.journal.replay import ReplayError

log = logging.getLogger("assistant.takeover")
T = TypeVar("T")


class Errands:
    """Runs work beside each other, but none twice for the same call.

    What fails is one line in the log: whoever asked asks again.
    """

    def __init__(self) -> None:
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def run(self, call: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin this for a call, unless something is under way for it."""
        if call in self._under_way:
            return

        async def begun() -> None:  # not made before: a worker may stop before it begins
            await self.done(call, work())

        self._under_way[call] = task = asyncio.create_task(begun())
        task.add_done_callback(lambda _: self._under_way.pop(call))

    def stop(self) -> None:
        """Break off what is under way."""
        for task in self._under_way.values():
            task.cancel()

    async def done(self, call: str, work: Coroutine[None, None, T]) -> T | None:
        """Do this now; what keeps it from being done is told and goes no further: then None."""
        try:
            return await work
        except Fenced:
            pass  # somebody else was first
        except (RecordError, ReplayError, RoomError) as error:
            log.error("call %s can't be taken up: %s", call, error)
        except Exception:  # the next call is looked for all the same
            log.exception("call %s can't be taken up", call)
        return None
