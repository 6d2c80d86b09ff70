"""What becomes of a worker's own calls when their process, LiveKit or the worker drops them."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from livekit.agents.job import RunningJobInfo

from assistant.records import CallRecord, Orphan, RecordError, Store, UnknownCall
from assistant.worker.errands import Errands
from assistant.worker.holding import Holding
from assistant.worker.identity import epoch_of, identity
from assistant.worker.processes import Processes, served
from assistant.worker.rooms import RoomService
from assistant.worker.takeover import Takeover
from assistant.worker.timing import USUAL, Timing
from statemachine.engine.journal.course import Course
from statemachine.states import FINAL
from statemachine.table import TABLE

log = logging.getLogger("assistant.takeover")


class OwnCalls:
    """Gives up the calls of this worker that it can't see to, so that they are taken up at once."""

    def __init__(
        self,
        store: Store,
        rooms: RoomService,
        processes: Processes,
        errands: Errands,
        holding: Holding,
        takeover: Takeover,
        timing: Timing = USUAL,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._processes = processes
        self._errands = errands
        self._holding = holding
        self._takeover = takeover
        self._timing = timing
        self._again: set[str] = set()

    async def run(self) -> None:
        """Give up the calls of processes that died, sooner than their leases are over."""

        def gone(info: RunningJobInfo) -> None:
            self._errands.run(info.job.room.sid, partial(self._let_go, info))

        await self._processes.watch(gone)

    def end_late(self, call: str) -> None:
        """End the process of this call, which has not said for long that it lives."""
        self._errands.run(call, partial(self._ended, call))

    async def hand_on(self) -> None:
        """Let the other workers have every call of this one; each stays until it is taken up."""
        await asyncio.gather(*map(self._handed_on, self._processes.now))

    async def replace(self, info: RunningJobInfo) -> None:
        """Put another agent on the line of a job that LiveKit takes back, if its caller is there.

        The claim fences the process that has it: it leaves call and room alone.
        """
        await self._errands.done(info.job.room.sid, self._replaced(info))

    async def _ended(self, call: str) -> None:
        late = self._timing.hanging
        log.error("call %s: its process answers nobody for %g s: it is ended", call, late)
        await self._processes.end(call)

    async def _handed_on(self, info: RunningJobInfo) -> None:
        try:
            await self._store.give_up(*served(info), staying=True)
        except RecordError as error:
            log.error("call %s can't be handed on: %s", info.job.room.sid, error)

    async def _replaced(self, info: RunningJobInfo) -> None:
        call, who = served(info)
        record = await self._store.read(call)
        if record.epoch != epoch_of(who, call) or _is_over(record):
            return  # another agent has it already, or nobody needs one
        known = record.caller.identity
        orphan = Orphan(call, info.job.room.name, record.epoch, ended=False, waiting=0.0)
        room = await self._rooms.find(orphan.room, call)
        if room is not None and await self._takeover.has_caller(room, known):
            await self._store.give_up(call, who, staying=True)  # else it is still held
            await self._takeover.take_up(orphan, room)

    async def _let_go(self, info: RunningJobInfo) -> None:
        """The process of this job is gone."""
        self._holding.drop(*served(info))
        try:
            await self._store.give_up(*served(info))
        except UnknownCall:
            await self._start_again(info)
        except RecordError:
            await asyncio.sleep(self._timing.poll)
            return  # tried again
        self._processes.seen_to(info)
        self._takeover.look_now()

    async def _start_again(self, info: RunningJobInfo) -> None:
        """A process died before it had noted its call: once, another one is given it."""
        call, until = info.job.room.sid, asyncio.get_running_loop().time() + self._timing.rejoin
        hopeless = call in self._again
        self._again.add(call)
        while asyncio.get_running_loop().time() < until:
            if await self._errands.done(call, self._is_followed(info, hopeless)):
                return
            await asyncio.sleep(self._timing.poll)

    async def _is_followed(self, info: RunningJobInfo, hopeless: bool) -> bool:
        """Whether that is settled: there is no room, or another process, or no further try."""
        call = info.job.room.sid
        room = await self._rooms.find(info.job.room.name, call)
        if room is not None and hopeless:  # rather than a caller in silence
            log.error("call %s is closed: two processes died before they began it", call)
            await self._rooms.delete(room.name)
        elif room is not None:
            if not await self._takeover.has_caller(room, ""):
                return False
            await self._processes.begin(identity(call, 1), room)
        return True


def _is_over(record: CallRecord) -> bool:
    return bool(Course(TABLE, record.journal).path[-1] == FINAL.value)
