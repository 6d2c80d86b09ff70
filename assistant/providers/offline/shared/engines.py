"""Ears and voice of the speech process, asked from a call as if they were loaded here."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from assistant.providers.offline.audio import Samples
from assistant.providers.offline.shared import wire

ANSWERS = 20.0
"""Seconds that one answer may take: the longest sentence, behind those of all other calls."""
BACK = 15.0
"""Seconds in which a speech process that died is back, its engines loaded (2 s on two cores)."""


class SpeechError(Exception):
    """The speech process can't be asked, or its engine failed."""


class Asked:
    """A line to the speech process; asks one thing at a time, once more where the process died."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._line: socket.socket | None = None

    def __call__(self, body: bytes = b"", **head: Any) -> tuple[dict[str, Any], bytes]:
        """Ask, and wait for the answer; blocks.

        Raises:
            SpeechError: nobody answers, or what was asked failed there.
        """
        giving_up = time.monotonic() + BACK
        with self._lock:
            while True:
                try:
                    answer, rest = self._once(head, body)
                    break
                except (OSError, wire.WireError) as error:
                    self._hang_up()
                    if time.monotonic() > giving_up:
                        raise SpeechError("the speech process doesn't answer") from error
                    time.sleep(0.1)
        if "error" in answer:
            raise SpeechError(f"speech failed: {answer['error']}")
        return answer, rest

    def _once(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        if self._line is None:
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(ANSWERS)
            line.connect(self._address)
            self._line = line
        wire.send(self._line, head, body)
        return wire.receive(self._line)

    def _hang_up(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
            self._line = None


class SharedEars:
    """A recogniser of the speech process."""

    def __init__(self, engine: str, address: str) -> None:
        self._engine, self._ask = engine, Asked(address)
        told, _ = self._ask(do="load", engine=engine)
        self.name: str = told["name"]
        self.longest: float = told["longest"]

    def transcribe(self, samples: Samples) -> str:
        """What is said in a segment of 16 kHz mono sound."""
        told, _ = self._ask(samples.astype(np.float32).tobytes(), do="hear", engine=self._engine)
        return str(told["text"])


class SharedVoice:
    """The voice of the speech process."""

    def __init__(self, address: str) -> None:
        self._ask = Asked(address)

    def phonemize(self, text: str) -> list[str]:
        """A text's sentences as phonemes."""
        told, _ = self._ask(do="phonemes", text=text)
        return cast("list[str]", told["phonemes"])

    def from_phonemes(self, phonemes: str, speed: float, *, seed: int) -> NDArray[np.float32]:
        """A sentence as 24 kHz mono sound."""
        _, wave = self._ask(do="sound", phonemes=phonemes, speed=speed, seed=seed)
        return np.frombuffer(wave, np.float32)
