"""Takes up the calls whose worker died: finds them, and puts an agent of this one on their line.

LiveKit leaves a room alone whose agent is gone, so the workers look after each other. Every call in
a room has a lease (`assistant.worker.lease`); one whose lease is over and whose caller is still
there is taken up by whoever is first to write so in the database. Its state and facts come from its
journal, and the caller hears a short apology and what they may have missed.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import random
import re
import secrets
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress

import aiohttp
from livekit import api
from livekit.agents import AgentServer
from livekit.agents.job import RunningJobInfo

from assistant import telemetry
from assistant.call.call import Call
from assistant.records import CallRecord, Fenced, Orphan, RecordError, Store, UnknownCall
from assistant.records.store import path_of
from assistant.settings import Rooms
from assistant.worker.lease import LEASE
from statemachine.engine.journal.replay import ReplayError
from statemachine.states import FINAL, INITIAL
from statemachine.triggers import CallerHungUp

log = logging.getLogger("assistant.rescue")

LOOK = 0.1
"""Seconds between two looks at this worker's own processes."""
POLL = 0.2
"""Seconds between two looks for calls without a worker, a fifth more or less: with all workers in
step they would only race each other."""
STARTING = 6.0
"""Seconds that a process may take to be on the line of a call which it was given."""
BUSY = 0.8
"""Seconds that a worker which is full, or has no process to spare, leaves a call to the others."""
LOADING = 4.0
"""Seconds after which a process is taken to be loaded."""
REJOIN = 18.0
"""Seconds that a call waits for a caller who was cut off; LiveKit keeps their room for 20."""
SLOW = 4.0
"""Seconds that a call of a process of ours which lives, and has not renewed it, is left to it: the
machine is busy, and a further process would make it more so."""
FAREWELL = 15.0
"""Seconds that a worker which is to stop may take to end a call that nobody took up."""
_CALLERS = frozenset(
    {
        api.ParticipantInfo.Kind.STANDARD,
        api.ParticipantInfo.Kind.SIP,
        api.ParticipantInfo.Kind.CONNECTOR,
    }
)


def identity(call: str, epoch: int) -> str:
    """Under which an agent joins the room of a call: its own, as LiveKit lets each in but once."""
    return f"agent-{call}-e{epoch}-{secrets.token_hex(3)}"


def epoch_of(who: str, call: str) -> int | None:
    """The epoch in which this identity is, or was, the agent of a call; None for anybody else."""
    found = re.fullmatch(rf"agent-{re.escape(call)}-e(\d+)-[0-9a-f]+", who)
    return int(found[1]) if found else None


class Rescue:
    """Looks for calls whose worker died, for as long as this worker takes calls."""

    def __init__(
        self,
        server: AgentServer,
        store: Store,
        rooms: Rooms,
        is_full: Callable[[], bool],
        livekit: api.LiveKitAPI,
    ) -> None:
        self._server = server
        self._store = store
        self._rooms = rooms
        self._is_full = is_full
        self._serving: dict[str, RunningJobInfo] = {}
        self._found = asyncio.Event()
        self._began: list[float] = []
        self._again: set[str] = set()
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()
        self._away = False
        self._not_before = 0.0
        self._livekit = livekit

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            await asyncio.gather(self._watch_our_own(), self._look_for_others())
        finally:
            for task in self._starting.values():
                task.cancel()

    async def hand_on(self) -> None:
        """Let the other workers have every call of this one; each stays until it is taken up."""
        await asyncio.gather(*map(self._handed_on, self._server.active_jobs))

    async def _handed_on(self, info: RunningJobInfo) -> None:
        try:
            await self._store.give_up(*_served(info), staying=True)
        except RecordError as error:
            log.error("call %s can't be handed on: %s", info.job.room.sid, error)

    async def replace(self, info: RunningJobInfo) -> None:
        """Put another agent on the line of a job that LiveKit takes back, if its caller is there.

        The claim fences the process that has it: it leaves call and room alone.
        """
        call, who = _served(info)
        with self._said(call):
            record = await self._store.read(call)
            if record.epoch != epoch_of(who, call) or _is_over(record):
                return  # another agent has it already, or nobody needs one
            orphan = Orphan(call, info.job.room.name, record.epoch, ended=False, waiting=0.0)
            room = await self._room(orphan)
            if room is not None and await self._has_caller(room):
                await self._store.give_up(call, who, staying=True)  # else it is still held
                await self._take_up(orphan, room)

    # Our own

    async def _watch_our_own(self) -> None:
        """Give up the calls of processes that died, sooner than their leases are over."""
        while True:
            now = {info.job.id: info for info in self._server.active_jobs}
            for job in self._serving.keys() - now.keys():
                info = self._serving[job]
                self._spawn(info.job.room.sid, self._let_go(job, info))
            began = now.keys() - self._serving.keys()
            self._began += [asyncio.get_running_loop().time()] * len(began)
            self._serving |= now
            await asyncio.sleep(LOOK)

    async def _let_go(self, job: str, info: RunningJobInfo) -> None:
        """The process of this job is gone."""
        with self._said(info.job.room.sid):
            try:
                await self._store.give_up(*_served(info))
            except UnknownCall:
                await self._start_again(info)
            except RecordError:
                await asyncio.sleep(POLL)
                return  # tried again
        self._serving.pop(job, None)
        self._found.set()

    async def _start_again(self, info: RunningJobInfo) -> None:
        """A process died before it had noted its call: once, another one is given it."""
        call, until = info.job.room.sid, asyncio.get_running_loop().time() + REJOIN
        hopeless = call in self._again
        self._again.add(call)
        while asyncio.get_running_loop().time() < until:
            with self._said(call):
                room = await self._room(Orphan(call, info.job.room.name, 0, False, 0.0))
                if room is None:
                    return
                if hopeless:  # rather than a caller in silence
                    log.error("call %s is closed: two processes died before they began it", call)
                    await self._delete(room)
                    return
                if await self._has_caller(room):
                    await self._start(identity(call, 1), room)
                    return
            await asyncio.sleep(POLL)

    # Anybody's

    async def _look_for_others(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL * random.uniform(0.8, 1.2)):
                    await self._found.wait()
            self._found.clear()
            for orphan in await self._orphans():
                self._spawn(orphan.id, self._see_to(orphan))

    def _spawn(self, call: str, work: Coroutine[None, None, None]) -> None:
        """See to one call at a time, and not twice at once."""
        if call in self._starting:
            work.close()
            return
        self._starting[call] = task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._starting.pop(call))

    async def _orphans(self) -> Iterable[Orphan]:
        now = asyncio.get_running_loop().time()
        try:
            found = await self._store.orphans(self._rooms.agent_name)
        except Exception as error:  # whatever a driver raises, they are looked for again
            self._cannot_write(error)
            return ()
        if self._away:
            log.info("Calls can be taken up again.")
            self._away = False
            self._not_before = now + 2 * LEASE  # those who live get to say so first
        return found if now >= self._not_before else ()

    def _cannot_write(self, error: Exception) -> None:
        if not self._away:
            log.error("No call can be taken up: %s", error)
        self._away = True

    async def _see_to(self, orphan: Orphan) -> None:
        """Take up a call whose caller is there, and close what nobody is in any more."""
        if orphan.waiting < BUSY and (self._is_full() or not self._has_a_process()):
            return
        if orphan.waiting < SLOW and not orphan.attended and self._is_ours(orphan):
            return
        if orphan.ended and orphan.attended and orphan.waiting < FAREWELL:
            return  # its farewell is being spoken
        with self._said(orphan.id):
            room = await self._room(orphan)
            if orphan.ended:
                await self._close(orphan, room)
            elif room is not None and await self._has_caller(room):
                await self._take_up(orphan, room)
            elif orphan.waiting > REJOIN:
                await self._end(orphan)
                await self._close(orphan, room)

    def _is_ours(self, orphan: Orphan) -> bool:
        """Whether a process of this worker serves the call, and lives."""
        return any(_served(info)[0] == orphan.id for info in self._server.active_jobs)

    def _has_a_process(self) -> bool:
        """Whether one should be waiting, loaded: after each call that begins another one loads."""
        now = asyncio.get_running_loop().time()
        self._began = [began for began in self._began if now - began < LOADING]
        return len(self._began) < self._rooms.idle_processes

    @contextmanager
    def _said(self, call: str) -> Iterator[None]:
        """What keeps a call from being taken up is one line in the log; it is tried again."""
        try:
            yield
        except Fenced:
            pass  # somebody else was first
        except (RecordError, ReplayError) as error:
            log.error("call %s can't be taken up: %s", call, error)
        except api.TwirpError as error:
            log.error("call %s can't be taken up: LiveKit says %s", call, error.message)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.error("call %s can't be taken up: %s", call, error or type(error).__name__)
        except Exception:  # the next call is looked for all the same
            log.exception("call %s can't be taken up", call)

    async def _room(self, orphan: Orphan) -> api.Room | None:
        asked = api.ListRoomsRequest(names=[orphan.room])
        found = await self._livekit.room.list_rooms(asked)
        return next((room for room in found.rooms if room.sid == orphan.id), None)

    async def _has_caller(self, room: api.Room) -> bool:
        asked = api.ListParticipantsRequest(room=room.name)
        found = await self._livekit.room.list_participants(asked)
        return any(
            who.kind in _CALLERS and who.state != api.ParticipantInfo.State.DISCONNECTED
            for who in found.participants
        )

    async def _take_up(self, orphan: Orphan, room: api.Room) -> None:
        """Claim the call for a process of ours, and start that."""
        agent = identity(orphan.id, orphan.epoch + 1)
        # LiveKit starts one process after the other: what waits for that is still anybody's.
        async with self._one_at_a_time:
            try:
                await self._store.claim(orphan.id, STARTING, orphan.epoch, agent)
            except (Fenced, UnknownCall):
                raise
            except RecordError as error:
                self._cannot_write(error)
                return
            log.warning("call %s is taken up: nobody holds it any more", orphan.id)
            telemetry.TAKEN_UP.one()
            try:
                await self._start(agent, room)
            except BaseException:
                await self._store.give_up(orphan.id, agent)
                raise

    async def _start(self, agent: str, room: api.Room) -> None:
        token = self._token(agent, room.name)
        await self._server.simulate_job(room.name, room_info=room, token=token)

    def _token(self, agent: str, room: str) -> str:
        """What LiveKit's server gives an agent; that of `simulate_job` itself may do less."""
        grants = api.VideoGrants(
            room_join=True,
            room=room,
            agent=True,
            can_publish=True,
            can_subscribe=True,
            can_publish_data=True,
            can_update_own_metadata=True,
        )
        return (
            api.AccessToken(self._rooms.livekit_api_key, self._rooms.livekit_api_secret)
            .with_identity(agent)
            .with_kind("agent")
            .with_ttl(datetime.timedelta(hours=6))
            .with_grants(grants)
            .to_jwt()
        )

    async def _end(self, orphan: Orphan) -> None:
        """The caller of a call without a worker has not come back."""
        try:
            call = await Call.resume(orphan.id, self._store, STARTING, orphan.epoch)
        except ReplayError as error:
            log.error("call %s can't be ended, only closed: %s", orphan.id, error)
        else:
            await call.fire(CallerHungUp())

    async def _close(self, orphan: Orphan, room: api.Room | None) -> None:
        """Close the room of a call that is over, as its worker would have."""
        if orphan.ended:
            await self._store.claim(orphan.id, STARTING, orphan.epoch)
        if room is not None:
            await self._delete(room)
        await self._store.finish(orphan.id)

    async def _delete(self, room: api.Room) -> None:
        await self._livekit.room.delete_room(api.DeleteRoomRequest(room=room.name))


def _is_over(record: CallRecord) -> bool:
    return bool(path_of(record.journal, INITIAL.value)[-1] == FINAL.value)


def _served(info: RunningJobInfo) -> tuple[str, str]:
    """The call that a job serves, and the name under which it writes."""
    return info.job.room.sid, info.accept_arguments.identity
