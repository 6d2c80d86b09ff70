"""Calls without a worker: which are taken up, which are closed, and which are left to others."""

from __future__ import annotations

import asyncio
import gc
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from livekit import api
from prometheus_client import REGISTRY

from assistant.call.call import Call
from assistant.records import Caller, Fenced, Place, RecordError
from assistant.records.sql.opening import open_store
from assistant.records.sql.store import SqlStore
from assistant.settings import Rooms
from assistant.worker.errands import Errands
from assistant.worker.holding import Holding
from assistant.worker.identity import epoch_of, identity
from assistant.worker.own_calls import OwnCalls
from assistant.worker.processes import Processes
from assistant.worker.rooms import RoomService
from assistant.worker.takeover import Takeover
from assistant.worker.timing import Timing
from statemachine.triggers import CallerHungUp

pytest_plugins = ["tests.databases"]

PLACE = Place("shop")
CALLER = api.ParticipantInfo(identity="somebody", kind=api.ParticipantInfo.Kind.SIP)
AGENT = api.ParticipantInfo(identity="agent-x", kind=api.ParticipantInfo.Kind.AGENT)


@dataclass
class LiveKit:
    """LiveKit's service of rooms, with one room."""

    inside: list[api.ParticipantInfo] = field(default_factory=lambda: [CALLER, AGENT])
    sid: str = "RM_1"
    deleted: list[str] = field(default_factory=list)
    fault: Exception | None = None

    @property
    def room(self) -> LiveKit:
        return self

    async def list_rooms(self, asked: api.ListRoomsRequest) -> api.ListRoomsResponse:
        if self.fault:
            raise self.fault
        here = "shop" in asked.names and self.sid
        return api.ListRoomsResponse(rooms=[api.Room(name="shop", sid=self.sid)] if here else [])

    async def list_participants(
        self, asked: api.ListParticipantsRequest
    ) -> api.ListParticipantsResponse:
        return api.ListParticipantsResponse(participants=self.inside)

    async def delete_room(self, asked: api.DeleteRoomRequest) -> api.DeleteRoomResponse:
        self.deleted.append(asked.room)
        return api.DeleteRoomResponse()


@dataclass
class Process:
    """A call's process."""

    server: Server
    running_job: Any

    async def kill(self) -> None:
        self.server.killed.append(self.running_job.job.room.sid)
        self.server.active_jobs.remove(self.running_job)


@dataclass
class Server:
    """LiveKit's server of agents: what is alive, and what was started."""

    active_jobs: list[Any] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    fault: Exception | None = None
    killed: list[str] = field(default_factory=list)

    @property
    def _proc_pool(self) -> Any:
        return SimpleNamespace(processes=[Process(self, info) for info in self.active_jobs])

    async def simulate_job(self, room: str, *, room_info: api.Room, token: str) -> None:
        if self.fault:
            raise self.fault
        claims = api.TokenVerifier("key", "secret" * 6).verify(token)
        assert claims.video is not None
        assert (claims.video.room, claims.video.agent, claims.kind) == (room, True, "agent")
        self.started.append(claims.identity)


QUICK = Timing(look=0.02, poll=0.03, busy=0.4, loading=0.01, rejoin=0.4, slow=0.4, lease=0.2)
"""A clock that runs faster."""
PATIENT = replace(QUICK, rejoin=60.0)
"""The same, where a caller is waited for."""


@dataclass
class Worker:
    """A worker that looks after calls, and what it sees."""

    store: SqlStore
    server: Server = field(default_factory=Server)
    livekit: LiveKit = field(default_factory=LiveKit)
    full: bool = False
    timing: Timing = QUICK

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[OwnCalls]:
        """Look for calls meanwhile."""
        livekit: Any = self.livekit
        server: Any = self.server
        rooms, errands = RoomService(livekit), Errands()
        keys = Rooms(livekit_api_key="key", livekit_api_secret="secret" * 6)
        processes = Processes(server, keys, self.timing)
        holding = Holding(self.store, lambda call: own.end_late(call), self.timing)
        common = self.store, rooms, processes, errands, holding
        looks = Takeover(*common, lambda: self.full, timing=self.timing)
        own = OwnCalls(*common, looks, self.timing)
        tasks = [asyncio.create_task(each.run()) for each in (looks, own, holding)]
        try:
            yield own
        finally:
            errands.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    """The store of the worker that looks."""
    opened = await open_store(url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def other(store: SqlStore, url: str) -> AsyncIterator[SqlStore]:
    """The store of a worker that died."""
    opened = SqlStore(url)
    yield opened
    await opened.close()


async def becomes(true: Callable[[], object], patience: float = 20.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


@asynccontextmanager
async def not_before(seconds: float) -> AsyncIterator[None]:
    """What happens in here takes so long at least, however busy the machine is."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began >= seconds


def counted() -> float:
    """How many calls have been taken up, as Prometheus reads it."""
    return REGISTRY.get_sample_value("shop_calls_taken_up_total") or 0.0


def job(call: str, who: str) -> Any:
    """A job that a worker's process has."""
    room = api.Room(name="shop", sid=call)
    accepted = SimpleNamespace(identity=who)
    return SimpleNamespace(job=SimpleNamespace(id=who, room=room), accept_arguments=accepted)


async def test_a_call_whose_caller_is_there_is_taken_up_once(
    store: SqlStore, other: SqlStore, url: str
) -> None:
    """It is claimed for one process; while that starts nobody else takes it up."""
    before = counted()
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    worker, second = Worker(store), Worker(store)
    async with worker.looking(), second.looking():
        await becomes(lambda: worker.server.started or second.server.started)
        await asyncio.sleep(0.3)
    (who,) = worker.server.started + second.server.started
    assert epoch_of(who, "RM_1") == 2
    heir = SqlStore(url, owner=who)
    call = await Call.resume("RM_1", heir, 1.0)
    assert not call.ended.is_set()
    assert counted() == before + 1
    await heir.close()


async def test_a_call_that_is_held_is_left_alone(store: SqlStore, other: SqlStore) -> None:
    """Whoever renews their lease is not disturbed."""
    await Call.begin("RM_1", (), other, PLACE, 30.0)
    worker = Worker(store)
    async with worker.looking():
        await asyncio.sleep(0.3)
    assert worker.server.started == []


async def test_a_process_that_cannot_be_started_leaves_the_call_to_others(
    store: SqlStore, other: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker without a free process gives the call back at once."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    broken, sound = Worker(store, Server(fault=RuntimeError("no process"))), Worker(store)
    async with broken.looking():
        await becomes(lambda: "RM_1 can't be taken up" in caplog.text)
        async with sound.looking():
            await becomes(lambda: sound.server.started)


async def test_a_caller_who_does_not_come_back_has_hung_up(
    store: SqlStore, other: SqlStore
) -> None:
    """Their call waits for them as long as LiveKit keeps the room, and then ends; the room goes."""
    worker = Worker(store, livekit=LiveKit(inside=[AGENT]))
    async with not_before(QUICK.rejoin), worker.looking():
        await Call.begin("RM_1", (), other, PLACE, 0.01)
        await becomes(lambda: worker.livekit.deleted)
    assert (await store.read("RM_1")).journal[-1].trigger == "caller_hung_up"
    assert await store.orphans() == ()
    assert worker.server.started == []


async def test_a_caller_who_comes_back_in_time_finds_their_call(
    store: SqlStore, other: SqlStore
) -> None:
    """A call without a worker whose caller was cut off as well is taken up when they rejoin."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    worker = Worker(store, livekit=LiveKit(inside=[]), timing=PATIENT)
    async with worker.looking():
        await asyncio.sleep(0.2)
        worker.livekit.inside.append(CALLER)
        await becomes(lambda: worker.server.started)


async def test_nobody_but_its_caller_is_served_by_who_takes_a_call_up(
    store: SqlStore, other: SqlStore
) -> None:
    """Somebody else in the room, who came before them, is not: the call waits, and then ends."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    await other.attend("RM_1", Caller("the caller", "+15551230987"))
    worker = Worker(store, livekit=LiveKit(inside=[CALLER]), timing=PATIENT)
    async with worker.looking():
        await asyncio.sleep(0.2)
        assert worker.server.started == []
        worker.livekit.inside.append(api.ParticipantInfo(identity="the caller"))
        await becomes(lambda: worker.server.started)
    assert (await store.read("RM_1")).caller == Caller("the caller", "+15551230987")


async def test_a_call_whose_caller_stays_away_ends_whoever_else_is_there(
    store: SqlStore, other: SqlStore
) -> None:
    """A bystander gets neither the call nor what was said in it."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    await other.attend("RM_1", Caller("the caller"))
    worker = Worker(store)
    async with worker.looking():
        await becomes(lambda: worker.livekit.deleted)
    assert (await store.read("RM_1")).journal[-1].trigger == "caller_hung_up"
    assert worker.server.started == []


async def test_who_watches_unseen_is_nobody_to_be_served(store: SqlStore, other: SqlStore) -> None:
    """A call in which only they are left ends."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    unseen = api.ParticipantPermission(hidden=True)
    watcher = api.ParticipantInfo(identity="page", permission=unseen)
    worker = Worker(store, livekit=LiveKit(inside=[watcher]))
    async with worker.looking():
        await becomes(lambda: worker.livekit.deleted)
    assert worker.server.started == []


async def test_a_call_whose_room_is_gone_has_ended(store: SqlStore, other: SqlStore) -> None:
    """Another room of the same name is another call's."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    worker = Worker(store, livekit=LiveKit(sid="RM_2"))
    async with worker.looking():
        while not (await store.read("RM_1")).journal:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
    assert await store.orphans() == ()
    assert (await store.read("RM_1")).journal[-1].trigger == "caller_hung_up"
    assert (worker.livekit.deleted, worker.server.started) == ([], [])


async def test_the_room_of_a_call_that_is_over_is_closed(store: SqlStore, other: SqlStore) -> None:
    """A worker that died between the farewell and the room's end leaves no caller in silence."""
    call = await Call.begin("RM_1", (), other, PLACE, 0.01)
    await call.fire(CallerHungUp())
    worker = Worker(store)
    async with worker.looking():
        await becomes(lambda: worker.livekit.deleted)
        await asyncio.sleep(0.1)
    assert worker.livekit.deleted == ["shop"]
    assert worker.server.started == []
    assert await store.orphans() == ()


async def test_a_farewell_that_is_being_spoken_is_not_cut_off(
    store: SqlStore, other: SqlStore
) -> None:
    """The worker that hands its calls on sees to the end of those that end meanwhile."""
    call = await Call.begin("RM_1", (), other, PLACE, 30.0)
    given_up = time.monotonic()
    await store.give_up("RM_1", other.owner, staying=True)
    await call.fire(CallerHungUp())
    worker = Worker(store, timing=replace(QUICK, farewell=0.6))
    async with worker.looking():
        await becomes(lambda: worker.livekit.deleted)
    assert time.monotonic() - given_up >= 0.6


async def test_a_full_worker_leaves_a_call_to_the_others_first(
    store: SqlStore, other: SqlStore
) -> None:
    """Better on a full worker than on none."""
    worker = Worker(store, full=True)
    async with not_before(QUICK.busy), worker.looking():
        await Call.begin("RM_1", (), other, PLACE, 0.01)
        await becomes(lambda: worker.server.started)


async def test_a_worker_whose_processes_are_still_loading_leaves_a_call_to_the_others_first(
    store: SqlStore, other: SqlStore
) -> None:
    """A process that waits elsewhere is on the line sooner than one that has yet to load."""
    jobs = Server([job("RM_2", "agent-a"), job("RM_3", "agent-b")])
    busy = Worker(store, jobs, timing=replace(QUICK, loading=30.0))
    async with busy.looking():
        await asyncio.sleep(0.1)
        async with not_before(QUICK.busy):
            await Call.begin("RM_1", (), other, PLACE, 0.01)
            await becomes(lambda: busy.server.started)


async def test_the_call_of_a_process_that_died_is_given_up_at_once(
    store: SqlStore, other: SqlStore
) -> None:
    """The worker above it need not wait for its lease."""
    await Call.begin("RM_1", (), other, PLACE, 30.0)
    worker = Worker(store, Server([job("RM_1", other.owner)]))
    async with worker.looking():
        await asyncio.sleep(0.2)
        assert worker.server.started == []
        worker.server.active_jobs.clear()
        await becomes(lambda: worker.server.started)


async def test_a_process_of_its_own_that_is_late_is_given_time(
    store: SqlStore, other: SqlStore
) -> None:
    """It lives, and the machine is busy; one that stays away hangs: it is ended, and replaced."""
    worker = Worker(store, Server([job("RM_1", other.owner), job("RM_2", "agent-b")]))
    async with not_before(QUICK.slow), worker.looking():
        await Call.begin("RM_1", (), other, PLACE, 0.01)
        await becomes(lambda: worker.server.started)
    assert worker.server.killed == ["RM_1"]


@pytest.mark.parametrize(
    ("over", "inside", "later", "started"),
    [
        (False, [CALLER], False, 1),
        (True, [CALLER], False, 0),
        (False, [AGENT], False, 0),
        (False, [CALLER], True, 0),
    ],
)
async def test_an_agent_that_livekit_takes_back_is_replaced_while_its_caller_is_there(
    over: bool, inside: list[Any], later: bool, started: int, store: SqlStore, url: str
) -> None:
    """Unless the call is over, nobody is there, or another agent has come before."""
    ours = SqlStore(url, owner=identity("RM_1", 1))
    call = await Call.begin("RM_1", (), ours, PLACE, 30.0)
    if over:
        await call.fire(CallerHungUp())
    worker = Worker(store, livekit=LiveKit(inside))
    if later:
        await store.give_up("RM_1", ours.owner)
        await store.claim("RM_1", 30.0)
    async with worker.looking() as looks:
        await looks.replace(job("RM_1", ours.owner))
    assert len(worker.server.started) == started
    if started:
        with pytest.raises(Fenced):
            await ours.renew("RM_1", 1.5)
    await ours.close()


async def test_a_process_that_died_before_it_noted_its_call_is_followed_by_another(
    store: SqlStore,
) -> None:
    """Nothing is written of the call, but its caller is there."""
    worker = Worker(store, Server([job("RM_1", "agent-RM_1-e1-abc")]))
    async with worker.looking():
        await asyncio.sleep(0.1)
        worker.server.active_jobs.clear()
        await becomes(lambda: worker.server.started)


async def test_a_call_that_kills_its_processes_is_not_tried_for_ever(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The second process that dies before it has noted its call is the last; the room is closed."""
    worker = Worker(store, Server([job("RM_1", "agent-RM_1-e1-abc")]))
    async with worker.looking():
        await asyncio.sleep(0.1)
        worker.server.active_jobs.clear()
        await becomes(lambda: worker.server.started)
        worker.server.active_jobs.append(job("RM_1", worker.server.started[0]))
        await asyncio.sleep(0.1)
        worker.server.active_jobs.clear()
        await becomes(lambda: worker.livekit.deleted)
    assert "two processes died" in caplog.text
    assert (len(worker.server.started), worker.livekit.deleted) == (1, ["shop"])


async def test_a_worker_that_is_to_stop_hands_on_all_of_its_calls(
    store: SqlStore, other: SqlStore
) -> None:
    """They are others' to take, and its processes stay until then."""
    await Call.begin("RM_1", (), other, PLACE, 30.0)
    worker = Worker(store, Server([job("RM_1", other.owner)]))
    async with worker.looking() as looks:
        pass
    await looks.hand_on()
    assert [orphan.id for orphan in await store.orphans()] == ["RM_1"]
    assert not await other.renew("RM_1", 30.0)


async def test_after_the_database_was_away_those_who_live_get_to_say_so_first(
    store: SqlStore,
    other: SqlStore,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No call is taken from a worker that could not renew its lease."""
    caplog.set_level(logging.INFO)
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    orphans = store.orphans

    async def away(agent: str = "") -> Any:
        raise RecordError("calls.db is away")

    monkeypatch.setattr(store, "orphans", away)
    worker = Worker(store)
    async with worker.looking():
        await asyncio.sleep(0.2)
        monkeypatch.setattr(store, "orphans", orphans)
        await becomes(lambda: "taken up again" in caplog.text)
        await asyncio.sleep(0.1)
        assert worker.server.started == []
        await other.renew("RM_1", 30.0)
        await asyncio.sleep(0.6)
    assert worker.server.started == []
    assert caplog.text.count("No call can be taken up: calls.db is away") == 1


async def test_while_nobody_can_write_nobody_is_taken_for_dead(
    sqlite_store: SqlStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that another program holds can be read: that no lease is renewed says nothing then."""
    caplog.set_level(logging.INFO)
    other = SqlStore(f"sqlite:///{tmp_path / 'calls.db'}")
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    holding = sqlite3.connect(tmp_path / "calls.db", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    worker = Worker(sqlite_store, Server([job("RM_1", other.owner)]))
    async with worker.looking():
        await becomes(lambda: "No call can be taken up" in caplog.text)
        await asyncio.sleep(2 * QUICK.slow)
        assert worker.server.killed == []
        holding.execute("ROLLBACK")
        await becomes(lambda: "taken up again" in caplog.text)
        await other.renew("RM_1", 30.0)
        await asyncio.sleep(2 * QUICK.slow)
    assert worker.server.killed == worker.server.started == []
    assert caplog.text.count("No call can be taken up") == 1
    holding.close()
    await other.close()


async def test_a_livekit_that_is_away_is_one_line_a_try(
    store: SqlStore, other: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    """The call is tried again and taken up once LiveKit answers."""
    await Call.begin("RM_1", (), other, PLACE, 0.01)
    worker = Worker(store, livekit=LiveKit(fault=OSError("no route")))
    async with worker.looking():
        await becomes(lambda: "RM_1 can't be taken up: no route" in caplog.text)
        worker.livekit.fault = None
        await becomes(lambda: worker.server.started)


async def test_what_is_broken_off_before_it_has_begun_leaves_nothing_behind(
    recwarn: pytest.WarningsRecorder,
) -> None:
    """A worker may stop in the same moment in which it finds a call to see to."""
    errands, begun = Errands(), []

    async def see_to() -> None:
        begun.append("RM_1")

    errands.run("RM_1", see_to)
    errands.run("RM_1", see_to)
    errands.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    assert (begun, [str(each.message) for each in recwarn]) == ([], [])
    errands.run("RM_1", see_to)
    await becomes(lambda: begun)


def test_agents_of_one_call_are_told_apart_by_their_epoch() -> None:
    """An identity names its call and how often that had been taken up; nobody else's does."""
    assert epoch_of(identity("RM_1", 3), "RM_1") == 3
    assert identity("RM_1", 3) != identity("RM_1", 3)
    for stranger in ("agent-AJ_x", identity("RM_10", 3), "somebody", "agent-RM_1-e3-"):
        assert epoch_of(stranger, "RM_1") is None
