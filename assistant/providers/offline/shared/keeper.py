"""The worker's side: begins the speech process, and begins it anew whenever it dies."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.providers.offline.shared import wire

log = logging.getLogger("assistant.speech")

AGAIN = 0.5
"""Seconds until a speech process that died at once is begun anew."""


@contextmanager
def kept() -> Iterator[None]:
    """A speech process for this process and all that it begins, until this is left.

    Where sockets have no paths (Windows), each process loads speech for itself.
    """
    if sys.platform == "win32" or wire.address():
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="speech-"))  # for nobody else: mode 0700
    keeper = _Keeper(folder / "socket")
    os.environ[wire.ADDRESS] = str(folder / "socket")
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
        os.environ.pop(wire.ADDRESS, None)
        shutil.rmtree(folder, ignore_errors=True)


class _Keeper(threading.Thread):
    def __init__(self, path: Path) -> None:
        super().__init__(name="speech", daemon=True)
        self._path = path
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "assistant.providers.offline.shared.process", self._path],
                stdin=subprocess.PIPE,
                env={key: value for key, value in os.environ.items() if key != wire.ADDRESS},
                start_new_session=True,  # an interrupt at the terminal stops the worker first
            )
            code = self._process.wait()
            if self._over.is_set():
                return
            log.error("the speech process has ended (%d) and is begun anew", code)
            if time.monotonic() - began < 2 * AGAIN:
                self._over.wait(AGAIN)

    def stop(self) -> None:
        """End the process."""
        self._over.set()
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.kill()
            self._process.wait()
