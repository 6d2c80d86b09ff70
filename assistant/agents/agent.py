"""What every agent does: take over a call without dead air, and speak only while it is theirs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable, AsyncIterator
from functools import partial
from typing import ClassVar, cast

from livekit import rtc
from livekit.agents import NOT_GIVEN, Agent, FlushSentinel, ModelSettings, llm

from assistant.agents import briefing, entering, tools, voice
from assistant.agents.entering import Answer, Farewell, GoOn, Handover, OpenWith
from assistant.agents.reply import Ask, Reply
from assistant.agents.userdata import UserData
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.asking import greeting
from statemachine.engine.effects import HandOff, Say
from statemachine.states import State

log = logging.getLogger("assistant.agents")


class ShopAgent(Agent):
    """An agent of one state. What it knows is rendered anew for each request of the model."""

    state: ClassVar[State]

    def __init__(self, data: UserData) -> None:
        told = data.prompts.instructions_for(self.state) if self.state.agent else ""
        super().__init__(instructions=told, tools=tools.every_tool())
        self._data = data

    # Taking over

    async def on_enter(self) -> None:
        """Take over the line: whatever fails in here, the caller hears something."""
        call = self._data.call
        try:
            await self._data.picked_up()
            if call.state in (self.state, State.ENDED):
                await self._enter(self._data.take_over())
            # else the call has moved on already; the agent of its state speaks
        except Exception:
            log.exception("call %s: entering %s failed", call.id, self.state)
            if call.state is self.state:
                self._data.speak(self._data.prompts.word(lines.APOLOGY_ENTERING))
        finally:
            if call.state is State.ENDED:
                self.session.shutdown()

    async def _enter(self, handover: Handover) -> None:
        data = self._data
        planned = entering.plan(handover, greeting(data.call.facts))
        self._listen(True)
        for text, to_the_end in handover.unsaid:
            if to_the_end or not isinstance(planned, Farewell):
                data.speak(text, to_the_end=to_the_end)
        if isinstance(planned, Farewell):
            return
        chat = briefing.carried_over(self.session.history, data.by_code)
        if handover.resumed and self._pending:
            self._recall(self._pending, chat)
        await self.update_chat_ctx(chat)
        match planned:
            case GoOn():
                self.go_on()
            case OpenWith(line):
                data.speak(data.prompts.word(line))
            case Answer(words, bridged):
                if bridged:
                    data.speak(data.prompts.word(lines.BRIDGE))
                data.to_say.append(self.session.generate_reply(user_input=words or NOT_GIVEN))

    def _listen(self, on: bool) -> None:
        """Hear the caller from now on, or not: their words are for somebody else."""
        if self.session.input.audio is not None:
            self.session.input.set_audio_enabled(on)

    def go_on(self) -> None:
        """Go on with a call that was cut off, with what the caller may have missed."""
        word = self._data.prompts.word
        self._data.speak(word(lines.RESUMED))
        if self._pending:
            self._data.to_say.append(self.session.generate_reply())
            return
        said = briefing.going_on(self.state, self._data.call.facts)
        self._data.speak(" ".join(map(word, said)))

    @property
    def _pending(self) -> str:
        """The wish that is still to be answered."""
        call = self._data.call
        return briefing.pending(call.facts, call.journal)

    def _recall(self, wish: str, chat: llm.ChatContext) -> None:
        """Put a wish told to a process that died into the chat, as if they had just arrived.

        The journal has these words, and what they were as an answer: they aren't heard again.
        """
        message = chat.add_message(role="user", content=wish)
        self._data.hear(message.id)
        arriving = HandOff(self.state, wish, Say(conversation.opening(self.state.value)))
        self._data.handover = Handover(arriving, message.id)

    # Leaving

    def _transfer_to_agent(self, handoff: HandOff) -> None:
        """Carry out the machine's handoff: put the agent of that state on the line."""
        before = self._data.handover
        self._data.prev_agent = self
        self._data.hand_over(handoff)
        try:
            self.session.update_agent(self._data.agents[handoff.to.value])
        except Exception:
            self._data.handover = before
            raise

    def _stand_aside(self) -> None:
        """Make up for a handoff that failed, so that the caller isn't left with nobody."""
        call = self._data.call
        if call.state is State.ENDED or self.session.current_agent is not self:
            return
        opening = Say(conversation.opening(call.state.value))
        self._transfer_to_agent(HandOff(call.state, call.facts.wish, opening))

    async def leave_behind(self) -> None:
        """Keep the last of the chat alone: a request, and a turn, cost no more in a long call."""
        said = self.chat_ctx.items
        kept = briefing.recent(said, self._data.settings.history_turns)
        if len(kept) < len(said):
            await self.update_chat_ctx(llm.ChatContext(list(kept)))

    # Speaking

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

    async def llm_node(
        self,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        model_settings: ModelSettings,
    ) -> AsyncIterator[llm.ChatChunk | str | FlushSentinel]:
        """One request of the model: with what is known and offered now, its words checked."""
        ask = cast(Ask, partial(Agent.default.llm_node, self, model_settings=model_settings))
        reply = Reply(self._data, self.session, chat_ctx)
        if self._data.call.state is not self.state:
            try:
                self._stand_aside()  # another agent's turn to speak
            except Exception:
                log.exception("call %s: the handoff failed again", self._data.call.id)
                yield await reply.apology()
            return
        async for part in reply.to(ask, tools, may_call=model_settings.tool_choice != "none"):
            yield part

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncIterator[rtc.AudioFrame]:
        """The voice, which is given each sentence for itself, whole."""
        speak = cast(
            voice.Speak, partial(Agent.default.tts_node, self, model_settings=model_settings)
        )
        first_sound = self._data.settings.first_sound
        async for frame in voice.spoken(text, speak, self.session.tts, first_sound):
            yield frame
