"""A PgBouncer in front of the tests' PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.databases import Postgres

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
MISSING = "no pgbouncer here (Debian: pgbouncer)"


@contextmanager
def pooled(postgres: Postgres, url: str, **settings: str) -> Iterator[str]:
    """The address of this database behind a PgBouncer with these settings, else its defaults."""
    if PROGRAM is None:
        pytest.skip(MISSING)
    behind = make_url(url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    told = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        **settings,
    }
    server = f"host={behind.query['host']} dbname={behind.database} user={behind.username}"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        config = Path(folder) / "pgbouncer.ini"
        lines = "\n".join(f"{key} = {value}" for key, value in told.items())
        config.write_text(f"[databases]\ncalls = {server}\n[pgbouncer]\n{lines}\n")
        # As root it refuses to run, and becomes whoever the server runs as.
        user = ["-u", postgres.user] if os.geteuid() == 0 else []
        with subprocess.Popen(
            [PROGRAM, *user, str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                _await_port(port)
                yield f"postgresql://{behind.username}@127.0.0.1:{port}/calls"
            finally:
                process.terminate()


def _await_port(port: int) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
