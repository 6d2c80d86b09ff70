"""The parts that hear, think and speak, chosen by settings."""

from __future__ import annotations

from dataclasses import dataclass

from livekit.agents import llm

from assistant.catalogue import Catalogue
from assistant.knowledge import Knowledge
from assistant.providers.chat import chat_model
from assistant.settings import Settings


@dataclass(frozen=True)
class Providers:
    """What serves a call, and why it was chosen."""

    llm: llm.LLM[str]
    reasons: tuple[str, ...]
    """One sentence a part: which provider it uses and why."""


def build(settings: Settings, catalogue: Catalogue, knowledge: Knowledge) -> Providers:
    """The parts for these settings: with a key the real one, without it the embedded one."""
    if settings.llm == "openai" or (settings.llm == "auto" and settings.openai_api_key):
        at = f" at {settings.openai_base_url}" if settings.openai_base_url else ""
        why = "LLM=openai" if settings.llm == "openai" else "OPENAI_API_KEY is set"
        return Providers(
            chat_model(settings), (f"Model: OpenAI {settings.openai_model}{at} ({why}).",)
        )
    from assistant.providers.offline.brain import OfflineLLM  # not loaded where it isn't used

    why = "LLM=offline" if settings.llm == "offline" else "OPENAI_API_KEY is not set"
    return Providers(
        OfflineLLM(catalogue, knowledge), (f"Model: the embedded offline brain ({why}).",)
    )
