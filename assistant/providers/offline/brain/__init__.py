"""The offline brain: holds the shop's conversation without a key, as a LiveKit model."""

from assistant.providers.offline.brain.llm import OfflineLLM

__all__ = ["OfflineLLM"]
