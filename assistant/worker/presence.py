"""Who is in a call's room: the caller, whether they are there, and no agent but this one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine

from livekit import rtc
from livekit.agents import JobContext

from assistant.worker.identity import epoch_of
from assistant.worker.rooms import RoomError, Rooms
from assistant.worker.timing import USUAL, Timing

log = logging.getLogger("assistant.presence")

CALLERS = [
    rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
    rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    rtc.ParticipantKind.PARTICIPANT_KIND_CONNECTOR,
]
"""Who is served: people by browser, telephone or messenger; never another agent."""
_LEFT = frozenset(
    {
        rtc.DisconnectReason.CLIENT_INITIATED,
        rtc.DisconnectReason.ROOM_DELETED,
        rtc.DisconnectReason.USER_REJECTED,
    }
)
"""Reasons for which LiveKit's session ends: the caller hung up rather than was cut off."""


class Presence:
    """Looks after who is in one call's room."""

    def __init__(
        self,
        ctx: JobContext,
        call: str,
        cut_off: Callable[[], None],
        is_back: Callable[[], None],
        gone: Callable[[], None],
        timing: Timing = USUAL,
    ) -> None:
        self._ctx = ctx
        self._call = call
        self._cut_off = cut_off
        self._is_back = is_back
        self._gone = gone
        self._timing = timing
        self._caller = ""
        self._missing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def caller(self) -> rtc.RemoteParticipant:
        """The caller: of those who are there, whoever came first; else the first to come.

        Raises:
            RuntimeError: the room has closed, and nobody came.
        """
        there = [who for who in self._ctx.room.remote_participants.values() if who.kind in CALLERS]
        if there:
            # LiveKit's own order is any.
            found = min(there, key=lambda who: who.joined_at.timestamp() if who.joined_at else 0)
        else:
            found = await self._ctx.wait_for_participant(kind=CALLERS)
        self._caller = found.identity
        return found

    def watch(self) -> None:
        """Look after the room from now on; only while the call is this worker's."""
        room = self._ctx.room
        room.on("participant_connected", self._on_connected)
        room.on("participant_disconnected", self._on_disconnected)
        for who in room.remote_participants.values():
            self._remove_agent(who)

    def _on_connected(self, who: rtc.RemoteParticipant) -> None:
        self._remove_agent(who)
        if who.identity == self._caller and self._missing is not None:
            self._missing.cancel()
            self._missing = None
            self._is_back()

    def _on_disconnected(self, who: rtc.RemoteParticipant) -> None:
        if who.identity != self._caller or who.disconnect_reason in _LEFT or self._missing:
            return
        self._missing = asyncio.get_running_loop().call_later(self._timing.rejoin, self._gone)
        self._cut_off()

    def _remove_agent(self, who: rtc.RemoteParticipant) -> None:
        """One who served this call before may have been stopped, and comes back when it runs on."""
        theirs = epoch_of(who.identity, self._call)
        ours = epoch_of(self._ctx.local_participant_identity, self._call)
        if theirs is not None and ours is not None and theirs < ours:
            self._spawn(self._removed(who.identity))

    async def _removed(self, identity: str) -> None:
        try:
            await Rooms(self._ctx.api).remove(self._ctx.job.room.name, identity)
        except RoomError as error:
            log.error("%s could not be removed: %s", identity, error)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
