"""What a call leaves behind: calls, journals, orders and tickets, in a database or in memory."""

from assistant.records.left import Left
from assistant.records.memory import MemoryStore
from assistant.records.store import (
    NOBODY,
    NOWHERE,
    AddressError,
    Busy,
    Caller,
    CallRecord,
    Fenced,
    Hold,
    Orphan,
    Place,
    RecordError,
    SchemaError,
    Store,
    Summary,
    Taken,
    UnknownCall,
    Usage,
)
from statemachine.engine.journal.entry import Entry

__all__ = [
    "NOBODY",
    "NOWHERE",
    "AddressError",
    "Busy",
    "CallRecord",
    "Caller",
    "Entry",
    "Fenced",
    "Hold",
    "Left",
    "MemoryStore",
    "Orphan",
    "Place",
    "RecordError",
    "SchemaError",
    "Store",
    "Summary",
    "Taken",
    "UnknownCall",
    "Usage",
]
