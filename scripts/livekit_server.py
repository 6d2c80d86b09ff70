"""Find a LiveKit server, or build one with Go (once, about two minutes); print where it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from assistant.errors import MendableError
from scripts.browser import NO_CHROMIUM, chromium

VERSION = "v1.13.5"
"""The one that was tested; 1.13.0 and 1.13.1 are known not to do."""
MODULE = "github.com/livekit/livekit-server/cmd/server"
BUILT = Path(__file__).parent.parent / ".cache" / "livekit-server" / VERSION / "livekit-server"
HOW_TO_HAVE_IT = (
    f"put livekit-server {VERSION} on the PATH, or install Go 1.26 or newer and it is built here"
)


class BuildError(MendableError):
    """There is no LiveKit server and none could be built."""


def present() -> Path | None:
    """The server on the PATH, else the one that was built here."""
    on_path = shutil.which("livekit-server")
    if on_path:
        return Path(on_path)
    return BUILT if BUILT.exists() else None


def can_build() -> bool:
    """Whether Go is at hand."""
    return shutil.which("go") is not None


def find() -> Path:
    """A server, built if there is none.

    Raises:
        BuildError: there is none, and none could be built.
    """
    found = present()
    if found:
        return found
    if not can_build():
        raise BuildError(f"There is no LiveKit server: {HOW_TO_HAVE_IT}.")
    print(f"Building the LiveKit server {VERSION} (once, about two minutes) ...", file=sys.stderr)
    return _build()


def _build() -> Path:
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILT.parent) as scratch:
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
            "GOBIN": scratch,
        }
        done = subprocess.run(
            ["go", "install", f"{MODULE}@{VERSION}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise BuildError(f"Go could not build the LiveKit server {VERSION}: {last}")
        os.replace(Path(scratch) / "server", BUILT)
    return BUILT


def left_out() -> str:
    """What the usual tests leave out, and what that takes."""
    needs = []
    if not (present() or can_build()):
        needs.append(f" Rooms and page need a LiveKit server: {HOW_TO_HAVE_IT}.")
    if not chromium():
        needs.append(f" {NO_CHROMIUM}.")
    real = "calls by sound in real time (make voice), calls in rooms (make e2e)"
    return f"Left out: {real}, the page in a browser (make page-test).{''.join(needs)}"


def main() -> int:
    """Print the server's path; with `--left-out`, what is not tested for want of it."""
    if "--left-out" in sys.argv[1:]:
        print(left_out())
        return 0
    try:
        print(find())
    except BuildError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
