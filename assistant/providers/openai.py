"""OpenAI's chat model, or any server that speaks its protocol."""

from __future__ import annotations

import httpx2
from livekit.agents import NOT_GIVEN
from livekit.plugins import openai

from assistant.settings import Settings


class ChatModel(openai.LLM):
    """Asks the server for chat completions and nothing else."""

    async def _prewarm_impl(self) -> None:
        """Don't list the server's models: a compatible server need not know how."""


def chat_model(settings: Settings) -> openai.LLM:
    """The model of these settings: one tool call at a time, answers streamed."""
    return ChatModel(
        model=settings.openai_model,
        api_key=settings.openai_api_key,
        base_url=settings.openai_base_url or NOT_GIVEN,
        parallel_tool_calls=False,
        temperature=settings.openai_temperature,
        timeout=httpx2.Timeout(settings.first_word, connect=settings.first_word),
        max_retries=0,
    )
