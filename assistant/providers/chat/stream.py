"""One answer of a chat model: asked for, read as it comes, and failed with what is true."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import openai
from livekit.agents import APIConnectOptions, NotGivenOr, llm
from openai.types.chat import ChatCompletion

from assistant.providers.chat import refusals
from assistant.providers.chat.calls import Calls
from assistant.providers.chat.server import Server
from assistant.providers.chat.words import Words
from assistant.providers.chat.written import Known
from assistant.providers.failures import UNSAID, Fault, ModelError

_ENDED = ("tool_calls", "function_call", "stop")
"""How an answer finishes whose calls are all there; arguments that can't be read are refused."""


class Answering(llm.LLMStream):
    """The answer to one request.

    Raises, where it is read:
        ModelError: the model failed, after it was asked once more where that may help.
    """

    def __init__(
        self,
        model: llm.LLM[Any],
        server: Server,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
        tool_choice: NotGivenOr[llm.ToolChoice],
    ) -> None:
        self._server = server
        self._tool_choice = tool_choice
        self._schemas = llm.ToolContext(tools).parse_function_tools("openai")
        self._known = _known(self._schemas, chat_ctx)
        self._due = asyncio.get_running_loop().time() + server.patience
        self._failed: ModelError | None = None
        super().__init__(model, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)

    async def _run(self) -> None:
        self._calls = Calls(self._known)
        self._words = Words(self._known, whole=self._server.thinks is not False)
        self._finish: str | None = None
        self._heard = False
        begun = False
        try:
            stream = await self._patiently(
                self._server.ask(self._chat_ctx, self._tools, self._schemas, self._tool_choice)
            )
            async with stream:
                async for chunk in self._chunks(stream):
                    begun = True
                    self._take(chunk)
            self._end()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            failed = refusals.refused(error, begun=begun)
            if failed.fault is Fault.SILENT and self._failed:
                failed = self._failed  # it was asked once more, and there was little time left
            if self._finish and self._heard and failed.fault is Fault.BROKEN_OFF:
                return  # nothing was missing but the server's goodbye
            failed.retryable = failed.retryable and not self._heard and failed is not self._failed
            self._failed = failed
            raise failed from None  # the error's own text may quote the caller

    async def _chunks(self, stream: openai.AsyncStream[Any]) -> AsyncIterator[Any]:
        """The parts of the answer; one that isn't streamed is one part.

        Raises:
            ModelError: there is none, but an error or a page for people.
        """
        kind = stream.response.headers.get("content-type", "").partition(";")[0]
        if kind == "application/json":
            yield _at_once(json.loads(await self._patiently(stream.response.aread())))
            return
        if kind == "text/html":
            raise ModelError(Fault.WRONG_ADDRESS)
        parts = aiter(stream)
        while True:
            try:
                yield await self._patiently(anext(parts))
            except StopAsyncIteration:
                return

    async def _patiently(self, awaited: Any) -> Any:
        """Wait for a part of the answer, for no longer than a caller may be kept waiting.

        Raises:
            TimeoutError: it took longer.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() + self._server.patience if self._heard else self._due
        async with asyncio.timeout_at(due):
            return await awaited

    def _take(self, chunk: Any) -> None:
        if usage := getattr(chunk, "usage", None):
            self._event_ch.send_nowait(llm.ChatChunk(id=self._id(chunk), usage=_usage(usage)))
        for choice in getattr(chunk, "choices", None) or []:
            delta = getattr(choice, "delta", None)
            if delta is not None:
                if said := self._words.feed(_text(getattr(delta, "content", None))):
                    self._send(chunk, content=said)
                for piece in getattr(delta, "tool_calls", None) or []:
                    self._calls.add(piece)
                if (function := getattr(delta, "function_call", None)) is not None:
                    self._calls.add(SimpleNamespace(index=None, id="", function=function))
            if getattr(choice, "finish_reason", None) and not self._finish:
                self._finish = choice.finish_reason
                self._finished(chunk)

    def _finished(self, chunk: Any) -> None:
        """Hand over what was held back: the rest of the words, then the calls.

        Raises:
            ModelError: a call was cut off, or can't be read, or there was nothing at all.
        """
        reading, unsaid = self._words.end()
        if unsaid:
            self._send(chunk, extra={UNSAID: True})
        if reading.words or self._heard:
            self._server.thinks = self._words.thinks or bool(self._server.thinks)
        if reading.words.strip():
            self._send(chunk, content=reading.words)
        if self._calls:
            if not (
                self._finish in ("tool_calls", "function_call", "stop") or self._calls.are_whole
            ):
                raise ModelError(Fault.UNREADABLE, again=True)
            self._send(chunk, tool_calls=self._calls.take())
        elif reading.calls:
            self._send(chunk, tool_calls=[call.told() for call in reading.calls])
        elif reading.broken:
            raise ModelError(Fault.UNREADABLE, again=True)

    def _end(self) -> None:
        """The answer is over, whether or not its server said so."""
        if not self._finish or self._calls:
            self._finish = self._finish or "none"
            self._finished(None)
        if not self._heard:
            raise ModelError(Fault.UNREADABLE if self._words.any else Fault.EMPTY, again=True)

    def _send(self, chunk: Any, **delta: Any) -> None:
        if delta.get("tool_calls") or (delta.get("content") or "").strip():
            self._heard = True
        told = llm.ChoiceDelta(role="assistant", **delta)
        self._event_ch.send_nowait(llm.ChatChunk(id=self._id(chunk), delta=told))

    @staticmethod
    def _id(chunk: Any) -> str:
        return getattr(chunk, "id", None) or "answer"


def _known(schemas: list[dict[str, Any]], chat_ctx: llm.ChatContext) -> Known:
    """The tools of a request and of the talk before it, with their parameters."""
    offered = {
        schema["function"]["name"]: [*schema["function"]["parameters"].get("properties", {})]
        for schema in schemas
    }
    used: dict[str, list[str]] = {
        item.name: [] for item in chat_ctx.items if item.type == "function_call"
    }
    return {**used, **offered}


def _text(content: object) -> str:
    """The text of a piece, which some servers send as a list of parts."""
    if isinstance(content, list):
        return "".join(each if isinstance(each, str) else _part(each) for each in content)
    return content if isinstance(content, str) else ""


def _part(part: Any) -> str:
    text = part.get("text") if isinstance(part, dict) else getattr(part, "text", None)
    return text if isinstance(text, str) else ""


def _at_once(body: Any) -> Any:
    """A whole answer, or the error that came in its place, as if it had been streamed.

    Raises:
        ModelError: it is an error, or no answer at all.
    """
    if not isinstance(body, dict) or body.get("error") or not body.get("choices"):
        error = body.get("error", body) if isinstance(body, dict) else body
        raise refusals.of_body(error, 0)
    whole: Any = ChatCompletion.construct(**body)
    for choice in whole.choices:
        choice.delta = getattr(choice, "message", None)
    return whole


def _usage(usage: Any) -> llm.CompletionUsage:
    def count(name: str) -> int:
        found = getattr(usage, name, 0)
        return found if isinstance(found, int) else 0

    return llm.CompletionUsage(
        prompt_tokens=count("prompt_tokens"),
        completion_tokens=count("completion_tokens"),
        total_tokens=count("total_tokens"),
    )
