"""Text-to-speech without a key or a network: the hibari voice, its model inside the package."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib
import importlib.util
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import numpy as np
from livekit.agents import APIError, tokenize, tts, utils
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions
from numpy.typing import NDArray

from assistant.providers.offline.engines import OfflineVoiceError, new_voice
from assistant.providers.offline.shared import wire
from assistant.providers.offline.shared.engines import SharedVoice
from assistant.providers.speakable import spoken

SAMPLE_RATE: Final = 24_000
GAIN: Final = 1.6
"""The voice's level is low: as it comes, a sentence peaks between a quarter and three quarters."""

_AUDIBLE: Final = 0.002
_BEFORE: Final = int(0.03 * SAMPLE_RATE)
_AFTER: Final = int(0.25 * SAMPLE_RATE)
_NOTHING_TO_SAY: Final = b"\0\0" * (SAMPLE_RATE // 10)

_Result = TypeVar("_Result")


class Voice:
    """The loaded voice with a thread of its own; any number of calls may share it."""

    name: Final = "hibari-heart"

    def __init__(self) -> None:
        try:
            address = wire.address()
            self._hibari: Any = SharedVoice(address) if address else new_voice()
            self.sound(self.sentences("Hello.")[0])  # loads the dictionary; no caller waits for it
        except Exception as error:  # a native library fails in ways of its own
            raise OfflineVoiceError(_WHAT_TO_INSTALL) from error
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="speaking")

    def sentences(self, text: str) -> list[str]:
        """Returns a text's sentences as phonemes, after making it speakable; empty for no words."""
        phonemes: list[str] = self._hibari.phonemize(spoken(text))
        return [sentence for sentence in phonemes if any(each.isalpha() for each in sentence)]

    def sound(self, sentence: str, speed: float = 1.0) -> bytes:
        """Returns one sentence of phonemes as 16-bit mono PCM; the same each time; blocks.

        The voice itself leaves 0.3 s of silence before and 0.45 s after a sentence, which a caller
        would wait for: 0.03 s and 0.25 s of them are kept.
        """
        wave: NDArray[np.float32] = self._hibari.from_phonemes(sentence, speed, seed=0)
        audible = np.flatnonzero(np.abs(wave) > _AUDIBLE)
        if len(audible):
            wave = wave[max(0, audible[0] - _BEFORE) : audible[-1] + _AFTER]
        pcm: NDArray[np.int16] = (np.clip(wave * GAIN, -1.0, 1.0) * 32767).astype(np.int16)
        return pcm.tobytes()

    async def run(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        """Runs one of the methods above on the voice's thread, without holding the loop up."""
        call = functools.partial(work, *arguments)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)


_WHAT_TO_INSTALL: Final = (
    "The offline voice is not usable here: run `pip install hibari-tts==0.2.1`."
)
_loading: Final = threading.Lock()
_the_voice: Final = functools.cache(Voice)


def loaded() -> Voice:
    """Returns this process's voice, loading it (0.6 s on two cores) when first asked for; blocks.

    Raises:
        OfflineVoiceError: the voice is not installed or doesn't run here.
    """
    with _loading:
        return _the_voice()


class OfflineTTS(tts.TTS[str]):
    """LiveKit's text-to-speech on the embedded English voice: 24 kHz mono, sentence by sentence.

    `speed` is the pace, from 0.5 (slow) to 2.0. The same text gives the same sound.

    Raises:
        OfflineVoiceError: the voice is not installed.
    """

    def __init__(self, *, voice: Voice | None = None, speed: float = 1.0) -> None:
        super().__init__(
            capabilities=tts.TTSCapabilities(streaming=True, aligned_transcript=True),
            sample_rate=SAMPLE_RATE,
            num_channels=1,
        )
        if voice is None and not importlib.util.find_spec("hibari"):
            raise OfflineVoiceError(_WHAT_TO_INSTALL)
        self._voice = voice
        self._speed = speed
        # LiveKit's default keeps sentences of up to 20 letters back until the next is complete;
        # "Let me see." is a sentence, and the caller is waiting.
        self._by_sentence = tts.StreamAdapter(
            tts=self,
            sentence_tokenizer=tokenize.blingfire.SentenceTokenizer(
                min_sentence_len=6, stream_context_len=6, retain_format=True
            ),
        )

    @property
    def model(self) -> str:
        return Voice.name

    @property
    def provider(self) -> str:
        return "offline"

    def prewarm(self) -> None:
        """Begins to load the voice in the background; `loaded()` loads it here and now."""
        if self._voice is None:
            threading.Thread(target=self._load_quietly, daemon=True).start()

    def _load_quietly(self) -> None:
        with contextlib.suppress(OfflineVoiceError):  # told to whoever asks for a sentence
            self._voice = loaded()

    async def voice(self) -> Voice:
        """Returns the voice, once it is loaded."""
        if self._voice is None:
            self._voice = await asyncio.to_thread(loaded)
        return self._voice

    @property
    def speed(self) -> float:
        """The pace of speech, 1.0 being the voice's own."""
        return self._speed

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        return _Speech(self, text, conn_options)

    def stream(
        self, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.SynthesizeStream:
        return self._by_sentence.stream(conn_options=conn_options)

    async def aclose(self) -> None:
        await self._by_sentence.aclose()


class _Speech(tts.ChunkedStream):
    """One text being spoken; closing it leaves at most the sentence in work to finish unheard."""

    def __init__(self, speaker: OfflineTTS, text: str, conn_options: APIConnectOptions) -> None:
        super().__init__(tts=speaker, input_text=text, conn_options=conn_options)
        self._speaker = speaker

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        output_emitter.initialize(
            request_id=utils.shortuuid(),
            sample_rate=SAMPLE_RATE,
            num_channels=1,
            mime_type="audio/pcm",
        )
        try:
            await self._speak(output_emitter)
        except Exception as error:
            raise APIError(f"the offline voice failed: {error}", retryable=False) from error
        output_emitter.flush()

    async def _speak(self, output_emitter: tts.AudioEmitter) -> None:
        voice = await self._speaker.voice()
        sentences = await voice.run(voice.sentences, self.input_text)
        for sentence in sentences:
            output_emitter.push(await voice.run(voice.sound, sentence, self._speaker.speed))
        if not sentences:
            # LiveKit takes a text without sound ("...", a smiley) for a failure and tries again.
            output_emitter.push(_NOTHING_TO_SAY)
