"""The same for the voices of LiveKit's plugins, which say what they are given as it stands."""

from __future__ import annotations

from typing import Any

from livekit.agents.tokenize import TokenData, WordStream, WordTokenizer
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from livekit.plugins import deepgram

from assistant.language.segments import sentence_end
from assistant.providers.speakable.rules import spoken


class DeepgramVoice(deepgram.TTS):
    """Deepgram's voice, which is given words where there were figures and signs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(word_tokenizer=SpokenSentences(), **options)

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> deepgram.tts.ChunkedStream:
        return super().synthesize(spoken(text), conn_options=conn_options)


class SpokenSentences(WordTokenizer):
    """Cuts a text into sentences rather than words: what a figure means stands beside it."""

    def tokenize(self, text: str, *, language: str | None = None) -> list[str]:
        return [spoken(text)]

    def stream(self, *, language: str | None = None) -> WordStream:
        return _Stream()

    def format_words(self, words: list[str]) -> str:
        return " ".join(words)


class _Stream(WordStream):
    def __init__(self) -> None:
        super().__init__()
        self._held = ""

    def push_text(self, text: str) -> None:
        self._held += text
        while (end := sentence_end(self._held, final=False)) is not None:
            self._say(self._held[:end])
            self._held = self._held[end:]

    def flush(self) -> None:
        self._say(self._held)
        self._held = ""

    def end_input(self) -> None:
        self.flush()
        self._do_close()

    async def aclose(self) -> None:
        self._do_close()

    def _say(self, sentence: str) -> None:
        if told := spoken(sentence):
            self._event_ch.send_nowait(TokenData(token=told))
