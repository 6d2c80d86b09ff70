"""The database's tables. Times are in seconds since 1970."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

METADATA = MetaData()

STEP = "0007"
"""The last of the steps in `migrations`: where a database's tables are those below."""
_NUMBERED = re.compile(r"\d{4}")
STEPS_TAKEN = Table("alembic_version", MetaData(), Column("version_num", String(32)))

ROOM, NAME, SIZE = (String(n).with_variant(Text(), "postgresql") for n in (200, 80, 40))
"""Words of any length: SQLite never looks at the figure, and would rewrite a table to change it."""

CALLS = Table(
    "calls",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("reference", String(20), nullable=False, unique=True),
    Column("room", ROOM, nullable=False),
    Column("opening", JSON, nullable=False),
    Column("version", String(16), nullable=False),
    Column("state", String(40), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("owner", String(80), nullable=False),
    Column("lease_until", Double, nullable=False),
    Column("began", Double, nullable=False, index=True),
    Column("ended", Double),
    Column("ended_by", String(80), nullable=False),
    Column("agent", NAME, nullable=False),
    Column("brought", Text, nullable=False),
    Column("caller", Text, nullable=False, server_default=""),
    Column("number", Text, nullable=False, server_default=""),
)
"""One row a call. `opening` are its first facts, `version` the table it began under, `entries` how
many the journal has; `agent` is the name its workers are asked for by, `brought` what its job did;
`caller` is the identity under which whom it serves is in the room, `number` theirs by telephone.

Only `owner` may write, and only with this `epoch`. `lease_until`, by the database's clock, is until
when nobody else may take the call up; negative, it has been handed on by an owner who stays on the
line until then; 0, nobody need look after the call: it is over, or was never in a room."""

Index(
    "calls_looked_after",
    CALLS.c.lease_until,
    sqlite_where=text("lease_until <> 0"),
    postgresql_where=text("lease_until <> 0"),
)

EVENTS = Table(
    "events",
    METADATA,
    Column("call", String(80), ForeignKey("calls.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("trigger", String(80), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("source", String(40), nullable=False),
    Column("target", String(40), nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Column("facts_check", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("form", SmallInteger, nullable=False),
)
"""The journal. Its primary key refuses a second writer of a number; `form` is what `older` goes by,
and what workers who don't know it leave at 1."""

ORDERS = Table(
    "orders",
    METADATA,
    Column("number", String(24), primary_key=True),
    Column("call", String(80), ForeignKey("calls.id"), nullable=False),
    Column("selection", Integer, nullable=False),
    Column("model", NAME, nullable=False),
    Column("storage", SIZE, nullable=False),
    Column("colour", NAME, nullable=False),
    Column("price_cents", Integer, nullable=False),
    Column("placed", Double, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("callback", Text, nullable=False, server_default=""),
    Column("done", Double),
    Column("cancelled", Double),
    UniqueConstraint("call", "selection", name="orders_one_a_selection"),
)
"""The orders. `selection` is the number of the journal entry that selected what was ordered: with
the call it is the order's idempotency key. `name` and `callback` are whom it is for and the
telephone number they are called back on; `done` is when the shop had seen to it, `cancelled` when
the caller took it back."""

TICKETS = Table(
    "tickets",
    METADATA,
    Column("number", String(24), primary_key=True),
    Column("call", String(80), ForeignKey("calls.id"), nullable=False, index=True),
    Column("issue", Text),
    Column("issue_key", String(32)),
    Column("resolved", Boolean, nullable=False),
    Column("opened", Double, nullable=False),
    Column("closed", Double),
    Column("name", Text, nullable=False, server_default=""),
    Column("callback", Text, nullable=False, server_default=""),
)
"""The tickets; a forgotten `issue` is null, and so is the `issue_key` made of it. `name` and
`callback` are as with orders."""

Index(
    "tickets_one_open_an_issue",
    TICKETS.c.call,
    TICKETS.c.issue_key,
    unique=True,
    sqlite_where=text("resolved = 0"),
    postgresql_where=text("NOT resolved"),
)

USAGE = Table(
    "usage",
    METADATA,
    Column("call", String(80), ForeignKey("calls.id"), primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("waited", Double, nullable=False),
    Column("longest_wait", Double, nullable=False),
)
"""What a call took, written at its end. `waited` is for how many seconds the caller waited for all
`answers` together. An older program's calls have no row."""

TRAFFIC_DAYS = Table(
    "traffic_days",
    METADATA,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("calls", Integer, nullable=False),
    Column("version", String(16), nullable=False),
)
"""The days whose traffic has been summed up, counted from 1970 by UTC; `calls` are those that began
on it and had ended by then, `version` the conversation's table whose ways were counted."""

TRAFFIC_WAYS = Table(
    "traffic_ways",
    METADATA,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("source", String(40), primary_key=True),
    Column("trigger", String(80), primary_key=True),
    Column("target", String(40), primary_key=True),
    Column("accepted", Boolean, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("times", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
)
"""How often each way was taken or refused on a day; `seconds` from each call's beginning on."""

TRAFFIC_VISITS = Table(
    "traffic_visits",
    METADATA,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("state", String(40), primary_key=True),
    Column("calls", Integer, nullable=False),
)
"""How many of a day's calls came to each state."""

# What looking back asks for. Turns are the half of all events that no count of ways needs.
# Literals, not parameters: an index of a part is used only where the question says the same.
WAYS = EVENTS.c.trigger != literal_column("'caller_spoke'")
LOOKED_AFTER = CALLS.c.lease_until != literal_column("0")
Index("calls_listed", CALLS.c.began, CALLS.c.id, CALLS.c.ended)
Index("calls_ended_by", CALLS.c.ended_by, CALLS.c.began, CALLS.c.id)
Index("orders_placed", ORDERS.c.placed)
Index("orders_callback", ORDERS.c.callback)
Index("tickets_callback", TICKETS.c.callback)
Index("calls_number", CALLS.c.number)
Index("tickets_opened", TICKETS.c.opened)
Index(
    "events_ways",
    *(EVENTS.c[name] for name in ("call", "source", "trigger", "target", "accepted", "at")),
    sqlite_where=WAYS,
    postgresql_where=WAYS,
)


def is_newer(step: str | None) -> bool:
    """Whether tables at this step were renewed by a newer program; all of their rows still fit.

    Every step only adds, as `migrations/versions` demands: what this program reads is there, and
    what it doesn't write has a default.
    """
    return step is not None and bool(_NUMBERED.fullmatch(step)) and step > STEP


class DatabaseNow(FunctionElement[float]):
    """The database's own clock."""

    type = Double()
    inherit_cache = True


@compiles(DatabaseNow, "sqlite")
def _on_sqlite(element: DatabaseNow, compiler: Any, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(DatabaseNow, "postgresql")
def _on_postgresql(element: DatabaseNow, compiler: Any, **options: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"
