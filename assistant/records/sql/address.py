"""A database's address, understood as people write it, and the engine behind it."""

from __future__ import annotations

import getpass
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from assistant.records.store import AddressError, RecordError

_SQLITE_WAIT = 1.2
"""Seconds that SQLite waits for another writer: less than our patience, so that it tells."""
_POSTGRESQL_WAIT = 0.8
"""The share of our patience that a statement may take; then the server is asked to drop it."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_FORMS = "postgresql://user:password@host/database or sqlite:///folder/file.db"
_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
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
    if in_a_file(parsed):
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


def file_of(url: URL) -> Path:
    """The file that a SQLite database lies in."""
    return Path(str(url.database).removeprefix("file:").split("?")[0])


def named(url: URL) -> str:
    """The database as a person knows it, without its password."""
    if in_a_file(url):
        return str(url.database)
    host = url.host or url.query.get("host", "localhost")
    return f"{url.database or url.username} at {host}" + (f":{url.port}" if url.port else "")


def make_folder(url: URL) -> None:
    """Make the folder that a SQLite file lies in.

    Raises:
        RecordError: it cannot be made.
    """
    if not in_a_file(url):
        return
    try:
        file_of(url).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(f"{named(url)}: its folder cannot be made ({error.strerror})") from None


def sqlite(url: URL) -> Engine:
    """An engine for a file, with one connection, used by one thread after the other.

    Raises:
        AddressError: the address cannot be used.
    """
    wait = {"timeout": _SQLITE_WAIT}
    try:
        engine = create_engine(
            url, hide_parameters=True, pool_size=1, max_overflow=0, connect_args=wait
        )
    except (SQLAlchemyError, TypeError, ValueError):
        raise AddressError(f"DATABASE_URL cannot be used: write {_FORMS}.") from None
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgresql(url: URL, patience: float) -> AsyncEngine:
    """An engine for a server, or for a pooler in front of it: nothing here needs a session.

    A pooler gives each transaction to another server process: so no option is sent at the start,
    which it would refuse, and no statement is prepared under a name, which the next one lacks.

    Raises:
        AddressError: the address cannot be used.
    """
    try:
        return create_async_engine(
            url,
            pool_size=1,
            max_overflow=0,
            pool_timeout=patience,
            hide_parameters=True,
            connect_args={
                "timeout": patience,
                "command_timeout": patience * _POSTGRESQL_WAIT,
                "server_settings": {"application_name": "iphone-shop-assistant"},
                "statement_cache_size": 0,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": str,
            },
        )
    except (SQLAlchemyError, NoSuchModuleError, ImportError, TypeError, ValueError):
        raise AddressError(f"DATABASE_URL cannot be used: write {_FORMS}.") from None


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's own transactions begin too late: a lock is then refused instead of waited for.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    """A writer takes the lock at once: a reader that turns into one would not be let wait."""
    writes = connection.get_execution_options().get("writes", False)
    if writes is not None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
