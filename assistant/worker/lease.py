"""A worker's hold on its call: renewed while it lives, given up with it, and felt when it is lost.

A call whose hold is over is taken up by another worker (`assistant.worker.takeover`). The length is
what a caller waits at worst when a machine dies without a word; whoever dies more gently gives it
up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from assistant.call.call import Call
from assistant.records import NOBODY, Caller, Fenced, Hold, RecordError, Store
from assistant.worker.holding import Above
from assistant.worker.timing import USUAL, Timing

log = logging.getLogger("assistant.lease")


class Lease:
    """Holds one call from `begin` on, until it is over, lost, or the process ends.

    `lost` is told once that the call is somebody else's; `handed_on`, again and again, that it is
    to be: whoever holds it stays on the line until then. The worker `above` holds it with all of
    its calls; where that says nothing good, this process asks the records itself.
    """

    def __init__(
        self,
        call: Call,
        store: Store,
        lost: Callable[[], None],
        handed_on: Callable[[], None],
        timing: Timing = USUAL,
        above: Above | None = None,
    ) -> None:
        self._call = call
        self._store = store
        self._lost = lost
        self._handed_on = handed_on
        self._timing = timing
        self._above = above
        self._caller = NOBODY
        self._noted = NOBODY
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Hold it from now on."""
        self._task = asyncio.get_running_loop().create_task(self._hold())

    def serve(self, caller: Caller) -> None:
        """Note whom it serves from now on, as soon as the records take it."""
        self._caller = caller
        self._wanted.set()

    async def finish(self) -> None:
        """The call is over and everything has been seen to: nobody need look after it."""
        await self.stop()
        with contextlib.suppress(RecordError):  # then another worker sees that it is over
            await self._store.finish(self._call.id)

    async def give_up(self) -> None:
        """Somebody else is to see to what is left of it."""
        await self.stop()
        with contextlib.suppress(RecordError):  # then they do once its time is over
            await self._store.give_up(self._call.id)

    async def stop(self) -> None:
        """Renew it no more."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._above is not None:
            self._above.close()

    async def _hold(self) -> None:
        try:
            while True:
                await self._renew()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.heartbeat):
                        await self._wanted.wait()
                self._wanted.clear()
        except Fenced as fenced:
            self._call.lose(fenced)
            self._lost()
        except asyncio.CancelledError:
            if self._task is not None:  # not by us: the process is ending under the call
                with contextlib.suppress(RecordError):
                    await self._store.give_up(self._call.id)
            raise

    async def _is_kept(self) -> bool:
        """Whether it goes on being ours, rather than somebody else's as soon as they come."""
        told = Hold.UNKNOWN if self._above is None else await self._above.told()
        if told is Hold.KEPT:
            return True
        return await self._store.renew(self._call.id, self._timing.lease)

    async def _renew(self) -> None:
        if self._call.fenced:
            raise Fenced(f"call {self._call.id} has been taken up by somebody else")
        try:
            if not await self._is_kept():
                self._handed_on()
            if self._noted != (caller := self._caller):
                await self._store.attend(self._call.id, caller)
                self._noted = caller
        except Fenced:
            raise
        except RecordError:  # whoever writes to the call says so; nobody else can take it up either
            await self._call.write_up(0.0)
