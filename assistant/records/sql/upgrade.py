"""Bringing a database's tables up to this program's, or saying why they can't be used."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text, update

from assistant.records.sql import rows
from assistant.records.sql.address import address, make_folder, named
from assistant.records.sql.database import Database
from assistant.records.sql.older import FORM
from assistant.records.sql.reading import events
from assistant.records.sql.schema import CALLS, EVENTS, METADATA
from assistant.records.store import Busy, RecordError, SchemaError

T = TypeVar("T")

PATIENCE = 60.0
"""How long the steps may take, in seconds: a large table may be rewritten."""
TURN = 6.0
"""How long, in seconds, another program that is at it may keep a SQLite file."""
RETRY = 0.1
"""Seconds until a file that was held is asked for again."""
AT_ONCE = 20
"""How many journals are written in today's form before others get their turn."""
_LOCK = 7_466_373
"""The advisory lock that keeps two programs from upgrading one PostgreSQL database at once."""


async def upgrade(url: str) -> None:
    """Make or renew the tables of this database; nothing happens where they are right already.

    Raises:
        SchemaError: they are newer than this program's, or not its own.
        RecordError: the address is wrong, or the database is away.
    """
    await _in_a_thread(url, _upgraded)


async def check(url: str) -> None:
    """Say whether the tables of this database are this program's, and change nothing.

    Raises:
        SchemaError: they are older, newer, or not its own.
        RecordError: the address is wrong, or the database is away.
    """
    await _in_a_thread(url, _checked)


async def _in_a_thread(url: str, work: Callable[[Database], Awaitable[None]]) -> None:
    """Alembic would block the loop, so it gets a thread, and there a loop of its own."""
    make_folder(address(url))
    await asyncio.to_thread(lambda: asyncio.run(_connected(url, work)))


async def _connected(url: str, work: Callable[[Database], Awaitable[None]]) -> None:
    database = Database(address(url), PATIENCE)
    try:
        await work(database)
    finally:
        await database.close()


async def _upgraded(database: Database) -> None:
    await _in_its_turn(database, lambda on: _upgrade(on, named(database.url)))
    # In small bites: the workers that are there already go on writing.
    until = time.monotonic() + PATIENCE
    done: str | None = ""
    while done is not None and time.monotonic() < until:
        done = await _in_its_turn(database, partial(_renew_journals, after=done))


async def _checked(database: Database) -> None:
    await _in_its_turn(database, lambda on: _check(on, named(database.url)))


async def _in_its_turn(database: Database, work: Callable[[Connection], T]) -> T:
    """Do it; a new SQLite file may say at once that somebody else holds it."""
    until = time.monotonic() + TURN
    while True:
        try:
            return await database.run(work, writes=True)
        except Busy:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(RETRY)


def _upgrade(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    steps = _steps()
    if _stand(connection, name, steps) != steps.get_current_head():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _check(connection: Connection, name: str) -> None:
    steps = _steps()
    stand, head = _stand(connection, name, steps), steps.get_current_head()
    if stand != head:
        raise SchemaError(
            f"The tables of {name} are at step {stand or 'none'}, this program's at {head}: "
            "upgrade them before the start."
        )


def _stand(connection: Connection, name: str, steps: ScriptDirectory) -> str | None:
    """The step at which the tables are; None where there are none yet."""
    stand = MigrationContext.configure(connection).get_current_revision()
    if stand is None:
        foreign = METADATA.tables.keys() & set(inspect(connection).get_table_names())
        if foreign:
            raise SchemaError(
                f"{name} has a table {min(foreign)} that this program didn't make: "
                "name another database in DATABASE_URL."
            )
        return None
    if stand not in {step.revision for step in steps.walk_revisions()}:
        raise SchemaError(
            f"The tables of {name} are at step {stand}, newer than this program's "
            f"{steps.get_current_head()}: update the program."
        )
    return stand


def _config() -> Config:
    config = Config()
    steps = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", steps.replace("%", "%%"))  # it fills in %(names)s
    config.set_main_option("path_separator", "os")
    return config


def _steps() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _renew_journals(connection: Connection, after: str) -> str | None:
    """Write some older journals in today's form; the last of these calls, None after all.

    What is not reached is told in today's form wherever it is read.
    """
    old = select(EVENTS.c.call).where(EVENTS.c.call > after, EVENTS.c.form < FORM)
    calls = list(connection.scalars(old.distinct().order_by(EVENTS.c.call).limit(AT_ONCE)))
    for call in calls:
        # Whoever forgets the call meanwhile waits, or is waited for.
        found = connection.execute(events(call).with_for_update()).all()
        began = connection.scalar(select(CALLS.c.opening).where(CALLS.c.id == call))
        try:
            entries = rows.journal(found, rows.facts(began or {}))
        except RecordError:
            continue  # nobody can read this call any more
        for row, entry in zip(found, entries, strict=True):
            here = (EVENTS.c.call == call, EVENTS.c.number == row.number)
            connection.execute(update(EVENTS).where(*here).values(rows.words(entry)))
    return calls[-1] if calls else None
