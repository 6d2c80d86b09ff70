"""A call shown while it is on, to whoever is in its room: how it stands, whole, at each change."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import deque
from typing import Any

from livekit import rtc
from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    llm,
    room_io,
)

from assistant.call.snapshot import FLOW, snapshot, told
from assistant.session import typed
from assistant.session.session import CallSession
from assistant.worker.audience import Audience
from statemachine.engine.journal.entry import Entry

log = logging.getLogger("assistant.showing")

TYPING = "shop.typing"
"""The text streams that say that the caller is typing."""
LAST_WORDS, LAST_REFUSALS, LAST_ANSWERS = 8, 6, 40
"""How much of what was is in a snapshot, for who comes later."""
LONGEST = 240
"""Characters of a sentence that are kept for who comes later."""


class Showing:
    """Publishes one call's snapshots, in their order, by one writer; what can't be sent is lost."""

    def __init__(self, line: CallSession, room: rtc.Room, audience: Audience) -> None:
        self._line = line
        self._room = room
        self._audience = audience
        self._number = 0
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None
        self._said: deque[dict[str, str]] = deque(maxlen=LAST_WORDS)
        self._refused: deque[dict[str, Any]] = deque(maxlen=LAST_REFUSALS)
        self._answers: deque[dict[str, Any]] = deque(maxlen=LAST_ANSWERS)
        self._answered = 0
        self._asked_at: float | None = None
        """When the caller had said what is not answered yet, in seconds since 1970."""
        self._requests = 0
        """The model requests that there had been then."""

    def begin(self) -> None:
        """Show the call from now on, and hear the keys and the typing of its caller."""
        self._writer = asyncio.get_running_loop().create_task(self._write())
        self._line.data.call.observers.append(self._on_entry)
        session = self._line.session
        session.on("user_state_changed", self._on_caller)
        session.on("user_input_transcribed", self._on_words)
        session.on("agent_state_changed", self._on_agent)
        session.on("conversation_item_added", self._on_item)
        session.on("close", lambda _: self._put(None))
        self._audience.came = self._again
        self._room.on("participant_connected", self._on_connected)
        self._room.on("sip_dtmf_received", self._on_key)
        self._room.register_text_stream_handler(TYPING, self._on_typing)
        self._put(None)

    # What happens

    def _on_entry(self, entry: Entry) -> None:
        if not entry.accepted:
            self._refused.append(told(entry))
        self._put(entry)

    def _on_caller(self, event: UserStateChangedEvent) -> None:
        if event.old_state == "speaking":
            self._ask(event.created_at)

    def _on_words(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and self._asked_at is None:  # typed, or heard without a voice
            self._ask(event.created_at)

    def _ask(self, at: float) -> None:
        if self._asked_at is None and self._answers:
            self._answers[-1]["requests"] = self._line.data.call.usage.requests - self._requests
        if self._asked_at is None:
            self._requests = self._line.data.call.usage.requests
        self._asked_at = at

    def _on_agent(self, event: AgentStateChangedEvent) -> None:
        if event.new_state != "speaking" or self._asked_at is None:
            return
        self._answered += 1
        seconds = max(event.created_at - self._asked_at, 0.0)
        self._asked_at = None
        self._line.data.call.usage.waits.append(seconds)
        self._answers.append({"number": self._answered, "seconds": round(seconds, 2)})
        self._put(None)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage) or not item.text_content:
            return
        who = "caller" if item.role == "user" else self._line.data.call.on_the_line.value
        self._said.append({"who": who, "text": item.text_content.strip()[:LONGEST]})
        self._put(None)

    def _on_key(self, event: rtc.SipDTMF) -> None:
        if event.participant is not None and event.participant.identity == self._audience.caller:
            typed.pressed(self._line, event.digit)

    def _on_typing(self, _: rtc.TextStreamReader, who: str) -> None:
        if who == self._audience.caller:
            typed.is_typing(self._line)

    def on_text(self, _: object, event: room_io.TextInputEvent) -> None:
        """The caller has typed something."""
        typed.typed(self._line, event.text)

    def _on_connected(self, who: rtc.RemoteParticipant) -> None:
        if who.identity == self._audience.caller:  # they are back
            self._again()

    # How it is told

    def _again(self) -> None:
        """Somebody has missed what was shown so far."""
        self._put(None)

    def _put(self, entry: Entry | None) -> None:
        call = self._line.data.call
        self._number += 1
        if self._answers:
            self._answers[-1]["requests"] = call.usage.requests - self._requests
        self._waiting.put_nowait(
            {
                **snapshot(call.state, call.facts, entry),
                "seq": self._number,
                "epoch": self._room.local_participant.identity,
                "call": call.id,
                "began": call.began,
                "now": time.time(),
                "ended_by": call.ended_by,
                "requests": call.usage.requests,
                "tokens": sum(call.usage.tokens.values()),
                "answers": [dict(answer) for answer in self._answers],
                "refused": list(self._refused),
                "said": list(self._said),
            }
        )

    async def _write(self) -> None:
        while True:
            text = json.dumps(await self._waiting.get(), separators=(",", ":"))
            try:
                await self._room.local_participant.send_text(text, topic=FLOW)
            except Exception as error:  # who only looks on can't hold up the call
                if not self._room.isconnected():
                    return
                log.warning("A snapshot was not shown: %s", type(error).__name__)
