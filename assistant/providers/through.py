"""A recogniser that leaves the hearing to another one."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from livekit.agents import APIConnectOptions, stt, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr


class Through(stt.STT[str]):
    """Named, counted and closed as the other one is; how its sound is streamed is told apart."""

    def __init__(
        self, recogniser: stt.STT[Any], capabilities: stt.STTCapabilities | None = None
    ) -> None:
        super().__init__(capabilities=capabilities or recogniser.capabilities)
        self.recogniser = recogniser
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
        return self._relay(conn_options)

    @abstractmethod
    def _relay(self, conn_options: APIConnectOptions) -> stt.RecognizeStream:
        """A stream of its own, on the other one."""

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
