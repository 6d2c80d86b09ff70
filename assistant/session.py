"""A call on LiveKit's session: what is heard goes in, what the machine asks for comes out."""

from __future__ import annotations

import logging
from typing import cast

from livekit.agents import (
    AgentSession,
    APIConnectOptions,
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    llm,
)
from livekit.agents.voice.agent_session import SessionConnectOptions

from assistant import lines, tools
from assistant.agents import EVERY_AGENT, ShopAgent
from assistant.knowledge import find
from assistant.userdata import UserData
from statemachine.effects import Advise, Effect, HandOff, HangUp, Say
from statemachine.machine import Accepted, Outcome
from statemachine.states import State
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.session")

CONNECT = SessionConnectOptions(
    llm_conn_options=APIConnectOptions(max_retry=1, retry_interval=0.3, timeout=10.0),
    max_unrecoverable_errors=1_000_000,  # the agents apologise, and give up in their own way
)


class Line:
    """One caller's line: carries out effects on the session and tells the call what happened."""

    def __init__(self, data: UserData, model: llm.LLM[str]) -> None:
        self.data = data
        data.agents = {kind.state.value: kind(data) for kind in EVERY_AGENT}
        data.speak = self.speak
        data.call.carry_out = self.carry_out
        self.session: AgentSession[UserData] = AgentSession(
            llm=model,
            vad=None,
            userdata=data,
            user_away_timeout=None,
            turn_handling={"turn_detection": None},
            conn_options=CONNECT,
        )
        self.session.on("conversation_item_added", self._on_item)
        self.session.on("function_tools_executed", self._on_tools)
        self.session.on("close", self._on_close)

    @property
    def first_agent(self) -> ShopAgent:
        """The agent of the state in which the call stands."""
        return cast(ShopAgent, self.data.agents[self.data.call.state.value])

    # Out: what the machine asks for

    def speak(self, text: str) -> None:
        """Say a fixed text after what is being said."""
        self.session.say(text)

    def carry_out(self, outcome: Outcome) -> None:
        """Perform an outcome's effects; a fault in here ends in a spoken line, never in silence."""
        try:
            if isinstance(outcome, Accepted):
                self._perform(outcome.effects)
            elif outcome.says:
                self.speak(self.data.prompts.word(outcome.says))
        except Exception:
            log.exception("call %s: carrying out %r failed", self.data.call.id, outcome.trigger)
            if self.data.call.state is not State.ENDED:
                self.speak(self.data.prompts.word(lines.APOLOGY))

    def _perform(self, effects: tuple[Effect, ...]) -> None:
        spoken = " ".join(filter(None, map(self._words_of, effects)))
        if spoken:
            self.speak(spoken)
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
        if effect.farewell:
            self.session.say(self.data.prompts.word(effect.farewell), allow_interruptions=False)
        self.session.shutdown()

    # In: what happens on the line

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.role == "user" and item.text_content:
            self.data.heard.add(item.id)
            self.data.call.heard(item.text_content)

    def _on_tools(self, event: FunctionToolsExecutedEvent) -> None:
        """A step in which code spoke or put the caller through asks for no reply."""
        for asked, _ in event.zipped():
            if self.data.handled[asked.call_id] > 0:
                self.data.handled[asked.call_id] -= 1
            elif asked.name in tools.TRIGGERS:
                self._refused(asked, f"The arguments of {asked.name} could not be read.")
            else:
                self._refused(asked, f"There is no tool {asked.name[:40]!r}.")
        if any(not output.reply_required for output in event.function_call_outputs):
            event.cancel_tool_reply()

    def _refused(self, asked: llm.FunctionCall, reason: str) -> None:
        """Journal what LiveKit refused before any code of ours saw it."""
        self.data.call.note_refusal(asked.name[:40], {"arguments": asked.arguments[:200]}, (reason,))

    def _on_close(self, event: CloseEvent) -> None:
        """However the session ended, the call has ended."""
        if not self.data.call.ended.is_set():
            failed = event.reason is CloseReason.ERROR
            self.data.call.end(CallFailed() if failed else CallerHungUp())
