"""What happens on LiveKit's session, told to the call: words, tools, and the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TypeGuard, cast

from livekit.agents import (
    AgentSession,
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    UserInputTranscribedEvent,
    llm,
)
from livekit.agents.metrics import LLMMetrics

from assistant import telemetry
from assistant.agents import ShopAgent, tools
from assistant.agents.asking import asks_anew
from assistant.agents.userdata import UserData
from assistant.providers.standby import MODEL_FAILED, STOOD_IN
from statemachine.engine.journal.refusals import UNFIT_ARGUMENTS, UNKNOWN_TRIGGER
from statemachine.triggers import CallerHungUp, CallFailed


class Events:
    """Listens to one call's session."""

    def __init__(
        self, session: AgentSession[UserData], data: UserData, model: llm.LLM[str]
    ) -> None:
        self._data, self._session = data, session
        self._tasks: set[asyncio.Task[None]] = set()
        self.in_a_room = False
        """Whether a session that is closed from outside says nothing about the call: the caller may
        still be in their room."""
        model.on("metrics_collected", self._on_metrics)
        model.on(MODEL_FAILED, self._on_failure)
        model.on(STOOD_IN, self._on_stand_in)
        session.on("user_input_transcribed", self._on_words)
        session.on("conversation_item_added", self._on_item)
        session.on("function_tools_executed", self._on_tools)
        session.on("close", self._on_close)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        data, item = self._data, event.item
        if isinstance(item, llm.AgentHandoff):  # LiveKit drops what is said meanwhile
            missed = (*data.handover.missed, *data.recognised)
            data.handover = replace(data.handover, missed=missed)
            data.recognised.clear()
        if isinstance(item, llm.ChatMessage) and item.text_content:
            self._keep(item.role, item.text_content)
            if item.role == "user":
                self._is_message(item.text_content)
                if asks_anew(self._asked_by_model(), data.call.facts):
                    data.call.put_question()
                data.hear(item.id)
                data.call.heard(item.text_content)
                self._leave_behind()

    def _leave_behind(self) -> None:
        """Cut the chat of who is on the line, where it is long.

        Now, because the request that answers these words has been given a copy already: cut
        while LiveKit asks ahead, what it got would be thrown away.
        """
        agent = cast(ShopAgent, self._session.current_agent)
        cutting = asyncio.get_running_loop().create_task(agent.leave_behind())
        self._tasks.add(cutting)
        cutting.add_done_callback(self._tasks.discard)

    def _asked_by_model(self) -> str:
        """What the caller heard last, if they were a model's own words."""
        last = next(filter(_is_said, reversed(self._session.history.items)), None)
        if last is None or last.id in self._data.by_code:
            return ""
        return last.text_content or ""

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and event.transcript.strip():
            self._data.recognised.append(event.transcript.strip())

    def _is_message(self, text: str) -> None:
        """What was recognised up to these words has become a message."""
        recognised = self._data.recognised
        known = [number for number, words in enumerate(recognised, 1) if words in text]
        del recognised[: max(known, default=0)]

    def _keep(self, role: str, text: str) -> None:
        call = self._data.call
        if self._data.settings.keep_transcripts:
            who = "caller" if role == "user" else call.on_the_line.value
            call.transcript.append((who, text.strip()))

    def _on_metrics(self, metrics: LLMMetrics) -> None:
        """What a request took, as far as the model says it."""
        if metrics.total_tokens:
            self._data.call.usage.tokens["prompt"] += metrics.prompt_tokens
            self._data.call.usage.tokens["completion"] += metrics.completion_tokens

    def _on_failure(self, fault: str) -> None:
        """A request failed, and somebody else has answered it."""
        self._data.call.usage.faults[fault] += 1
        telemetry.MODEL_FAILED.one(fault)

    def _on_stand_in(self) -> None:
        self._data.call.usage.stood_in += 1
        telemetry.STOOD_IN.one()

    def _on_tools(self, event: FunctionToolsExecutedEvent) -> None:
        """A step in which code spoke or put the caller through asks for no reply."""
        handled = self._data.handled
        for asked, _ in event.zipped():
            if handled[asked.call_id] > 0:
                handled[asked.call_id] -= 1
            elif asked.name in tools.TRIGGERS:
                self._refused(asked, UNFIT_ARGUMENTS)
            else:
                self._refused(asked, UNKNOWN_TRIGGER)
        if any(not output.reply_required for output in event.function_call_outputs):
            event.cancel_tool_reply()

    def _refused(self, asked: llm.FunctionCall, reason: str) -> None:
        """Journal what LiveKit refused before any code of ours saw it."""
        self._data.call.note_refusal(asked.name[:40], {"arguments": asked.arguments[:200]}, reason)

    def _on_close(self, event: CloseEvent) -> None:
        """However the session ended, the call has ended; in a room its job may know better."""
        call, reason = self._data.call, event.reason
        if call.ended.is_set() or call.fenced:
            return
        if reason is CloseReason.ERROR:
            call.end(CallFailed())
        elif reason is CloseReason.PARTICIPANT_DISCONNECTED or not self.in_a_room:
            ours = reason is CloseReason.JOB_SHUTDOWN
            call.end(CallFailed() if ours else CallerHungUp())


def _is_said(item: llm.ChatItem) -> TypeGuard[llm.ChatMessage]:
    return isinstance(item, llm.ChatMessage) and item.role == "assistant"
