"""The connection to a database: addresses understood, time limits, faults as one sentence."""

from __future__ import annotations

import asyncio
import getpass
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from assistant.records.store import AddressError, Busy, RecordError

log = logging.getLogger("assistant.records")
T = TypeVar("T")

PATIENCE = 2.0
"""How long anything asked of the database may take, in seconds, before it counts as away."""

_SQLITE_WAIT = 1.2
"""How long SQLite waits for another writer; less than our patience, so that it says so itself."""
_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
"""SQLite's codes for a file that somebody else holds just now."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_EMPTY_THE_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
_FORMS = "postgresql://user:password@host/database or sqlite:///folder/file.db"
_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
_POSTGRESQL_OPTIONS = {"host", "port", "user", "password", "database", "dbname", "service"}


def address(url: str) -> URL:
    """A database's address with the drivers used here; plain ones are understood.

    Raises:
        AddressError: it is not the address of a database that can be used, in one sentence.
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise AddressError(f"DATABASE_URL is no address of a database: write {_FORMS}.") from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise AddressError(
            f"DATABASE_URL begins with {parsed.drivername}://, which is not supported: "
            f"write {_FORMS}."
        )
    parsed = parsed.set(drivername=driver)
    if driver.startswith("sqlite"):
        if not parsed.database or parsed.database == ":memory:" or parsed.host:
            raise AddressError("DATABASE_URL names no file: write sqlite:///folder/file.db.")
        return parsed.set(database=_at_home(parsed.database))
    return _postgresql(parsed)


def _at_home(file: str) -> str:
    """A file's path with the home directory that `~` stands for, which SQLite doesn't know."""
    if not file.startswith("~"):
        return file
    try:
        return str(Path(file).expanduser())
    except RuntimeError:
        raise AddressError(
            f"DATABASE_URL names {file}, and nobody here has such a home: write the whole path."
        ) from None


def _postgresql(url: URL) -> URL:
    """What other programs write into an address, in this driver's words."""
    query = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    for unneeded in ("connect_timeout", "application_name", "channel_binding"):
        query.pop(unneeded, None)
    if unknown := sorted(query.keys() - _POSTGRESQL_OPTIONS - {"ssl"}):
        raise AddressError(f"DATABASE_URL has the unknown option {unknown[0]}: leave it out.")
    if "dbname" in query:
        query["database"] = query.pop("dbname")
    user = url.username or (None if "user" in query else getpass.getuser())
    return url.set(query=query, username=user)


def in_a_file(url: URL) -> bool:
    """Whether the database is a file on this machine."""
    return url.drivername.startswith("sqlite")


def named(url: URL) -> str:
    """The database as a person knows it, without its password."""
    if in_a_file(url):
        return str(url.database)
    host = url.host or url.query.get("host", "localhost")
    return f"{url.database or url.username} at {host}" + (f":{url.port}" if url.port else "")


def connect(url: URL, patience: float = PATIENCE) -> AsyncEngine:
    """An engine with short waits and connections that heal. Nothing is opened yet.

    Raises:
        AddressError: the address cannot be used.
    """
    try:
        if in_a_file(url):
            return _sqlite(url)
        return create_async_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=patience,
            hide_parameters=True,
            connect_args={
                "timeout": min(patience, 5.0),
                "command_timeout": patience,
                "server_settings": {
                    "application_name": "iphone-shop-assistant",
                    "lock_timeout": f"{int(patience * 600)}ms",
                    "statement_timeout": f"{int(patience * 900)}ms",
                    # A worker that froze in the middle must not keep its call's row for ever.
                    "idle_in_transaction_session_timeout": "5s",
                },
            },
        )
    except (SQLAlchemyError, NoSuchModuleError, ImportError, TypeError, ValueError):
        raise AddressError(f"DATABASE_URL cannot be used: write {_FORMS}.") from None


def _sqlite(url: URL) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_timeout=PATIENCE,
        connect_args={"timeout": _SQLITE_WAIT, "async_creator_fn": _opened},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


async def _opened(*where: Any, **options: Any) -> aiosqlite.Connection:
    """A connection to a SQLite file, which has a thread of its own."""
    connection = aiosqlite.connect(*where, **options)
    connection._thread.daemon = True  # as SQLAlchemy does: one that hangs keeps no program alive
    try:
        return await connection
    except sqlite3.Error:
        # It ends at once; unwaited for, it may find its loop closed, and cry.
        await asyncio.to_thread(connection._thread.join, PATIENCE)
        raise


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # Python's own transactions begin too late: a lock is then refused instead of waited for.
    connection.isolation_level = None
    try:
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except Exception:
        connection.close()  # nobody else does, and its thread would outlive the loop
        raise


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the lock at once: a reader that turns into one would not be let wait."""
    writes = connection.get_execution_options().get("writes", False)
    if writes is not None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def make_folder(url: URL) -> None:
    """Make the folder that a SQLite file lies in.

    Raises:
        RecordError: it cannot be made.
    """
    if not in_a_file(url):
        return
    folder = Path(str(url.database).removeprefix("file:").split("?")[0]).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{named(url)}: its folder cannot be made ({error.strerror})") from None


class Database:
    """Runs transactions, each within a bounded time, and tells a fault in one sentence."""

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        self.url = url
        self.engine = connect(url, patience)
        self._patience = patience
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(
        self, work: Callable[[AsyncConnection], Awaitable[T]], *, writes: bool | None
    ) -> T:
        """Do this in one transaction; `writes` is None for what SQLite does outside of any.

        A transaction that takes too long is given up and not waited for: its connection may hang.
        Whether it happened is then open, as it is whenever an answer is lost.

        Raises:
            Busy: another program holds the file, or there was no answer in time.
            RecordError: it could not be done.
        """
        task = asyncio.get_running_loop().create_task(self._transaction(work, writes))
        self._under_way.add(task)
        task.add_done_callback(self._over)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._patience)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            raise Busy(f"{named(self.url)} did not answer within {self._patience:g} s")
        return task.result()

    async def _transaction(
        self, work: Callable[[AsyncConnection], Awaitable[T]], writes: bool | None
    ) -> T:
        try:
            async with self.engine.connect() as connection:
                await connection.execution_options(writes=writes)
                async with connection.begin():
                    return await work(connection)
        except RecordError:
            raise
        except Exception as error:
            # The cause's own text may quote what was to be written: it stays out of the logs.
            kind = Busy if _held(error) else RecordError
            raise kind(f"{named(self.url)}: {reason(error)}") from None

    async def wipe(self) -> None:
        """Take what was overwritten out of SQLite's log file too, as far as readers let it."""
        if not in_a_file(self.url):
            return
        try:
            await self.run(lambda on: on.exec_driver_sql(_EMPTY_THE_LOG), writes=None)
        except RecordError as error:
            log.warning("Overwritten words may still stand in the file's log: %s", error)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()

    async def close(self) -> None:
        """Close every connection, without waiting for one that hangs."""
        for task in self._under_way:
            task.cancel()
        disposing = asyncio.get_running_loop().create_task(self.engine.dispose())
        self._under_way.add(disposing)
        disposing.add_done_callback(self._over)
        await asyncio.wait({disposing}, timeout=self._patience)


def _held(error: BaseException) -> bool:
    """Whether SQLite's file is held by another program, which will let go of it."""
    code = getattr(_origin(error), "sqlite_errorcode", 0)
    return code & 0xFF in _HELD  # the rest of the code says more closely why


def _origin(error: BaseException) -> BaseException:
    """The driver's own error."""
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def reason(error: BaseException) -> str:
    """A driver's error as one line, without the values that were being written."""
    origin = _origin(error)
    lines = str(origin).strip().splitlines() or [type(origin).__name__]
    first = lines[0]
    if first.startswith("<class"):  # the driver's own class in front of its message
        first = first.partition(": ")[2] or first
    return first
