"""This machine's microphone and loudspeaker, for a call held here."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from livekit import rtc

from assistant.console.audio import RATE, Loudspeaker, Microphone
from assistant.errors import MendableError

STEP: Final = RATE // 100
"""Samples in 10 ms, the stretch in which echo is cancelled."""
BLOCK: Final = 4 * STEP
NAMES: Final = {"input": "microphone", "output": "loudspeaker"}
LOOK: Final = 0.5
"""Seconds between two looks at whether the devices still run."""
PATIENCE: Final = 6
"""Looks in a row at a device that stands still, until it counts as gone."""


class SoundError(MendableError):
    """Something is missing for a spoken call; says what, as the end of a sentence."""


@dataclass(frozen=True)
class Device:
    """A microphone or a loudspeaker that can be used."""

    number: int
    """As PortAudio counts."""
    rate: int
    """Samples a second at which it takes or gives sound."""


def found(microphone: str = "", loudspeaker: str = "") -> tuple[Device, Device]:
    """The devices of a call, each by its number or a part of its name; those in use by default.

    Raises:
        SoundError: there are none that can be used.
    """
    try:
        sd = importlib.import_module("sounddevice")
    except (ImportError, OSError):
        raise SoundError(
            "PortAudio is not installed (Debian: apt-get install libportaudio2; "
            "macOS: brew install portaudio)"
        ) from None
    return _found(sd, "input", microphone), _found(sd, "output", loudspeaker)


def _found(sd: Any, kind: str, asked: str) -> Device:
    here = [each for each in sd.query_devices() if each[f"max_{kind}_channels"] > 0]
    if not here:
        raise SoundError(f"there is no {NAMES[kind]}")
    try:
        info = sd.query_devices(int(asked) if asked.isdigit() else asked or None, kind)
    except Exception:  # PortAudio's own, of many kinds
        listed = "; ".join(f"{each['index']} {each['name']}" for each in here)
        raise SoundError(
            f"{NAMES[kind].upper()}={asked} doesn't name one {NAMES[kind]} here; use the number or "
            f"a part of the name of one of these: {listed}"
        ) from None
    why = ""
    for rate in (RATE, round(info["default_samplerate"])):
        try:
            check = getattr(sd, f"check_{kind}_settings")
            check(device=info["index"], channels=1, dtype="int16", samplerate=rate)
            return Device(info["index"], rate)
        except Exception as error:  # likewise
            why = why or _reason(error)
    raise SoundError(f"the {NAMES[kind]} {info['name']!r} can't be used ({why})")


def _reason(error: Exception) -> str:
    return str(error).split(" [PaErrorCode")[0].strip() or type(error).__name__


@contextmanager
def opened(used: tuple[Device, Device], ear: Microphone, mouth: Loudspeaker) -> Iterator[Room]:
    """Microphone and loudspeaker of this machine on a call, without the echo between them.

    Raises:
        SoundError: one of them can't be opened any more.
    """
    sd = importlib.import_module("sounddevice")
    room = Room(ear, mouth, used[0].rate, used[1].rate)
    with contextlib.ExitStack() as open_streams:
        for stream, name, device, callback in (
            (sd.RawOutputStream, "loudspeaker", used[1], room.play),
            (sd.RawInputStream, "microphone", used[0], room.record),
        ):
            try:
                open_streams.enter_context(
                    stream(
                        device=device.number,
                        samplerate=device.rate,
                        blocksize=BLOCK * device.rate // RATE,
                        channels=1,
                        dtype="int16",
                        callback=callback,
                    )
                )
            except Exception as error:  # PortAudio's own, of many kinds
                raise SoundError(f"the {name} can't be opened ({_reason(error)})") from None
        yield room


@contextmanager
def off_screen(log: Path | None) -> Iterator[None]:
    """Keep off the screen what sound libraries write there by themselves; a log file gets it."""
    python, screen = sys.stderr, os.dup(2)
    elsewhere = os.open(log or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(elsewhere, 2)
    os.close(elsewhere)
    sys.stderr = open(screen, "w", buffering=1, errors="replace", closefd=False)  # noqa: SIM115
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stderr = python
        os.dup2(screen, 2)
        os.close(screen)


class Room:
    """Where the loudspeaker is heard by the microphone. `play` and `record` are PortAudio's."""

    def __init__(
        self, ear: Microphone, mouth: Loudspeaker, ear_rate: int = RATE, mouth_rate: int = RATE
    ) -> None:
        self._ear = ear
        self._mouth = mouth
        self._delays = [0.0, 0.0]
        self._blocks = {"loudspeaker": 0, "microphone": 0}
        self._inwards = _at(ear_rate, RATE)
        self._outwards = _at(RATE, mouth_rate)
        self._heard, self._to_play = bytearray(), bytearray()
        self._cleaner = rtc.AudioProcessingModule(
            echo_cancellation=True,
            noise_suppression=True,
            high_pass_filter=True,
            auto_gain_control=True,
        )

    async def lost(self, look: float = LOOK) -> str:
        """Wait until a device stands still, as one does that was unplugged; returns its name."""
        still = dict.fromkeys(self._blocks, 0)
        while max(still.values()) < PATIENCE:
            before = dict(self._blocks)
            await asyncio.sleep(look)
            for name, blocks in self._blocks.items():
                still[name] = still[name] + 1 if blocks == before[name] else 0
        return max(still, key=lambda name: still[name])

    def play(self, out: Any, samples: int, time: Any, status: object) -> None:
        """The next samples for the loudspeaker."""
        self._blocks["loudspeaker"] += 1
        self._delays[0] = time.outputBufferDacTime - time.currentTime
        while len(self._to_play) < len(out):
            sound = self._mouth.pull(BLOCK)
            for frame in _frames(sound):
                self._cleaner.process_reverse_stream(frame)
            self._to_play += self._outwards(sound)
        out[:] = bytes(self._to_play[: len(out)])
        del self._to_play[: len(out)]

    def record(self, sound: Any, samples: int, time: Any, status: object) -> None:
        """What the microphone has heard."""
        self._blocks["microphone"] += 1
        self._delays[1] = time.currentTime - time.inputBufferAdcTime
        with contextlib.suppress(RuntimeError):  # a delay out of its range is left as it was
            self._cleaner.set_stream_delay_ms(int(sum(self._delays) * 1000))
        self._heard += self._inwards(bytes(sound))
        whole = len(self._heard) - len(self._heard) % (2 * STEP)
        for frame in _frames(bytes(self._heard[:whole])):
            self._cleaner.process_stream(frame)
            self._ear.push(bytes(frame.data))
        del self._heard[:whole]


def _at(given: int, wanted: int) -> Callable[[bytes], bytes]:
    """Turns sound of one rate into the same sound at another."""
    if given == wanted:
        return bytes
    resampler = rtc.AudioResampler(given, wanted, quality=rtc.AudioResamplerQuality.HIGH)

    def turned(sound: bytes) -> bytes:
        frames = resampler.push(rtc.AudioFrame(sound, given, 1, len(sound) // 2))
        return b"".join(bytes(frame.data) for frame in frames)

    return turned


def _frames(sound: bytes) -> Iterator[rtc.AudioFrame]:
    for start in range(0, len(sound) - 2 * STEP + 1, 2 * STEP):
        yield rtc.AudioFrame(sound[start : start + 2 * STEP], RATE, 1, STEP)
