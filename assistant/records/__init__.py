"""What a call leaves behind: calls, journals, orders and tickets, in a database or in memory."""

from assistant.records.memory import MemoryStore
from assistant.records.store import (
    NOWHERE,
    AddressError,
    Busy,
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
)
from statemachine.engine.journal.entry import Entry

__all__ = [
    "NOWHERE",
    "AddressError",
    "Busy",
    "CallRecord",
    "Entry",
    "Fenced",
    "Hold",
    "MemoryStore",
    "Orphan",
    "Place",
    "RecordError",
    "SchemaError",
    "Store",
    "Summary",
    "Taken",
    "UnknownCall",
]
