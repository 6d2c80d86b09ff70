"""A call's first row, and the reference that it gets where nothing can be written."""

from __future__ import annotations

import logging
import secrets

from assistant.records import Fenced, Place, Store
from statemachine.facts import Facts

log = logging.getLogger("assistant.call")


async def note_beginning(
    id: str, facts: Facts, store: Store, place: Place, lease: float
) -> tuple[str, bool]:
    """The call's reference, and whether it is written down; a store that is away is told later.

    Raises:
        Fenced: the call has begun already, with another writer.
    """
    try:
        return await store.begin(id, facts, place, lease), True
    except Fenced:
        raise
    except Exception as error:  # whatever a store's driver raises, the caller is answered
        log.error("call %s: its beginning was not written down: %s", id, error)
        return str(secrets.randbelow(9 * 10**8) + 10**8), False
