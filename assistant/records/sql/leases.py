"""Who holds a call, by the database's clock: each change is one statement, so one of many wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, or_, select, tuple_, update

from assistant.records.sql.reading import row_of
from assistant.records.sql.schema import CALLS, DatabaseNow
from assistant.records.store import Fenced, Hold


def claim(on: Connection, call: str, owner: str, lease: float, epoch: int | None) -> Row[Any]:
    """Make a call this owner's, in a new epoch; its row as it is then.

    Raises:
        Fenced: somebody else holds it, or another epoch has begun.
        UnknownCall: there is no such call.
    """
    free = or_(CALLS.c.lease_until <= DatabaseNow(), CALLS.c.owner == owner)
    claiming = update(CALLS).where(CALLS.c.id == call, free)
    if epoch is not None:
        claiming = claiming.where(CALLS.c.epoch == epoch)
    until = DatabaseNow() + lease
    taken = claiming.values(epoch=CALLS.c.epoch + 1, owner=owner, lease_until=until)
    claimed = on.execute(taken.returning(CALLS)).first()
    if claimed is None:
        row_of(on, call)
        raise Fenced(f"call {call} is in somebody else's hands")
    return claimed


def renew(
    on: Connection, owners: Mapping[str, str], lease: float, *, looked_after: bool = True
) -> dict[str, Hold]:
    """Keep each of these calls for its owner; those that are `looked_after`, or else any."""
    theirs = tuple_(CALLS.c.id, CALLS.c.owner).in_(list(owners.items()))
    held = CALLS.c.lease_until > 0 if looked_after else CALLS.c.lease_until >= 0
    kept = on.scalars(
        update(CALLS)
        .where(theirs, held)
        .values(lease_until=DatabaseNow() + lease)
        .returning(CALLS.c.id)
    )
    told = dict.fromkeys(owners, Hold.UNKNOWN) | dict.fromkeys(kept, Hold.KEPT)
    unkept = [call for call, hold in told.items() if hold is not Hold.KEPT]
    if unkept:
        asked = select(CALLS.c.id, CALLS.c.owner, CALLS.c.lease_until)
        for call, owner, until in on.execute(asked.where(CALLS.c.id.in_(unkept))):
            if owner != owners[call]:
                told[call] = Hold.LOST
            elif until:
                told[call] = Hold.HANDED_ON
    return told


def until(on: Connection, call: str, owner: str, when: Any) -> None:
    """Let an owner's call be looked after until then; nothing happens to another's.

    Raises:
        UnknownCall: there is no such call.
    """
    here = (CALLS.c.id == call, CALLS.c.owner == owner, CALLS.c.lease_until != 0)
    if on.execute(update(CALLS).where(*here).values(lease_until=when)).rowcount != 1:
        row_of(on, call)
