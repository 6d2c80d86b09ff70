"""The deployment's files, held against the real server."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from assistant.worker.local import LocalServer

CONFIG = Path(__file__).parents[2] / "deploy/livekit.yaml"


def test_the_server_takes_the_configuration(server: LocalServer) -> None:
    """A field that this version doesn't know would stop the server; it knows them all."""
    binary = str(server.process.args[0])  # type: ignore[index]
    done = subprocess.run(
        [binary, "--config", str(CONFIG), "ports"],
        env={**os.environ, "LIVEKIT_KEYS": "shop: " + "0" * 32, "NODE_IP": "192.0.2.10"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert "could not parse" not in done.stdout + done.stderr
    for port in ("7880", "7881", "7882"):
        assert port in done.stdout
