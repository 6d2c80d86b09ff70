"""The speech process itself: loads each engine once, and serves every call in its turn.

    python -m assistant.providers.offline.shared.process SOCKET

A call asks for one thing at a time, and an engine does one thing at a time, in the order asked: no
call waits for more than one request of each other call.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.providers.offline.engines import new_model, new_voice
from assistant.providers.offline.shared import wire
from assistant.providers.offline.shared.repeated import Repeated

Answer = tuple[dict[str, Any], bytes]
REPEATED = 32 * 2**20
"""Bytes of sound that are kept: five minutes, twice what the fixed lines take."""


class Speech:
    """The engines, each on a thread of its own, loaded when first asked for."""

    def __init__(self) -> None:
        self._turns = cache(lambda name: ThreadPoolExecutor(1, thread_name_prefix=name))
        self._ears = cache(new_model)
        self._voice = cache(new_voice)
        self._repeated = Repeated(REPEATED)

    def answer(self, head: dict[str, Any], body: bytes) -> Answer:
        """What is asked for; blocks until it is this request's turn, and done."""
        work: dict[str, Callable[[dict[str, Any], bytes], Answer]] = {
            "load": self._load,
            "hear": self._hear,
            "phonemes": self._phonemes,
            "sound": self._sound,
        }
        engine = "voice" if head["do"] in ("phonemes", "sound") else str(head.get("engine", ""))
        return self._turns(engine).submit(work[head["do"]], head, body).result()

    def _load(self, head: dict[str, Any], body: bytes) -> Answer:
        model = self._ears(head["engine"])
        return {"name": model.name, "longest": model.longest}, b""

    def _hear(self, head: dict[str, Any], body: bytes) -> Answer:
        heard = self._ears(head["engine"]).transcribe(np.frombuffer(body, np.float32))
        return {"text": heard}, b""

    def _phonemes(self, head: dict[str, Any], body: bytes) -> Answer:
        return {"phonemes": list(self._voice().phonemize(head["text"]))}, b""

    def _sound(self, head: dict[str, Any], body: bytes) -> Answer:
        said = head["phonemes"], head["speed"], head["seed"]
        return {}, self._repeated.get(said, lambda: self._speak(*said))

    def _speak(self, phonemes: str, speed: float, seed: int) -> bytes:
        wave = self._voice().from_phonemes(phonemes, speed, seed=seed)
        return np.asarray(wave, np.float32).tobytes()


def serve(path: Path, speech: Speech) -> None:
    """Answer whoever connects, until the process ends."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(64)
        while True:
            line, _ = listening.accept()
            threading.Thread(target=_attend, args=(line, speech), daemon=True).start()


def _attend(line: socket.socket, speech: Speech) -> None:
    """One engine of one call, until it hangs up."""
    with line:
        while True:
            try:
                head, body = wire.receive(line)
            except (wire.WireError, OSError, ValueError):
                return
            try:
                answer = speech.answer(head, body)
            except Exception as error:  # native libraries fail in ways of their own
                logging.getLogger("assistant.speech").warning("speech failed: %r", error)
                answer = {"error": type(error).__name__}, b""
            try:
                wire.send(line, *answer)
            except OSError:
                return


def main() -> None:
    """Serve at the path given, as long as the worker that began this lives."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a worker that drains still has calls
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_worker, daemon=True).start()
    serve(Path(sys.argv[1]), Speech())


def _end_with_worker() -> None:
    """The worker holds the other end of the input; that it closes is all it ever says."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
