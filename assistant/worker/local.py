"""A line to try on one machine: a LiveKit server on the loopback address, and a worker."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from assistant import settings as environment
from assistant.worker import rooms, start
from assistant.worker.start import StartError

LOOPBACK = "127.0.0.1"
ROOM = "shop"
WORKER_STARTS = 180.0
"""Seconds that a worker may take to load and to register."""
WORKER_ENDS = 6.0
"""Seconds that a worker may take to end before it is ended."""
STARTS = 20.0
"""Seconds that a LiveKit server may take to answer."""


@dataclass(frozen=True)
class LocalServer:
    """A LiveKit server that only this machine can reach."""

    url: str
    key: str
    secret: str
    process: subprocess.Popen[bytes]

    @property
    def environment(self) -> dict[str, str]:
        """What a worker needs to know of it."""
        return {
            "LIVEKIT_URL": self.url,
            "LIVEKIT_API_KEY": self.key,
            "LIVEKIT_API_SECRET": self.secret,
        }

    def token(self, identity: str, room: str, *, kind: str = "standard", agent: str = "") -> str:
        """What lets somebody into a room for a day; with an agent's name, it is asked to come."""
        made = rooms.token(self.key, self.secret, identity, room, agent=agent)
        return made.with_kind(kind).to_jwt()  # type: ignore[arg-type]


def config(http: int, udp: int, key: str, secret: str, redis: str = "") -> dict[str, object]:
    """A server's configuration that keeps it, and whoever it talks to, on this machine.

    It listens on TCP on all interfaces and asks public servers for its address unless told not to.
    """
    return {
        "port": http,
        "bind_addresses": [LOOPBACK],
        "rtc": {
            "node_ip": LOOPBACK,
            "use_external_ip": False,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo" if os.uname().sysname == "Linux" else "lo0"]},
            "ips": {"includes": [f"{LOOPBACK}/32"]},
            "udp_port": udp,
            "tcp_port": 0,
            "stun_servers": [f"{LOOPBACK}:3478"],
        },
        "keys": {key: secret},
        **({"redis": {"address": redis}} if redis else {}),
        "logging": {"level": "warn"},
    }


@contextmanager
def local_server(
    binary: Path, log: IO[bytes] | int | None = None, redis: str = ""
) -> Iterator[LocalServer]:
    """Run a LiveKit server on free ports, until this is left; with Redis at an address if named.

    Raises:
        StartError: it doesn't start.
    """
    http, udp = _free_port(socket.SOCK_STREAM), _free_port(socket.SOCK_DGRAM)
    key, secret = "local", secrets.token_hex(24)
    body = json.dumps(config(http, udp, key, secret, redis))
    # A session of its own: an interrupt at the terminal stops the worker first.
    process = subprocess.Popen(
        [binary],
        env={**os.environ, "LIVEKIT_CONFIG": body},
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=_end_with_us,
    )
    try:
        _wait_for(process, http)
        yield LocalServer(f"ws://{LOOPBACK}:{http}", key, secret, process)
    finally:
        _stop(process)


def _end_with_us() -> None:
    """In a new process: be ended with the one that began it, however that ends. Linux knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise StartError(f"The LiveKit server ended with {process.returncode} as it started.")
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1.0):
            return
        time.sleep(0.05)
    raise StartError(f"The LiveKit server did not answer in {STARTS:g} s.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)  # the first waits for whoever is in a room
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as asked:
        asked.bind((LOOPBACK, 0))
        return int(asked.getsockname()[1])


@contextmanager
def line(binary: str) -> Iterator[LocalServer]:
    """A LiveKit server and a worker of its own, until this is left; the environment names them.

    Raises:
        StartError: the server doesn't start.
    """
    told = {"HEALTH_PORT": "0", "DRAIN_SECONDS": "1", "LOG_FORMAT": "colored"}
    told["LOG_LEVEL"] = "INFO"  # it says so when it serves
    with local_server(Path(binary), subprocess.DEVNULL) as local:
        os.environ.update(local.environment)
        worker = subprocess.Popen(
            [sys.executable, "-m", "assistant", "start"],
            env={"MOST_CALLS": "6", "PERSON_PAGE": "on", **os.environ, **told},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # an interrupt at the terminal ends it in its turn
            preexec_fn=_end_with_us,
        )
        try:
            _wait_until_it_serves(worker)
            yield local
        finally:
            worker.terminate()
            try:
                worker.wait(WORKER_ENDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()


def _wait_until_it_serves(worker: subprocess.Popen[bytes]) -> None:
    """Wait for a worker: who calls before it is there is answered by nobody."""
    serves = threading.Event()
    threading.Thread(target=_listen, args=(worker, serves), daemon=True).start()
    if not serves.wait(WORKER_STARTS) or worker.poll() is not None:
        raise StartError("The worker doesn't serve: `make dev` says more.")


def _listen(worker: subprocess.Popen[bytes], serves: threading.Event) -> None:
    """Pass on what a worker warns of, and notice when it serves, or has ended."""
    assert worker.stdout is not None
    for line in worker.stdout:
        if b"registered worker" in line:
            serves.set()
        if not re.search(rb"INFO|DEBUG", line[:60]):
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
    serves.set()


def run(binary: str | None) -> None:
    """Open a room on this machine and serve whoever comes, until interrupted.

    Raises:
        StartError: it cannot be opened.
    """
    found = binary or shutil.which("livekit-server")
    if found is None:
        raise StartError(
            "There is no livekit-server here: `make room` builds one where Go is installed."
        )
    with local_server(Path(found)) as local:
        os.environ.update(local.environment)
        settings = environment.read()
        from assistant.worker import (
            server as worker,  # once the environment says where the server is
        )

        agent = settings.rooms.agent_name
        worker.server.on("worker_registered", lambda *_: _invite(local, agent))
        start.run(settings, dev=True)


def _invite(local: LocalServer, agent: str) -> None:
    token = local.token("caller", ROOM, agent=agent)
    print(
        "\nThe line is open. Join with any LiveKit client on this machine:\n"
        f"  URL    {local.url}\n"
        f"  Token  {token}\n"
        "for instance in a browser:\n"
        f"  https://meet.livekit.io/custom?liveKitUrl={local.url}&token={token}\n"
        "Ctrl-C closes it.\n",
        flush=True,
    )
