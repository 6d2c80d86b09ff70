"""A reply of the model: asked for, heard as far as it may be said, made up for if it fails."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar

from livekit.agents import (
    AgentSession,
    APIError,
    ConversationItemAddedEvent,
    FlushSentinel,
    llm,
    utils,
)

from assistant import telemetry
from assistant.agents import briefing, tools
from assistant.agents.contacting import answered
from assistant.agents.gate import Gate, Objection
from assistant.agents.reflex import Deed, answers, reflex
from assistant.agents.sentence_gate import SentenceGate
from assistant.agents.userdata import UserData
from assistant.agents.voice import is_heard
from assistant.providers.failures import UNSAID, Fault, ModelError, explain, fault_of
from assistant.shop.wording import lines
from statemachine.engine.lines import Line
from statemachine.states import State
from statemachine.triggers import CallFailed

log = logging.getLogger("assistant.agents")
T = TypeVar("T")
Ask = Callable[[llm.ChatContext, list[llm.Tool]], AsyncIterable[llm.ChatChunk]]
"""Asks the model, with a chat and the tools that it may use."""
MOST_WORDS = 150
"""Nobody listens to more in one go, about a minute: the rest of an answer isn't waited for."""
FAILURES_TO_GIVE_UP = 3
"""After so many failed requests in a row the call is ended, with an apology."""

GRACE = 1.0
"""Seconds that a model's own part has to say, or do, something about its silence."""


class Reply:
    """What the model says and does about one state of the chat."""

    def __init__(
        self, data: UserData, session: AgentSession[UserData], chat: llm.ChatContext
    ) -> None:
        self._data, self._session, self._chat = data, session, chat
        self._said = False
        """Whether any of it has reached the caller."""
        self._put = False
        """Whether the gate has put something else in place of the question that was open."""

    async def to(
        self, ask: Ask, every: list[llm.Tool], *, may_call: bool
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """Its parts as they come: tool calls, and words sentence by sentence.

        It never ends without the caller hearing something.
        """
        data, asked = self._data, time.monotonic()
        try:
            async for part in late_or(self._parts(ask, every, may_call), self._hold_on):
                if part is None:
                    # spoken now, not with the answer, but written in one line with it
                    yield f"{data.prompts.word(lines.HOLD_ON)} "
                    yield FlushSentinel()
                    continue
                if not self._said and (not isinstance(part, str) or is_heard(part)):
                    self._said = True
                    data.call.usage.first_words.append(time.monotonic() - asked)
                if self._said:
                    yield part
            if not self._said:
                raise ModelError(Fault.EMPTY)
            data.failures = 0
        except (APIError, TimeoutError) as error:
            log.error("%s", explain(error, data.settings))
            fault = fault_of(error).fault.label
            data.call.usage.faults[fault] += 1
            telemetry.MODEL_FAILED.one(fault)
            yield await self.apology()
        except Exception:
            log.exception("call %s: the model's reply failed", data.call.id)
            yield await self.apology()

    async def _parts(
        self, ask: Ask, every: list[llm.Tool], may_call: bool
    ) -> AsyncIterator[llm.ChatChunk | str]:
        offer = self._offer(every)
        if may_call and (done := self._by_code(offer)):
            yield done.chunk() if isinstance(done, Deed) else self._data.prompts.word(done)
            return
        if may_call and (deed := self._plain(offer)):
            yield deed.chunk()
            return
        chat = self._request(offer)
        gate, called, words = self._gate(), False, 0
        patience = self._data.settings.first_word + GRACE
        async with aclosing(within(ask(chat, offer), patience)) as answer:
            async for chunk in answer:
                if chunk.delta and chunk.delta.extra and chunk.delta.extra.get(UNSAID):
                    gate.drop()
                if not called:
                    for sentence in gate.feed((chunk.delta and chunk.delta.content) or ""):
                        words += len(sentence.split())
                        await self._leave_the_offer()
                        yield sentence
                        if words > MOST_WORDS:  # it may all have come at once
                            call = self._data.call.id
                            log.warning("call %s: an endless answer is cut short", call)
                            return
                if chunk.delta and chunk.delta.tool_calls and may_call:
                    for sentence in gate.flush(replace=False):
                        yield sentence
                    called = True  # what it says from here on would come after the tool's words
                    self._tell_apart(chunk.delta.tool_calls)
                    chunk.delta.content = None
                    yield chunk
        for sentence in gate.flush():
            await self._leave_the_offer()
            yield sentence

    @property
    def _hold_on(self) -> float | None:
        """When a caller who waits for the model is told so; nobody is where nothing is spoken."""
        return self._data.settings.hold_on if self._session.output.audio else None

    def _offer(self, every: list[llm.Tool]) -> list[llm.Tool]:
        """The tools that are possible now, with the words counted in that are to be answered."""
        return tools.offered(every, self._data, self._new)

    @property
    def _new(self) -> str | None:
        """The words that are to be answered, where they are still to be committed."""
        words = briefing.last_words(self._chat)
        return words.text_content if words and words.id not in self._data.heard else None

    def _by_code(self, offer: list[llm.Tool]) -> Deed | Line | None:
        """What a key has chosen, or the words are as an answer to how the caller is reached."""
        call, turn = self._data.call, answers(self._chat)
        if turn is None:
            return None
        keyed, self._data.keyed = self._data.keyed, None
        if keyed is not None and keyed.name in (tool.id for tool in offer):
            return keyed
        return answered(turn[0], call.facts_after(self._new), call.country)

    def _plain(self, offer: list[llm.Tool]) -> Deed | None:
        """What the caller's words plainly want done; None where the model is asked."""
        data, turn = self._data, answers(self._chat)
        if not data.reflexes or turn is None or data.handover.wish:
            return None
        deed = reflex(*turn, data.call.facts, [tool.id for tool in offer])
        if deed is not None:
            data.call.usage.reflexes += 1
            telemetry.REFLEXES.one(deed.name)
        return deed

    def _request(self, offer: list[llm.Tool]) -> llm.ChatContext:
        """The chat as the model gets it with these tools, counted."""
        data, chat = self._data, self._chat
        call, state = data.call, data.call.state
        if data.handover.wish:
            bridges = [data.prompts.word(line) for line in (lines.BRIDGE, lines.RESUMED)]
            chat = briefing.with_wish(chat, data.handover.by, bridges)
        instructions = data.prompts.instructions_for(state)
        chat = briefing.prompted(chat, instructions, state, call.facts, data.by_code)
        messages, _ = chat.to_provider_format(format="openai")
        schemas = llm.ToolContext(offer).parse_function_tools("openai")
        call.usage.asked(len(json.dumps({"messages": messages, "tools": schemas})))
        return chat

    def _gate(self) -> SentenceGate:
        call, word = self._data.call, self._data.prompts.word
        gate = Gate(
            call.state, call.facts, tuple(briefing.caller_said(self._chat)), self._data.own_words
        )

        def instead(refused: Objection) -> str:
            said = gate.instead(refused)
            self._put = said.line is not lines.PRICE_STANDS
            return word(said)

        return SentenceGate(gate.objection, instead)

    async def _leave_the_offer(self) -> None:
        """No yes answers an offer behind which a refused sentence's stand-in was heard instead."""
        if self._put:
            self._put = False
            await self._committed()
            self._data.call.put_question()

    def _tell_apart(self, calls: list[llm.FunctionToolCall]) -> None:
        """Give a call id that was used before another name: LiveKit runs each id once."""
        for each in calls:
            if not each.call_id or each.call_id in self._data.call_ids:
                each.call_id = f"call_{uuid.uuid4().hex[:16]}"
            self._data.call_ids.add(each.call_id)

    async def apology(self) -> str:
        """What is said instead of a reply, or of the rest of one that has said something.

        The third time in a row that is nothing: the call is given up with a farewell of its own.

        LiveKit asks ahead of the end of the caller's turn, several times while they speak, and
        throws away what comes too early: a request counts once its words are committed.
        """
        await self._committed()
        data = self._data
        if data.call.state is State.ENDED:
            return ""
        data.failures += 1
        if data.failures < FAILURES_TO_GIVE_UP:
            return " " * self._said + data.prompts.word(lines.APOLOGY)
        if data.failures == FAILURES_TO_GIVE_UP:
            # not as the reply, which the caller could interrupt and the end would throw away
            data.speak(data.prompts.word(lines.APOLOGY_FAREWELL), to_the_end=True)
            data.call.end(CallFailed())
        return ""

    async def _committed(self) -> None:
        """Wait until the words that are to be answered are the caller's turn.

        If they never are, LiveKit cancels the request that waits here.
        """
        words = briefing.last_words(self._chat)
        if words is None or words.id in self._data.heard or not words.text_content:
            return
        committed = asyncio.Event()

        def added(event: ConversationItemAddedEvent) -> None:
            if isinstance(event.item, llm.ChatMessage) and event.item.id == words.id:
                committed.set()

        self._session.on("conversation_item_added", added)
        try:
            await committed.wait()
        finally:
            self._session.off("conversation_item_added", added)


async def late_or(stream: AsyncIterable[T], seconds: float | None) -> AsyncIterator[T | None]:
    """A stream, with None once before its first part where that comes later than these seconds."""
    parts = aiter(stream)
    first = asyncio.ensure_future(anext(parts, None))
    try:
        await asyncio.wait((first,), timeout=seconds)
        if not first.done():
            yield None
        part = await first
        if part is None:
            return
        yield part
        async for part in parts:
            yield part
    finally:
        await utils.aio.cancel_and_wait(first)


async def within(stream: AsyncIterable[T], seconds: float) -> AsyncGenerator[T]:
    """A stream that may not stay silent for longer than that.

    Raises:
        TimeoutError: it did.
    """
    parts = aiter(stream)
    try:
        while True:
            try:
                part = await asyncio.wait_for(anext(parts), seconds)
            except StopAsyncIteration:
                return
            yield part
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()
