"""Transactions on a database: each within a bounded time, its faults told in one sentence."""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from assistant.records.sql.address import file_of, in_a_file, named, postgresql, sqlite
from assistant.records.store import Busy, RecordError

log = logging.getLogger("assistant.records")
T = TypeVar("T")
Work = Callable[[Connection], T]

PATIENCE = 2.0
"""How long anything asked of the database may take, in seconds, before it counts as away."""
IDLE = 1.0
"""Seconds without a question after which a server's connection is let go: others may need it."""
RETRY = 0.05
"""Seconds until a server that had no connection left is asked again."""

_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
"""SQLite's codes for a file that somebody else holds just now."""
_FULL = "53300"
"""PostgreSQL's code for having no connection left."""
_LEFT_ALONE = "SET LOCAL idle_in_transaction_session_timeout = '5s'"
"""A program that froze in the middle must not keep its rows for ever."""


class Database:
    """Runs transactions on the database at this address. Nothing is opened before the first.

    A SQLite file's transaction is one hop to a thread: the loop may be blocked meanwhile, and the
    file is let go of all the same. A process takes one connection, and keeps it while it is used.

    Raises:
        AddressError: the address cannot be used.
    """

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        self.url = url
        self._patience = patience
        self._kind = _File(url) if in_a_file(url) else _Server(url, patience)
        self._under_way: set[asyncio.Task[Any]] = set()

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for those who listen to its events."""
        return self._kind.sync_engine

    async def run(self, work: Work[T], *, writes: bool | None, whole: bool = True) -> T:
        """Do this in one transaction; `writes` is None for what SQLite does outside of any.

        Without `whole`, each of its statements may be a transaction of its own: on a server that
        saves the ways there and back. A transaction that takes too long is given up and not waited
        for. Whether it happened is then open, as it is whenever an answer is lost: whatever is done
        in here can be done again without harm.

        Raises:
            Busy: another program holds the file, or there was no answer in time.
            RecordError: it could not be done.
        """
        task = asyncio.get_running_loop().create_task(self._told(work, writes, whole))
        self._under_way.add(task)
        task.add_done_callback(self._over)
        try:
            done, _ = await asyncio.wait({task}, timeout=self._patience)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if not done:
            task.cancel()
            self._kind.abandon()
            raise Busy(f"{named(self.url)} did not answer within {self._patience:g} s")
        return task.result()

    async def _told(self, work: Work[T], writes: bool | None, whole: bool) -> T:
        try:
            return await self._kind.run(work, writes, whole)
        except RecordError:
            raise
        except TimeoutError:
            raise Busy(f"{named(self.url)} did not answer in time") from None
        except Exception as error:
            # The cause's own text may quote what was to be written: it stays out of the logs.
            kind = Busy if _held(error) else RecordError
            raise kind(f"{named(self.url)}: {reason(error)}") from None

    async def wipe(self) -> None:
        """Take what was overwritten out of SQLite's log file too, as far as readers let it."""
        if not in_a_file(self.url):
            return
        try:
            await self.run(
                lambda on: on.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close(),
                writes=None,
            )
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
        closing = asyncio.get_running_loop().create_task(self._kind.close())
        self._under_way.add(closing)
        closing.add_done_callback(self._over)
        await asyncio.wait({closing}, timeout=self._patience)


class _File:
    """A SQLite file. Each transaction has a thread to itself, one after the other."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.sync_engine = sqlite(url)
        self._turn = asyncio.Lock()
        self._opened: tuple[int, int] | None = None

    async def run(self, work: Work[T], writes: bool | None, whole: bool) -> T:
        turn = self._turn
        await turn.acquire()
        done = _in_a_thread(lambda: self._transaction(work, writes))
        # Whoever is cancelled waits no more, but the thread goes on: the next one comes behind it,
        # or a lease that was just renewed would be renewed once more after it is given up.
        done.add_done_callback(lambda _: turn.release())
        return await asyncio.shield(done)

    def _transaction(self, work: Work[T], writes: bool | None) -> T:
        if self._opened and self._opened != self._found():
            self.sync_engine.dispose()  # what is there now is another file
            if not file_of(self._url).exists():
                raise RecordError(f"{named(self._url)} is gone")
        with self.sync_engine.connect() as connection:
            connection.execution_options(writes=writes)
            with connection.begin():
                self._opened = before = self._found()
                done = work(connection)
        if writes and before != self._found():
            raise RecordError(f"{named(self._url)} was taken away while it was written")
        return done

    def _found(self) -> tuple[int, int] | None:
        """Which file lies there."""
        with suppress(OSError):
            found = os.stat(file_of(self._url))
            return found.st_dev, found.st_ino
        return None

    def abandon(self) -> None:
        """A thread hangs in the middle: it keeps its connection, the next one has another."""
        self.sync_engine = sqlite(self._url)
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        async with self._turn:
            await _in_a_thread(self.sync_engine.dispose)


class _Server:
    """A PostgreSQL, or a pooler in front of it."""

    def __init__(self, url: URL, patience: float) -> None:
        self._engine: AsyncEngine = postgresql(url, patience)
        self._each = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.sync_engine = self._engine.sync_engine
        self._asking = 0
        self._idle: asyncio.TimerHandle | None = None
        self._letting_go: asyncio.Task[None] | None = None

    async def run(self, work: Work[T], writes: bool | None, whole: bool) -> T:
        self._asking += 1
        if self._idle:
            self._idle.cancel()
        try:
            if self._letting_go:  # a connection of the pool that goes would stay open after it
                await asyncio.wait({self._letting_go})
            return await self._patiently(work, whole)
        finally:
            self._asking -= 1
            if not self._asking:
                self._idle = asyncio.get_running_loop().call_later(IDLE, self._let_go)

    async def _patiently(self, work: Work[T], whole: bool) -> T:
        broken = False
        while True:
            try:
                return await self._transaction(work, whole)
            except Exception as error:
                if _code(error) == _FULL:
                    await asyncio.sleep(RETRY)
                elif not broken and isinstance(error, DBAPIError) and error.connection_invalidated:
                    broken = True  # the server has been away since it was last asked
                else:
                    raise

    async def _transaction(self, work: Work[T], whole: bool) -> T:
        async with (self._engine if whole else self._each).connect() as connection:
            if not whole:
                return await connection.run_sync(work)
            async with connection.begin():
                await connection.execute(text(_LEFT_ALONE))
                return await connection.run_sync(work)

    def _let_go(self) -> None:
        self._letting_go = asyncio.get_running_loop().create_task(self._engine.dispose())

    def abandon(self) -> None:
        """The connection is closed with the task that was cancelled."""

    async def close(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._letting_go:
            await self._letting_go
        await self._engine.dispose()


def _in_a_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """Do this in a thread of its own, which keeps no program alive if it hangs."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(how: Callable[[Any], None], what: Any) -> None:
        if not done.done():
            how(what)

    def run() -> None:
        try:
            told = partial(tell, done.set_result, work())
        except BaseException as error:
            told = partial(tell, done.set_exception, error)
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(told)

    threading.Thread(target=run, name="records", daemon=True).start()
    done.add_done_callback(lambda over: over.cancelled() or over.exception())
    return done


def _held(error: BaseException) -> bool:
    """Whether SQLite's file is held by another program, which will let go of it."""
    code = getattr(_origin(error), "sqlite_errorcode", 0)
    return code & 0xFF in _HELD  # the rest of the code says more closely why


def _code(error: BaseException) -> str:
    """PostgreSQL's code for what went wrong."""
    return str(getattr(_origin(error), "sqlstate", "") or "")


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
