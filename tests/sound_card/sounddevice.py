"""What the console uses of the module `sounddevice`, without sound; `SOUND_CARD` says how it is.

`none`: nothing is plugged in. `deaf`: there is no microphone. `busy`: it can't be opened.
`unplugged`: it stands still after a second. `broken`: no rate suits it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

DEVICES: tuple[dict[str, Any], ...] = (
    {"name": "Webcam", "max_input_channels": 1, "max_output_channels": 0, "rate": 44_100},
    {"name": "Internal", "max_input_channels": 2, "max_output_channels": 2, "rate": 0},
    {"name": "USB headset", "max_input_channels": 1, "max_output_channels": 2, "rate": 48_000},
    {"name": "USB dock", "max_input_channels": 1, "max_output_channels": 2, "rate": 48_000},
)
"""The second is the default; `rate` is the only one that suits it, 0 where any does."""
DEFAULT = 1
OPEN: list[_Stream] = []
"""The streams that run."""
PLAYED: list[bytes] = []
"""What came out of the loudspeaker, block by block."""


class PortAudioError(Exception):
    """As the real one's."""


def query_devices(device: int | str | None = None, kind: str | None = None) -> Any:
    """All devices, or the one asked for."""
    here = [
        {**each, "index": number, "default_samplerate": float(each["rate"] or 48_000)}
        for number, each in enumerate(DEVICES)
        if _state() != "none" and not (_state() == "deaf" and each["name"] != "Internal")
    ]
    if _state() == "deaf":
        here = [{**each, "max_input_channels": 0} for each in here]
    if device is None and kind is None:
        return here
    if isinstance(device, int) or device is None:
        wanted = DEFAULT if device is None else device
        found = [each for each in here if each["index"] == wanted]
    else:
        found = [each for each in here if device.lower() in str(each["name"]).lower()]
    found = [each for each in found if each[f"max_{kind}_channels"]]
    if len(found) != 1:
        raise ValueError(f"{len(found)} {kind} devices matching {device!r}")
    return found[0]


def check_input_settings(*, device: int, samplerate: float, **_: Any) -> None:
    """Whether it takes that rate."""
    if _state() == "broken" or DEVICES[device]["rate"] not in (0, samplerate):
        raise PortAudioError("Invalid sample rate [PaErrorCode -9997]")


check_output_settings = check_input_settings


class _Stream:
    """Calls back in a thread of its own, in real time."""

    def __init__(
        self,
        *,
        device: int,
        samplerate: int,
        blocksize: int,
        callback: Callable[[Any, int, Any, object], None],
        **_: Any,
    ) -> None:
        if _state() == "busy" and isinstance(self, RawInputStream):
            raise PortAudioError("Device unavailable [PaErrorCode -9985]")
        check_input_settings(device=device, samplerate=samplerate)
        self.callback = callback
        self.samples = blocksize
        self.seconds = blocksize / samplerate
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Stream:
        OPEN.append(self)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        OPEN.remove(self)
        self.stopped.set()
        self.thread.join()

    def _run(self) -> None:
        began, blocks = time.monotonic(), 0
        lasts = 1.0 if _state() == "unplugged" else 1e9
        while blocks * self.seconds < lasts and not self.stopped.is_set():
            now = time.monotonic()
            moment = SimpleNamespace(
                currentTime=now, outputBufferDacTime=now + 0.1, inputBufferAdcTime=now - 0.05
            )
            self._block(moment)
            blocks += 1
            self.stopped.wait(max(0.0, began + blocks * self.seconds - time.monotonic()))

    def _block(self, moment: object) -> None:
        raise NotImplementedError


class RawOutputStream(_Stream):
    """A loudspeaker."""

    def _block(self, moment: object) -> None:
        out = bytearray(2 * self.samples)
        self.callback(memoryview(out), self.samples, moment, "")
        PLAYED.append(bytes(out))


class RawInputStream(_Stream):
    """A microphone that hears nothing."""

    def _block(self, moment: object) -> None:
        self.callback(bytes(2 * self.samples), self.samples, moment, "")


def _state() -> str:
    return os.environ.get("SOUND_CARD", "")
