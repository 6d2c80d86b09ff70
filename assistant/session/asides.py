"""The caller's voice, and what they say under a sentence without meaning to stop it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TypeGuard

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    llm,
)
from livekit.agents.voice import SpeechHandle

from assistant.agents.userdata import UserData
from assistant.language.backchannel import aside, hum, names
from assistant.providers.hearing import Ears

LATE = 0.3
"""Seconds by which LiveKit may notice the end of the caller's voice after the ears have."""
ANSWERED = 2.0
"""Who says a word within so many seconds of a question's end has answered it."""


class Asides:
    """Knows how long the caller spoke, and leaves out what they said only to show they listen."""

    def __init__(self, session: AgentSession[UserData], data: UserData, ears: Ears) -> None:
        self._session = session
        self._data = data
        self._ears = ears
        self.voice_since_words = False
        """Whether there was voice since the last words."""
        self._words_due: float | None = None
        """Until when words are waited for that the caller may have said."""
        self._hushed = asyncio.Event()
        self._spoke_from = 0.0
        self._spoke_for = 0.0
        self._talks_from = 0.0
        self._talked = 0.0
        self._spoke_at = 0.0
        """How long the assistant had talked in all when the caller last began to speak."""
        self._set_aside: tuple[SpeechHandle, float] | None = None
        """The sentence under which words were left out last, and when it was, in such time."""
        ears.is_aside = self.is_aside
        ears.quiet = self._quiet
        session.on("user_state_changed", self._on_caller)
        session.on("agent_state_changed", self._on_assistant)
        session.on("user_input_transcribed", self._on_words)

    def sentence(self) -> SpeechHandle | None:
        """The assistant's sentence that is under way, even if it was paused just now."""
        try:
            speech = self._session.current_speech
        except RuntimeError:
            return None
        return None if speech is None or speech.done() or speech.interrupted else speech

    def being_recognised(self, now: float) -> bool:
        """Whether words may still come of what the caller said, in the loop's time."""
        return self._words_due is not None and now < self._words_due

    def came_to_nothing(self) -> bool:
        """No words came; returns whether any were waited for."""
        due, self._words_due = self._words_due, None
        return due is not None

    def is_aside(self, words: str) -> bool:
        """Whether the caller said this under a sentence of the assistant's, and meant nothing."""
        sentence = self.sentence()
        sold = names(self._data.call.facts.offers)
        if sentence is None or not aside(words, self._voice(), sold):
            return False
        self._words_due = None
        if not hum(words):
            self._set_aside = sentence, self._spoke_at
        return True

    def hear_answer(self) -> None:
        """Hear what was left out if it answered a question: called at each look at the clock.

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

    def _voice(self) -> float:
        """Seconds of voice that the words recognised now may have been."""
        if self._session.user_state != "speaking":
            return self._spoke_for
        before = 0.0 if self._words_due is None else self._spoke_for
        return max(before, time.time() - self._spoke_from)

    async def _quiet(self) -> None:
        """Wait until LiveKit, which looks at the same sound by itself, has noticed its end too.

        Words before that would be weighed with the pause behind them taken for voice.
        """
        if self._session.user_state == "speaking":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hushed.wait(), LATE)

    def _talk_time(self) -> float:
        """How long the assistant has been heard in all."""
        if self._session.agent_state != "speaking":
            return self._talked
        return self._talked + time.monotonic() - self._talks_from

    def _on_caller(self, event: UserStateChangedEvent) -> None:
        """LiveKit dates both back to where the voice itself began and ended."""
        if event.new_state == "speaking":
            self._hushed.clear()
            self._spoke_from = event.created_at
            self._spoke_at = self._talk_time()
            self.voice_since_words = True
        elif event.old_state == "speaking":
            self._hushed.set()
            self._spoke_for = event.created_at - self._spoke_from
            patience = self._data.settings.first_sound
            self._words_due = asyncio.get_running_loop().time() + patience

    def _on_assistant(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._talks_from = time.monotonic()
        elif event.old_state == "speaking":
            self._talked += time.monotonic() - self._talks_from

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._words_due = self._set_aside = None
            self.voice_since_words = False


def _is_question(sentence: SpeechHandle) -> bool:
    """Whether what was said ends in a question."""
    said = [item.text_content or "" for item in sentence.chat_items if _is_said(item)]
    return bool(said) and said[-1].rstrip().endswith("?")


def _is_said(item: llm.ChatItem) -> TypeGuard[llm.ChatMessage]:
    return isinstance(item, llm.ChatMessage) and item.role == "assistant"
