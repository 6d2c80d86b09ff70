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

from assistant.call.snapshot import CALLER
from assistant.worker.identity import identity
from assistant.worker.presence import Presence
from assistant.worker.timing import Timing

HUNG_UP = rtc.DisconnectReason.CLIENT_INITIATED
LOST = rtc.DisconnectReason.SIGNAL_CLOSE
KINDS = rtc.ParticipantKind


SOUND = SimpleNamespace(kind=rtc.TrackKind.KIND_AUDIO)


def somebody(
    who: str,
    joined: float = 1.0,
    kind: Any = KINDS.PARTICIPANT_KIND_STANDARD,
    *,
    sound: bool = True,
    attributes: dict[str, str] | None = None,
) -> Any:
    """A participant."""
    at = datetime.datetime.fromtimestamp(joined, datetime.UTC)
    tracks = {"TR_1": SOUND} if sound else {}
    return SimpleNamespace(
        identity=who,
        kind=kind,
        joined_at=at,
        disconnect_reason=None,
        track_publications=tracks,
        attributes=attributes or {},
    )


@dataclass
class Room:
    """A job's room, its context, and the line that is told of it."""

    inside: list[Any] = field(default_factory=list)
    me: str = field(default_factory=lambda: identity("RM_1", 3))
    removed: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    fault: Exception | None = None
    hears: dict[str, list[Callable[..., None]]] = field(default_factory=dict)
    connected: bool = True
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def remote_participants(self) -> dict[str, Any]:
        return {who.identity: who for who in self.inside}

    def isconnected(self) -> bool:
        return self.connected

    def on(self, event: str, listener: Callable[..., None]) -> None:
        self.hears.setdefault(event, []).append(listener)

    def off(self, event: str, listener: Callable[..., None]) -> None:
        self.hears[event].remove(listener)

    def tells(self, event: str, *what: Any) -> None:
        for listener in list(self.hears.get(event, [])):
            listener(*what)

    async def remove_participant(self, asked: api.RoomParticipantIdentity) -> None:
        assert asked.room == "shop"
        if self.fault:
            raise self.fault
        self.removed.append(asked.identity)

    def cut_off(self) -> None:
        self.told.append("cut off")

    def is_back(self) -> None:
        self.told.append("back")

    def caller_gone(self) -> None:
        self.told.append("gone")

    def watched(
        self, soundless: float = 5.0, people: Callable[[str], bool] = lambda _: False
    ) -> Presence:
        """Its presence, which tells what it finds."""
        job: Any = SimpleNamespace(
            room=self,
            api=SimpleNamespace(room=self),
            job=SimpleNamespace(room=SimpleNamespace(name="shop")),
            local_participant_identity=self.me,
        )
        call: Any = SimpleNamespace(id="RM_1", ended=self.ended)
        timing = Timing(rejoin=0.05, soundless=soundless)
        return Presence(job, call, self, lambda who: self.told.append(who.identity), timing, people)

    def comes(self, who: Any) -> None:
        """Somebody joins."""
        self.inside.append(who)
        self.tells("participant_connected", who)

    def speaks(self, who: Any) -> None:
        """Somebody publishes sound."""
        who.track_publications["TR_1"] = SOUND
        self.tells("track_published", SOUND, who)

    def leaves(self, who: Any, reason: Any) -> None:
        """Somebody leaves."""
        who.disconnect_reason = reason
        self.inside.remove(who)
        self.tells("participant_disconnected", who)


async def found(room: Room, known: str = "", soundless: float = 5.0) -> str | None:
    """Who is the caller."""
    caller = await room.watched(soundless).caller(known)
    assert not any(room.hears.values()), "nobody listens any more"
    return caller.identity if caller else None


async def test_the_caller_is_who_came_first() -> None:
    """Neither an agent nor who came later, in whatever order LiveKit names them."""
    agent = somebody("agent", 1.0, KINDS.PARTICIPANT_KIND_AGENT)
    caller = somebody("caller", 2.0, KINDS.PARTICIPANT_KIND_SIP)
    for inside in ([agent, caller, somebody("late", 3.0)], [somebody("late", 3.0), caller, agent]):
        assert await found(Room(inside)) == "caller"


async def test_who_publishes_sound_is_the_caller_also_if_others_came_before() -> None:
    """Somebody without a microphone only looks on."""
    agent = somebody("agent", 0.0, KINDS.PARTICIPANT_KIND_AGENT)
    room = Room([agent, somebody("onlooker", sound=False)])
    finding = asyncio.create_task(found(room))
    await asyncio.sleep(0.01)
    caller = somebody("caller", 2.0, sound=False)
    room.comes(caller)
    await asyncio.sleep(0.01)
    assert not finding.done()
    room.speaks(caller)
    assert await finding == "caller"


async def test_somebody_without_sound_is_served_where_nobody_else_comes() -> None:
    """They can type."""
    assert await found(Room([somebody("quiet", sound=False)]), soundless=0.05) == "quiet"


async def test_a_caller_of_the_page_needs_no_microphone() -> None:
    """Their token says that they are the caller, so that nobody waits for a sound."""
    typing = somebody("typing", sound=False, attributes={CALLER: "1"})
    assert await found(Room([somebody("first", 0.5, sound=False), typing])) == "typing"


async def test_in_a_room_that_has_closed_there_is_no_caller() -> None:
    """The job has nobody to wait for."""
    room = Room()
    finding = asyncio.create_task(found(room))
    await asyncio.sleep(0.01)
    room.connected = False
    room.tells("disconnected", None)
    assert await finding is None


async def test_the_caller_of_a_call_that_was_taken_up_is_who_it_was() -> None:
    """Nobody else is served, whoever came first and whoever publishes sound."""
    room = Room([somebody("bystander"), somebody("caller", 9.0, sound=False)])
    assert await found(room, known="caller") == "caller"
    room.inside.pop()
    assert await found(room, known="caller") is None


async def test_agents_who_served_the_call_before_are_removed_and_nobody_else() -> None:
    """Also when they come back; who takes the call from us is not ours to remove."""
    before, again = identity("RM_1", 1), identity("RM_1", 2)
    others = ["agent-AJ_x", identity("RM_2", 1), identity("RM_1", 4), "caller"]
    room = Room([somebody(who) for who in (before, *others)])
    watching = room.watched()
    await watching.caller()
    watching.watch()
    room.comes(somebody(again))
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


async def called(*others: Any) -> tuple[Room, Any]:
    """A room with a caller and others, in which a caller who was cut off is soon given up."""
    room = Room([somebody("caller"), *others])
    watching = room.watched()
    caller = await watching.caller()
    watching.watch()
    return room, caller


async def test_a_caller_who_was_cut_off_is_waited_for_and_greeted_again() -> None:
    """Once for each time they are gone."""
    room, caller = await called()
    for _ in range(2):
        room.leaves(caller, LOST)
        room.comes(caller)
    await asyncio.sleep(0.1)
    assert room.told == ["cut off", "back"] * 2


async def test_a_caller_who_stays_away_is_gone_whoever_else_is_there() -> None:
    """After as long as a call is held for them."""
    room, caller = await called(somebody("bystander", 2.0))
    room.leaves(caller, LOST)
    await asyncio.sleep(0.1)
    assert room.told == ["cut off", "gone"]


async def test_a_caller_who_left_while_the_line_was_opened_is_gone_too() -> None:
    """Nobody is told of it then; a session without a caller would last for ever."""
    room = Room([somebody("caller")])
    watching = room.watched()
    await watching.caller()
    room.inside.clear()
    watching.watch()
    await asyncio.sleep(0.1)
    assert room.told == ["cut off", "gone"]


async def test_a_caller_who_hangs_up_is_gone_at_once() -> None:
    """Who only looks on, or is an agent, doesn't keep the line."""
    agent = somebody("agent", 2.0, KINDS.PARTICIPANT_KIND_AGENT)
    room, caller = await called(agent, somebody("onlooker", 3.0, sound=False))
    room.leaves(caller, HUNG_UP)
    assert room.told == ["cut off", "gone"]


async def test_the_line_of_a_caller_who_hangs_up_goes_to_who_is_left() -> None:
    """Somebody who publishes sound is no onlooker; the next who leaves is the last."""
    left = somebody("left", 2.0)
    room, caller = await called(left)
    room.leaves(caller, HUNG_UP)
    assert room.told == ["cut off", "left", "back"]
    room.leaves(left, HUNG_UP)
    assert room.told[3:] == ["cut off", "gone"]


async def test_who_looked_on_gives_the_line_to_who_publishes_sound() -> None:
    """Served for want of anybody else, they lose it; somebody with sound keeps it."""
    room = Room([somebody("quiet", sound=False)])
    watching = room.watched(soundless=0.01)
    await watching.caller()
    watching.watch()
    caller, late = somebody("caller", 2.0, sound=False), somebody("late", 3.0, sound=False)
    room.comes(caller)
    room.speaks(caller)
    room.comes(late)
    room.speaks(late)
    assert room.told == ["cut off", "caller", "back"]


async def test_nobody_is_told_anything_after_the_end() -> None:
    """Who leaves behind the farewell has heard it."""
    room, caller = await called(somebody("left", 2.0))
    room.ended.set()
    room.leaves(caller, HUNG_UP)
    assert room.told == []


async def test_one_of_the_shops_people_is_never_the_caller() -> None:
    """Neither at first, nor when the caller has left, nor because they are heard."""
    caller, colleague = somebody("caller", 2.0, sound=False), somebody("ours", 1.0)
    room = Room([colleague, caller])
    presence = room.watched(soundless=0.05, people=lambda who: who == "ours")
    assert await presence.caller() is caller
    presence.watch()
    room.speaks(colleague)
    assert room.told == []
    room.leaves(caller, HUNG_UP)
    assert room.told == ["cut off", "gone"]


@pytest.mark.parametrize("ending", ["active", "hangup"])
async def test_a_telephone_that_rings_is_waited_for(ending: str) -> None:
    """Nobody hears what is said before they have picked up."""
    phone = somebody(
        "caller", kind=KINDS.PARTICIPANT_KIND_SIP, attributes={"sip.callStatus": "ringing"}
    )
    room = Room([phone])
    presence = room.watched()
    assert await presence.caller() is phone
    waiting = asyncio.ensure_future(presence.picked_up())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    if ending == "hangup":
        room.leaves(phone, HUNG_UP)
    else:
        phone.attributes["sip.callStatus"] = ending
        room.tells("participant_attributes_changed", {}, phone)
    await asyncio.wait_for(waiting, 1)


async def test_who_comes_by_browser_has_picked_up() -> None:
    """And who comes by a telephone service that doesn't say."""
    room = Room([somebody("caller")])
    presence = room.watched()
    await presence.caller()
    await asyncio.wait_for(presence.picked_up(), 1)
