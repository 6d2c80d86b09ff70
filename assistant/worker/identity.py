"""Who an agent is in a call's room: another name each time, as LiveKit lets each in but once."""

from __future__ import annotations

import re
import secrets


def identity(call: str, epoch: int) -> str:
    """Under which an agent joins the room of a call that is taken up for the `epoch`th time."""
    return f"agent-{call}-e{epoch}-{secrets.token_hex(3)}"


def epoch_of(who: str, call: str) -> int | None:
    """The epoch in which this identity is, or was, the agent of a call; None for anybody else."""
    found = re.fullmatch(rf"agent-{re.escape(call)}-e(\d+)-[0-9a-f]+", who)
    return int(found[1]) if found else None
