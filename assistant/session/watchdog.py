"""What the clock and the providers do to a spoken call: nobody waits in silence or for ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ErrorEvent,
    UserInputTranscribedEvent,
    UserTranscriptionTimeoutEvent,
    stt,
    tts,
)

from assistant.agents.userdata import UserData
from assistant.providers.hearing import Ears
from assistant.session.asides import Asides
from assistant.shop.wording import lines
from statemachine.engine.lines import Line
from statemachine.states import State
from statemachine.triggers import CallerWentSilent, CallFailed

log = logging.getLogger("assistant.watch")

TICK = 0.2
"""Seconds between two looks at the clock."""
SPOKEN = 0.8
"""Seconds of voice that must have been words: what is shorter may have been a cough."""
NOISE = 3
"""A line on which there is sound without words counts as silent after so many times as long."""
ASKED_AGAIN = 3
"""After so many voices in a row without words they are taken for sound on the line."""
VOICE_FAILURES = 3
"""After so many sentences that no voice could speak the call is ended."""


class Watchdog:
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
        self._asides = Asides(session, data, ears)
        self._task: asyncio.Task[None] | None = None
        self._quiet_since = 0.0
        self._asked = False
        self._ever_heard = False
        self._unheard = 0
        self._voice_failures = 0
        self.paused = False
        """Whether the caller is not there to be nudged."""
        session.on("agent_state_changed", self._begin)
        session.on("user_input_transcribed", self._on_words)
        session.on("user_transcription_timeout", self._on_no_words)
        session.on("error", self._on_error)
        session.on("close", lambda _: self._end())

    # The clock

    def _begin(self, _: AgentStateChangedEvent) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._look())

    def attend(self) -> None:
        """The caller is there: they are silent from now on at the earliest."""
        self._quiet_since = asyncio.get_running_loop().time()
        self._asked = False

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        settings = self._data.settings
        tick = min(TICK, settings.silence / 4)
        began = self._quiet_since = now = loop.time()
        while not self._data.call.ended.is_set():
            await asyncio.sleep(tick)
            last, now = now, loop.time()
            if not self._data.call.state.agent:  # they talk to a colleague for as long as they like
                began += now - last
                self._quiet_since = now
                continue
            if now - began > settings.longest_call:
                self._give_up(lines.TIME_IS_UP)
                break
            self._asides.hear_answer()
            if self._is_under_way() or self.paused:
                self._quiet_since = now
            elif self._data.call.state is State.WAITING:
                self._keep_company(now)
            elif self._has_been_quiet(now):
                self._quiet_since = now
                self._nobody_there()
        while True:  # the farewell is still to be heard, behind what was being said
            await asyncio.sleep(tick)
            now = loop.time()
            if self._is_under_way():
                self._quiet_since = now
            elif now - self._quiet_since > settings.silence:
                self._clear_the_line()

    def _keep_company(self, now: float) -> None:
        """Who waits for a colleague says nothing, and hears every so often that they are asked."""
        if now - self._quiet_since > self._data.settings.person_words:
            self._quiet_since = now
            self._say(self._word(lines.STILL_ASKING))

    def _is_under_way(self) -> bool:
        """Whether the caller hears the assistant or will at once.

        A sentence that waits for the end of a sound, or was paused by it, may never be heard.
        """
        state = self._session.agent_state
        if self._session.user_state == "speaking":
            return state == "speaking"
        return state != "listening"

    def _has_been_quiet(self, now: float) -> bool:
        """Whether the caller has said nothing for too long, as far as can be known yet."""
        silence = self._data.settings.silence
        if self._session.user_state == "speaking":
            return now - self._quiet_since > NOISE * silence
        return not self._asides.being_recognised(now) and now - self._quiet_since > silence

    def _nobody_there(self) -> None:
        self._clear_the_line()
        if self._asked:
            self._data.call.end(CallerWentSilent())
        elif not self._data.handover.under_way:
            self._asked = True
            self._data.call.put_question()
            # what is to be heard over a sound may not wait for its end
            self._say(self._word(lines.STILL_THERE), to_the_end=self._asides.voice_since_words)

    def _clear_the_line(self) -> None:
        """Break off what is in line to be said and isn't heard, for what follows would wait too."""
        for speech in (self._asides.sentence(), *self._data.to_say):
            if speech is not None and speech.allow_interruptions:
                speech.interrupt()

    # The ears

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self.attend()
            self._ever_heard = True
            self._unheard = 0

    def _on_no_words(self, event: UserTranscriptionTimeoutEvent) -> None:
        """The caller spoke and no words came: ask again, and then hear with the spare."""
        waited, ended = self._asides.came_to_nothing(), self._data.call.ended.is_set()
        spoke = event.speech_duration >= SPOKEN
        if ended or not waited or not spoke or self._asides.sentence() is not None:
            return
        self._unheard += 1
        if self._ears.can_give_up and (self._unheard > 1 or not self._ever_heard):
            log.warning("%s hears nothing: the spare hears from here on.", self._ears.provider)
            self._ears.give_up()
        if self._unheard > ASKED_AGAIN:
            return
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

    def _give_up(self, farewell: Line) -> None:
        """End the call from our side, with a sentence that is spoken to its end."""
        call = self._data.call
        if not call.ended.is_set():
            if not self._is_under_way():
                self._clear_the_line()
            self._say(self._word(farewell), to_the_end=True)
            call.end(CallFailed())

    def _word(self, line: Line) -> str:
        return self._data.prompts.word(line)
