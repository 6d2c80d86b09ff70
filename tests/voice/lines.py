"""What lies between a caller's mouth and our ears: a telephone, or people talking around them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from assistant.console.audio import RATE
from tests.voice.callers import BRITISH, OTHERS, VOICES, Sound, by_telephone, clean, says

BAND = (300.0, 3400.0)
"""What a telephone passes, in Hz."""
TALK = (
    "So I told her we could meet on Thursday, but then the train was late again.",
    "Did you bring the folder from the meeting? It should be on the second shelf.",
    "Two coffees and a slice of the lemon cake, when you have a minute.",
    "My brother moved to the coast last summer, and he hasn't looked back since.",
)
"""What people say around a caller: nothing that a phone shop would act upon."""


def telephone(sound: Sound) -> Sound:
    """A telephone: 300 to 3,400 Hz, 8 kHz, mu-law."""
    spectrum = np.fft.rfft(sound.astype(np.float64))
    pitch = np.fft.rfftfreq(len(sound), 1 / RATE)
    spectrum[(pitch < BAND[0]) | (pitch > BAND[1])] = 0
    passed = np.fft.irfft(spectrum, len(sound))
    return by_telephone(np.clip(passed, -32768, 32767).astype(np.int16))


def babble(sound: Sound, decibels: float) -> Sound:
    """Six people talking at once, this much under the voice; which moment of it, the sound decides.

    Both levels are taken where somebody speaks, pauses left out.
    """
    talk = _six_talking()
    seed = int.from_bytes(hashlib.sha256(sound.tobytes()).digest()[:4], "big")
    start = int(np.random.default_rng(seed).integers(len(talk)))
    behind = np.resize(np.roll(talk, -start), len(sound))
    behind *= _level(sound) / 10 ** (decibels / 20)
    return np.clip(sound + behind, -32768, 32767).astype(np.int16)


@functools.cache
def _six_talking() -> NDArray[np.float64]:
    """Eight seconds or more of six voices at once, their common level 1."""
    parts = []
    for place, voice in enumerate((*VOICES, BRITISH, *OTHERS)):
        said = [says(voice, TALK[(place + n) % len(TALK)]).astype(np.float64) for n in range(3)]
        parts.append(np.concatenate([each / _level(each) for each in said]))
    shortest = min(len(each) for each in parts)
    together = np.sum([each[:shortest] for each in parts], axis=0)
    made: NDArray[np.float64] = together / np.sqrt(np.mean(together**2))
    return made


def _level(sound: NDArray[np.int16] | NDArray[np.float64]) -> float:
    """How loud a voice is, its pauses left out."""
    frames = np.resize(sound.astype(np.float64), (max(1, len(sound) // 480), 480))
    power = np.mean(frames**2, axis=1)
    return float(np.sqrt(np.mean(power[power >= power.max() / 1000])))


LINES: Mapping[str, Callable[[Sound], Sound]] = {
    "clean": clean,
    "telephone": telephone,
    "babble 15 dB": functools.partial(babble, decibels=15),
    "babble 10 dB": functools.partial(babble, decibels=10),
}
