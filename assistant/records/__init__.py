"""What a call leaves behind: calls, journals, orders and tickets, in a database or in memory."""

from assistant.records.memory import MemoryStore
from assistant.records.store import (
    AddressError,
    CallRecord,
    Fenced,
    RecordError,
    SchemaError,
    Store,
    Summary,
    Taken,
    UnknownCall,
)
from statemachine.journal import Entry

__all__ = [
    "AddressError",
    "CallRecord",
    "Entry",
    "Fenced",
    "MemoryStore",
    "RecordError",
    "SchemaError",
    "Store",
    "Summary",
    "Taken",
    "UnknownCall",
]
