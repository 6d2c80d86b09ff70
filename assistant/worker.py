"""The worker: answers the rooms LiveKit sends it, one call a room, and closes each at its end.

`server` stands at the module's level, so that `lk agent` and `python -m livekit.agents` find it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import aiohttp
from dotenv import load_dotenv
from livekit import api
from livekit.agents import (
    NOT_GIVEN,
    AgentServer,
    JobContext,
    JobProcess,
    JobRequest,
    NotGivenOr,
    room_io,
)
from livekit.agents.worker import ServerEnvOption

# Plugins register on the main thread only; in the console a call has a thread of its own.
from livekit.plugins import deepgram, openai, silero  # noqa: F401

from assistant import lines, logs, prompts, providers, report, shop, telemetry
from assistant import settings as environment
from assistant.call import Call
from assistant.lease import LEASE, Lease
from assistant.presence import CALLERS, Presence
from assistant.prompts import PromptError, Prompts
from assistant.records import Fenced, Place, RecordError, Store, UnknownCall
from assistant.records.sql import SqlStore, open_even_if_away
from assistant.rescue import STARTING, Rescue, epoch_of, identity
from assistant.session import Line
from assistant.userdata import UserData
from statemachine.offers import Offer
from statemachine.replay import ReplayError
from statemachine.triggers import CallerHungUp, CallFailed, SessionTrigger

log = logging.getLogger("assistant.worker")

GRACE = 1.0
"""Seconds between the farewell's end here and the room's: it still travels to the caller."""
RETRY = 0.3
"""Seconds until records that didn't answer are asked again."""
ANSWERS = 3.0
"""Seconds that LiveKit may take to say who is in a room."""
HANDING_ON = 15.0
"""Seconds that calls which are handed on may take: to be taken up, or to say that nobody can."""
PATIENCE = 5.0
"""Seconds that an ended call's last entries may take to be written."""


class Worker(AgentServer):
    """LiveKit's server of agents, which looks for calls in need and remembers why it stopped."""

    failure: Exception | None = None
    _store: SqlStore | None = None
    _rescue: Rescue | None = None
    _rescuing: asyncio.Task[None] | None = None
    _livekit: api.LiveKitAPI | None = None

    async def run(self, *, devmode: bool = False, unregistered: bool = False) -> None:
        """Serve until asked to stop."""
        self.on("worker_registered", lambda *_: self._look_for_calls())
        try:
            await super().run(devmode=devmode, unregistered=unregistered)
        except Exception as error:
            self.failure = error
            raise

    async def drain(
        self,
        timeout: NotGivenOr[int | None] = NOT_GIVEN,  # noqa: ASYNC109 - the base class's
    ) -> None:
        """Take no further calls, let those that are on end, and hand on what then remains."""
        if self._rescuing is not None:
            self._rescuing.cancel()
        try:
            await super().drain(timeout)
        except TimeoutError:
            if self._rescue is not None and self.active_jobs:
                log.warning("%d calls are handed on.", len(self.active_jobs))
                await self._rescue.hand_on()
                await self._left(HANDING_ON)

    async def _left(self, patience: float) -> None:
        until = asyncio.get_running_loop().time() + patience
        while self.active_jobs and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # LiveKit tells nobody when a process has ended

    async def aclose(self) -> None:
        """Stop, and let go of the records."""
        if self._rescuing is not None:
            self._rescuing.cancel()
        await super().aclose()
        store, livekit, self._store, self._livekit = self._store, self._livekit, None, None
        if store is not None and livekit is not None:
            await store.close()
            await livekit.aclose()

    def _look_for_calls(self) -> None:
        if self._rescuing is None:
            self._store = SqlStore(settings.database_url)
            self._livekit = api.LiveKitAPI(
                rooms.livekit_url,
                rooms.livekit_api_key,
                rooms.livekit_api_secret,
                timeout=aiohttp.ClientTimeout(total=ANSWERS),
            )
            self._rescue = Rescue(self, self._store, rooms, admission.is_full, self._livekit)
            self._rescuing = asyncio.create_task(self._rescue.run())
            self._rescuing.add_done_callback(_fault)


def _fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("No call is looked for any more: this worker should be restarted", exc_info=error)


def prewarm(proc: JobProcess) -> None:
    """Load what a call needs before one comes; a process does this once and serves one call."""
    proc.userdata["shop"] = loaded = shop.load(settings.shop)
    providers.build(settings, loaded.catalogue, loaded.knowledge)  # reads the brain's vocabulary
    fixed = [loaded.words.word(line) for line in lines.FIXED]
    proc.userdata["warm"] = providers.prewarm(settings, fixed)
    telemetry.export()
    gc.collect()
    gc.freeze()  # else all this is looked through again while a caller waits: 0.2 s


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


load_dotenv()
settings = environment.read()
logs.keep_words_out()
rooms = settings.rooms
admission = Admission(rooms.most_calls, lambda: (info.job.id for info in server.active_jobs))
server: Worker = Worker(
    ws_url=rooms.livekit_url,
    api_key=rooms.livekit_api_key,
    api_secret=rooms.livekit_api_secret,
    host=rooms.health_host,
    port=ServerEnvOption(dev_default=0, prod_default=rooms.health_port),
    prometheus_port=rooms.metrics_port or None,
    # Each call is a process of its own, and counts into files that this one reads.
    prometheus_multiproc_dir=telemetry.folder(rooms.metrics_port),
    num_idle_processes=rooms.idle_processes,
    load_fnc=admission.fullness if rooms.most_calls else None,
    load_threshold=ServerEnvOption(
        dev_default=math.inf,
        prod_default=math.inf if rooms.most_calls else rooms.load_threshold,
    ),
    drain_timeout=math.ceil(rooms.drain),  # 0 would be without end
    shutdown_process_timeout=15.0,
    session_end_timeout=10.0,
    initialize_process_timeout=60.0,
    log_level=rooms.log_level,
    setup_fnc=prewarm,
    preload_modules=["assistant.worker"],
)


@dataclass
class Held:
    """What a job holds while it serves its call, and lets go of at the end."""

    store: Store
    call: Call | None = None
    lease: Lease | None = None
    line: Line | None = None
    keeping: asyncio.Task[None] | None = None
    leaving: asyncio.Task[None] | None = None


async def end_call(ctx: JobContext) -> None:
    """What every call comes to, however it ended: settled, reported, and its room closed.

    A call that somebody else has taken up is theirs, and so is its room. One whose agent has lost
    the room while the caller may be in it is left to whoever finds it.
    """
    held: Held | None = ctx.proc.userdata.pop("held", None)
    if held is None:  # it has begun nothing
        return
    if held.keeping is not None:
        held.keeping.cancel()
    try:
        if held.call is not None and not held.call.fenced:
            await _seen_to(ctx, held.call, held.lease)
    finally:
        if held.lease is not None:
            await held.lease.stop()
        await held.store.close()
        await asyncio.to_thread(telemetry.flush)


async def _seen_to(ctx: JobContext, call: Call, lease: Lease | None) -> None:
    out = not ctx.is_fake_job() and not ctx.room.isconnected()
    if out and not call.ended.is_set() and await _exists(ctx):
        log.warning("call %s: the agent has lost its room, and leaves it to others", call.id)
        if lease is not None:
            await lease.give_up()
        return
    gone = False
    try:
        await _settled(call, CallerHungUp() if out else CallFailed())
        await _reported(call)
        await call.write_up(PATIENCE)
        if not ctx.is_fake_job() and ctx.room.isconnected() and ctx.room.remote_participants:
            await asyncio.sleep(GRACE)
    finally:
        if not call.fenced:
            gone = await close_room(ctx)
        if lease is not None and not call.fenced:
            await (lease.finish() if gone else lease.give_up())


@server.rtc_session(
    agent_name=rooms.agent_name, on_request=admission.admit, on_session_end=end_call
)
async def answer(ctx: JobContext) -> None:
    """Put the agent of the call's state on the line of a room; returns once they are there."""
    open_shop: shop.Shop = ctx.proc.userdata["shop"]
    joining = None if ctx.is_fake_job() else asyncio.create_task(ctx.connect())
    try:
        held, resumed = await held_by(ctx, open_shop.catalogue.offers)
    except Fenced as error:
        log.warning("room %s is left alone: %s", ctx.job.room.sid, error)
        ctx.shutdown("the call is not this worker's")
        return
    except (RecordError, ReplayError) as error:
        log.error("call %s can't be served: %s", ctx.job.room.sid, error)
        await close_room(ctx)  # rather than a caller in silence
        ctx.shutdown("the call can't be served")
        return
    finally:
        if joining is not None:
            await joining
    call = held.call
    assert call is not None
    ctx.log_context_fields = {"call": call.id}
    parts = providers.build_voice(
        settings, open_shop.catalogue, open_shop.knowledge, ctx.proc.userdata["warm"]
    )
    if ctx.is_fake_job():  # the console's line opens after the greeting has begun: no instant sound
        parts = replace(parts, kept=None)
    log.info("call %s: %s", call.id, " ".join(parts.reasons))
    words = words_for(call, open_shop.words, call.place.brought)
    data = UserData(call, words, open_shop.catalogue, open_shop.knowledge, settings)
    data.resumed = resumed
    held.line = line = Line(data, parts)
    line.session.on("close", lambda _: ctx.shutdown("the call is over"))
    options, presence = room_io.RoomOptions(), None
    if not ctx.is_fake_job():
        line.in_a_room = True
        presence = Presence(ctx, call.id, line.cut_off, line.is_back, line.caller_gone)
        try:
            caller = await presence.caller()
        except RuntimeError:
            return  # the room has closed, and with it the job
        options.participant_kinds, options.participant_identity = CALLERS, caller.identity
    await line.session.start(
        line.first_agent,
        room=ctx.room,
        room_options=options,
        record=False,
        # It would show the whole call to everybody in the room, and let them speak for the caller.
        session_host=False,
    )
    if presence is not None:
        presence.watch()
    held.keeping = asyncio.create_task(line.keep_lines())


async def held_by(ctx: JobContext, offers: tuple[Offer, ...]) -> tuple[Held, bool]:
    """The call of a job's room, held: a new one, or one that has lost its worker (True).

    Raises:
        Fenced: it has a worker, or is over.
        RecordError: it was given to this process, and can't be read; or the records can't be used.
        ReplayError: its journal is of a conversation that this program no longer has.
    """
    room = ctx.job.room
    owner = "" if ctx.is_fake_job() else ctx.local_participant_identity
    # A room's name may hold a telephone number, and comes again; its id does neither.
    store = await open_even_if_away(settings.database_url, owner=owner)
    ctx.proc.userdata["held"] = held = Held(store)
    if ctx.is_fake_job():
        held.call = await Call.begin(room.sid, offers, store)
        return held, False
    place = Place(room.name, rooms.agent_name, ctx.job.metadata)
    held.call, resumed = await begun_or_resumed(room.sid, offers, store, owner, place)

    def lost() -> None:
        log.warning("call %s has been taken up by another worker: this one leaves it", room.sid)
        held.leaving = asyncio.create_task(ctx.room.disconnect())
        ctx.shutdown("the call is not this worker's any more")

    def handed_on() -> None:
        if held.line is not None:
            held.line.hand_on()

    held.lease = Lease(held.call, store, lost, handed_on)
    held.lease.begin()
    return held, resumed


async def begun_or_resumed(
    id: str, offers: tuple[Offer, ...], store: Store, owner: str, place: Place
) -> tuple[Call, bool]:
    """A room's call, and whether it was on already."""
    if epoch_of(owner, id) in (None, 1):  # nobody has claimed it for us: it is new, as a rule
        with contextlib.suppress(Fenced):
            return await Call.begin(id, offers, store, place, LEASE), False
    call = await _resumed(id, store)
    if call.ended.is_set():
        await store.give_up(id)  # whoever finds it closes its room
        raise Fenced(f"call {id} has ended")
    return call, True


async def _resumed(id: str, store: Store) -> Call:
    """Take a call up, also if the records don't answer at once."""
    until = asyncio.get_running_loop().time() + STARTING
    while True:
        try:
            return await Call.resume(id, store, LEASE)
        except (Fenced, UnknownCall):
            raise
        except RecordError:
            if asyncio.get_running_loop().time() > until:
                raise
        await asyncio.sleep(RETRY)


def words_for(call: Call, words: Prompts, metadata: str) -> Prompts:
    """The words of this call, with what its job's metadata brings if that can be used."""
    try:
        return prompts.for_call(words, metadata)
    except PromptError as error:
        log.warning("call %s: %s The usual words are used.", call.id, error)
        return words


async def _settled(call: Call, ending: SessionTrigger) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await call.settled()
            if not call.ended.is_set():
                await call.fire(ending)
    except TimeoutError:
        log.error("call %s: its records were not finished in %g s.", call.id, PATIENCE)


async def _reported(call: Call) -> None:
    if rooms.reports is None:
        return
    path = report.path_of(rooms.reports, call.id)
    try:
        await asyncio.to_thread(report.write, call, path)
    except OSError as error:
        log.error("call %s: its report was not written: %s", call.id, error)


async def close_room(ctx: JobContext) -> bool:
    """Delete the room, so that a phone caller is disconnected too; the console has none.

    Returns whether it is gone.
    """
    if ctx.is_fake_job():
        return True
    room = ctx.job.room
    try:
        # Once we are out of it, another caller's room may go by its name.
        if ctx.room.isconnected() or await _is_there(ctx):
            await ctx.api.room.delete_room(api.DeleteRoomRequest(room=room.name))
    except api.TwirpError as error:
        if error.code != api.TwirpErrorCode.NOT_FOUND:
            log.error("room %s could not be closed: %s", room.sid, error.message)
            return False
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.error("room %s could not be closed: %s", room.sid, error or type(error).__name__)
        return False
    return True


async def _exists(ctx: JobContext) -> bool:
    """Whether the job's room is still there, as far as can be found out."""
    try:
        return await _is_there(ctx)
    except (api.TwirpError, aiohttp.ClientError, TimeoutError, OSError):
        return True


async def _is_there(ctx: JobContext) -> bool:
    room = ctx.job.room
    found = await ctx.api.room.list_rooms(api.ListRoomsRequest(names=[room.name]))
    return any(each.sid == room.sid for each in found.rooms)
