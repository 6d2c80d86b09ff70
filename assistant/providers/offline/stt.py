"""Speech-to-text without a key or a network: an engine loaded once, and LiveKit's way to ask it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from livekit.agents import LanguageCode, stt, utils
from livekit.agents.types import NOT_GIVEN, APIConnectOptions, NotGivenOr

from assistant.providers.offline.audio import Samples, has_voice, split_at_quiet, to_samples
from assistant.providers.offline.engines import (
    Choice,
    Engine,
    Model,
    OfflineVoiceError,
    candidates,
    new_model,
    what_to_install,
)
from assistant.providers.offline.repairs import shop_words
from assistant.providers.offline.shared import wire
from assistant.providers.offline.shared.engines import SharedEars, SpeechError


class Recogniser:
    """A loaded engine with a thread of its own; any number of calls may share it, one at a time."""

    def __init__(self, engine: Engine, model: Model) -> None:
        self.engine: Final = engine
        self.model: Final = model.name
        self._model = model
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"hearing-{engine}")

    def transcribe(self, samples: Samples) -> str:
        """Returns what is said in 16 kHz mono sound of any length, empty for no speech; blocks."""
        if not has_voice(samples):
            return ""
        with self._lock:
            pieces = split_at_quiet(samples, self._model.longest)
            heard = " ".join(self._model.transcribe(piece) for piece in pieces)
        return shop_words(heard)

    async def hear(self, buffer: utils.AudioBuffer) -> str:
        """Returns what is said in frames of any rate and channels, without holding the loop up."""
        work = functools.partial(self._hear, buffer)
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _hear(self, buffer: utils.AudioBuffer) -> str:
        return self.transcribe(to_samples(buffer))


def _model(engine: Engine) -> Model:
    """The engine's model: the speech process's where there is one, else loaded here."""
    if not (address := wire.address()):
        return new_model(engine)
    try:
        return SharedEars(engine, address)
    except SpeechError as error:
        raise OfflineVoiceError(what_to_install(engine)) from error


_loaded: dict[Engine, Recogniser] = {}
_loading = threading.Lock()


def load(engine: Choice = "auto") -> Recogniser:
    """Returns this process's recogniser, loading it when first asked for; blocks.

    "auto" is Moonshine where its wheel is installed and runs, otherwise Whisper. They take 0.8 s
    and 1.4 s to load on two cores, imports included.

    Raises:
        OfflineVoiceError: no such engine is installed or it doesn't run here.
    """
    failure: OfflineVoiceError | None = None
    with _loading:
        for name in candidates(engine):
            try:
                if name not in _loaded:
                    _loaded[name] = Recogniser(name, _model(name))
                return _loaded[name]
            except OfflineVoiceError as error:
                failure = failure or error
    raise OfflineVoiceError(what_to_install(engine)) from failure


class OfflineSTT(stt.STT[str]):
    """LiveKit's speech-to-text on an embedded recogniser, for English.

    It recognises finished segments and doesn't stream: a session cuts the segments with its voice
    activity detection (LiveKit's StreamAdapter, put round it by itself).

    Raises:
        OfflineVoiceError: the engine is not installed.
    """

    def __init__(self, *, engine: Choice = "auto", recogniser: Recogniser | None = None) -> None:
        super().__init__(
            capabilities=stt.STTCapabilities(streaming=False, interim_results=False),
        )
        self._choice = engine
        self._recogniser = recogniser
        if recogniser is None:
            candidates(engine)

    @property
    def model(self) -> str:
        return self._recogniser.model if self._recogniser else self._choice

    @property
    def provider(self) -> str:
        return "offline"

    def prewarm(self) -> None:
        """Begins to load the engine in the background; `load()` loads it here and now."""
        if self._recogniser is None:
            threading.Thread(target=self._load_quietly, daemon=True).start()

    def _load_quietly(self) -> None:
        with contextlib.suppress(OfflineVoiceError):  # told to whoever asks for a recognition
            self._recogniser = load(self._choice)

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        if self._recogniser is None:
            self._recogniser = await asyncio.to_thread(load, self._choice)
        heard = await self._recogniser.hear(buffer)
        return stt.SpeechEvent(
            type=stt.SpeechEventType.FINAL_TRANSCRIPT,
            request_id=utils.shortuuid(),
            alternatives=[stt.SpeechData(language=LanguageCode("en"), text=heard)],
        )
