"""Databases that fail on purpose, and a look at what they hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Executable, event, text

from assistant.records import Entry, MemoryStore, RecordError
from assistant.records.sql.store import SqlStore
from statemachine.engine.effects import Effect


async def count(store: SqlStore, table: str) -> int:
    """How many rows a table has."""
    counted = text(f"SELECT count(*) FROM {table}")
    return int(await store.database.run(lambda on: on.scalar(counted), writes=False) or 0)


async def execute(store: SqlStore, *statements: Executable | str) -> None:
    """Do this to a database behind its store's back."""

    def work(on: Connection) -> None:
        for each in statements:
            on.execute(text(each) if isinstance(each, str) else each)

    await store.database.run(work, writes=True)


class Broken:
    """A SQLite file that can't be written for as long as this lasts, in one of four ways."""

    def __init__(self, store: SqlStore, how: str) -> None:
        self._store, self._how = store, how
        self._other: sqlite3.Connection | None = None

    async def __aenter__(self) -> None:
        if self._how == "locked":
            self._other = sqlite3.connect(str(self._store.database.url.database))
            self._other.execute("BEGIN IMMEDIATE")
        elif self._how == "moved":
            self._store.database.engine.dispose()
            self._file.rename(self._file.with_suffix(".away"))
            self._file.mkdir()
        else:
            self._store.database.engine.dispose()
            if self._how == "full":
                self._fill()
            event.listen(self._store.database.engine, "connect", self._cripple)

    async def __aexit__(self, *_: object) -> None:
        if self._other is not None:
            self._other.rollback()
            self._other.close()
        elif self._how == "moved":
            self._file.rmdir()
            self._file.with_suffix(".away").rename(self._file)
        else:
            event.remove(self._store.database.engine, "connect", self._cripple)
            self._store.database.engine.dispose()

    @property
    def _file(self) -> Path:
        return Path(str(self._store.database.url.database))

    def _fill(self) -> None:
        """Use up the room that is left in the file's last pages."""
        with closing(sqlite3.connect(self._file, isolation_level=None)) as file:
            file.execute("PRAGMA synchronous=OFF")
            file.execute("PRAGMA max_page_count=1")
            for table, key, wide in (("calls", "id", "room"), ("events", "number", "reasons")):
                columns = [row[1] for row in file.execute(f"PRAGMA table_info({table})")]
                for number, size in enumerate(n for n in (2000, 300, 50, 1) for _ in range(20)):
                    values = dict.fromkeys(columns, 0) | {key: -number, wide: "x" * size}
                    values |= {"reference": -number} if table == "calls" else {}
                    marks = ", ".join("?" * len(columns))
                    try:
                        file.execute(f"INSERT INTO {table} VALUES ({marks})", [*values.values()])
                    except sqlite3.OperationalError:
                        continue

    def _cripple(self, connection: Any, _record: object) -> None:
        pragma = {"read-only": "query_only=ON", "full": "max_page_count=1"}[self._how]
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


class LosesAnswers(SqlStore):
    """A store whose answers are lost while `losing`, and that does nothing while `away`."""

    losing = False
    away = False

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        """Write, and say that it failed."""
        if self.away:
            raise RecordError("nobody answers")
        await super().write(call, number, entry, effects, before)
        if self.losing:
            raise RecordError("the answer was lost")


class Unreachable(MemoryStore):
    """A store that can neither begin nor write while there is an `error` to raise."""

    error: Exception | None = None

    async def begin(self, *told: Any, **more: Any) -> str:
        """Note a new call, if anybody is there."""
        if self.error:
            raise self.error
        return await super().begin(*told, **more)

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        """Write an entry, if anybody is there."""
        if self.error:
            raise self.error
        await super().write(call, number, entry, effects, before)
