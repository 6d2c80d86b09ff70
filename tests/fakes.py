"""The hand-written stand-ins of the tests, all in one place."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import (
    NOT_GIVEN,
    APIConnectionError,
    APIConnectOptions,
    LanguageCode,
    llm,
    stt,
    tts,
    utils,
    vad,
)
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.voice import io


@dataclass(frozen=True)
class Use:
    """A tool call that the scripted model makes."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    call_id: str = ""


Answer = str | list[Use | str | Exception] | Exception
Step = Answer | Callable[[llm.ChatContext, list[str]], Answer]


class ScriptedLLM(llm.LLM[str]):
    """A model that answers each request with the next step of a script, streamed like OpenAI's."""

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self.steps = list(steps)
        self.asked: list[llm.ChatContext] = []
        self.offered: list[list[str]] = []
        self.tools: list[list[dict[str, Any]]] = []
        """The tools of each request, as OpenAI's are sent them."""

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: Any = NOT_GIVEN,
        tool_choice: Any = NOT_GIVEN,
        extra_kwargs: Any = NOT_GIVEN,
    ) -> llm.LLMStream:
        self.asked.append(chat_ctx)
        self.offered.append([tool.id for tool in tools or []])
        self.tools.append(llm.ToolContext(list(tools or ())).parse_function_tools("openai"))
        step = self.steps.pop(0) if self.steps else "I have nothing more to say."
        answer = step(chat_ctx, self.offered[-1]) if callable(step) else step
        return _Stream(self, answer, chat_ctx, tools or [], conn_options)


class _Stream(llm.LLMStream):
    def __init__(
        self,
        model: llm.LLM[str],
        answer: Answer,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
    ) -> None:
        super().__init__(model, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._answer = answer

    async def _run(self) -> None:
        if isinstance(self._answer, Exception):
            raise self._answer
        parts = [self._answer] if isinstance(self._answer, str) else self._answer
        for number, part in enumerate(parts):
            if isinstance(part, str):
                for word in part.split(" "):
                    self._send(llm.ChoiceDelta(role="assistant", content=f"{word} "))
            elif isinstance(part, Exception):
                raise part
            else:
                arguments = (
                    part.arguments
                    if isinstance(part.arguments, str)
                    else json.dumps(part.arguments)
                )
                use = llm.FunctionToolCall(
                    name=part.name,
                    arguments=arguments,
                    call_id=part.call_id or f"call_{id(self)}_{number}",
                )
                self._send(llm.ChoiceDelta(role="assistant", tool_calls=[use]))

    def _send(self, delta: llm.ChoiceDelta) -> None:
        self._event_ch.send_nowait(llm.ChatChunk(id=f"reply_{id(self)}", delta=delta))


class ScriptedSTT(stt.STT[str]):
    """A recogniser that understands the same words in each frame, nothing, or breaks at the first.

    Like a real one it takes a moment to close its line.
    """

    def __init__(self, words: str = "", *, breaks: bool = False) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self.words = words
        self.breaks = breaks
        self.opened = 0
        self.closed = False

    @property
    def model(self) -> str:
        return "scripted"

    @property
    def provider(self) -> str:
        return "tests"

    def stream(
        self,
        *,
        language: Any = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        self.opened += 1
        return _Hearing(self, conn_options)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: Any = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return self.heard()

    def heard(self) -> stt.SpeechEvent:
        """Its words, as an event."""
        words = stt.SpeechData(language=LanguageCode("en"), text=self.words)
        return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[words])

    async def aclose(self) -> None:
        self.closed = True


class _Hearing(stt.RecognizeStream):
    def __init__(self, owner: ScriptedSTT, conn_options: APIConnectOptions) -> None:
        self._owner = owner
        super().__init__(stt=owner, conn_options=conn_options)

    async def _run(self) -> None:
        try:
            async for part in self._input_ch:
                if self._owner.breaks:
                    raise APIConnectionError("the line broke", retryable=False)
                if self._owner.words and not isinstance(part, self._FlushSentinel):
                    self._event_ch.send_nowait(self._owner.heard())
        finally:
            await asyncio.sleep(0.01)


class SilentTTS(tts.TTS[str]):
    """A voice that speaks silence and remembers what it was asked to say."""

    def __init__(self) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=False), sample_rate=24_000, num_channels=1
        )
        self.said: list[str] = []

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        self.said.append(text)
        return _Silence(tts=self, input_text=text, conn_options=conn_options)


class _Silence(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id="silence", sample_rate=24_000, num_channels=1, mime_type="audio/pcm"
        )
        output_emitter.push(bytes(2 * 2400))
        output_emitter.flush()


class QuickEar(io.AudioOutput):
    """A caller who has heard each sound as soon as it comes."""

    def __init__(self) -> None:
        super().__init__(label="QuickEar", capabilities=io.AudioOutputCapabilities(pause=False))
        self._heard = 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._heard:
            self.on_playback_started(created_at=time.time())
        self._heard += frame.duration

    def flush(self) -> None:
        super().flush()
        self._finish(interrupted=False)

    def clear_buffer(self) -> None:
        self._finish(interrupted=True)

    def _finish(self, *, interrupted: bool) -> None:
        heard, self._heard = self._heard, 0.0
        if heard:
            self.on_playback_finished(playback_position=heard, interrupted=interrupted)


class EverySoundIsAVoice(vad.VAD):
    """Voice activity detection that takes whatever is loud for somebody's speech."""

    min_silence_duration = 0.4

    def __init__(self) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=0.03))

    def stream(self) -> vad.VADStream:
        return _Loudness(self)


class _Loudness(vad.VADStream):
    async def _main_task(self) -> None:
        frames: list[rtc.AudioFrame] = []
        speaking, voice, quiet = False, 0.0, 0.0

        def tell(kind: vad.VADEventType, heard: list[rtc.AudioFrame]) -> None:
            event = vad.VADEvent(
                type=kind,
                samples_index=0,
                timestamp=0.0,
                speech_duration=voice,
                silence_duration=quiet,
                frames=list(heard),
                speaking=speaking,
                raw_accumulated_silence=quiet,
                raw_accumulated_speech=0.0 if quiet else voice,
            )
            self._event_ch.send_nowait(event)

        async for frame in self._input_ch:
            if isinstance(frame, self._FlushSentinel):
                frames, speaking, voice, quiet = [], False, 0.0, 0.0
                continue
            loud = np.abs(np.frombuffer(frame.data, np.int16).astype(int)).max(initial=0) > 500
            quiet = 0.0 if loud else quiet + frame.duration
            if not (loud or speaking):
                continue
            frames.append(frame)
            voice += frame.duration
            if loud and not speaking:
                speaking = True
                tell(vad.VADEventType.START_OF_SPEECH, frames)
            tell(vad.VADEventType.INFERENCE_DONE, [frame])
            if quiet >= EverySoundIsAVoice.min_silence_duration:
                speaking, voice = False, voice - quiet
                tell(vad.VADEventType.END_OF_SPEECH, frames)
                frames, voice = [], 0.0
