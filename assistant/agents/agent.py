"""What every agent does: take over a call without dead air, and speak only while it is theirs."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterable, AsyncIterator
from typing import ClassVar, TypeVar, cast

from livekit import rtc
from livekit.agents import (
    NOT_GIVEN,
    Agent,
    APIError,
    APITimeoutError,
    ConversationItemAddedEvent,
    FlushSentinel,
    ModelSettings,
    llm,
    tts,
)
from livekit.agents.voice.transcription.filters import filter_emoji, filter_markdown

from assistant.agents import briefing as handoff
from assistant.agents import tools
from assistant.agents.userdata import Unsaid, UserData
from assistant.agents.voice import Sentence, breaking, late_or
from assistant.language.money import SentenceGate, may_say
from assistant.providers.failures import explain
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.effects import HandOff, Say
from statemachine.states import State
from statemachine.triggers import CallFailed

log = logging.getLogger("assistant.agents")
T = TypeVar("T")
FAILURES_TO_GIVE_UP = 3
"""After so many failed requests in a row the call is ended, with an apology."""


class ShopAgent(Agent):
    """An agent of one state. What it knows is rendered anew for each request of the model."""

    state: ClassVar[State]

    def __init__(self, data: UserData) -> None:
        super().__init__(
            instructions=data.prompts.instructions_for(self.state), tools=tools.every_tool()
        )
        self._data = data

    async def on_enter(self) -> None:
        """Take over the line: whatever fails in here, the caller hears something."""
        try:
            if self._data.call.state is State.ENDED:
                self._take_leave()
            elif self._data.call.state is self.state:
                await self._enter()
            # else the call has moved on already; the agent of its state speaks
        except Exception:
            log.exception("call %s: entering %s failed", self._data.call.id, self.state)
            if self._data.call.state is self.state:
                self._data.speak(self._data.prompts.word(lines.APOLOGY_ENTERING))

    async def _enter(self) -> None:
        data, arriving = self._data, self._data.arriving
        said = self._say_what_waits()
        chat = handoff.carried_over(self.session.history)
        if data.resumed and self._pending:
            self._recall(self._pending, chat)
        await self.update_chat_ctx(chat)
        missed = " ".join(data.missed)
        data.missed.clear()
        if any(line.to_the_end for line in said):
            return  # that was the farewell
        if data.resumed:
            data.resumed = False
            self.go_on()
        elif arriving is None:
            data.speak(data.prompts.word(conversation.GREETING))
        elif missed or data.last_heard != data.put_through_by or (arriving.wish and not said):
            if not said:
                data.speak(data.prompts.word(lines.BRIDGE))
            data.to_say.append(self.session.generate_reply(user_input=missed or NOT_GIVEN))
        elif not said:
            data.speak(data.prompts.word(arriving.opening))

    def _say_what_waits(self) -> list[Unsaid]:
        """Say, in its order, what code had to say while the line changed hands.

        It comes of what the model did behind the transfer: it opens, and answers the wish.
        """
        waiting = self._data.take_over()
        for line in waiting:
            self._data.speak(line.text, to_the_end=line.to_the_end)
        return waiting

    def _take_leave(self) -> None:
        """The call has ended while the line changed hands: its farewell is all there is to say."""
        try:
            for line in self._data.take_over():
                if line.to_the_end:
                    self._data.speak(line.text, to_the_end=True)
        finally:
            self.session.shutdown()

    def go_on(self) -> None:
        """Take over from an agent whose process died, with what the caller may have missed."""
        word = self._data.prompts.word
        self._data.speak(word(lines.RESUMED))
        if self._pending:
            self._data.to_say.append(self.session.generate_reply())
            return
        said = handoff.going_on(self.state, self._data.call.facts)
        self._data.speak(" ".join(map(word, said)))

    @property
    def _pending(self) -> str:
        """The wish that is still to be answered."""
        call = self._data.call
        return handoff.pending(call.facts, call.journal)

    def _recall(self, wish: str, chat: llm.ChatContext) -> None:
        """Put a wish told to a process that died into the chat, as if they had just arrived.

        The journal has these words, and what they were as an answer: they aren't heard again.
        """
        data = self._data
        message = chat.add_message(role="user", content=wish)
        data.heard.add(message.id)
        data.last_heard = data.put_through_by = message.id
        data.arriving = HandOff(self.state, wish, Say(conversation.opening(self.state.value)))

    async def on_user_turn_completed(
        self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage
    ) -> None:
        """The caller has gone on: what was in line to be said is left to the reply to these words.

        LiveKit cuts off only what is being said; the rest would follow the reply.
        """
        for speech in self._data.to_say:
            if speech.allow_interruptions and not speech.done():
                speech.interrupt()
        self._data.to_say.clear()

    def _transfer_to_agent(self, handoff: HandOff) -> None:
        """Carry out the machine's handoff: put the agent of that state on the line."""
        self._data.prev_agent = self
        self._data.arriving = handoff
        self._data.put_through_by = self._data.last_heard
        self._data.handing_over = True
        try:
            self.session.update_agent(self._data.agents[handoff.to.value])
        except Exception:
            self._data.handing_over = False
            raise

    def _stand_aside(self) -> None:
        """Make up for a handoff that failed, so that the caller isn't left with nobody."""
        call = self._data.call
        if call.state is State.ENDED or self.session.current_agent is not self:
            return
        opening = Say(conversation.opening(call.state.value))
        self._transfer_to_agent(HandOff(call.state, call.facts.wish, opening))

    async def llm_node(
        self,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        model_settings: ModelSettings,
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """One request of the model: with what is known and offered now, its words checked."""
        if self._data.call.state is not self.state:
            try:
                self._stand_aside()  # another agent's turn to speak
            except Exception:
                log.exception("call %s: the handoff failed again", self._data.call.id)
                yield await self._apology(chat_ctx, False)
            return
        said, asked = False, time.monotonic()
        try:
            parts = self._asked(chat_ctx, tools, model_settings)
            async for part in late_or(parts, self._hold_on):
                if part is None:
                    # spoken now, not with the answer, but written in one line with it
                    yield f"{self._data.prompts.word(lines.HOLD_ON)} "
                    yield FlushSentinel()
                    continue
                if not said and _is_heard(part):
                    said = True
                    self._data.call.first_words.append(time.monotonic() - asked)
                if said:
                    yield part
            self._data.failures = 0
        except (APIError, TimeoutError) as error:
            log.error("%s", explain(error, self._data.settings))
            yield await self._apology(chat_ctx, said)
            return
        except Exception:
            log.exception("call %s: the model's reply failed", self._data.call.id)
            yield await self._apology(chat_ctx, said)
            return
        if not said:
            yield self._data.prompts.word(lines.APOLOGY)

    async def _asked(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterator[llm.ChatChunk | str]:
        """The model's answer: tool calls as they come, words sentence by sentence."""
        chat, offer = self._prompt(chat_ctx, tools)
        gate = self._gate(chat_ctx)
        mute_tools = model_settings.tool_choice == "none"
        called = False
        answer = Agent.default.llm_node(self, chat, offer, model_settings)
        patience = self._data.settings.first_word
        async for chunk in _within(cast("AsyncIterable[llm.ChatChunk]", answer), patience):
            if not called:
                for sentence in gate.feed((chunk.delta and chunk.delta.content) or ""):
                    yield sentence
            if chunk.delta and chunk.delta.tool_calls and not mute_tools:
                for sentence in gate.flush():
                    yield sentence
                called = True  # what it says from here on would be said after the tool has spoken
                self._tell_apart(chunk.delta.tool_calls)
                chunk.delta.content = None
                yield chunk
        for sentence in gate.flush():
            yield sentence

    @property
    def _hold_on(self) -> float | None:
        """When a caller who waits for the model is told so; nobody is where nothing is spoken."""
        return self._data.settings.hold_on if self.session.output.audio else None

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncIterator[rtc.AudioFrame]:
        """The voice, which is given each sentence for itself, whole.

        One that waits for the rest of an answer has said all it was given: it isn't to be taken for
        a voice that fell silent, which is noticed after FIRST_SOUND_SECONDS.
        """
        limit = 2 * self._data.settings.first_sound + 1.0
        try:
            async for words in text:
                sentence = await _plain(words)
                if _is_heard(sentence):
                    async for frame in self._spoken(sentence, limit, model_settings):
                        yield frame
                        await asyncio.sleep(0)  # others have their turn, as with kept sound
        except APIError as error:  # the session has been told, and whoever watches it apologises
            log.error("The voice failed: %s", type(error).__name__)
        except TimeoutError:
            log.error("The voice said nothing for %g s.", limit)
            if (voice := self.session.tts) is not None:
                failure = APITimeoutError("the voice said nothing")
                voice.emit(
                    "error",
                    tts.TTSError(
                        timestamp=time.time(),
                        label=voice.label,
                        error=failure,
                        recoverable=False,
                    ),
                )

    async def _spoken(
        self, text: str, limit: float, model_settings: ModelSettings
    ) -> AsyncIterator[rtc.AudioFrame]:
        """A sentence's sound. What one voice breaks off, the one behind it says again.

        Raises:
            APIError: no voice could say it.
            TimeoutError: it paused for longer than the limit.
        """
        sentence = Sentence(_once(text))
        with breaking(self.session.tts, sentence) as broken:
            spoken = Agent.default.tts_node(self, sentence, model_settings)
            async for frame in sentence.within(spoken, limit):
                yield frame
            if broken.is_set():
                again = Sentence(sentence.again())
                spoken = Agent.default.tts_node(self, again, model_settings)
                async for frame in again.within(spoken, limit):
                    yield frame

    def _tell_apart(self, calls: list[llm.FunctionToolCall]) -> None:
        """Give a call id that was used before another name: LiveKit runs each id once."""
        for each in calls:
            if not each.call_id or each.call_id in self._data.call_ids:
                each.call_id = f"call_{uuid.uuid4().hex[:16]}"
            self._data.call_ids.add(each.call_id)

    def _prompt(
        self, chat_ctx: llm.ChatContext, every: list[llm.Tool]
    ) -> tuple[llm.ChatContext, list[llm.Tool]]:
        data, words = self._data, handoff.last_words(chat_ctx)
        new = words.text_content if words and words.id not in data.heard else None
        offer = tools.offered(every, data, new)
        if data.arriving and data.arriving.wish:
            bridges = [data.prompts.word(line) for line in (lines.BRIDGE, lines.RESUMED)]
            chat_ctx = handoff.with_wish(chat_ctx, data.put_through_by, bridges)
        chat = handoff.prompted(
            chat_ctx, data.prompts.instructions_for(self.state), self.state, data.call.facts
        )
        messages, _ = chat.to_provider_format(format="openai")
        schemas = llm.ToolContext(offer).parse_function_tools("openai")
        data.call.requests += 1
        data.call.prompt_characters += len(json.dumps({"messages": messages, "tools": schemas}))
        return chat, offer

    def _gate(self, chat_ctx: llm.ChatContext) -> SentenceGate:
        facts = self._data.call.facts
        heard = handoff.caller_said(chat_ctx)

        def allowed(sentence: str) -> bool:
            price = facts.selection.price_cents if facts.selection else None
            return may_say(sentence, facts.offers, price, facts.selected_model, heard)

        return SentenceGate(allowed, self._data.prompts.word(lines.PRICE_UNSAID))

    async def _apology(self, chat_ctx: llm.ChatContext, said: bool) -> str:
        """What is said instead of a reply, or of the rest of one that has `said` something.

        The third time in a row that is nothing: the call is given up with a farewell of its own.

        LiveKit asks ahead of the end of the caller's turn, several times while they speak, and
        throws away what comes too early: a request counts once its words are committed.
        """
        await self._committed(chat_ctx)
        data = self._data
        if data.call.state is State.ENDED:
            return ""
        data.failures += 1
        if data.failures < FAILURES_TO_GIVE_UP:
            return " " * said + data.prompts.word(lines.APOLOGY)
        if data.failures == FAILURES_TO_GIVE_UP:
            # not as the reply, which the caller could interrupt and the end would throw away
            data.speak(data.prompts.word(lines.APOLOGY_FAREWELL), to_the_end=True)
            data.call.end(CallFailed())
        return ""

    async def _committed(self, chat_ctx: llm.ChatContext) -> None:
        """Wait until the words that are to be answered are the caller's turn.

        If they never are, LiveKit cancels the request that waits here.
        """
        words = handoff.last_words(chat_ctx)
        if words is None or words.id in self._data.heard or not words.text_content:
            return
        committed = asyncio.Event()

        def added(event: ConversationItemAddedEvent) -> None:
            if isinstance(event.item, llm.ChatMessage) and event.item.id == words.id:
                committed.set()

        self.session.on("conversation_item_added", added)
        try:
            await committed.wait()
        finally:
            self.session.off("conversation_item_added", added)


def _is_heard(part: llm.ChatChunk | str) -> bool:
    """Whether it reaches anybody: a tool call does, white space and marks alone don't."""
    return not isinstance(part, str) or any(letter.isalnum() for letter in part)


async def _once(text: str) -> AsyncIterator[str]:
    """A text as the stream that LiveKit's voices take."""
    yield text


async def _plain(sentence: str) -> str:
    """A sentence without the marks that are for readers, nor half of a pair that spans several."""
    plain = "".join([part async for part in filter_emoji(filter_markdown(_once(sentence)))])
    return plain.replace("*", "").replace("`", "")


async def _within(stream: AsyncIterable[T], seconds: float) -> AsyncIterator[T]:
    """A stream that may not stay silent for longer than that.

    Raises:
        TimeoutError: it did.
    """
    parts = aiter(stream)
    while True:
        try:
            part = await asyncio.wait_for(anext(parts), seconds)
        except StopAsyncIteration:
            return
        yield part
