"""The worker's own decisions: whom it lets in, whose room it closes, which words a call has."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from livekit import api

from assistant import settings, shop
from assistant.call import Call
from assistant.records import MemoryStore
from assistant.rescue import epoch_of
from assistant.start import StartError, check_records
from assistant.worker import Admission, close_room, words_for


@dataclass
class Request:
    """A job that LiveKit's server offers."""

    id: str
    answers: list[str] = field(default_factory=list)
    while_accepting: Any = None
    room: Any = field(default_factory=lambda: api.Room(sid="RM_1"))

    async def accept(self, *, identity: str) -> None:
        assert epoch_of(identity, "RM_1") == 1
        self.answers.append("accepted")
        if self.while_accepting:
            await self.while_accepting()

    async def reject(self, *, terminate: bool) -> None:
        self.answers.append("ended" if terminate else "left to others")


@dataclass
class Rooms:
    """LiveKit's service of rooms, with these rooms by name."""

    sids: dict[str, str]
    fault: Exception | None = None
    deleted: list[str] = field(default_factory=list)

    async def list_rooms(self, asked: api.ListRoomsRequest) -> api.ListRoomsResponse:
        found = [api.Room(name=n, sid=s) for n, s in self.sids.items() if n in asked.names]
        return api.ListRoomsResponse(rooms=found)

    async def delete_room(self, asked: api.DeleteRoomRequest) -> api.DeleteRoomResponse:
        if self.fault:
            raise self.fault
        self.deleted.append(asked.room)
        return api.DeleteRoomResponse()


def job(rooms: Rooms, *, connected: bool = True, fake: bool = False) -> Any:
    """The context of a call in the room `shop`, whose id is `RM_ours`."""
    return SimpleNamespace(
        is_fake_job=lambda: fake,
        room=SimpleNamespace(isconnected=lambda: connected),
        job=SimpleNamespace(room=SimpleNamespace(name="shop", sid="RM_ours")),
        api=SimpleNamespace(room=rooms),
    )


def fault(code: str, status: int) -> api.TwirpError:
    """What the service answers when it refuses."""
    return api.TwirpError(code, "no", status=status)


async def test_a_worker_takes_no_more_calls_than_it_may() -> None:
    """A call beyond the most is left to another worker, also when the others have not begun."""
    admission = Admission(2, lambda: ["one"])
    late = Request("three")
    second = Request("two", while_accepting=lambda: admission.admit(late))
    await admission.admit(second)
    assert (second.answers, late.answers) == (["accepted"], ["left to others"])


async def test_a_call_that_came_to_nothing_takes_no_room() -> None:
    """A job that was accepted and not assigned doesn't count any more."""

    async def not_assigned() -> None:
        raise TimeoutError

    admission = Admission(1, list)
    with pytest.raises(TimeoutError):
        await admission.admit(Request("one", while_accepting=not_assigned))
    assert admission.fullness() == 0.0


async def test_without_a_number_every_call_is_taken() -> None:
    """LiveKit's own rule has decided already."""
    admission, request = Admission(0, lambda: map(str, range(100))), Request("one")
    await admission.admit(request)
    assert request.answers == ["accepted"]


async def test_the_room_is_closed() -> None:
    """While the agent is in it, it is theirs to close."""
    rooms = Rooms({"shop": "RM_ours"})
    await close_room(job(rooms))
    assert rooms.deleted == ["shop"]


async def test_the_room_of_the_next_caller_is_left_alone() -> None:
    """Once ours is gone, another caller's room may go by its name."""
    rooms = Rooms({"shop": "RM_theirs"})
    await close_room(job(rooms, connected=False))
    assert rooms.deleted == []


async def test_a_room_that_was_lost_is_closed_nevertheless() -> None:
    """An agent who lost the connection doesn't leave a caller in a silent room."""
    rooms = Rooms({"shop": "RM_ours"})
    await close_room(job(rooms, connected=False))
    assert rooms.deleted == ["shop"]


async def test_the_console_has_no_room() -> None:
    """Nothing is asked of a server where there is none."""
    rooms = Rooms({})
    await close_room(job(rooms, fake=True))
    assert rooms.deleted == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (fault("not_found", 404), []),
        (fault("internal", 500), ["room RM_ours could not be closed: no"]),
        (aiohttp.ClientError("gone"), ["room RM_ours could not be closed: gone"]),
    ],
)
async def test_a_room_that_cannot_be_closed_is_one_sentence(
    error: Exception, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A room that is gone already is fine; anything else is for the operator to see to."""
    with caplog.at_level(logging.ERROR):
        await close_room(job(Rooms({"shop": "RM_ours"}, error)))
    assert caplog.messages == told


@pytest.mark.parametrize("metadata", ["{", "[]", '{"persona": 7}', '{"hat": "red"}'])
async def test_metadata_that_cannot_be_used_leaves_the_usual_words(
    metadata: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake in a call's metadata is one sentence in the log and costs nobody the call."""
    loaded = shop.load(None)
    call = await Call.begin("RM_ours", loaded.catalogue.offers, MemoryStore())
    assert words_for(call, loaded.words, metadata) == loaded.words
    assert len(caplog.messages) == 1
    assert words_for(call, loaded.words, '{"persona": "Max"}').persona == "Max"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("LIVEKIT_URL", "shop.example", "it begins with ws:// or wss://"),
        ("MOST_CALLS", "-1", "a whole number from 0 on"),
        ("MOST_CALLS", "2.5", "a whole number from 0 on"),
        ("LOAD_THRESHOLD", "1", "must be below 1"),
        ("HEALTH_PORT", "70000", "is no port"),
        ("LOG_FORMAT", "xml", "use json or colored"),
        ("LOG_LEVEL", "loud", "use DEBUG, INFO"),
        ("REPORTS", "/nowhere", "is no directory"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_it_should_be(
    name: str, value: str, told: str
) -> None:
    """A mistake in the environment is told with its name before any call is taken."""
    with pytest.raises(settings.SettingsError, match=name) as refused:
        settings.read({name: value})
    assert told in str(refused.value)


async def test_records_that_can_never_be_kept_end_the_start(tmp_path: Path) -> None:
    """A wrong address is one sentence; a database that is merely away is no reason to stay shut."""
    with pytest.raises(StartError, match="DATABASE_URL begins with mysql"):
        await check_records("mysql://somewhere/calls")
    await check_records("postgresql://nobody@127.0.0.1:9/calls")
    await check_records(f"sqlite:///{tmp_path}/new/calls.db")
    assert (tmp_path / "new/calls.db").exists()
