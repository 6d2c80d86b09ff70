"""The worker: answers the rooms LiveKit sends it, one call a room, and closes each at its end.

`server` stands at the module's level, so that `lk agent` and `python -m livekit.agents` find it.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import aiohttp
from dotenv import load_dotenv
from livekit import api, rtc
from livekit.agents import AgentServer, JobContext, JobProcess, JobRequest, room_io
from livekit.agents.worker import ServerEnvOption

# Plugins register on the main thread only; in the console a call has a thread of its own.
from livekit.plugins import deepgram, openai, silero  # noqa: F401

from assistant import lines, logs, prompts, providers, report, shop, telemetry
from assistant import settings as environment
from assistant.call import Call
from assistant.prompts import PromptError, Prompts
from assistant.records import Store
from assistant.records.sql import open_even_if_away
from assistant.session import Line
from assistant.userdata import UserData
from statemachine.triggers import CallFailed

log = logging.getLogger("assistant.worker")

GRACE = 1.0
"""Seconds between the farewell's end here and the room's: it still travels to the caller."""
PATIENCE = 5.0
"""Seconds that an ended call's last entries may take to be written."""
CALLERS = [
    rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
    rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    rtc.ParticipantKind.PARTICIPANT_KIND_CONNECTOR,
]
"""Who is served: people by browser, telephone or messenger; never another agent."""


class Worker(AgentServer):
    """LiveKit's server of agents, which remembers why it stopped."""

    failure: Exception | None = None

    async def run(self, *, devmode: bool = False, unregistered: bool = False) -> None:
        """Serve until asked to stop."""
        try:
            await super().run(devmode=devmode, unregistered=unregistered)
        except Exception as error:
            self.failure = error
            raise


def prewarm(proc: JobProcess) -> None:
    """Load what a call needs before one comes; a process does this once and serves one call."""
    proc.userdata["shop"] = loaded = shop.load(settings.shop)
    providers.build(settings, loaded.catalogue, loaded.knowledge)  # reads the brain's vocabulary
    fixed = [loaded.words.word(line) for line in lines.FIXED]
    proc.userdata["warm"] = providers.prewarm(settings, fixed)
    telemetry.export()


class Admission:
    """Lets in no more calls at once than a worker may hold; 0 leaves that to LiveKit's own rule."""

    def __init__(self, most: int, under_way: Callable[[], Iterable[str]]) -> None:
        self._most = most
        self._under_way = under_way
        self._coming: set[str] = set()

    def fullness(self) -> float:
        """From 0 to 1, which LiveKit's server goes by when it chooses among workers."""
        return min(len(self._calls()) / self._most, 1.0)

    async def admit(self, request: JobRequest) -> None:
        """Take a call, or leave it to another worker."""
        if self._most and len(self._calls()) >= self._most:
            log.warning("A call was left to another worker: this one has %d.", self._most)
            await request.reject(terminate=False)
            return
        self._coming.add(request.id)  # it is under way only once a process has it
        try:
            await request.accept()
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
    drain_timeout=round(rooms.drain),
    shutdown_process_timeout=15.0,
    session_end_timeout=10.0,
    initialize_process_timeout=60.0,
    log_level=rooms.log_level,
    setup_fnc=prewarm,
    preload_modules=["assistant.worker"],
)


async def end_call(ctx: JobContext) -> None:
    """What every call comes to, however it ended: settled, reported, and its room closed."""
    call: Call | None = ctx.proc.userdata.pop("call", None)
    keeping: asyncio.Task[None] | None = ctx.proc.userdata.pop("keeping", None)
    if keeping is not None:
        keeping.cancel()
    try:
        if call is not None:
            await _settled(call)
            await _reported(call)
            await call.write_up(PATIENCE)
        if not ctx.is_fake_job() and ctx.room.isconnected() and ctx.room.remote_participants:
            await asyncio.sleep(GRACE)
    finally:
        await close_room(ctx)
        store: Store | None = ctx.proc.userdata.pop("store", None)
        if store is not None:
            await store.close()
        await asyncio.to_thread(telemetry.flush)


@server.rtc_session(
    agent_name=rooms.agent_name, on_request=admission.admit, on_session_end=end_call
)
async def answer(ctx: JobContext) -> None:
    """Put the first agent on the line of a room; returns once they are there."""
    open_shop: shop.Shop = ctx.proc.userdata["shop"]
    # A room's name may hold a telephone number, and comes again; its id does neither.
    ctx.proc.userdata["store"] = store = await open_even_if_away(settings.database_url)
    call = await Call.begin(
        ctx.job.room.sid, open_shop.catalogue.offers, store, room=ctx.job.room.name
    )
    ctx.proc.userdata["call"] = call
    ctx.log_context_fields = {"call": call.id}
    parts = providers.build_voice(
        settings, open_shop.catalogue, open_shop.knowledge, ctx.proc.userdata["warm"]
    )
    if ctx.is_fake_job():  # the console's line opens after the greeting has begun: no instant sound
        parts = replace(parts, kept=None)
    log.info("call %s: %s", call.id, " ".join(parts.reasons))
    words = words_for(call, open_shop.words, ctx.job.metadata)
    line = Line(UserData(call, words, open_shop.catalogue, open_shop.knowledge, settings), parts)
    line.session.on("close", lambda _: ctx.shutdown("the call is over"))
    await line.session.start(
        line.first_agent,
        room=ctx.room,
        room_options=room_io.RoomOptions(participant_kinds=CALLERS),
        record=False,
        # It would show the whole call to everybody in the room, and let them speak for the caller.
        session_host=False,
    )
    ctx.proc.userdata["keeping"] = asyncio.create_task(line.keep_lines())


def words_for(call: Call, words: Prompts, metadata: str) -> Prompts:
    """The words of this call, with what its job's metadata brings if that can be used."""
    try:
        return prompts.for_call(words, metadata)
    except PromptError as error:
        log.warning("call %s: %s The usual words are used.", call.id, error)
        return words


async def _settled(call: Call) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await call.settled()
            if not call.ended.is_set():
                await call.fire(CallFailed())
    except TimeoutError:
        log.error("call %s: its records were not finished in %g s.", call.id, PATIENCE)


async def _reported(call: Call) -> None:
    if rooms.reports is None:
        return
    path = rooms.reports / f"{call.id}.json"
    try:
        await asyncio.to_thread(report.write, call, path)
    except OSError as error:
        log.error("call %s: its report was not written: %s", call.id, error)


async def close_room(ctx: JobContext) -> None:
    """Delete the room, so that a phone caller is disconnected too; the console has none."""
    if ctx.is_fake_job():
        return
    room = ctx.job.room
    try:
        # Once we are out of it, another caller's room may go by its name.
        if ctx.room.isconnected() or await _exists(ctx, room.name, room.sid):
            await ctx.api.room.delete_room(api.DeleteRoomRequest(room=room.name))
    except api.TwirpError as error:
        if error.code != api.TwirpErrorCode.NOT_FOUND:
            log.error("room %s could not be closed: %s", room.sid, error.message)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.error("room %s could not be closed: %s", room.sid, error or type(error).__name__)


async def _exists(ctx: JobContext, name: str, sid: str) -> bool:
    found = await ctx.api.room.list_rooms(api.ListRoomsRequest(names=[name]))
    return any(room.sid == sid for room in found.rooms)
