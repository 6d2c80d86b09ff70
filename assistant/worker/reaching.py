"""A caller who wants a person: the shop's people are asked, the call is told what comes of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence

from livekit import rtc
from livekit.agents import JobContext

from assistant.call.brief import brief
from assistant.phone.dialling import DialError, Telephone
from assistant.phone.people import DECLINED, TOPIC, Way, is_word, minted, way_of
from assistant.session.session import CallSession
from assistant.settings import Rooms
from assistant.shop.wording import lines
from assistant.worker.dialled import DECLINES, TAKES, Dialled
from assistant.worker.rooms import RoomError, RoomService
from statemachine.engine.effects import Say
from statemachine.engine.journal.entry import Entry
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import SessionTrigger
from statemachine.states import State
from statemachine.triggers import (
    CallerPutOn,
    NobodyAnswered,
    PersonAnswered,
    PersonDeclined,
    PersonLeft,
    PersonNotReached,
)

log = logging.getLogger("assistant.person")

LEAST = 5.0
"""Seconds that somebody is asked for at least, where a call was taken up while its caller waits."""
TO_LISTEN = 25.0
"""Seconds that a colleague who has picked up has to hear what it is about, and to press a key."""
_REJECTED = rtc.DisconnectReason.USER_REJECTED


class Reaching:
    """Asks for one call, from `begin` on, whenever its caller waits for somebody.

    Only who has an identity of our making counts as one of the shop's people: nobody else who comes
    into the room can take the call, leave it, or press a key for them.
    """

    def __init__(
        self,
        ctx: JobContext,
        line: CallSession,
        keys: Rooms,
        caller: Callable[[], str],
        listeners: Callable[[], Iterable[str]],
    ) -> None:
        self._room, self._call, self._line = ctx.room, line.data.call, line
        self._keys = keys
        self._caller = caller
        self._listeners = listeners
        self._rooms, self._telephone = RoomService(ctx.api), Telephone(ctx.api)
        self._ways: set[Way] = set()
        """By which somebody may still answer."""
        self._deadline: asyncio.TimerHandle | None = None
        self._dialled: Dialled | None = None
        self._person = ""
        """Who has the call."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.putting_on = False
        """Whether the caller's telephone is just being put on to another one, and leaves for it."""

    def is_ours(self, identity: str) -> bool:
        """Whether somebody of this identity was let in by us to take the call."""
        return self._way(identity) is not None

    def begin(self) -> None:
        """Look after the call from now on, also where it stands in the middle of this."""
        room = self._room
        room.on("participant_connected", self._on_came)
        room.on("participant_disconnected", self._on_left)
        room.on("participant_attributes_changed", lambda _, who: self._on_status(who))
        room.on("track_published", lambda _, who: self._on_came(who))
        room.on("sip_dtmf_received", self._on_key)
        room.on("data_received", self._on_data)
        self._call.observers.append(self._on_entry)
        there = list(room.remote_participants.values())
        if self._call.state is State.WITH_PERSON:
            found = next((who.identity for who in there if self.is_ours(who.identity)), "")
            self._person = found
            if not found:
                self._fire(PersonLeft())
            elif self._way(found) is Way.PHONE:  # they may have been let in, and not yet together
                self._spawn(self._rung(found).together())
        elif self._call.state is State.WAITING:
            moves = (e for e in reversed(self._call.journal) if e.accepted and e.source != e.target)
            waited = time.time() - next(moves).at
            self._ask(max(self._keys.person_seconds - waited, LEAST), there)
            for who in there:  # somebody may have answered while nobody was on the line
                self._on_came(who)

    # Asking

    def _on_entry(self, entry: Entry) -> None:
        if not entry.accepted or entry.source == entry.target:
            return
        if entry.target == State.WAITING:
            self._ask(self._keys.person_seconds)
        elif entry.source == State.WAITING:
            self._stop_asking()

    def _ask(self, seconds: float, there: Sequence[rtc.RemoteParticipant] = ()) -> None:
        keys, caller = self._keys, self._room.remote_participants.get(self._caller())
        self._wait(seconds)
        self._ways = {Way.PAGE} if keys.person_page else set()
        if not keys.person_number:
            return
        telephone = caller is not None and caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
        if keys.person_transfer == "refer" and telephone:
            self._ways.add(Way.PHONE)
            if not there:  # else who had the call has ordered it: nobody is rung twice
                self._spawn(self._put_on(self._caller(), seconds))
        elif keys.person_trunk:
            self._ways.add(Way.PHONE)
            known = next((w.identity for w in there if self._way(w.identity) is Way.PHONE), "")
            self._spawn(self._ring(known, seconds))
        elif not self._ways:
            self._fire(PersonNotReached())

    def _wait(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(seconds, self._fire, NobodyAnswered())

    def _stop_asking(self) -> None:
        """The caller waits no more, whatever came of it: who hasn't taken the call is let go."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        dialled, self._dialled = self._dialled, None
        if dialled is not None and dialled.identity != self._person:
            self._spawn(dialled.hang_up())

    def _came_to_nothing(self, way: Way, why: SessionTrigger) -> None:
        """Nobody takes the call this way; where that was the last one, the caller is told."""
        self._ways.discard(way)
        if not self._ways and self._call.state is State.WAITING:
            self._fire(why)

    # By telephone

    async def _ring(self, known: str, seconds: float) -> None:
        """Ring the colleague; one who was rung already before the call was taken up goes on."""
        keys = self._keys
        identity = known or minted(keys.livekit_api_secret, self._call.id, Way.PHONE)
        self._dialled = dialled = self._rung(identity)
        self._spawn(dialled.keep_apart())
        if known:
            await self._look_at(dialled)
            return
        number, trunk = keys.person_number, keys.person_trunk
        try:
            await self._telephone.ring(number, trunk, self._room.name, identity, seconds)
        except DialError as error:
            log.error("call %s: a colleague can't be rung: %s", self._call.id, error)
            self._came_to_nothing(Way.PHONE, PersonNotReached())

    def _rung(self, identity: str) -> Dialled:
        """The telephone of this identity, with what its colleague is told of the call."""
        data = self._line.data
        words = (*brief(data.call.facts), Say(lines.BRIEF_KEYS))
        told, hears = tuple(map(data.prompts.word, words)), self._listeners
        return Dialled(identity, self._room, self._rooms, hears, self._line.session.tts, told)

    async def _look_at(self, dialled: Dialled) -> None:
        """Somebody came, has picked up, or is heard: nobody hears whom they shall not."""
        if dialled.there is None or self._dialled is not dialled or self._person:
            return
        await dialled.apart()
        if self._dialled is dialled and not self._person and dialled.answers():
            self._wait(TO_LISTEN)

    def _on_status(self, who: rtc.Participant) -> None:
        """LiveKit's SIP service says how a telephone call stands; others' attributes are theirs."""
        if self._dialled is not None and who.identity == self._dialled.identity:
            self._spawn(self._look_at(self._dialled))

    def _on_key(self, event: rtc.SipDTMF) -> None:
        who, dialled = event.participant, self._dialled
        if who is None or dialled is None or who.identity != dialled.identity or self._person:
            return
        if event.digit == TAKES:
            self._spawn(self._takes(dialled.identity, dialled))
        elif event.digit == DECLINES:
            self._dialled = None
            self._spawn(dialled.hang_up())
            self._came_to_nothing(Way.PHONE, PersonDeclined())

    async def _put_on(self, caller: str, seconds: float) -> None:
        """Have the caller's own telephone put on; they leave this room for it."""
        self.putting_on = True
        try:
            await self._telephone.put_on(self._keys.person_number, self._room.name, caller, seconds)
        except DialError as error:
            log.error("call %s: the caller can't be put on: %s", self._call.id, error)
            self.putting_on = False
            if caller not in self._room.remote_participants:
                self._line.caller_gone()
            self._came_to_nothing(Way.PHONE, PersonNotReached())
        else:
            outcome = await self._call.fire(CallerPutOn())
            self.putting_on = False
            if not isinstance(outcome, Accepted):  # they had changed their mind, and are gone
                self._line.caller_gone()

    # On the page, and in the room

    def _on_came(self, who: rtc.RemoteParticipant) -> None:
        """Somebody came, or something about them has changed."""
        dialled = self._dialled
        if dialled is not None:
            self._spawn(self._look_at(dialled))
        tracks = who.track_publications.values()
        heard = any(each.kind == rtc.TrackKind.KIND_AUDIO for each in tracks)
        if heard and who.identity != self._person and self._way(who.identity) is Way.PAGE:
            self._spawn(self._takes(who.identity))

    async def _takes(self, identity: str, dialled: Dialled | None = None) -> None:
        """They take the call, if it is still to be had; else they are put out of the room."""
        if not self._person and self._call.state is State.WAITING:
            self._person = identity
            if isinstance(await self._call.fire(PersonAnswered()), Accepted):
                if dialled is not None:
                    await dialled.together()
                if identity not in self._room.remote_participants:  # gone meanwhile
                    self._leaves(identity)
                return
            self._person = ""
        if identity == self._person:
            return
        try:
            await self._rooms.remove(self._room.name, identity)
        except RoomError as error:
            log.warning("A colleague who came too late is still there: %s", error)

    def _on_left(self, who: rtc.RemoteParticipant) -> None:
        dialled = self._dialled
        if who.identity == self._person:
            self._leaves(who.identity)
        elif dialled is not None and who.identity == dialled.identity:
            self._dialled = None
            self._spawn(dialled.hang_up())
            rejected = who.disconnect_reason in (_REJECTED, rtc.DisconnectReason.CLIENT_INITIATED)
            self._came_to_nothing(Way.PHONE, PersonDeclined() if rejected else NobodyAnswered())

    def _leaves(self, identity: str) -> None:
        if self._person == identity and self._call.state is State.WITH_PERSON:
            self._person = ""
            self._fire(PersonLeft())

    def _on_data(self, packet: rtc.DataPacket) -> None:
        """The page says that nobody there takes the call; no client can."""
        if packet.topic == TOPIC and packet.participant is None:
            secret = self._keys.livekit_api_secret
            if is_word(secret, self._call.id, DECLINED, bytes(packet.data)):
                self._came_to_nothing(Way.PAGE, PersonDeclined())

    def _way(self, identity: str) -> Way | None:
        return way_of(self._keys.livekit_api_secret, self._call.id, identity)

    def _fire(self, trigger: SessionTrigger) -> None:
        self._call.end(trigger)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Served:
    """The line as it is told of its caller, who may leave it for a colleague's telephone."""

    def __init__(self, line: CallSession, reaching: Reaching) -> None:
        self._line, self._reaching = line, reaching

    def cut_off(self) -> None:
        """They are gone, and may come back."""
        if not self._reaching.putting_on:
            self._line.cut_off()

    def is_back(self) -> None:
        """They are there again, or somebody else is served now."""
        self._line.is_back()

    def caller_gone(self) -> None:
        """They don't come back, unless they were just put on to somebody else."""
        if not self._reaching.putting_on:
            self._line.caller_gone()
