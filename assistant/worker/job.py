"""One call as a worker's job: held when the job begins, seen to its end, and let go of."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path

from livekit.agents import JobContext

from assistant import telemetry
from assistant.call import report
from assistant.call.call import Call
from assistant.records import Fenced, Place, RecordError, Store, UnknownCall
from assistant.records.sql.opening import open_even_if_away
from assistant.session.session import CallSession
from assistant.settings import Settings
from assistant.worker.holding import Above
from assistant.worker.identity import epoch_of
from assistant.worker.lease import Lease
from assistant.worker.rooms import RoomError, RoomService
from assistant.worker.timing import USUAL
from statemachine.engine.triggers import SessionTrigger
from statemachine.offers import Offer
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.job")

GRACE = 1.0
"""Seconds between the farewell's end here and the room's: it still travels to the caller."""
RETRY = 0.3
"""Seconds until records that didn't answer are asked again."""
PATIENCE = 5.0
"""Seconds that an ended call's last entries may take to be written."""


@dataclass
class Held:
    """What a job holds while it serves its call, and lets go of at the end."""

    store: Store
    reports: Path | None = None
    call: Call | None = None
    resumed: bool = False
    """Whether the call was on already, and has lost its worker."""
    lease: Lease | None = None
    line: CallSession | None = None
    keeping: asyncio.Task[None] | None = None
    looking: asyncio.Task[None] | None = None
    leaving: asyncio.Task[None] | None = None


async def held_by(
    ctx: JobContext, offers: tuple[Offer, ...], settings: Settings
) -> tuple[Held, Call]:
    """The call of a job's room, held: a new one, or one that has lost its worker.

    What is held is let go of by `end_call`, also when this raises.

    Raises:
        Fenced: it has a worker, or is over.
        RecordError: it was given to this process, and can't be read; or the records can't be used.
        ReplayError: its journal is of a conversation that this program no longer has.
    """
    room = ctx.job.room
    owner = "" if ctx.is_fake_job() else ctx.local_participant_identity
    # A room's name may hold a telephone number, and comes again; its id does neither.
    store = await open_even_if_away(settings.database_url, owner=owner)
    ctx.proc.userdata["held"] = held = Held(store, settings.rooms.reports)
    if ctx.is_fake_job():
        held.call = call = await Call.begin(room.sid, offers, store)
        return held, call
    place = Place(room.name, settings.rooms.agent_name, ctx.job.metadata)
    call, held.resumed = await begun_or_resumed(room.sid, offers, store, owner, place)
    held.call = call

    def lost() -> None:
        log.warning("call %s has been taken up by another worker: this one leaves it", room.sid)
        held.leaving = asyncio.create_task(ctx.room.disconnect())
        ctx.shutdown("the call is not this worker's any more")

    def handed_on() -> None:
        if held.line is not None:
            held.line.hand_on()

    held.lease = Lease(call, store, lost, handed_on, above=Above(call.id, owner))
    held.lease.begin()
    return held, call


async def begun_or_resumed(
    id: str, offers: tuple[Offer, ...], store: Store, owner: str, place: Place
) -> tuple[Call, bool]:
    """A room's call, and whether it was on already."""
    if epoch_of(owner, id) in (None, 1):  # nobody has claimed it for us: it is new, as a rule
        with contextlib.suppress(Fenced):
            return await Call.begin(id, offers, store, place, USUAL.lease), False
    call = await _resumed(id, store)
    if call.ended.is_set():
        await store.give_up(id)  # whoever finds it closes its room
        raise Fenced(f"call {id} has ended")
    return call, True


async def _resumed(id: str, store: Store) -> Call:
    """Take a call up, also if the records don't answer at once."""
    until = asyncio.get_running_loop().time() + USUAL.starting
    while True:
        try:
            return await Call.resume(id, store, USUAL.lease)
        except (Fenced, UnknownCall):
            raise
        except RecordError:
            if asyncio.get_running_loop().time() > until:
                raise
        await asyncio.sleep(RETRY)


async def end_call(ctx: JobContext) -> None:
    """What every call comes to, however it ended: settled, reported, and its room closed.

    A call that somebody else has taken up is theirs, and so is its room. One whose agent has lost
    the room while the caller may be in it is left to whoever finds it.
    """
    held: Held | None = ctx.proc.userdata.pop("held", None)
    if held is None:  # it has begun nothing
        return
    for task in filter(None, (held.keeping, held.looking)):
        task.cancel()
    try:
        if held.call is not None and not held.call.fenced:
            await _seen_to(ctx, held, held.call)
    finally:
        if held.lease is not None:
            await held.lease.stop()
        await held.store.close()
        await asyncio.to_thread(telemetry.flush)


async def _seen_to(ctx: JobContext, held: Held, call: Call) -> None:
    lease, out = held.lease, not ctx.is_fake_job() and not ctx.room.isconnected()
    if out and not call.ended.is_set() and await _exists(ctx):
        log.warning("call %s: the agent has lost its room, and leaves it to others", call.id)
        if lease is not None:
            await lease.give_up()
        return
    gone = False
    try:
        await _settled(call, CallerHungUp() if out else CallFailed())
        await _reported(call, held.reports)
        await call.write_up(PATIENCE)
        await _noted(call, held.store)
        if not ctx.is_fake_job() and ctx.room.isconnected() and ctx.room.remote_participants:
            await asyncio.sleep(GRACE)
    finally:
        if not call.fenced:
            gone = await close_room(ctx)
        if lease is not None and not call.fenced:
            await (lease.finish() if gone else lease.give_up())


async def _settled(call: Call, ending: SessionTrigger) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await call.settled()
            if not call.ended.is_set():
                await call.fire(ending)
    except TimeoutError:
        log.error("call %s: its records were not finished in %g s.", call.id, PATIENCE)


async def _reported(call: Call, reports: Path | None) -> None:
    if reports is None:
        return
    path = report.path_of(reports, call.id)
    try:
        await asyncio.to_thread(report.write, call, path)
    except OSError as error:
        log.error("call %s: its report was not written: %s", call.id, error)


async def _noted(call: Call, store: Store) -> None:
    try:
        await store.note_usage(call.id, call.usage.taken)
    except RecordError as error:
        log.warning("call %s: what it took was not noted: %s", call.id, error)


async def close_room(ctx: JobContext) -> bool:
    """Delete the room, so that a phone caller is disconnected too; the console has none.

    Returns whether it is gone.
    """
    if ctx.is_fake_job():
        return True
    room, rooms = ctx.job.room, RoomService(ctx.api)
    try:
        # Once we are out of it, another caller's room may go by its name.
        if ctx.room.isconnected() or await rooms.find(room.name, room.sid):
            await rooms.delete(room.name)
    except RoomError as error:
        log.error("room %s could not be closed: %s", room.sid, error)
        return False
    return True


async def _exists(ctx: JobContext) -> bool:
    """Whether the job's room is still there, as far as can be found out."""
    room = ctx.job.room
    try:
        return await RoomService(ctx.api).find(room.name, room.sid) is not None
    except RoomError:
        return True
