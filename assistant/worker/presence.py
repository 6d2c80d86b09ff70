"""Who is in a call's room: the caller, whether they are there, and no agent but this one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from livekit import rtc
from livekit.agents import JobContext

from assistant.call.call import Call
from assistant.call.snapshot import CALLER
from assistant.worker.dialled import ACTIVE, STATUS
from assistant.worker.entrance import CALLERS
from assistant.worker.identity import epoch_of
from assistant.worker.rooms import RoomError, RoomService
from assistant.worker.timing import USUAL, Timing

log = logging.getLogger("assistant.presence")

RINGING = frozenset({"dialing", "ringing"})
"""What LiveKit's SIP service says of a telephone that nobody has picked up yet."""
_LEFT = frozenset(
    {
        rtc.DisconnectReason.CLIENT_INITIATED,
        rtc.DisconnectReason.ROOM_DELETED,
        rtc.DisconnectReason.USER_REJECTED,
    }
)
"""Reasons for which somebody is gone for good: they hung up rather than were cut off."""


class Served(Protocol):
    """What is told whether the caller is there."""

    def cut_off(self) -> None:
        """They are gone, and may come back."""

    def is_back(self) -> None:
        """They are there again, or somebody else is served now."""

    def caller_gone(self) -> None:
        """They don't come back."""


class Presence:
    """Looks after who is in one call's room; `serve` is told whom the line goes to.

    Whose identity is one of the shop's `people` is never taken for a caller.
    """

    def __init__(
        self,
        ctx: JobContext,
        call: Call,
        line: Served,
        serve: Callable[[rtc.RemoteParticipant], None],
        timing: Timing = USUAL,
        people: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._people_of_ours = people
        self._ctx = ctx
        self._call = call
        self._line = line
        self._serve = serve
        self._timing = timing
        self._caller = ""
        self._missing: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def caller(self, known: str = "") -> rtc.RemoteParticipant | None:
        """The caller: who is `known` to be, else who publishes sound, the first to come first.

        Somebody without sound may only look on; where nobody else comes they are served after a
        while. None where the room has closed or the known caller doesn't come back.
        """
        patience = self._timing.rejoin if known else self._timing.soundless
        until = asyncio.get_running_loop().time() + patience
        with self._changes() as changed:
            while self._ctx.room.isconnected():
                left = until - asyncio.get_running_loop().time()
                if found := self._found(known, without_sound=left <= 0):
                    self._caller = found.identity
                    return found
                if known and left <= 0:
                    return None
                changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(left if left > 0 else None):
                        await changed.wait()
        return None

    async def picked_up(self) -> None:
        """Wait until the caller's telephone rings no more: what is said before, nobody hears.

        LiveKit's SIP service answers a call once its sound is subscribed to: the agent is in the
        room by then, and has been silent.
        """
        with self._changes() as changed:
            while self._ctx.room.isconnected() and not self._call.ended.is_set():
                who = self._ctx.room.remote_participants.get(self._caller)
                if who is None or who.attributes.get(STATUS, ACTIVE) not in RINGING:
                    return
                changed.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.rejoin):
                        await changed.wait()

    def watch(self) -> None:
        """Look after the room from now on; only while the call is this worker's."""
        room = self._ctx.room
        room.on("participant_connected", self._on_connected)
        room.on("participant_disconnected", self._on_disconnected)
        room.on("track_published", self._on_published)
        for who in room.remote_participants.values():
            self._remove_agent(who)
        if self._caller and self._caller not in room.remote_participants:  # left while it began
            self._wait_for_them()

    @contextmanager
    def _changes(self) -> Iterator[asyncio.Event]:
        """What is set whenever somebody comes or publishes something, or the room is gone."""
        changed, room = asyncio.Event(), self._ctx.room

        def on_change(*_: object) -> None:
            changed.set()

        events = (
            "participant_connected",
            "participant_disconnected",
            "participant_attributes_changed",
            "track_published",
            "disconnected",
        )
        for event in events:
            room.on(event, on_change)  # type: ignore[arg-type]
        try:
            yield changed
        finally:
            for event in events:
                room.off(event, on_change)  # type: ignore[arg-type]

    def _found(self, known: str, *, without_sound: bool) -> rtc.RemoteParticipant | None:
        there = self._people()
        if known:
            return next((who for who in there if who.identity == known), None)
        heard = next((who for who in there if _is_heard(who)), None)
        return there[0] if heard is None and there and without_sound else heard

    def _people(self) -> list[rtc.RemoteParticipant]:
        """Whoever may be served, those who came first first; LiveKit's own order is any."""
        there = [w for w in self._ctx.room.remote_participants.values() if self._may_call(w)]
        return sorted(there, key=lambda who: who.joined_at.timestamp() if who.joined_at else 0)

    def _may_call(self, who: rtc.RemoteParticipant) -> bool:
        return who.kind in CALLERS and not self._people_of_ours(who.identity)

    def _on_connected(self, who: rtc.RemoteParticipant) -> None:
        self._remove_agent(who)
        if who.identity == self._caller and self._missing is not None:
            self._missing.cancel()
            self._missing = None
            self._line.is_back()

    def _on_disconnected(self, who: rtc.RemoteParticipant) -> None:
        if who.identity != self._caller or self._missing or self._call.ended.is_set():
            return
        if who.disconnect_reason not in _LEFT:
            self._wait_for_them()
            return
        self._line.cut_off()
        if heirs := [each for each in self._people() if each is not who and _is_heard(each)]:
            self._turn_to(heirs[0])
        else:
            self._line.caller_gone()

    def _wait_for_them(self) -> None:
        self._line.cut_off()
        later = asyncio.get_running_loop().call_later
        self._missing = later(self._timing.rejoin, self._line.caller_gone)

    def _on_published(self, _: rtc.RemoteTrackPublication, who: rtc.RemoteParticipant) -> None:
        """Who publishes sound has the line rather than somebody who only looks on."""
        served = self._ctx.room.remote_participants.get(self._caller)
        if served is None or _is_heard(served) or not self._may_call(who):
            return
        if _is_heard(who) and not self._call.ended.is_set():
            self._line.cut_off()
            self._turn_to(who)

    def _turn_to(self, who: rtc.RemoteParticipant) -> None:
        log.info("call %s: its line goes to somebody else who is in the room", self._call.id)
        self._caller = who.identity
        self._serve(who)
        self._line.is_back()

    def _remove_agent(self, who: rtc.RemoteParticipant) -> None:
        """One who served this call before may have been stopped, and comes back when it runs on."""
        theirs = epoch_of(who.identity, self._call.id)
        ours = epoch_of(self._ctx.local_participant_identity, self._call.id)
        if theirs is not None and ours is not None and theirs < ours:
            self._spawn(self._removed(who.identity))

    async def _removed(self, identity: str) -> None:
        try:
            await RoomService(self._ctx.api).remove(self._ctx.job.room.name, identity)
        except RoomError as error:
            log.error("%s could not be removed: %s", identity, error)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_heard(who: rtc.RemoteParticipant) -> bool:
    """Whether they publish sound, muted or not, or were let in as the caller by a page of ours."""
    tracks = who.track_publications.values()
    return CALLER in who.attributes or any(
        track.kind == rtc.TrackKind.KIND_AUDIO for track in tracks
    )
