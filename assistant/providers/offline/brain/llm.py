"""The offline brain as a LiveKit model: chat context and tools in, tool calls or words out."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from livekit.agents import APIConnectOptions, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr

from assistant.language.phrases.vocabulary import Phrases, load
from assistant.providers.offline.brain.deciding import Brain
from assistant.providers.offline.brain.reply import Reply, ToolCall
from assistant.providers.offline.brain.request import read
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge


class OfflineLLM(llm.LLM[Any]):
    """Understands the shop's vocabulary in English; needs no key, no network and no time."""

    def __init__(
        self,
        catalogue: Catalogue,
        knowledge: Knowledge,
        phrases: Phrases | None = None,
        about: About = NOTHING_KNOWN,
    ) -> None:
        super().__init__()
        self._begin: Callable[[], Brain] = lambda: Brain(
            catalogue, knowledge, phrases or load(), about
        )
        self._begun: Brain | None = None
        self._beginning = threading.Lock()

    async def _prewarm_impl(self) -> None:
        """Read the vocabulary meanwhile: whoever is greeted needn't wait for it."""
        await asyncio.to_thread(self.ready)

    def ready(self) -> Brain:
        """The brain, its vocabulary read; blocks for a third of a second the first time.

        Raises:
            ValueError: the vocabulary can't be read; the message says why.
        """
        with self._beginning:
            if self._begun is None:
                self._begun = self._begin()
            return self._begun

    @property
    def model(self) -> str:
        """Its name, as logs and metrics have it."""
        return "offline-brain"

    @property
    def provider(self) -> str:
        """Who provides it."""
        return "offline"

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
        """Reply a chat, within the tools offered and the choice among them."""
        return _Stream(
            self,
            chat_ctx=chat_ctx,
            tools=list(tools or ()),
            conn_options=conn_options,
            choice=tool_choice or "auto",
            several=parallel_tool_calls is not False,
        )

    def answer(
        self,
        chat: llm.ChatContext,
        offered: tuple[str, ...],
        choice: llm.ToolChoice = "auto",
        takes: Mapping[str, str] | None = None,
    ) -> Reply:
        """What `chat` streams, at once: tools to call, or words.

        `takes` names the first required argument of the tools that have one.
        """
        talk, brain = read(chat, offered, takes), self.ready()
        if choice == "none":
            return brain.answer(talk, may_call=False)
        found = brain.answer(talk)
        if isinstance(choice, dict):
            named = choice["function"]["name"]
            calls = tuple(call for call in found.calls if call.name == named)
            stated = {takes[named]: talk.said} if takes and named in takes else {}
            return Reply(calls or (ToolCall(named, stated),))
        return found


class _Stream(llm.LLMStream):
    """One answer, word by word."""

    def __init__(
        self,
        brain: OfflineLLM,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool],
        conn_options: APIConnectOptions,
        choice: llm.ToolChoice,
        several: bool,
    ) -> None:
        super().__init__(brain, chat_ctx=chat_ctx, tools=tools, conn_options=conn_options)
        self._brain = brain
        self._choice = choice
        self._several = several

    async def _run(self) -> None:
        id = f"offline-{uuid4().hex[:12]}"
        offered = tuple(tool.id for tool in self._tools)
        takes = {tool.id: first for tool in self._tools if (first := _first_required(tool))}
        if self._brain._begun is None:
            await asyncio.to_thread(self._brain.ready)
        answer = self._brain.answer(self._chat_ctx, offered, self._choice, takes)
        calls = answer.calls if self._several else answer.calls[:1]
        if calls:
            delta = llm.ChoiceDelta(role="assistant", tool_calls=[*map(_tool_call, calls)])
            self._event_ch.send_nowait(llm.ChatChunk(id=id, delta=delta))
        else:
            for piece in _pieces(answer.text):
                delta = llm.ChoiceDelta(role="assistant", content=piece)
                self._event_ch.send_nowait(llm.ChatChunk(id=id, delta=delta))
        self._event_ch.send_nowait(llm.ChatChunk(id=id, usage=_NO_USAGE))


_NO_USAGE = llm.CompletionUsage(completion_tokens=0, prompt_tokens=0, total_tokens=0)


def _tool_call(call: ToolCall) -> llm.FunctionToolCall:
    return llm.FunctionToolCall(
        name=call.name, arguments=json.dumps(call.arguments), call_id=f"call_{uuid4().hex[:12]}"
    )


def _first_required(tool: llm.Tool) -> str:
    """The first argument that a tool can't do without; empty for none."""
    if not isinstance(tool, llm.RawFunctionTool):
        return ""
    required = tool.info.raw_schema.get("parameters", {}).get("required", [])
    return str(required[0]) if required else ""


def _pieces(text: str) -> Iterator[str]:
    """A few words at a time, as a model would send them."""
    yield from re.findall(r"(?:\S+\s*){1,3}", text)
