"""Who hears the caller: the recogniser of the settings, with a spare behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectionError, APIConnectOptions, stt, utils, vad

from assistant.language.backchannel import hum
from assistant.providers.ahead import Ahead, at_once
from assistant.providers.through import Through


def never(text: str) -> bool:
    """Nobody is speaking to the caller."""
    return False


class _Relay(stt.RecognizeStream):
    """Another recogniser's stream, passed on.

    Sound that still comes when it has ended is left out: who sends it learns of the end by reading.
    """

    def __init__(self, owner: Through, conn_options: APIConnectOptions) -> None:
        self._recogniser = owner.recogniser
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

    def push_frame(self, frame: rtc.AudioFrame) -> None:
        if not self._has_ended:
            super().push_frame(frame)

    def flush(self) -> None:
        if not self._has_ended:
            super().flush()

    @property
    def _has_ended(self) -> bool:
        return self._input_ch.closed or self._event_ch.closed

    async def _metrics_monitor_task(self, event_aiter: object) -> None:
        """The stream that is passed on counts for itself."""


class Ears(Through):
    """A call's recogniser, streaming.

    A caller who hums along while the assistant speaks is not heard: that is no interruption; what
    turns out to have been meant can be heard after all. A provider that has connected and stays
    deaf can be given up for the rest of the call.
    """

    def __init__(self, recogniser: stt.STT[Any], first: Forsakable | None = None) -> None:
        super().__init__(recogniser)
        self.is_aside: Callable[[str], bool] = never
        """Whether the caller's words are none because the assistant is speaking."""
        self.quiet: Callable[[], Awaitable[None]] = at_once
        """Waits until everybody has noticed that the caller's voice has ended."""
        self.left_out: Callable[[], None] | None = None
        """Passes on the words that were left out last; a hum is none."""
        self._first = first

    @property
    def can_give_up(self) -> bool:
        """Whether there is a spare to go over to."""
        return self._first is not None and not self._first.given_up.is_set()

    def give_up(self) -> None:
        """Go over to the spare for the rest of the call."""
        if self._first is not None:
            self._first.given_up.set()

    def hear_after_all(self) -> None:
        """Pass on the words that were left out last, as if they had come now."""
        words, self.left_out = self.left_out, None
        if words is not None:
            words()

    def leaves_out(self, event: stt.SpeechEvent) -> bool:
        """Whether these are words under the assistant's sentence that are none."""
        return bool(event.alternatives) and self.is_aside(event.alternatives[0].text)

    def _relay(self, conn_options: APIConnectOptions) -> _Relay:
        return _Listening(self, conn_options)


class _Listening(_Relay):
    def __init__(self, ears: Ears, conn_options: APIConnectOptions) -> None:
        self._ears = ears
        super().__init__(ears, conn_options)

    def _wants(self, event: stt.SpeechEvent) -> bool:
        if not self._ears.leaves_out(event):
            return True
        final = event.type is stt.SpeechEventType.FINAL_TRANSCRIPT
        if final and not hum(event.alternatives[0].text):
            self._ears.left_out = partial(self._pass_on, event)
        return False

    def _pass_on(self, event: stt.SpeechEvent) -> None:
        if not self._has_ended:
            self._event_ch.send_nowait(event)


class Forsakable(Through):
    """A recogniser that fails for good once it has been given up, so that a spare takes over."""

    def __init__(self, recogniser: stt.STT[str]) -> None:
        super().__init__(recogniser)
        self.given_up = asyncio.Event()

    def _relay(self, conn_options: APIConnectOptions) -> _Relay:
        return _Forsakable(self, conn_options)


class _Forsakable(_Relay):
    def __init__(self, owner: Forsakable, conn_options: APIConnectOptions) -> None:
        self._given_up = owner.given_up
        super().__init__(owner, conn_options)

    async def _run(self) -> None:
        if not await self._hears_to_the_end():
            raise APIConnectionError("it hears nothing and was given up", retryable=False)

    async def _hears_to_the_end(self) -> bool:
        if self._given_up.is_set():
            return False  # not even opened when the adapter asks whether it has recovered
        hearing = asyncio.ensure_future(super()._run())
        leaving = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait((hearing, leaving), return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                await hearing
            return hearing.done()
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
    ahead = Ahead(recogniser, cuts)
    ears = Ears(ahead)
    ahead.quiet = lambda: ears.quiet()
    return ears
