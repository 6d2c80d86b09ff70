"""This machine's microphone and loudspeaker, for a call held here."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from livekit import rtc

from assistant.sound import RATE, Loudspeaker, Microphone

STEP: Final = RATE // 100
"""Samples in 10 ms, the stretch in which echo is cancelled."""
BLOCK: Final = 4 * STEP


def missing() -> str:
    """What a spoken call lacks here, as the end of a sentence; empty if nothing."""
    try:
        sd = importlib.import_module("sounddevice")
    except (ImportError, OSError):
        return (
            "PortAudio is not installed (Debian: apt-get install libportaudio2; "
            "macOS: brew install portaudio)"
        )
    for kind, name in (("input", "microphone"), ("output", "loudspeaker")):
        try:
            sd.query_devices(kind=kind)
            check = getattr(sd, f"check_{kind}_settings")
            check(channels=1, dtype="int16", samplerate=RATE)
        except Exception as error:  # PortAudio's own, of many kinds
            return f"there is no {name} to use ({str(error).strip() or type(error).__name__})"
    return ""


@contextmanager
def open_devices(ear: Microphone, mouth: Loudspeaker) -> Iterator[None]:
    """Microphone and loudspeaker of this machine on a call, without the echo between them."""
    sd = importlib.import_module("sounddevice")
    room = _Room(ear, mouth)
    settings = {"channels": 1, "dtype": "int16", "samplerate": RATE, "blocksize": BLOCK}
    with (
        sd.RawOutputStream(callback=room.play, **settings),
        sd.RawInputStream(callback=room.record, **settings),
    ):
        yield


class _Room:
    """Where the loudspeaker is heard by the microphone. Called from PortAudio's threads."""

    def __init__(self, ear: Microphone, mouth: Loudspeaker) -> None:
        self._ear = ear
        self._mouth = mouth
        self._delays = [0.0, 0.0]
        self._cleaner = rtc.AudioProcessingModule(
            echo_cancellation=True,
            noise_suppression=True,
            high_pass_filter=True,
            auto_gain_control=True,
        )

    def play(self, out: Any, samples: int, time: Any, status: object) -> None:
        self._delays[0] = time.outputBufferDacTime - time.currentTime
        sound = self._mouth.pull(samples)
        out[:] = sound
        for frame in _frames(sound):
            self._cleaner.process_reverse_stream(frame)

    def record(self, sound: Any, samples: int, time: Any, status: object) -> None:
        self._delays[1] = time.currentTime - time.inputBufferAdcTime
        with contextlib.suppress(RuntimeError):  # a delay out of its range is left as it was
            self._cleaner.set_stream_delay_ms(int(sum(self._delays) * 1000))
        for frame in _frames(bytes(sound)):
            self._cleaner.process_stream(frame)
            self._ear.push(bytes(frame.data))


def _frames(sound: bytes) -> Iterator[rtc.AudioFrame]:
    for start in range(0, len(sound) - 2 * STEP + 1, 2 * STEP):
        yield rtc.AudioFrame(sound[start : start + 2 * STEP], RATE, 1, STEP)
