"""How long `make console` takes to its greeting, and how much it has loaded by then."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from scripts.bench.figures import THIS, Figure

_MODULES = (
    "import atexit, sys; atexit.register(lambda: print('MODULES', len(sys.modules)))\n"
    "from assistant.__main__ import main; sys.exit(main(['console']))"
)


def measure(times: int, tell: Callable[[str], None]) -> list[Figure]:
    """A text call from the start of the process to its first line, so many times."""
    seconds, modules = [], []
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "DATABASE_URL": f"sqlite:///{home}/calls.db",
            "MODE": "text",
        }
        for nth in range(times + 1):  # the first one finds the disk cold
            tell(f"start to greeting, {nth} of {times}")
            began = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-c", _MODULES],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                text=True,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Jill:"):
                    break
            greeted = time.perf_counter() - began
            rest, _ = process.communicate("/quit\n")
            if nth:
                seconds.append(greeted)
                modules.append(float(rest.rpartition("MODULES ")[2] or 0))
    return [
        Figure("start of a text call to its greeting", "s", {THIS: seconds}),
        Figure("modules loaded by a text call", "", {THIS: modules}),
    ]
