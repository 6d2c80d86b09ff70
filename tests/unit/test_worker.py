"""The worker's own decisions: whose room it closes, which words a call has."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from livekit import api, rtc

from assistant import settings
from assistant.call.call import Call
from assistant.records import Fenced, MemoryStore, Place, RecordError
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.shop import shop
from assistant.worker import server as worker
from assistant.worker.identity import identity
from assistant.worker.job import Held, begun_or_resumed, close_room, end_call
from assistant.worker.lease import Lease
from assistant.worker.server import words_for
from assistant.worker.start import StartError, check_records
from statemachine.triggers import CallerHungUp, CallerSpoke


@dataclass
class Rooms:
    """LiveKit's service of rooms, with these rooms by name."""

    sids: dict[str, str]
    fault: Exception | None = None
    deleted: list[str] = field(default_factory=list)
    asked_in_vain: Exception | None = None

    async def list_rooms(self, asked: api.ListRoomsRequest) -> api.ListRoomsResponse:
        if self.asked_in_vain:
            raise self.asked_in_vain
        found = [api.Room(name=n, sid=s) for n, s in self.sids.items() if n in asked.names]
        return api.ListRoomsResponse(rooms=found)

    async def delete_room(self, asked: api.DeleteRoomRequest) -> api.DeleteRoomResponse:
        if self.fault:
            raise self.fault
        self.deleted.append(asked.room)
        return api.DeleteRoomResponse()


def job(rooms: Rooms, *, connected: bool = True, fake: bool = False, **held: Any) -> Any:
    """The context of a call in the room `shop`, whose id is `RM_ours`."""
    return SimpleNamespace(
        is_fake_job=lambda: fake,
        proc=SimpleNamespace(userdata=held),
        room=SimpleNamespace(isconnected=lambda: connected, remote_participants={}),
        job=SimpleNamespace(room=SimpleNamespace(name="shop", sid="RM_ours")),
        api=SimpleNamespace(room=rooms),
    )


def fault(code: str, status: int) -> api.TwirpError:
    """What the service answers when it refuses."""
    return api.TwirpError(code, "no", status=status)


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
        (fault("internal", 500), ["room RM_ours could not be closed: LiveKit says no"]),
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


@pytest.mark.parametrize(
    "metadata",
    [
        "{",
        "[]",
        '{"persona": 7}',
        '{"hat": "red"}',
        "[" * 200_000,
        "[" * 19_000,
        '{"persona": "\\ud800"}',
        '{"persona": "' + "x" * 100_000 + '"}',
    ],
    ids=lambda metadata: metadata[:20],
)
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
        ("LOAD_THRESHOLD", "1", "is not a share above 0 and below 1"),
        ("HEALTH_PORT", "70000", "is no port"),
        ("LOG_FORMAT", "xml", "use json or colored"),
        ("LOG_LEVEL", "loud", "use DEBUG, INFO"),
        ("REPORTS", "/nowhere", "is no directory"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """A mistake in the environment is told with its name before any call is taken."""
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.SettingsError, match=name) as refused:
        settings.read()
    assert told in str(refused.value)


PLACE = Place("shop")


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Another worker's store."""
    opened = await open_store(f"sqlite:///{tmp_path}/calls.db")
    yield opened
    await opened.close()


async def held(tmp_path: Path) -> Held:
    """What the job of a call holds that stands in the middle."""
    own = SqlStore(f"sqlite:///{tmp_path}/calls.db", owner=identity("RM_ours", 1))
    call = await Call.begin("RM_ours", (), own, PLACE, 30.0)
    lease = Lease(call, own, lambda: None, lambda: None)
    lease.begin()
    return Held(own, call=call, lease=lease)


async def ended_by(store: SqlStore) -> str:
    """What ended the call; empty if nothing has."""
    return "".join(entry.trigger for entry in (await store.read("RM_ours")).journal)


async def test_a_job_that_is_stopped_ends_its_call_and_closes_the_room(
    store: SqlStore, tmp_path: Path
) -> None:
    """The end is ours, and nobody need look after the call any more."""
    rooms = Rooms({"shop": "RM_ours"})
    await end_call(job(rooms, held=await held(tmp_path)))
    assert rooms.deleted == ["shop"]
    assert await ended_by(store) == "call_failed"
    assert await store.orphans() == ()


async def test_a_call_whose_room_is_gone_was_hung_up(store: SqlStore, tmp_path: Path) -> None:
    """LiveKit closes a room that its caller has left."""
    await end_call(job(Rooms({}), connected=False, held=await held(tmp_path)))
    assert await ended_by(store) == "caller_hung_up"
    assert await store.orphans() == ()


@pytest.mark.parametrize(
    "rooms", [Rooms({"shop": "RM_ours"}), Rooms({}, asked_in_vain=TimeoutError())]
)
async def test_an_agent_that_lost_its_room_leaves_the_call_to_others(
    rooms: Rooms, store: SqlStore, tmp_path: Path
) -> None:
    """The caller may be in it, and another agent too: it is neither ended nor closed."""
    await end_call(job(rooms, connected=False, held=await held(tmp_path)))
    assert rooms.deleted == []
    assert await ended_by(store) == ""
    assert [orphan.id for orphan in await store.orphans()] == ["RM_ours"]


async def test_who_learns_at_the_end_that_the_call_is_somebody_elses_leaves_the_room(
    store: SqlStore, tmp_path: Path
) -> None:
    """It may have been stopped for a while and known nothing of it."""
    rooms, kept = Rooms({"shop": "RM_ours"}), await held(tmp_path)
    assert kept.lease is not None
    await kept.lease.stop()
    await store.give_up("RM_ours", kept.store.owner)  # type: ignore[attr-defined]
    await store.claim("RM_ours", 30.0)
    await end_call(job(rooms, held=kept))
    assert rooms.deleted == []
    assert await ended_by(store) == ""


async def test_a_room_that_cannot_be_closed_is_closed_by_others(
    store: SqlStore, tmp_path: Path
) -> None:
    """A phone caller isn't left in a room without an agent."""
    rooms = Rooms({"shop": "RM_ours"}, fault("internal", 500))
    await end_call(job(rooms, held=await held(tmp_path)))
    (orphan,) = await store.orphans()
    assert (orphan.id, orphan.ended) == ("RM_ours", True)


async def test_a_room_that_has_a_worker_is_left_alone(store: SqlStore) -> None:
    """Neither a second worker nor one that comes after the end begins a call anew."""
    offers = shop.load(None).catalogue.offers
    call = await Call.begin("RM_ours", offers, store, PLACE, 30.0)
    second = SqlStore(store.database.url.render_as_string())
    with pytest.raises(Fenced, match="somebody else's hands"):
        await begun_or_resumed("RM_ours", offers, second, "agent-x", PLACE)
    await call.fire(CallerHungUp())
    await store.give_up("RM_ours")
    with pytest.raises(Fenced, match="has ended"):
        await begun_or_resumed("RM_ours", offers, second, "agent-x", PLACE)
    await second.close()


async def test_a_call_that_was_claimed_for_a_process_is_never_begun_anew(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the records are away just then, they are asked again: there is one to go on with."""
    offers = shop.load(None).catalogue.offers
    call = await Call.begin("RM_ours", offers, store, PLACE, 0.01)
    await call.fire(CallerSpoke())
    await asyncio.sleep(0.05)
    heir = SqlStore(store.database.url.render_as_string(), owner=identity("RM_ours", 2))
    await store.claim("RM_ours", 30.0, 1, heir.owner)
    claim, asked = heir.claim, 0

    async def away_at_first(*given: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RecordError("the database is away")
        return await claim(*given)

    monkeypatch.setattr(heir, "claim", away_at_first)
    taken, resumed = await begun_or_resumed("RM_ours", offers, heir, heir.owner, PLACE)
    assert (asked, resumed, len(taken.journal)) == (2, True, 1)
    await heir.close()


async def test_a_room_that_cannot_be_joined_is_one_sentence_and_leaves_the_call_to_others(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """The caller is in it: another worker may have better luck."""
    ctx = job(Rooms({"shop": "RM_ours"}), connected=False)
    kept, ended = await held(tmp_path), []

    async def held_by(*_: Any) -> tuple[Held, Call | None]:
        ctx.proc.userdata["held"] = kept
        return kept, kept.call

    async def connect() -> None:
        raise rtc.ConnectError("wrong key")

    ctx.connect, ctx.shutdown = connect, ended.append
    ctx.proc.userdata["shop"] = shop.load(None)
    monkeypatch.setattr(worker, "held_by", held_by)
    with caplog.at_level(logging.ERROR):
        await worker.answer(ctx)
    assert caplog.messages == ["room RM_ours can't be joined: wrong key"]
    assert len(ended) == 1
    await end_call(ctx)
    assert [orphan.id for orphan in await store.orphans()] == ["RM_ours"]


async def test_records_that_can_never_be_kept_end_the_start(tmp_path: Path) -> None:
    """A wrong address is one sentence; a database that is merely away is no reason to stay shut."""
    with pytest.raises(StartError, match="DATABASE_URL begins with mysql"):
        await check_records("mysql://somewhere/calls")
    await check_records("postgresql://nobody@127.0.0.1:9/calls")
    await check_records(f"sqlite:///{tmp_path}/new/calls.db")
    assert (tmp_path / "new/calls.db").exists()
