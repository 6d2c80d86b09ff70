"""What the clock and the providers do to a spoken call: nobody waits in silence or for ever."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TypeGuard

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ErrorEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    UserTranscriptionTimeoutEvent,
    llm,
    stt,
    tts,
)
from livekit.agents.voice import SpeechHandle

from assistant.agents.userdata import UserData
from assistant.providers.hearing import Ears, aside, hum, names
from assistant.shop.wording import lines
from statemachine.lines import Line as Wording
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
ANSWERED = 2.0
"""Who says a word within so many seconds of a question's end has answered it."""
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
        self._words_due: float | None = None
        """Until when words are waited for that the caller may have said."""
        self._asked = False
        self._ever_heard = False
        self._unheard = 0
        self._voice_since_words = False
        self._voice_failures = 0
        self.paused = False
        """Whether the caller is not there to be nudged."""
        self._spoke_from = 0.0
        self._spoke_for = 0.0
        self._talks_from = 0.0
        self._talked = 0.0
        self._spoke_at = 0.0
        """How long the assistant had talked in all when the caller last began to speak."""
        self._set_aside: tuple[SpeechHandle, float] | None = None
        """The sentence under which words were left out last, and when it was, in such time."""
        ears.is_aside = self.is_aside
        session.on("user_state_changed", self._on_caller)
        session.on("agent_state_changed", self._on_assistant)
        session.on("user_input_transcribed", self._on_words)
        session.on("user_transcription_timeout", self._on_no_words)
        session.on("error", self._on_error)
        session.on("close", lambda _: self._end())

    def assistant_speaks(self) -> bool:
        """Whether a sentence of the assistant's is under way, even if it was paused just now."""
        return self._sentence() is not None

    def _sentence(self) -> SpeechHandle | None:
        try:
            speech = self._session.current_speech
        except RuntimeError:
            return None
        return None if speech is None or speech.done() or speech.interrupted else speech

    # The caller's voice

    def is_aside(self, words: str) -> bool:
        """Whether the caller said this under a sentence of the assistant's, and meant nothing."""
        sentence = self._sentence()
        sold = names(self._data.call.facts.offers)
        if sentence is None or not aside(words, self._voice(), sold):
            return False
        self._words_due = None
        if not hum(words):
            self._set_aside = sentence, self._spoke_at
        return True

    def _voice(self) -> float:
        """Seconds of voice that the words recognised now may have been."""
        if self._session.user_state != "speaking":
            return self._spoke_for
        before = 0.0 if self._words_due is None else self._spoke_for
        return max(before, time.time() - self._spoke_from)

    def _on_caller(self, event: UserStateChangedEvent) -> None:
        """LiveKit dates both back to where the voice itself began and ended."""
        if event.new_state == "speaking":
            self._spoke_from = event.created_at
            self._spoke_at = self._talk_time()
            self._voice_since_words = True
        elif event.old_state == "speaking":
            self._spoke_for = event.created_at - self._spoke_from
            patience = self._data.settings.first_sound
            self._words_due = asyncio.get_running_loop().time() + patience

    def _on_assistant(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._talks_from = time.monotonic()
        elif event.old_state == "speaking":
            self._talked += time.monotonic() - self._talks_from
        self._begin()

    def _talk_time(self) -> float:
        """How long the assistant has been heard in all."""
        if self._session.agent_state != "speaking":
            return self._talked
        return self._talked + time.monotonic() - self._talks_from

    def _hear_answer(self) -> None:
        """A word that seemed to show that the caller listens was the answer to a question.

        Which only the sentence's end tells: it is heard then, not before, so that nobody says yes
        to what they haven't been told.
        """
        if self._set_aside is None:
            return
        sentence, at = self._set_aside
        if not sentence.done() or self._session.current_speech is sentence:
            return
        self._set_aside = None
        in_time = self._talk_time() - at < ANSWERED
        if in_time and not sentence.interrupted and _is_question(sentence):
            self._ears.hear_after_all()
        self._ears.left_out = None

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
        tick = min(TICK, settings.silence / 4)
        began = self._quiet_since = loop.time()
        while not self._data.call.ended.is_set():
            await asyncio.sleep(tick)
            now = loop.time()
            if now - began > settings.longest_call:
                self._give_up(lines.TIME_IS_UP)
                break
            self._hear_answer()
            if self._is_under_way() or self.paused:
                self._quiet_since = now
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
        being_recognised = self._words_due is not None and now < self._words_due
        return not being_recognised and now - self._quiet_since > silence

    def _nobody_there(self) -> None:
        self._clear_the_line()
        if self._asked:
            self._data.call.end(CallerWentSilent())
        elif not self._data.handing_over:
            self._asked = True
            # what is to be heard over a sound may not wait for its end
            self._say(self._word(lines.STILL_THERE), to_the_end=self._voice_since_words)

    def _clear_the_line(self) -> None:
        """Break off what is in line to be said and isn't heard, for what follows would wait too."""
        for speech in (self._sentence(), *self._data.to_say):
            if speech is not None and speech.allow_interruptions:
                speech.interrupt()

    # The ears

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._quiet_since = asyncio.get_running_loop().time()
            self._words_due = self._set_aside = None
            self._voice_since_words = False
            self._asked = False
            self._ever_heard = True
            self._unheard = 0

    def _on_no_words(self, event: UserTranscriptionTimeoutEvent) -> None:
        """The caller spoke and no words came: ask again, and then hear with the spare."""
        due, self._words_due = self._words_due, None
        ended = self._data.call.ended.is_set()
        if ended or due is None or event.speech_duration < SPOKEN or self.assistant_speaks():
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

    def _give_up(self, farewell: Wording) -> None:
        """End the call from our side, with a sentence that is spoken to its end."""
        call = self._data.call
        if not call.ended.is_set():
            if not self._is_under_way():
                self._clear_the_line()
            self._say(self._word(farewell), to_the_end=True)
            call.end(CallFailed())

    def _word(self, line: Wording) -> str:
        return self._data.prompts.word(line)


def _is_question(sentence: SpeechHandle) -> bool:
    """Whether what was said ends in a question."""
    said = [item.text_content or "" for item in sentence.chat_items if _is_said(item)]
    return bool(said) and said[-1].rstrip().endswith("?")


def _is_said(item: llm.ChatItem) -> TypeGuard[llm.ChatMessage]:
    return isinstance(item, llm.ChatMessage) and item.role == "assistant"
