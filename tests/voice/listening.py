"""What the assistant said, heard by another engine than its own, and put into plain words."""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from assistant.providers.offline.speech_to_text import Recogniser, load, shop_words
from assistant.providers.offline.spoken import number_words, spoken
from assistant.sound import RATE
from tests.voice.callers import Sound, resampled


@cache
def _whisper() -> Recogniser:
    return load("whisper")


def understood(sound: Sound) -> str:
    """The words of a sound, normalised."""
    if len(sound) < RATE // 10:
        return ""
    quiet = np.zeros(RATE // 4, np.int16)
    padded = resampled(np.concatenate([quiet, sound, quiet]), RATE, 16_000)
    return plain(_whisper().transcribe(padded.astype(np.float32) / 32768))


def plain(text: str) -> str:
    """A text as bare words, figures spelled out, so that two ways of writing it are the same."""
    said = re.sub(
        r"(\d+)", lambda match: f" {number_words(int(match[0]))} ", spoken(shop_words(text))
    )
    words = re.findall(r"[a-z']+", said.lower().replace("wi-fi", "wifi"))
    return " ".join(word for word in words if word != "and")
