"""A caller is put through to a person on a real server, whoever dies: on the page, by telephone."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp.test_utils import TestClient, TestServer
from livekit import rtc
from numpy.typing import NDArray

from assistant.page.options import Options
from assistant.page.server import application
from assistant.providers.offline import stt as speech_to_text
from assistant.records.sql.archive import SqlArchive
from assistant.worker import rooms
from assistant.worker.local import LocalServer
from tests.e2e.caller import HEARD_RATE, LOUD, Caller, calling, greeted
from tests.e2e.conftest import RunningWorker, StartWorker, until
from tests.e2e.exchange import exchange
from tests.e2e.kills import send

STATUS = "sip.callStatus"
KINDLY = "Can I talk to a human, please?"
ASKING = "asking a colleague|one moment"
ALWAYS_OPEN = """
[[entry]]
id = "address"
asked = ["where are you"]
answer = "We're at 12 Market Street."
"""


Begin = Callable[..., Awaitable[RunningWorker]]


@pytest.fixture
def agent(tmp_path: Path) -> str:
    """The name by which callers of one test ask for its workers, and for no other test's."""
    return tmp_path.name


@pytest.fixture
def begin(start_worker: StartWorker, agent: str, tmp_path: Path) -> Iterator[Begin]:
    """Starts a worker with these settings; all of one test have the same records, and end with it.

    Their shop is always open: it tells no hours.
    """
    running: list[RunningWorker] = []
    (tmp_path / "about.toml").write_text(ALWAYS_OPEN)
    given = {
        "SHOP": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/calls.db",
        "SILENCE_SECONDS": "60",
        "AGENT_NAME": agent,
        "PERSON_SECONDS": "60",
    }

    async def one(**settings: str) -> RunningWorker:
        started = await asyncio.to_thread(lambda: start_worker(**{**given, **settings}))
        running.append(started)
        return started

    yield one
    for worker in running:
        worker.stop()


async def killed(call: str, workers: Iterable[RunningWorker]) -> None:
    """All processes of the worker that serves the call end at once; another one takes it up."""
    left = [worker for worker in workers if worker.process.poll() is None]
    (serving,) = (worker for worker in left if worker.serving(call))
    send(signal.SIGKILL, serving.family())
    others = [worker for worker in left if worker is not serving]
    await until(lambda: any(each.serving(call) for each in others), "nobody takes the call up")


@contextlib.asynccontextmanager
async def page_of(server: LocalServer, folder: Path) -> AsyncIterator[TestClient[Any, Any]]:
    """The page's own server over those records, with a password, and a colleague who gave it."""
    url = f"sqlite:///{folder}/calls.db"
    options = Options(server.url, server.key, server.secret, url, password="open sesame")
    async with TestClient(TestServer(application(options, SqlArchive(url)))) as client:
        assert (await client.get("/api/waiting")).status == 401
        await client.post("/api/login", json={"password": "open sesame"})
        yield client


async def first_waiting(page: TestClient[Any, Any]) -> dict[str, Any]:
    """The caller who is shown as waiting, as soon as there is one."""
    async with asyncio.timeout(40):
        while True:
            told = await (await page.get("/api/waiting", params={"page": "mary"})).json()
            if told["calls"]:
                return dict(told["calls"][0])


class HeardBy:
    """Whose voice reaches somebody in a room.

    What words: LiveKit carries another track's sound where one is not sent any more, and clients
    may take it for the old one's.
    """

    def __init__(self, room: rtc.Room) -> None:
        self.whose: set[str] = set()
        self.sound: dict[str, list[NDArray[np.int16]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        room.on("track_subscribed", lambda track, _, who: self._begin(track, who.identity))
        for who in room.remote_participants.values():
            for publication in who.track_publications.values():
                if publication.track is not None:
                    self._begin(publication.track, who.identity)

    def _begin(self, track: rtc.Track, who: str) -> None:
        task = asyncio.get_running_loop().create_task(self._listen(track, who))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self, track: rtc.Track, who: str) -> None:
        stream = rtc.AudioStream(track, sample_rate=HEARD_RATE, num_channels=1)
        async for event in stream:
            frame = np.frombuffer(event.frame.data, np.int16)
            self.sound.setdefault(who, []).append(frame)
            if float(np.sqrt(np.mean(frame.astype(np.float64) ** 2))) > LOUD:
                self.whose.add(who)

    async def words(self) -> str:
        """All that was heard, of everybody."""
        ears = await asyncio.to_thread(speech_to_text.load, "whisper")
        heard = [
            await asyncio.to_thread(ears.transcribe, np.concatenate(each) / np.float32(32768))
            for each in list(self.sound.values())
        ]
        return " ".join(heard)


def on_the_telephone(
    server: LocalServer, room: str, identity: str, agent: str = "", **shown: str
) -> Caller:
    """Somebody as LiveKit's SIP service brings them into a room: their telephone rings."""
    token = rooms.token(server.key, server.secret, identity, room, agent=agent)
    grants = token.claims.video
    assert grants is not None
    grants.can_update_own_metadata = True
    made = token.with_kind("sip").with_attributes({STATUS: "ringing", **shown}).to_jwt()
    return Caller(server.url, made)


async def picks_up(who: Caller) -> None:
    """They have picked up, as LiveKit's SIP service says it."""
    await who.room.local_participant.set_attributes({STATUS: "active"})


async def test_a_colleague_answers_on_the_page_and_the_worker_dies_meanwhile(
    server: LocalServer, begin: Begin, agent: str, room: str, tmp_path: Path
) -> None:
    """They hear each other, the agent is silent, stays so in the next worker, and is back then."""
    worker = await begin(PERSON_PAGE="on")
    async with page_of(server, tmp_path) as page, calling(server, room, agent=agent) as caller:
        call = await caller.sid()
        await greeted(caller)
        await caller.asks(KINDLY, ASKING)
        waiting = await first_waiting(page)
        assert waiting["call"] == call
        assert waiting["brief"] == ["A caller is on the shop's line, who hasn't given a name."]
        answer = await page.post("/api/answer", json={"call": call})
        assert answer.status == 201
        told, heard = await answer.json(), HeardBy(caller.room)
        async with Caller(told["server_url"], told["participant_token"]) as person:
            me = person.room.local_participant.identity
            await caller.hears("colleague is on the line")
            await person.say("Hello, this is Mary.")
            await until(lambda: me in heard.whose, "the caller doesn't hear the colleague")
            assert (await page.post("/api/answer", json={"call": call})).status == 409
            other = await begin(PERSON_PAGE="on")
            spoke = set(caller.first_sounds)
            await killed(call, (worker, other))
            await caller.say("My invoice is wrong. Goodbye.")
            await asyncio.sleep(4)
            assert set(caller.first_sounds) == spoke
        await caller.hears("colleague has left the line")
        await caller.asks("No, thank you. Goodbye.", "thanks for calling|bye")
        await caller.is_disconnected()
        print("PUT THROUGH ON THE PAGE", caller.heard)


async def test_nobody_answers_on_the_page_and_another_caller_hangs_up(
    server: LocalServer, begin: Begin, agent: str, room: str, tmp_path: Path
) -> None:
    """The caller hears every so often that somebody is asked, and is promised a call back.

    For who hangs up meanwhile, the page rings no longer, and nothing is promised.
    """
    settings = {"PERSON_PAGE": "on", "PERSON_SECONDS": "14", "PERSON_WORDS_SECONDS": "3"}
    worker = await begin(**settings)
    async with page_of(server, tmp_path) as page:

        async def nobody_waits() -> bool:
            return not (await (await page.get("/api/waiting")).json())["calls"]

        async with calling(server, room, agent=agent) as caller:
            await greeted(caller)
            await caller.asks(KINDLY, ASKING)
            heard = await caller.hears("call you back.*ticket")
            assert "still asking" in heard.lower()
            assert await nobody_waits()
            await caller.asks("No, thank you. Goodbye.", "thanks for calling|bye")
            await caller.is_disconnected()
            print("NOBODY ANSWERS", caller.heard)
        async with calling(server, f"{room}-2", agent=agent) as caller:
            call = await caller.sid()
            await caller.answered.wait()
            await caller.room.local_participant.send_text(KINDLY, topic="lk.chat")
            await first_waiting(page)
        report = await worker.report(call)
        assert (report["path"][-2:], report["ended_by"]) == (["waiting", "ended"], "caller_hung_up")
        assert report["tickets"] == []
        await until(nobody_waits, "the page rings for nobody")


async def test_a_caller_who_cannot_be_put_on_is_told_so(
    server: LocalServer, begin: Begin, agent: str, room: str
) -> None:
    """LiveKit's own server takes the order for a REFER, finds no SIP service, and says so.

    The caller hears one sentence and is still there: what LiveKit's SIP service and a carrier would
    make of it, nobody can show without them.
    """
    worker = await begin(PERSON_NUMBER="+12125550111", PERSON_TRANSFER="refer")
    shown = {"sip.callID": "SCL_1", "sip.phoneNumber": "+12125550100"}
    async with on_the_telephone(server, room, "caller", agent, **shown) as caller:
        await picks_up(caller)
        await greeted(caller)
        await caller.room.local_participant.publish_dtmf(code=0, digit="0")
        assert re.search("get through.*call you back", await caller.hears("ticket"))
        await caller.asks("No, thank you. Goodbye.", "thanks for calling|bye")
        assert await caller.is_disconnected() == "ROOM_DELETED"
        print("PUT ON IN VAIN", caller.heard)
    assert "the caller can't be put on: LiveKit says unavailable" in worker.says()
    assert "2125550" not in worker.says()


async def test_a_colleague_takes_the_call_on_their_telephone(
    server: LocalServer, begin: Begin, agent: str, room: str, tmp_path: Path
) -> None:
    """They are briefed unheard, press 1, and only then they and the caller hear each other.

    The caller's own telephone rings at first: they are greeted once it is picked up. Their worker
    dies while the colleague's rings, and another one while the two talk: it goes on ringing, no
    second one does, and who talks goes on talking.
    """
    async with exchange(server) as stand_in:
        number = {"PERSON_NUMBER": "+12125550111", "PERSON_TRUNK": "ST_1"}
        settings = {**number, "LIVEKIT_URL": stand_in.url}
        begun = (begin(**settings) for _ in range(3))
        workers = await asyncio.gather(*begun)
        async with on_the_telephone(server, room, "caller", agent) as caller:
            await until(lambda: caller.tracks > 0, "no agent has come")
            await asyncio.sleep(3)
            assert not caller.answered.is_set(), "spoken to while it rings"
            await picks_up(caller)
            await greeted(caller)
            call, heard = await caller.sid(), HeardBy(caller.room)
            await caller.asks(KINDLY, ASKING)
            asked = await asyncio.wait_for(stand_in.rung.get(), 20)
            assert (asked.sip_call_to, asked.sip_trunk_id) == ("+12125550111", "ST_1")
            me = asked.participant_identity
            person = on_the_telephone(server, asked.room_name, me)
            theirs = HeardBy(person.room)
            async with person:
                await asyncio.sleep(1)
                await killed(call, workers)
                assert not re.search("new iphone|need support", await caller.hears("cut off"))
                assert stand_in.rung.empty(), "rung twice"
                assert not person.answered.is_set(), "briefed while it rings"
                await picks_up(person)
                await asyncio.sleep(0.5)
                theirs.sound.clear()
                await asyncio.gather(person.say("Hello?"), caller.say("Is anybody there?"))
                briefing = await person.hears("press (1|one)")
                assert re.search("shop'?s line", briefing)
                assert me not in heard.whose
                assert "anybody there" not in (await theirs.words()).lower()
                theirs.whose.clear()
                await person.room.local_participant.publish_dtmf(code=1, digit="1")
                await caller.hears("colleague is on the line")
                await asyncio.gather(person.say("Hello, this is Mary."), caller.say("Hello, Mary."))
                await until(lambda: me in heard.whose, "the caller doesn't hear the colleague")
                await until(lambda: "caller" in theirs.whose, "the colleague doesn't hear them")
                spoke = set(caller.first_sounds)
                await killed(call, workers)
                for heard_by in (heard, theirs):
                    heard_by.whose.clear()
                await asyncio.gather(person.say("Are you still there?"), caller.say("Yes, I am."))
                await until(lambda: me in heard.whose, "the caller hears the colleague no more")
                await until(lambda: "caller" in theirs.whose, "the colleague hears them no more")
                assert set(caller.first_sounds) == spoke
                assert stand_in.rung.empty(), "rung twice"
                assert "press" not in " ".join(caller.heard).lower()
            await caller.hears("colleague has left the line")
            await caller.asks("No, thank you. Goodbye.", "thanks for calling|bye")
            await caller.is_disconnected()
            print("PUT THROUGH BY TELEPHONE", caller.heard, "BRIEFED:", person.heard)
