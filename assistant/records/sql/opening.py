"""Stores opened: by a program that insists on its tables, by a call, and at a program's start."""

from __future__ import annotations

from sqlalchemy import Connection, false, update

from assistant.records.sql.address import in_a_file
from assistant.records.sql.database import PATIENCE
from assistant.records.sql.schema import CALLS
from assistant.records.sql.store import SqlStore
from assistant.records.store import AddressError, Busy, RecordError, SchemaError
from assistant.settings import DEFAULT_DATABASE


async def open_store(url: str = DEFAULT_DATABASE, patience: float = PATIENCE) -> SqlStore:
    """The store in this database, its tables made or renewed first.

    Raises:
        SchemaError: its tables can't be used by this program.
        AddressError: the address is wrong.
        RecordError: the database is away.
    """
    store = SqlStore(url, patience)
    try:
        await store.prepare()
    except BaseException:
        await store.close()
        raise
    return store


async def open_even_if_away(
    url: str = DEFAULT_DATABASE, patience: float = PATIENCE, owner: str = ""
) -> SqlStore:
    """The store for a call; if its database is away, the tables are seen to once it is back.

    Tables that a newer program has renewed are gone on with: while workers are replaced one by one,
    the older ones keep their callers.

    Raises:
        SchemaError: its tables can't be used by this program.
        AddressError: the address is wrong.
    """
    store = SqlStore(url, patience, owner, newer=True)
    try:
        await store.prepare()
    except (SchemaError, AddressError):
        await store.close()
        raise
    except RecordError:
        pass  # whoever begins a call on it finds out, and says so with the call's id
    return store


async def open_at_start(url: str = DEFAULT_DATABASE, patience: float = PATIENCE) -> SqlStore:
    """The store for a program that starts, which is told now what waiting wouldn't mend.

    A server that is away, or a file that another program holds, is no reason not to start: the
    tables are seen to later. A file that can't be opened or written is one: it stays like that.

    Raises:
        SchemaError: its tables are newer than this program's, or not its own.
        AddressError: the address is wrong, or names a file in which nothing can be kept.
    """
    store = SqlStore(url, patience)
    try:
        await store.prepare()
        await store.database.run(_write_nothing, writes=True)
    except (SchemaError, AddressError):
        await store.close()
        raise
    except RecordError as error:
        if in_a_file(store.database.url) and not isinstance(error, Busy):
            await store.close()
            raise AddressError(
                f"{error}: name a SQLite file in DATABASE_URL that can be written, in a folder "
                "that can be written too."
            ) from None
    return store


def _write_nothing(on: Connection) -> None:
    """What fails where rows can be read, and none can be written."""
    on.execute(update(CALLS).where(false()).values(entries=0))
