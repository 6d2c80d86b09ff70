"""What of a room reaches a call: the caller's own sound and, within limits, their own text."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable
from typing import Any

from livekit import rtc
from livekit.agents import AgentSession, room_io
from livekit.agents.voice.room_io.types import TextInputCallback

log = logging.getLogger("assistant.entrance")

CALLERS = [
    rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD,
    rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    rtc.ParticipantKind.PARTICIPANT_KIND_CONNECTOR,
]
"""Who is served: people by browser, telephone or messenger; never another agent."""
LONGEST = 1000
"""Characters of one message; the rest is cut."""
AT_ONCE = 4
"""Messages that may come in one moment; who types is slower."""
EVERY = 2.0
"""Seconds after which one more may come."""


class Limit:
    """Lets so many through at once, and after that one in so many seconds."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        every: float = EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once = at_once
        self._every = every
        self._clock = clock
        self._left = float(at_once)
        self._looked = clock()

    def admits(self) -> bool:
        """Whether one more may come now; if so, it has."""
        now = self._clock()
        self._left = min(self._left + (now - self._looked) / self._every, self._at_once)
        self._looked = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


def limited(
    heard: TextInputCallback, call: str, limit: Limit | None = None
) -> room_io.TextInputOptions:
    """Text of the caller for a call, cut to its length; what comes too fast is dropped."""
    admitted, dropped = limit or Limit(), 0

    async def on_text(session: AgentSession[Any], event: room_io.TextInputEvent) -> None:
        nonlocal dropped
        if not admitted.admits():
            dropped += 1
            if dropped == 1:
                log.warning("call %s: the caller's messages come too fast to be read", call)
            return
        if dropped:
            log.warning("call %s: %d of the caller's messages were dropped", call, dropped)
            dropped = 0
        event.text = event.text[:LONGEST]
        answering = heard(session, event)
        if inspect.isawaitable(answering):
            await answering

    return room_io.TextInputOptions(text_input_cb=on_text)


def options(
    caller: rtc.RemoteParticipant, call: str, heard: TextInputCallback | None = None
) -> room_io.RoomOptions:
    """What the session gets of the room in which this caller is; `heard` is told what they type.

    Sound from before a connection comes in a stream that anybody may send, under the track of
    whoever they like, and whose numbers LiveKit believes: it is not taken. Nobody can type on a
    telephone, so text that claims to come from one is not taken either.
    """
    on_the_telephone = caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
    typed = limited(heard or room_io.TextInputOptions().text_input_cb, call)
    return room_io.RoomOptions(
        audio_input=room_io.AudioInputOptions(pre_connect_audio=False),
        text_input=False if on_the_telephone else typed,
        participant_kinds=CALLERS,
        participant_identity=caller.identity,
        close_on_disconnect=False,  # who is served then is for `presence` to say
    )
