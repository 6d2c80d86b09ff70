"""A recogniser of finished segments, asked ahead: at each short pause for what was said so far.

Where the pause turns out to be the segment's end, its words are there already.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError, stt, utils, vad
from livekit.agents.vad import VADEventType

from assistant.providers.through import Through

SHORT = 0.2
"""Seconds of silence after which a segment is recognised as if it had ended.

Between the words of a sentence it is rarely so long: with 0.15 a sixth is asked in vain.
"""
REST = 0.2
"""Seconds of such silence that are put behind it then."""
HUSH = 0.1
"""Seconds at the segment's end that are surely silence."""


async def at_once() -> None:
    """Nobody else listens for the end of the caller's voice."""


class Ahead(Through):
    """Streams from a recogniser that doesn't, cut by voice activity detection.

    Words that were there before the pause ended are held until `quiet` returns.
    """

    def __init__(
        self,
        recogniser: stt.STT[str],
        cuts: vad.VAD,
        quiet: Callable[[], Awaitable[None]] = at_once,
    ) -> None:
        super().__init__(recogniser, stt.STTCapabilities(streaming=True, interim_results=False))
        self.cuts = cuts
        self.quiet = quiet

    def _relay(self, conn_options: APIConnectOptions) -> stt.RecognizeStream:
        return _Segments(self, conn_options)


class _Segments(stt.RecognizeStream):
    """One call's sound, cut into segments."""

    def __init__(self, owner: Ahead, conn_options: APIConnectOptions) -> None:
        self._owner = owner
        self._asking = conn_options
        self._sound: list[rtc.AudioFrame] = []
        self._early: asyncio.Task[stt.SpeechEvent | None] | None = None
        once = APIConnectOptions(max_retry=0, timeout=conn_options.timeout)
        super().__init__(stt=owner, conn_options=once)  # the recogniser is asked again by itself

    async def _run(self) -> None:
        cutting = self._owner.cuts.stream()
        sending = asyncio.create_task(self._send(cutting))
        try:
            async for event in cutting:
                await self._follow(event)
        finally:
            self._drop()
            await utils.aio.cancel_and_wait(sending)
            await cutting.aclose()

    async def _send(self, cutting: vad.VADStream) -> None:
        async for part in self._input_ch:
            if isinstance(part, self._FlushSentinel):
                cutting.flush()
            else:
                cutting.push_frame(part)
        cutting.end_input()

    async def _follow(self, event: vad.VADEvent) -> None:
        match event.type:
            case VADEventType.START_OF_SPEECH:
                self._drop()
                self._sound = list(event.frames)
                self._event_ch.send_nowait(stt.SpeechEvent(stt.SpeechEventType.START_OF_SPEECH))
            case VADEventType.INFERENCE_DONE if event.speaking:
                self._sound += event.frames
                if event.raw_accumulated_silence < SHORT:
                    self._drop()
                elif self._early is None:
                    so_far = rtc.combine_audio_frames(self._sound)
                    self._early = asyncio.create_task(self._try([so_far, _silence(so_far)]))
            case VADEventType.END_OF_SPEECH:
                await self._end(event)

    async def _end(self, event: vad.VADEvent) -> None:
        ended = time.time() - event.silence_duration - event.inference_duration
        said = stt.SpeechEvent(stt.SpeechEventType.END_OF_SPEECH, speech_end_time=ended)
        self._event_ch.send_nowait(said)
        heard = await self._early if self._early is not None else None
        if heard is None:
            heard = await self._recognise(event.frames)
        self._early, self._sound = None, []
        await self._owner.quiet()
        if heard.alternatives and heard.alternatives[0].text:
            final = stt.SpeechEventType.FINAL_TRANSCRIPT
            words = stt.SpeechEvent(final, alternatives=heard.alternatives, speech_end_time=ended)
            self._event_ch.send_nowait(words)

    async def _try(self, sound: list[rtc.AudioFrame]) -> stt.SpeechEvent | None:
        """What was said so far; None where that can't be told, and is asked again at the end."""
        try:
            heard = await self._recognise(sound)
        except APIError:
            return None
        return heard if heard.alternatives and heard.alternatives[0].text else None

    def _recognise(self, sound: list[rtc.AudioFrame]) -> Coroutine[Any, Any, stt.SpeechEvent]:
        return self._owner.recogniser.recognize(
            utils.merge_frames(sound), conn_options=self._asking
        )

    def _drop(self) -> None:
        """The caller has gone on: what was recognised is a beginning."""
        if self._early is not None:
            self._early.cancel()
            self._early = None

    async def _metrics_monitor_task(self, event_aiter: object) -> None:
        """The recogniser counts for itself."""


def _silence(sound: rtc.AudioFrame) -> rtc.AudioFrame:
    """What the rest of the pause would be: the beginning of it, again and again.

    A recogniser makes other words of sound that is cut short, or followed by no noise at all.
    """
    rate, channels = sound.sample_rate, sound.num_channels
    heard = np.frombuffer(sound.data, np.int16).reshape(-1, channels)[-int(HUSH * rate) :]
    there_and_back = np.concatenate([heard[::-1], heard])
    count = int(REST * rate)
    rest = np.resize(there_and_back, (count, channels))
    return rtc.AudioFrame(rest.tobytes(), rate, channels, count)
