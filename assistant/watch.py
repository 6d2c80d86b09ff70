"""What the clock and the providers do to a spoken call: nobody waits in silence or for ever."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from livekit.agents import (
    AgentSession,
    ErrorEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    UserTranscriptionTimeoutEvent,
    stt,
    tts,
)

from assistant import lines
from assistant.providers.hearing import Ears, aside
from assistant.userdata import UserData
from statemachine.lines import Line as Wording
from statemachine.triggers import CallerWentSilent, CallFailed

log = logging.getLogger("assistant.watch")

TICK = 0.2
"""Seconds between two looks at the clock."""
SPOKEN = 0.8
"""Seconds of voice that must have been words: what is shorter may have been a cough."""
NOISE = 3
"""A line on which there is sound without words counts as silent after so many times as long."""
VOICE_FAILURES = 3
"""After so many sentences that no voice could speak the call is ended."""


class Watch:
    """Looks after one spoken call, from the first sound to its end."""

    def __init__(
        self,
        session: AgentSession[UserData],
        data: UserData,
        ears: Ears,
        say: Callable[..., None],
    ) -> None:
        self._session = session
        self._data = data
        self._ears = ears
        self._say = say
        self._task: asyncio.Task[None] | None = None
        self._quiet_since = 0.0
        self._asked = False
        self._ever_heard = False
        self._unheard = 0
        self._voice_failures = 0
        self.paused = False
        """Whether the caller is not there to be nudged."""
        self._spoke_from = 0.0
        self._spoke_for = 0.0
        ears.is_aside = self.is_aside
        session.on("user_state_changed", self._on_caller)
        session.on("agent_state_changed", lambda _: self._begin())
        session.on("user_input_transcribed", self._on_words)
        session.on("user_transcription_timeout", self._on_no_words)
        session.on("error", self._on_error)
        session.on("close", lambda _: self._end())

    def assistant_speaks(self) -> bool:
        """Whether a sentence of the assistant's is under way, even if it was paused just now."""
        try:
            speech = self._session.current_speech
        except RuntimeError:
            return False
        return speech is not None and not speech.done() and not speech.interrupted

    def is_aside(self, words: str) -> bool:
        """Whether the caller said this under a sentence of the assistant's, and meant nothing."""
        speaking = self._session.user_state == "speaking"
        seconds = time.time() - self._spoke_from if speaking else self._spoke_for
        return self.assistant_speaks() and aside(words, seconds)

    def _on_caller(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._spoke_from = event.created_at
        elif event.old_state == "speaking":
            pause = self._data.settings.pause
            self._spoke_for = event.created_at - self._spoke_from - pause

    # The clock

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._look())

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        settings = self._data.settings
        began = self._quiet_since = loop.time()
        while not self._data.call.ended.is_set():
            await asyncio.sleep(min(TICK, settings.silence / 4))
            now = loop.time()
            if now - began > settings.longest_call:
                self._give_up(lines.TIME_IS_UP)
                return
            speaking = self._session.agent_state != "listening" or self.assistant_speaks()
            if speaking or self.paused:
                self._quiet_since = now
            elif now - self._quiet_since > settings.silence * self._noisy():
                self._quiet_since = now
                self._nobody_there()

    def _noisy(self) -> int:
        return NOISE if self._session.user_state == "speaking" else 1

    def _nobody_there(self) -> None:
        if self._asked:
            self._data.call.end(CallerWentSilent())
        else:
            self._asked = True
            self._say(self._word(lines.STILL_THERE))

    # The ears

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._quiet_since = asyncio.get_running_loop().time()
            self._asked = False
            self._ever_heard = True
            self._unheard = 0

    def _on_no_words(self, event: UserTranscriptionTimeoutEvent) -> None:
        """The caller spoke and no words came: ask again, and then hear with the spare."""
        ended = self._data.call.ended.is_set()
        if ended or event.speech_duration < SPOKEN or self.assistant_speaks():
            return
        self._unheard += 1
        if self._ears.can_give_up and (self._unheard > 1 or not self._ever_heard):
            log.warning("%s hears nothing: the spare hears from here on.", self._ears.provider)
            self._ears.give_up()
        self._quiet_since = asyncio.get_running_loop().time()
        self._say(self._word(lines.UNHEARD))

    # Failures

    def _on_error(self, event: ErrorEvent) -> None:
        error = event.error
        if self._data.call.ended.is_set():
            return
        if isinstance(error, tts.TTSError) and not error.recoverable:
            self._voice_failures += 1
            log.error("No voice could speak (%s).", type(error.error).__name__)
            if self._voice_failures >= VOICE_FAILURES:
                self._give_up(lines.APOLOGY_FAREWELL)
            else:
                self._say(self._word(lines.APOLOGY), kept_only=True)
        elif isinstance(error, stt.STTError) and not error.recoverable:
            log.error("The caller can't be heard (%s).", type(error.error).__name__)
            self._give_up(lines.APOLOGY_FAREWELL)

    def _give_up(self, farewell: Wording) -> None:
        """End the call from our side, with a sentence that is spoken to its end."""
        call = self._data.call
        if not call.ended.is_set():
            self._say(self._word(farewell), to_the_end=True)
            call.end(CallFailed())

    def _word(self, line: Wording) -> str:
        return self._data.prompts.word(line)
