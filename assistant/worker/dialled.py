"""A colleague's telephone in the caller's room: rung, briefed unheard, and let in by a key."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from livekit import rtc
from livekit.agents import tts

from assistant.worker.rooms import RoomError, RoomService

log = logging.getLogger("assistant.person")

TAKES, DECLINES = "1", "2"
"""The keys by which a colleague takes a call or not."""
AGAIN = 6.0
"""Seconds after which the keys are told again."""
EVERY = 0.3
"""Seconds between two words to the server that they and the caller are kept apart."""
STATUS, ACTIVE = "sip.callStatus", "active"
"""The attribute by which LiveKit's SIP service says how a call stands, and that it was answered."""
BRIEFING = "briefing"


class Dialled:
    """One colleague's telephone, and who hears whom until they take the call.

    They hear the briefing alone, and the caller hears nothing of it: what we say goes only to whom
    it is for, and LiveKit's server is told who hears the two telephones.
    """

    def __init__(
        self,
        identity: str,
        room: rtc.Room,
        rooms: RoomService,
        listeners: Callable[[], Iterable[str]],
        voice: tts.TTS[Any] | None,
        words: tuple[str, ...],
    ) -> None:
        self.identity = identity
        self._room = room
        self._rooms = rooms
        self._listeners = listeners
        self._voice = voice
        self._words = words
        self._briefing: asyncio.Task[None] | None = None
        self._answered = False
        self._done = False
        """Whether they have taken the call, or are out of it."""
        self._settling = asyncio.Lock()
        self._track = ""

    @property
    def there(self) -> rtc.RemoteParticipant | None:
        """Them, once they are in the room: from the first ring on."""
        return self._room.remote_participants.get(self.identity)

    def answers(self) -> bool:
        """Whether they have picked up just now: then they are briefed."""
        who = self.there
        if self._answered or who is None or who.attributes.get(STATUS) != ACTIVE:
            return False
        self._answered = True
        self._briefing = asyncio.get_running_loop().create_task(self._brief())
        return True

    async def apart(self) -> None:
        """See to it that they and the others in the room don't hear each other."""
        async with self._settling:
            if not self._done:
                self._let_hear(briefed=True)
                await self._connect(False)

    async def keep_apart(self) -> None:
        """The same until they have taken the call or are gone, again and again.

        LiveKit's server lets somebody hear everybody once their connection stands, whatever it was
        told of them before, and says nothing of it.
        """
        while not self._done:
            if self.there is not None:
                await self.apart()
            await asyncio.sleep(EVERY)

    async def together(self) -> None:
        """They have taken the call: everybody hears everybody."""
        self._done = True
        await self._stop()
        async with self._settling:
            self._let_hear(briefed=False)
            await self._connect(True)

    async def hang_up(self) -> None:
        """Put them out of the room, which ends their telephone call."""
        self._done = True
        await self._stop()
        with contextlib.suppress(RuntimeError):  # the room is gone, and they with it
            self._let_hear(briefed=False)
        try:
            await self._rooms.remove(self._room.name, self.identity)
        except RoomError as error:
            log.warning("A colleague's telephone could not be hung up: %s", error)

    # Who hears whom

    def _let_hear(self, *, briefed: bool) -> None:
        """Who may hear our own sound: everybody, or who is briefed the briefing alone."""
        me = self._room.local_participant
        if not briefed:
            me.set_track_subscription_permissions(allow_all_participants=True)
            return
        ours = [sid for sid in me.track_publications if sid != self._track]
        others = {*self._room.remote_participants, *self._listeners()} - {self.identity}
        may = [
            rtc.ParticipantTrackPermission(participant_identity=who, allowed_track_sids=ours)
            for who in sorted(others)
        ]
        theirs = [self._track] if self._track else []
        may.append(
            rtc.ParticipantTrackPermission(
                participant_identity=self.identity, allowed_track_sids=theirs
            )
        )
        me.set_track_subscription_permissions(
            allow_all_participants=False, participant_permissions=may
        )

    async def _connect(self, on: bool) -> None:
        """Let them hear the people in the room, and be heard by them, or not."""
        who = self.there
        if who is None:
            return
        agent = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        people = [
            each
            for each in self._room.remote_participants.values()
            if each.identity != self.identity and each.kind != agent
        ]
        try:
            for each in people:
                name = self._room.name
                sounds = list(who.track_publications)
                await self._rooms.subscribe(name, each.identity, sounds, on=on)
                sounds = list(each.track_publications)
                await self._rooms.subscribe(name, self.identity, sounds, on=on)
        except RoomError as error:
            log.error("Who hears a colleague could not be settled: %s", error)
            if not on:  # rather no colleague than a briefing that the caller hears
                await self.hang_up()

    # The briefing

    async def _brief(self) -> None:
        """Say what is known of the caller, and then the keys again and again."""
        if self._voice is None:
            return
        me = self._room.local_participant
        source = rtc.AudioSource(self._voice.sample_rate, self._voice.num_channels)
        self._let_hear(briefed=True)  # before there is anything to be heard
        track = rtc.LocalAudioTrack.create_audio_track(BRIEFING, source)
        published = await me.publish_track(track)
        self._track = published.sid
        self._let_hear(briefed=True)
        try:
            async with asyncio.timeout(AGAIN):
                await published.wait_for_subscription()
        except TimeoutError:
            log.warning("A colleague's telephone doesn't hear the briefing.")
        await self._say(" ".join(self._words), source)
        while True:
            await asyncio.sleep(AGAIN)
            await self._say(self._words[-1], source)

    async def _say(self, words: str, source: rtc.AudioSource) -> None:
        if self._voice is None:
            return
        try:
            async for sound in self._voice.synthesize(words):
                await source.capture_frame(sound.frame)
            await source.wait_for_playout()
        except Exception as error:  # whatever a voice raises; the keys do all the same
            log.error("A colleague could not be briefed: %s", type(error).__name__)

    async def _stop(self) -> None:
        task, self._briefing = self._briefing, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._track:
            with contextlib.suppress(Exception):  # the room is gone
                await self._room.local_participant.unpublish_track(self._track)
            self._track = ""
