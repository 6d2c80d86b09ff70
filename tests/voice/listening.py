"""What the assistant said, heard by another engine than its own, and put into plain words."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from assistant.console.audio import RATE
from assistant.providers.offline.engines import Choice, Whisper
from assistant.providers.offline.repairs import shop_words
from assistant.providers.offline.stt import Recogniser, load
from assistant.providers.speakable import number_words, spoken
from tests.voice.callers import Sound, resampled


@cache
def _engine(name: Choice) -> Recogniser:
    """Whisper is told nothing beforehand: who expects the shop's words hears them everywhere."""
    return Recogniser("whisper", Whisper(told="")) if name == "whisper" else load(name)


def understood(sound: Sound, engine: Choice = "whisper") -> str:
    """The words of a sound, normalised."""
    if len(sound) < RATE // 10:
        return ""
    quiet = np.zeros(RATE // 4, np.int16)
    padded = resampled(np.concatenate([quiet, sound, quiet]), RATE, 16_000)
    return plain(_engine(engine).transcribe(padded.astype(np.float32) / np.float32(32768)))


def understood_by_two(sound: Sound) -> str:
    """What two engines understand, one after the other: each writes some figure its own way."""
    return f"{understood(sound)} {understood(sound, 'moonshine')}"


def plain(text: str) -> str:
    """A text as bare words, figures spelled out, so that two ways of writing it are the same."""
    said = re.sub(
        r"(\d+)", lambda match: f" {number_words(int(match[0]))} ", spoken(shop_words(text))
    )
    words = re.findall(r"[a-z']+", said.lower().replace("wi-fi", "wifi"))
    return " ".join(word for word in words if word != "and")
