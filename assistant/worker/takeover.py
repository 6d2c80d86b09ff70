"""Takes up the calls whose worker died: finds them, and puts an agent of this one on their line.

LiveKit leaves a room alone whose agent is gone, so the workers look after each other. Every call
in a room has a lease (`assistant.worker.lease`); one whose lease is over and whose caller is still
there is taken up by whoever is first to write so in the database. Its state and facts come from its
journal, and the caller hears a short apology and what they may have missed.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from livekit import api

from assistant import telemetry
from assistant.call.call import Call
from assistant.records import Fenced, Orphan, RecordError, Store, UnknownCall
from assistant.worker.errands import Errands
from assistant.worker.holding import Holding
from assistant.worker.identity import identity
from assistant.worker.processes import Processes
from assistant.worker.rooms import RoomService
from assistant.worker.timing import USUAL, Timing
from statemachine.engine.journal.replay import ReplayError
from statemachine.triggers import CallerHungUp

log = logging.getLogger("assistant.takeover")


class Takeover:
    """Looks for calls of agents of one name that nobody holds, for as long as it runs."""

    def __init__(
        self,
        store: Store,
        rooms: RoomService,
        processes: Processes,
        errands: Errands,
        holding: Holding,
        is_full: Callable[[], bool],
        agent_name: str = "",
        timing: Timing = USUAL,
    ) -> None:
        self._store = store
        self._rooms = rooms
        self._processes = processes
        self._errands = errands
        self._holding = holding
        self._is_full = is_full
        self._agent_name = agent_name
        self._timing = timing
        self._found = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._away = False
        self._not_before = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._timing.poll * random.uniform(0.8, 1.2)):
                    await self._found.wait()
            self._found.clear()
            for orphan in await self._orphans():
                self._errands.run(orphan.id, partial(self._see_to, orphan))

    def look_now(self) -> None:
        """There is something to be found."""
        self._found.set()

    async def has_caller(self, room: api.Room, known: str) -> bool:
        """Whether a call's caller is in its room: who is known to be, else anybody."""
        there = await self._rooms.callers(room.name)
        return known in there if known else bool(there)

    async def take_up(self, orphan: Orphan, room: api.Room) -> None:
        """Claim the call for a process of ours, and start that."""
        agent = identity(orphan.id, orphan.epoch + 1)
        # LiveKit starts one process after the other: what waits for that is still anybody's.
        async with self._one_at_a_time:
            try:
                await self._store.claim(orphan.id, self._timing.starting, orphan.epoch, agent)
            except (Fenced, UnknownCall):
                raise
            except RecordError as error:
                self._cannot_write(error)
                return
            log.warning("call %s is taken up: nobody holds it any more", orphan.id)
            telemetry.TAKEN_UP.one()
            self._holding.expect(orphan.id, agent)
            try:
                await self._processes.begin(agent, room)
            except BaseException:
                self._holding.drop(orphan.id, agent)
                await self._store.give_up(orphan.id, agent)
                raise

    async def _orphans(self) -> Iterable[Orphan]:
        now = asyncio.get_running_loop().time()
        try:
            found = await self._store.orphans(self._agent_name)
            if found:  # where all can read and nobody can write, no lease is renewed: none is dead
                await self._store.renew_all({"": ""}, 0.0)
        except Exception as error:  # whatever a driver raises, they are looked for again
            self._cannot_write(error)
            return ()
        if self._away:
            log.info("Calls can be taken up again.")
            self._away = False
            self._not_before = now + 2 * self._timing.lease  # those who live get to say so first
        return found if now >= self._not_before else ()

    def _cannot_write(self, error: Exception) -> None:
        if not self._away:
            log.error("No call can be taken up: %s", error)
        self._away = True

    async def _see_to(self, orphan: Orphan) -> None:
        """Take up a call whose caller is there, and close what nobody is in any more."""
        busy = self._is_full() or not self._processes.has_one()
        if busy and orphan.waiting < self._timing.busy:
            return
        ours = not orphan.attended and self._processes.serve(orphan.id)
        if ours and orphan.waiting < self._timing.slow:
            return
        if orphan.ended and orphan.attended and orphan.waiting < self._timing.farewell:
            return  # its farewell is being spoken
        room = await self._rooms.find(orphan.room, orphan.id)
        if orphan.ended:
            await self._close(orphan, room)
        elif room is not None and await self.has_caller(room, orphan.caller):
            if ours:
                late = self._timing.slow
                log.error(
                    "call %s: its process answers nobody for %g s: it is ended", orphan.id, late
                )
                await self._processes.end(orphan.id)
            await self.take_up(orphan, room)
        elif orphan.waiting > self._timing.rejoin:
            await self._end(orphan)
            await self._close(orphan, room)

    async def _end(self, orphan: Orphan) -> None:
        """The caller of a call without a worker has not come back."""
        try:
            call = await Call.resume(orphan.id, self._store, self._timing.starting, orphan.epoch)
        except ReplayError as error:
            log.error("call %s can't be ended, only closed: %s", orphan.id, error)
        else:
            await call.fire(CallerHungUp())

    async def _close(self, orphan: Orphan, room: api.Room | None) -> None:
        """Close the room of a call that is over, as its worker would have."""
        if orphan.ended:
            await self._store.claim(orphan.id, self._timing.starting, orphan.epoch)
        if room is not None:
            await self._rooms.delete(room.name)
        await self._store.finish(orphan.id)
