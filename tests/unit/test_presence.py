"""Who is in a room: the caller who came first, and no agent of the same call from before."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from livekit import api, rtc

from assistant.worker.identity import identity
from assistant.worker.presence import Presence
from assistant.worker.timing import Timing

HUNG_UP = rtc.DisconnectReason.CLIENT_INITIATED
LOST = rtc.DisconnectReason.SIGNAL_CLOSE
KINDS = rtc.ParticipantKind


def somebody(who: str, joined: float = 1.0, kind: Any = KINDS.PARTICIPANT_KIND_STANDARD) -> Any:
    """A participant."""
    at = datetime.datetime.fromtimestamp(joined, datetime.UTC)
    return SimpleNamespace(identity=who, kind=kind, joined_at=at, disconnect_reason=None)


@dataclass
class Room:
    """A job's room, and its context."""

    inside: list[Any] = field(default_factory=list)
    me: str = field(default_factory=lambda: identity("RM_1", 3))
    removed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    fault: Exception | None = None
    hears: dict[str, Callable[[Any], None]] = field(default_factory=dict)

    @property
    def remote_participants(self) -> dict[str, Any]:
        return {who.identity: who for who in self.inside}

    def on(self, event: str, listener: Callable[[Any], None]) -> None:
        self.hears[event] = listener

    async def remove_participant(self, asked: api.RoomParticipantIdentity) -> None:
        assert asked.room == "shop"
        if self.fault:
            raise self.fault
        self.removed.append(asked.identity)

    async def wait_for_participant(self, kind: Any) -> Any:
        return somebody("late")

    def watched(self) -> Presence:
        """Its presence, which tells what it finds."""
        job: Any = SimpleNamespace(
            room=self,
            api=SimpleNamespace(room=self),
            job=SimpleNamespace(room=SimpleNamespace(name="shop")),
            local_participant_identity=self.me,
            wait_for_participant=self.wait_for_participant,
        )
        tells = [lambda what=what: self.told.append(what) for what in ("cut off", "back", "gone")]
        return Presence(job, "RM_1", *tells, timing=Timing(rejoin=0.05))

    def leaves(self, who: Any, reason: Any) -> None:
        """Somebody leaves."""
        who.disconnect_reason = reason
        self.hears["participant_disconnected"](who)


async def test_the_caller_is_who_came_first() -> None:
    """Neither an agent nor who came later, in whatever order LiveKit names them."""
    agent = somebody("agent", 1.0, KINDS.PARTICIPANT_KIND_AGENT)
    caller = somebody("caller", 2.0, KINDS.PARTICIPANT_KIND_SIP)
    for inside in ([agent, caller, somebody("late", 3.0)], [somebody("late", 3.0), caller, agent]):
        assert (await Room(inside).watched().caller()).identity == "caller"


async def test_without_anybody_the_first_to_come_is_the_caller() -> None:
    """A room may have been asked for before its caller joined."""
    agent = somebody("agent", 1.0, KINDS.PARTICIPANT_KIND_AGENT)
    assert (await Room([agent]).watched().caller()).identity == "late"


async def test_agents_who_served_the_call_before_are_removed_and_nobody_else() -> None:
    """Also when they come back; who takes the call from us is not ours to remove."""
    before, again = identity("RM_1", 1), identity("RM_1", 2)
    others = ["agent-AJ_x", identity("RM_2", 1), identity("RM_1", 4), "caller"]
    room = Room([somebody(who) for who in (before, *others)])
    watching = room.watched()
    await watching.caller()
    watching.watch()
    room.hears["participant_connected"](somebody(again))
    await asyncio.sleep(0)
    assert room.removed == [before, again]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (api.TwirpError("not_found", "no", status=404), 0),
        (api.TwirpError("internal", "no", status=500), 1),
        (TimeoutError(), 1),
    ],
)
async def test_an_agent_that_cannot_be_removed_is_one_line(
    fault: Exception, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One that is gone by itself is none."""
    room = Room([somebody(identity("RM_1", 1))], fault=fault)
    room.watched().watch()
    await asyncio.sleep(0.01)
    assert len(caplog.messages) == told


async def called() -> tuple[Room, Any]:
    """A room with a caller, in which a caller who was cut off is soon given up."""
    room = Room([somebody("caller"), somebody("bystander", 2.0)])
    watching = room.watched()
    caller = await watching.caller()
    watching.watch()
    return room, caller


async def test_a_caller_who_was_cut_off_is_waited_for_and_greeted_again() -> None:
    """Once for each time they are gone."""
    room, caller = await called()
    for _ in range(2):
        room.leaves(caller, LOST)
        room.hears["participant_connected"](caller)
    await asyncio.sleep(0.1)
    assert room.told == ["cut off", "back"] * 2


async def test_a_caller_who_stays_away_is_gone() -> None:
    """After as long as a call is held for them."""
    room, caller = await called()
    room.leaves(caller, LOST)
    await asyncio.sleep(0.1)
    assert room.told == ["cut off", "gone"]


async def test_who_hangs_up_and_who_only_looks_on_is_not_waited_for() -> None:
    """LiveKit's session ends when its caller leaves; a bystander is no matter."""
    room, caller = await called()
    room.leaves(caller, HUNG_UP)
    room.leaves(room.inside[1], LOST)
    room.hears["participant_connected"](caller)
    await asyncio.sleep(0.1)
    assert room.told == []
