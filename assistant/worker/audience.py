"""Who gets to read what is said in a call: its caller, and whoever was let in to watch, unseen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from livekit import rtc

from assistant.worker.rooms import RoomError, RoomService

log = logging.getLogger("assistant.audience")

EVERY = 3.0
"""Seconds between two looks at who watches: LiveKit tells nobody of a hidden participant."""


class Audience:
    """Keeps the texts of an agent to those whom they are for.

    LiveKit's session writes what is said, word for word, to everybody in the room. A watcher is
    whoever's token says `hidden`: only who issues tokens can make one.
    """

    def __init__(self, room: rtc.Room, rooms: RoomService, every: float = EVERY) -> None:
        self.caller = ""
        """The identity of who is served."""
        self._room = room
        self._rooms = rooms
        self._every = every
        self._watchers: list[str] = []
        self.came: Callable[[], None] = lambda: None
        """Told when there is somebody who watches and didn't before."""

    @property
    def readers(self) -> list[str]:
        """Who may read along. Never empty: LiveKit would take that for everybody."""
        return [self.caller or self._room.local_participant.identity, *self._watchers]

    def confine(self) -> None:
        """From now on no text of ours goes to anybody else."""
        me: Any = self._room.local_participant
        stream, send = me.stream_text, me.send_text

        async def stream_text(**given: Any) -> Any:
            return await stream(**{**given, "destination_identities": self.readers})

        async def send_text(text: str, **given: Any) -> Any:
            return await send(text, **{**given, "destination_identities": self.readers})

        async def publish_transcription(_: rtc.Transcription) -> None:
            """The older way knows no addressees; clients of our time read the streams."""

        me.stream_text, me.send_text = stream_text, send_text
        me.publish_transcription = publish_transcription

    async def look(self) -> None:
        """Find out who watches, again and again, until cancelled."""
        while True:
            try:
                before, self._watchers = (
                    self._watchers,
                    await self._rooms.watchers(self._room.name),
                )
                if set(self._watchers) - set(before):
                    self.came()
            except RoomError as error:  # whoever comes meanwhile reads along a little later
                log.debug("Who watches can't be found out: %s", error)
            await asyncio.sleep(self._every)
