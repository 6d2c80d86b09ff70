"""A model with the embedded brain behind it, so that no call ends because a model fails.

LiveKit's own adapter asks a model that has failed again in the background, with the whole talk, at
each request; logs what the model had said; and goes over for the rest of a turn in mid-sentence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Literal

from livekit.agents import APIConnectOptions, APIError, NotGivenOr, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN

from assistant.providers.failures import UNSAID, fault_of

log = logging.getLogger("assistant.providers")

REST = 60.0
"""Seconds until a model that fails for good is tried again."""
STRIKES = 2
"""So many failures in a row, of a kind that may pass, are taken for one that lasts."""
MODEL_FAILED: Literal["model_failed"] = "model_failed"
"""The event of a failed request, with its fault's label."""
STOOD_IN: Literal["stood_in"] = "stood_in"
"""The event of a request that the embedded brain has answered."""


class Standby(llm.LLM[Literal["model_failed", "stood_in"]]):
    """Asks the model, and answers with the spare where it fails; the next turn is the model's.

    One whose failure lasts is left alone for a while first.
    """

    def __init__(
        self,
        model: llm.LLM[Any],
        spare: Callable[[], llm.LLM[Any]],
        explained: Callable[[BaseException], str],
        *,
        rest: float = REST,
    ) -> None:
        """`spare` makes the spare, in a thread; `explained` says what failed and what to do."""
        super().__init__()
        self.model_asked = model
        self._make = spare
        self._explained, self._rest = explained, rest
        self._rests_until = 0.0
        self._strikes = 0
        self._loading: asyncio.Task[llm.LLM[Any]] | None = None
        model.on("metrics_collected", self._pass_on)

    @property
    def model(self) -> str:
        """The model's name, as long as it is there or not."""
        return self.model_asked.model

    @property
    def provider(self) -> str:
        """Who provides it."""
        return self.model_asked.provider

    @property
    def rests(self) -> bool:
        """Whether the model isn't asked for now."""
        return asyncio.get_running_loop().time() < self._rests_until

    def prewarm(self, *, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Have the spare ready before it is needed, apart from what the caller waits for."""
        self.model_asked.prewarm(loop=loop)
        if self._loading is None:
            at = loop or asyncio.get_event_loop()
            self._loading = at.create_task(asyncio.to_thread(self._make))

    async def spare(self) -> llm.LLM[Any]:
        """The model behind the model."""
        self.prewarm()
        assert self._loading is not None
        return await asyncio.shield(self._loading)

    def failed(self, error: BaseException) -> None:
        """Take note of a failed request; the first of several in a row is told."""
        fault = fault_of(error).fault
        self._strikes += 1
        if self._strikes == 1:
            log.error("%s The embedded brain goes on with the call.", self._explained(error))
        if fault.lasting or self._strikes >= STRIKES:
            self._rests_until = asyncio.get_running_loop().time() + self._rest
        self.emit(MODEL_FAILED, fault.label)

    def answered(self) -> None:
        """Take note of a request that the model has answered."""
        if self._strikes:
            log.info("The model answers again.")
        self._strikes = 0

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        """Ask the model, or who stands in for it."""
        return _Answering(self, chat_ctx, tools or [], conn_options, tool_choice)

    async def aclose(self) -> None:
        """Close both."""
        self.model_asked.off("metrics_collected", self._pass_on)
        await self.model_asked.aclose()
        if self._loading is not None:
            await (await asyncio.shield(self._loading)).aclose()

    def _pass_on(self, *args: object) -> None:
        self.emit("metrics_collected", *args)


class _Answering(llm.LLMStream):
    """One answer, of whoever can give it."""

    _llm_request_span_name: ClassVar[str] = "llm_standby"
    _llm_attempt_span_name: ClassVar[str | None] = None
    _genai_operation_name: ClassVar[str | None] = None

    def __init__(
        self,
        owner: Standby,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
        tool_choice: NotGivenOr[llm.ToolChoice],
    ) -> None:
        self._owner, self._tool_choice = owner, tool_choice
        self._asked_with = conn_options
        once = replace(conn_options, max_retry=0)
        super().__init__(owner, chat_ctx=chat_ctx, tools=tools, conn_options=once)

    async def _run(self) -> None:
        said = False
        if not self._owner.rests:
            try:
                async for chunk in self._of(self._owner.model_asked):
                    if chunk.delta and chunk.delta.tool_calls:
                        self._owner.answered()
                        said = True
                    self._event_ch.send_nowait(chunk)
                self._owner.answered()
                return
            except (APIError, TimeoutError) as error:
                self._owner.failed(error)
                if said:
                    return  # what it wanted done is done
        self._event_ch.send_nowait(_breaking_off())
        self._owner.emit(STOOD_IN)
        async for chunk in self._of(await self._owner.spare()):
            self._event_ch.send_nowait(chunk)

    async def _of(self, model: llm.LLM[Any]) -> Any:
        async with model.chat(
            chat_ctx=self._chat_ctx,
            tools=self._tools,
            conn_options=self._asked_with,
            tool_choice=self._tool_choice,
        ) as answer:
            async for chunk in answer:
                yield chunk

    async def _metrics_monitor_task(self, event_aiter: object) -> None:
        """Who answers counts for itself."""


def _breaking_off() -> llm.ChatChunk:
    """A sentence that was begun is not to be said: another one follows."""
    return llm.ChatChunk(id="standby", delta=llm.ChoiceDelta(extra={UNSAID: True}))
