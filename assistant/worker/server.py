"""The worker: answers the rooms LiveKit sends it, one call a room, and closes each at its end.

`server` stands at the module's level, so that `lk agent` and `python -m livekit.agents` find it.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import time
from dataclasses import replace

from dotenv import load_dotenv
from livekit import rtc
from livekit.agents import JobContext, JobProcess
from livekit.agents.worker import ServerEnvOption, _DefaultLoadCalc

# Plugins register on the main thread only; in the console a call has a thread of its own.
from livekit.plugins import deepgram, openai, silero  # noqa: F401

from assistant import logs, telemetry
from assistant import settings as environment
from assistant.agents.entering import Handover
from assistant.agents.staff import staff
from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.language import turn
from assistant.language.telephone import shown
from assistant.providers import build as providers
from assistant.records import Caller, Fenced, RecordError
from assistant.session.session import CallSession
from assistant.shop import shop
from assistant.shop.wording import lines, prompts
from assistant.shop.wording.prompts import PromptError, Prompts
from assistant.worker import entrance
from assistant.worker import proxy as network
from assistant.worker.admission import Admission
from assistant.worker.agent_server import Worker
from assistant.worker.audience import Audience
from assistant.worker.job import Held, close_room, end_call, held_by
from assistant.worker.presence import Presence
from assistant.worker.reaching import Reaching, Served
from assistant.worker.rooms import RoomService
from assistant.worker.showing import Showing
from statemachine.engine.journal.replay import ReplayError
from statemachine.triggers import CallerHungUp, NumberShown

log = logging.getLogger("assistant.worker")


def prewarm(proc: JobProcess) -> None:
    """Load what a call needs before one comes; a process does this once and serves one call."""
    proc.userdata["shop"] = loaded = shop.load(settings.shop)
    providers.build(
        settings, loaded.catalogue, loaded.knowledge, loaded.about
    )  # reads the brain's vocabulary
    turn.ready()
    fixed = [loaded.words.word(line) for line in lines.FIXED]
    proc.userdata["warm"] = providers.prewarm(settings, fixed)
    telemetry.export()
    gc.collect()
    gc.freeze()  # else all this is looked through again while a caller waits: 0.2 s


load_dotenv()
settings = environment.read()
logs.keep_words_out()
rooms = settings.rooms
admission = Admission(
    rooms.most_calls,
    lambda: (info.job.id for info in server.active_jobs),
    rooms.load_threshold,
    lambda: _DefaultLoadCalc.get_load(server),
)
server: Worker = Worker(
    settings,
    admission,
    ws_url=rooms.livekit_url,
    api_key=rooms.livekit_api_key,
    api_secret=rooms.livekit_api_secret,
    http_proxy=network.proxy_for(rooms.livekit_url),
    host=rooms.health_host,
    port=ServerEnvOption(dev_default=0, prod_default=rooms.health_port),
    prometheus_port=rooms.metrics_port or None,
    # Each call is a process of its own, and counts into files that this one reads.
    prometheus_multiproc_dir=telemetry.folder(rooms.metrics_port),
    num_idle_processes=rooms.idle_processes,
    load_fnc=admission.load,
    load_threshold=math.inf,  # LiveKit's own rule counts a call that has not begun as half of all
    job_memory_warn_mb=rooms.call_memory / 2,
    job_memory_limit_mb=rooms.call_memory,  # whoever goes on from there begins anew
    drain_timeout=math.ceil(rooms.drain),  # 0 would be without end
    shutdown_process_timeout=15.0,
    session_end_timeout=10.0,
    initialize_process_timeout=60.0,
    log_level=rooms.log_level,
    setup_fnc=prewarm,
    preload_modules=[
        "assistant.worker.forkserver",
        "assistant.worker.server",
        "assistant.worker.preloaded",
    ],
)


@server.rtc_session(
    agent_name=rooms.agent_name, on_request=admission.admit, on_session_end=end_call
)
async def answer(ctx: JobContext) -> None:
    """Put the agent of the call's state on the line of a room; returns once they are there."""
    joining = None if ctx.is_fake_job() else asyncio.create_task(ctx.connect())
    taken = await _taken(ctx)
    if joining is not None and not await _joined(ctx, joining):
        ctx.shutdown("the room can't be joined")
        return
    if taken is None:
        return
    held, call = taken
    ctx.log_context_fields = {"call": call.id}
    held.line = line = _line(ctx, held, call)
    line.session.on("close", lambda _: ctx.shutdown("the call is over"))
    if ctx.is_fake_job():
        await line.session.start(line.first_agent, room=ctx.room, record=False, session_host=False)
    elif not await _attended(ctx, line):
        return
    held.keeping = asyncio.create_task(line.keep_lines())


async def _attended(ctx: JobContext, line: CallSession) -> bool:
    """Put the agent on the caller's line, and look after who is in the room from then on.

    Returns whether there is a caller: else nobody came back, or the room has closed.
    """
    line.events.in_a_room = True
    held: Held = ctx.proc.userdata["held"]
    audience = Audience(ctx.room, RoomService(ctx.api))

    def note(who: rtc.RemoteParticipant) -> str:
        """Note whom the call serves; the number that they ring from."""
        audience.caller = who.identity
        told = who.attributes.get("sip.phoneNumber", "")
        if held.lease is not None:
            held.lease.serve(Caller(who.identity, shown(told, settings.country)))
        return shown(told, settings.country)

    def serve(who: rtc.RemoteParticipant) -> None:
        line.data.call.note(NumberShown(note(who)))
        line.session.room_io.set_participant(who.identity)

    reaching = Reaching(ctx, line, rooms, lambda: audience.caller, lambda: audience.readers)
    presence = Presence(ctx, line.data.call, Served(line, reaching), serve, people=reaching.is_ours)
    caller = await presence.caller(line.data.call.caller.identity)
    if caller is None:
        if ctx.room.isconnected():
            line.data.call.end(CallerHungUp())
        ctx.shutdown("nobody is there")
        return False
    await line.data.call.show_number(note(caller), settings.returning)
    line.data.picked_up = presence.picked_up
    if rooms.reaches_people:
        line.data.staff = lambda: staff(line.data.about, time.time())
    audience.confine()
    showing = Showing(line, ctx.room, audience)
    showing.begin()
    await line.session.start(
        line.first_agent,
        room=ctx.room,
        room_options=entrance.options(caller, line.data.call.id, showing.on_text),
        record=False,
        # It would show the whole call to everybody in the room, and let them speak for the caller.
        session_host=False,
    )
    presence.watch()
    reaching.begin()
    held.looking = asyncio.create_task(audience.look())
    return True


async def _taken(ctx: JobContext) -> tuple[Held, Call] | None:
    """The call to be served, held; none if it can't be, which ends the job."""
    open_shop: shop.Shop = ctx.proc.userdata["shop"]
    try:
        return await held_by(ctx, open_shop.catalogue.offers, settings)
    except Fenced as error:
        log.warning("room %s is left alone: %s", ctx.job.room.sid, error)
        ctx.shutdown("the call is not this worker's")
    except (RecordError, ReplayError) as error:
        log.error("call %s can't be served: %s", ctx.job.room.sid, error)
        await close_room(ctx)  # rather than a caller in silence
        ctx.shutdown("the call can't be served")
    return None


async def _joined(ctx: JobContext, joining: asyncio.Task[None]) -> bool:
    """Whether the room is joined; a call whose room isn't is left to whoever finds it."""
    try:
        await joining
    except rtc.ConnectError as error:
        log.error("room %s can't be joined: %s", ctx.job.room.sid, error)
        return False
    return True


def _line(ctx: JobContext, held: Held, call: Call) -> CallSession:
    open_shop: shop.Shop = ctx.proc.userdata["shop"]
    stock, help = open_shop.catalogue, open_shop.knowledge
    parts = providers.build_voice(settings, stock, help, ctx.proc.userdata["warm"], open_shop.about)
    if ctx.is_fake_job():  # the console's line opens after the greeting has begun: no instant sound
        parts = replace(parts, kept=None)
    log.info("call %s: %s", call.id, " ".join(parts.reasons))
    words = words_for(call, open_shop.words, call.place.brought)
    return CallSession(
        UserData(
            call,
            words,
            stock,
            help,
            settings,
            about=open_shop.about,
            handover=Handover(resumed=held.resumed),
        ),
        parts,
    )


def words_for(call: Call, words: Prompts, metadata: str) -> Prompts:
    """The words of this call, with what its job's metadata brings if that can be used."""
    try:
        return prompts.for_call(words, metadata)
    except PromptError as error:
        log.warning("call %s: %s The usual words are used.", call.id, error)
        return words
