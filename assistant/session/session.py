"""A call on LiveKit's session: what the machine asks for is carried out on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import cast

from livekit.agents import NOT_GIVEN, AgentSession
from livekit.agents.voice import SpeechHandle

from assistant.agents import EVERY_AGENT, ShopAgent
from assistant.agents.entering import Unsaid
from assistant.agents.userdata import UserData
from assistant.language.ended import ended
from assistant.providers.build import Providers
from assistant.providers.line_cache import playing
from assistant.session.events import Events
from assistant.session.keypad import Keypad
from assistant.session.options import connecting, turns
from assistant.session.watchdog import Watchdog
from assistant.shop.knowledge import find
from assistant.shop.wording import lines
from statemachine.conversation import Outcome
from statemachine.effects import Advise
from statemachine.engine.effects import Effect, HandOff, HangUp, Say
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import name_of
from statemachine.states import State
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.session")

HANDING_ON = 3.0
"""Seconds that a call which is handed on waits for another worker."""
CLOSING = 0.2
"""Seconds that a call's end waits for words which nobody will answer."""
TAKING_OVER = 15.0
"""Seconds that a call's end waits at most for the agent who is to say its farewell."""


class CallSession:
    """One caller's session: says what code has to say, and carries out the machine's effects."""

    def __init__(
        self, data: UserData, parts: Providers, *, taking_over: float = TAKING_OVER
    ) -> None:
        self.data = data
        self._taking_over = taking_over
        data.agents = {kind.state.value: kind(data) for kind in EVERY_AGENT}
        data.speak = self.say
        data.reflexes = parts.reflexes
        data.call.carry_out = self.carry_out
        data.call.country = data.settings.country
        self.session: AgentSession[UserData] = AgentSession(
            llm=parts.llm,
            stt=parts.stt or NOT_GIVEN,
            tts=parts.tts or NOT_GIVEN,
            vad=parts.vad,
            userdata=data,
            user_away_timeout=None,
            turn_handling=turns(data.settings, parts.turn_detection),
            transcription_timeout=data.settings.first_sound,
            tts_text_transforms=None,  # they would cut sentences up; the agents' voice does it
            aec_warmup_duration=data.settings.echo or None,
            conn_options=connecting(data.settings),
            session_close_transcript_timeout=CLOSING,
        )
        if parts.turn_detection is not None:
            parts.turn_detection.over = lambda: ended(" ".join(data.recognised))
        self._handing_on: asyncio.TimerHandle | None = None
        self._kept = parts.kept
        self._watchdog = Watchdog(self.session, data, parts.stt, self.nudge) if parts.stt else None
        self.events = Events(self.session, data, parts.llm)
        self.keypad = Keypad(self.session, data, self.say)

    @property
    def first_agent(self) -> ShopAgent:
        """The agent of the state in which the call stands."""
        return cast(ShopAgent, self.data.agents[self.data.call.state.value])

    # Out: what the machine asks for

    def say(self, text: str, *, to_the_end: bool = False, kept_only: bool = False) -> None:
        """Say a fixed text after what is being said; from its kept sound where there is one.

        `to_the_end` whatever the caller says meanwhile; `kept_only` where no voice can speak.
        While the line changes hands LiveKit takes no speech, and the text is left to the agent
        entering; where the session is over, nobody is left to hear it.
        """
        handover = self.data.handover
        if handover.under_way:
            unsaid = (*handover.unsaid, Unsaid(text, to_the_end))
            self.data.handover = replace(handover, unsaid=unsaid)
            return
        sound = self._kept.sound(text) if self._kept and self.session.output.audio else None
        if sound is None and kept_only:
            return
        try:
            speech = self.session.say(
                text,
                audio=NOT_GIVEN if sound is None else playing(sound),
                allow_interruptions=False if to_the_end else NOT_GIVEN,
            )
        except RuntimeError as error:  # LiveKit's word for a session that isn't running
            log.warning("call %s: a line was not said: %s", self.data.call.id, error)
            return
        self.data.to_say.append(speech)
        speech.add_done_callback(self._spoken)

    def _spoken(self, speech: SpeechHandle) -> None:
        self.data.by_code.update(item.id for item in speech.chat_items)

    def nudge(self, text: str, *, to_the_end: bool = False, kept_only: bool = False) -> None:
        """Say a text that is for a caller in silence; an agent entering breaks it by themselves."""
        if to_the_end or not self.data.handover.under_way:
            self.say(text, to_the_end=to_the_end, kept_only=kept_only)

    async def keep_lines(self) -> None:
        """Synthesise the fixed lines that aren't kept yet."""
        if self._kept is not None:
            await self._kept.keep(map(self.data.prompts.word, lines.FIXED))

    def carry_out(self, outcome: Outcome) -> None:
        """Perform an outcome's effects; a fault in here ends in a spoken line, never in silence."""
        try:
            if isinstance(outcome, Accepted):
                self._perform(outcome.effects)
            elif outcome.says:
                self.say(self.data.prompts.word(outcome.says))
        except Exception:
            fired = name_of(outcome.trigger)
            log.exception("call %s: carrying out %s failed", self.data.call.id, fired)
            if self.data.call.state is not State.ENDED:
                self.say(self.data.prompts.word(lines.APOLOGY))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        spoken = " ".join(filter(None, map(self._words_of, effects)))
        if spoken:
            self.say(spoken)
        for effect in effects:
            if isinstance(effect, HandOff):
                cast(ShopAgent, self.session.current_agent)._transfer_to_agent(effect)
            elif isinstance(effect, HangUp):
                self._hang_up(effect)

    def _words_of(self, effect: Effect) -> str:
        prompts = self.data.prompts
        if isinstance(effect, Say):
            return prompts.word(effect)
        if isinstance(effect, Advise):
            problem = find(self.data.knowledge, effect.issue)
            if problem is None:
                return prompts.word(lines.NO_STEP)
            return prompts.word(Say(lines.FIRST_STEP, (("step", problem.steps[0]),)))
        return ""

    def _hang_up(self, effect: HangUp) -> None:
        """The farewell is spoken to its end, whatever the caller says; then the session closes."""
        try:
            if effect.farewell:
                farewell = self.data.prompts.word(effect.farewell)
                self.say(farewell, to_the_end=True)
        finally:
            if any(line.to_the_end for line in self.data.handover.unsaid):
                # whoever is entering says it and hangs up; the clock is for one who never does
                asyncio.get_running_loop().call_later(self._taking_over, self.session.shutdown)
            else:
                self.session.shutdown()

    # Whose call it is, and whether the caller is there

    def hand_on(self) -> None:
        """Another worker is to have the call; where none takes it, its caller is told so."""
        if self._handing_on is None:
            loop = asyncio.get_running_loop()
            self._handing_on = loop.call_later(HANDING_ON, self._give_up)

    def _give_up(self) -> None:
        call = self.data.call
        if not (call.fenced or call.ended.is_set()):
            self.say(self.data.prompts.word(lines.APOLOGY_FAREWELL), to_the_end=True)
            call.end(CallFailed())

    def cut_off(self) -> None:
        """The caller's connection is lost: nothing is said to nobody, and nobody is nudged."""
        self._pause(True)
        with contextlib.suppress(RuntimeError):  # the session is over
            self.session.interrupt()

    def is_back(self) -> None:
        """The caller has come back: they are told where the call stands."""
        self._pause(False)
        if self.data.handover.under_way:
            return  # the agent entering speaks to them at once
        with contextlib.suppress(RuntimeError):
            self.session.interrupt()
            cast(ShopAgent, self.session.current_agent).go_on()

    def attend(self) -> None:
        """The caller is there, although nothing is heard of them."""
        if self._watchdog is not None:
            self._watchdog.attend()

    def caller_gone(self) -> None:
        """The caller has left, or not come back."""
        if not self.data.call.ended.is_set():
            self.data.call.end(CallerHungUp())
            self.session.shutdown(drain=False)

    def _pause(self, paused: bool) -> None:
        if self._watchdog is not None:
            self._watchdog.paused = paused
