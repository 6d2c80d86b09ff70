"""The hand-written stand-ins of the tests, all in one place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import NOT_GIVEN, APIConnectOptions, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS


@dataclass(frozen=True)
class Use:
    """A tool call that the scripted model makes."""

    name: str
    arguments: dict[str, Any] | str = field(default_factory=dict)
    call_id: str = ""


Answer = str | list[Use | str] | Exception
Step = Answer | Callable[[llm.ChatContext, list[str]], Answer]


class ScriptedLLM(llm.LLM[str]):
    """A model that answers each request with the next step of a script, streamed like OpenAI's."""

    def __init__(self, *steps: Step) -> None:
        super().__init__()
        self.steps = list(steps)
        self.asked: list[llm.ChatContext] = []
        self.offered: list[list[str]] = []

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
