"""OpenAI's chat model, or any server that speaks its protocol."""

from __future__ import annotations

from typing import Any

import httpx2
from livekit.agents import NOT_GIVEN, APIConnectOptions, NotGivenOr, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.agents.utils import is_given
from livekit.plugins import openai

from assistant.providers.chat.server import Server
from assistant.providers.chat.stream import Answering
from assistant.settings import Settings


class ChatModel(openai.LLM):
    """Asks the server for chat completions and nothing else, and takes answers as they come.

    The plugin's own stream loses tool calls without an id or an end, reads aloud what is written
    for a parser, and hands on what a server says of an error, which may be the caller's words.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            model=settings.openai_model,
            api_key=settings.openai_api_key,
            base_url=settings.openai_base_url or NOT_GIVEN,
            timeout=httpx2.Timeout(settings.first_word),
            max_retries=0,
        )
        options: dict[str, Any] = {"temperature": settings.openai_temperature}
        if is_given(self._opts.reasoning_effort):  # what the plugin knows to be least for a model
            options["reasoning_effort"] = self._opts.reasoning_effort
        self.server = Server(
            self._client,
            settings.openai_model,
            settings.first_word,
            options,
            thinks=None if settings.openai_base_url else False,
        )

    async def _prewarm_impl(self) -> None:
        """Don't list the server's models: a compatible server need not know how."""

    def chat(  # type: ignore[override]  # the plugin's own stream is what is replaced
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        response_format: Any = NOT_GIVEN,
        extra_kwargs: Any = NOT_GIVEN,
    ) -> Answering:
        """Ask the model. A request that fails before its first word is made once more."""
        return Answering(
            self,
            self.server,
            chat_ctx=chat_ctx,
            tools=tools or [],
            conn_options=conn_options,
            tool_choice=tool_choice,
        )


def chat_model(settings: Settings) -> ChatModel:
    """The model of these settings: one tool call at a time, answers streamed."""
    return ChatModel(settings)
