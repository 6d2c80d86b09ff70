"""Who hears the caller: the recogniser of the settings, with a spare behind it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Final

from livekit.agents import APIConnectionError, APIConnectOptions, stt, utils, vad
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr

SHORT: Final = 0.7
"""Seconds: who says less than that under somebody's sentence mostly shows that they listen."""
_HUM: Final = re.compile(
    r"m+-?h+m+|h*m{2,}|u+h+-?h+u+h+|mm+-mm+|u+h+|u+m+|a+h+|e+r+m*|o+h+|hm+", re.IGNORECASE
)
_MEANT: Final = re.compile(
    r"stop|wait|hold|hang|hello|excuse|sorry|pardon|what|no|nope|not|yes|yep|sure|help|cancel|repeat"
    r"|again|bye|goodbye|sales|support|buy|order|price|human|person|iphone|air|pro|max|plus|.*\d.*"
)


def aside(text: str, seconds: float) -> bool:
    """Whether words under somebody's sentence are none: "mhm", or a short sound that isn't one.

    Recognisers write a hum as any word ("Amen", "Mama"), so a short one counts only if it is among
    those with which callers interrupt, or holds a figure.
    """
    words = [word for word in re.split(r"[\s,.!?…]+", text.lower()) if word]
    if all(_HUM.fullmatch(word) for word in words):
        return True
    meant = any(_MEANT.fullmatch(word) for word in words)
    return seconds < SHORT and len(words) <= 2 and not meant


def never(text: str) -> bool:
    """Nobody is speaking to the caller."""
    return False


class Ears(stt.STT[str]):
    """A call's recogniser, streaming.

    A caller who hums along while the assistant speaks is not heard: that is no interruption. A
    provider that has connected and stays deaf can be given up for the rest of the call.
    """

    def __init__(self, recogniser: stt.STT[Any], first: Forsakable | None = None) -> None:
        super().__init__(capabilities=recogniser.capabilities)
        self.recogniser = recogniser
        self.is_aside: Callable[[str], bool] = never
        """Whether the caller's words are none because the assistant is speaking."""
        self._first = first
        recogniser.on("metrics_collected", self._pass_on)

    @property
    def model(self) -> str:
        return self.recogniser.model

    @property
    def provider(self) -> str:
        return self.recogniser.provider

    @property
    def can_give_up(self) -> bool:
        """Whether there is a spare to go over to."""
        return self._first is not None and not self._first.given_up.is_set()

    def give_up(self) -> None:
        """Go over to the spare for the rest of the call."""
        if self._first is not None:
            self._first.given_up.set()

    def leaves_out(self, event: stt.SpeechEvent) -> bool:
        """Whether these are words under the assistant's sentence that are none."""
        return bool(event.alternatives) and self.is_aside(event.alternatives[0].text)

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Listening(self, conn_options)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return await self.recogniser.recognize(buffer, conn_options=conn_options)

    async def aclose(self) -> None:
        self.recogniser.off("metrics_collected", self._pass_on)
        await self.recogniser.aclose()

    def _pass_on(self, *args: object) -> None:
        self.emit("metrics_collected", *args)


class Forsakable(stt.STT[str]):
    """A recogniser that fails for good once it has been given up, so that a spare takes over."""

    def __init__(self, recogniser: stt.STT[str]) -> None:
        super().__init__(capabilities=recogniser.capabilities)
        self.recogniser = recogniser
        self.given_up = asyncio.Event()
        recogniser.on("metrics_collected", self._pass_on)

    @property
    def model(self) -> str:
        return self.recogniser.model

    @property
    def provider(self) -> str:
        return self.recogniser.provider

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        return _Forsakable(self, conn_options)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return await self.recogniser.recognize(buffer, conn_options=conn_options)

    async def aclose(self) -> None:
        self.recogniser.off("metrics_collected", self._pass_on)
        await self.recogniser.aclose()

    def _pass_on(self, *args: object) -> None:
        self.emit("metrics_collected", *args)


class _Relay(stt.RecognizeStream):
    """Another recogniser's stream, passed on."""

    def __init__(
        self, owner: stt.STT[str], recogniser: stt.STT[str], conn_options: APIConnectOptions
    ) -> None:
        self._recogniser = recogniser
        super().__init__(stt=owner, conn_options=conn_options)

    async def _run(self) -> None:
        stream = self._recogniser.stream(conn_options=self._conn_options)
        stream.start_time_offset = self.start_time_offset
        sending = asyncio.create_task(self._send(stream))
        try:
            async with stream:
                async for event in stream:
                    if self._wants(event):
                        self._event_ch.send_nowait(event)
        finally:
            await utils.aio.cancel_and_wait(sending)

    def _wants(self, event: stt.SpeechEvent) -> bool:
        return True

    async def _send(self, stream: stt.RecognizeStream) -> None:
        async for part in self._input_ch:
            if isinstance(part, self._FlushSentinel):
                stream.flush()
            else:
                stream.push_frame(part)
        stream.end_input()

    async def _metrics_monitor_task(self, event_aiter: object) -> None:
        """The stream that is passed on counts for itself."""


class _Listening(_Relay):
    def __init__(self, ears: Ears, conn_options: APIConnectOptions) -> None:
        self._ears = ears
        super().__init__(ears, ears.recogniser, conn_options)

    def _wants(self, event: stt.SpeechEvent) -> bool:
        return not self._ears.leaves_out(event)


class _Forsakable(_Relay):
    def __init__(self, owner: Forsakable, conn_options: APIConnectOptions) -> None:
        self._given_up = owner.given_up
        super().__init__(owner, owner.recogniser, conn_options)

    async def _run(self) -> None:
        hearing = asyncio.ensure_future(super()._run())
        leaving = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait((hearing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                raise APIConnectionError("it hears nothing and was given up", retryable=False)
            await hearing
        finally:
            await utils.aio.cancel_and_wait(hearing, leaving)


def with_spare(
    recogniser: stt.STT[str], spare: stt.STT[str] | None, cuts: vad.VAD, patience: float
) -> Ears:
    """Ears that go over to the spare when the recogniser fails twice or takes too long."""
    if spare is None:
        return Ears(recogniser)
    first = Forsakable(recogniser)
    both: stt.STT[Any] = stt.FallbackAdapter(
        [first, spare],
        vad=cuts,
        attempt_timeout=patience,
        max_retry_per_stt=1,
        retry_interval=0.3,
    )
    return Ears(both, first)


def by_segment(recogniser: stt.STT[str], cuts: vad.VAD) -> Ears:
    """Ears on a recogniser of finished segments, cut by voice activity detection."""
    return Ears(stt.StreamAdapter(stt=recogniser, vad=cuts))
