"""A colleague's page: who waits, who gets into whose room, and what is told when nobody comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from livekit import api

from assistant.call.call import Call
from assistant.page.options import Options
from assistant.page.server import application
from assistant.phone.people import DECLINED, TOPIC, Way, is_word, way_of
from assistant.records import Place
from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.opening import open_store
from statemachine.triggers import PersonAnswered, RecordName, Staff, ToPerson
from tests.calls import HEARD, shop

SECRET = "a secret of more than thirty-two characters"


@dataclass
class LiveKit:
    """A LiveKit server's rooms, at the wire."""

    told: list[api.SendDataRequest] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """What is asked of it."""
        asked, body = request.match_info["asked"], await request.read()
        told: Any = api.SendDataResponse()
        if asked == "ListRooms":
            told = api.ListRoomsResponse(rooms=[api.Room(name="a-room", sid="RM_1")])
        elif asked == "ListParticipants":
            kind = api.ParticipantInfo.Kind
            agent = api.ParticipantInfo(identity="agent-1", kind=kind.AGENT)
            caller = api.ParticipantInfo(identity="caller", kind=kind.STANDARD)
            told = api.ListParticipantsResponse(participants=[caller, agent])
        else:
            self.told.append(api.SendDataRequest.FromString(body))
        return web.Response(body=told.SerializeToString(), content_type="application/protobuf")


@dataclass
class Page:
    """A page over one call, and the LiveKit server behind it."""

    client: TestClient[Any, Any]
    call: Call
    livekit: LiveKit

    async def waiting(self, page: str = "mary", known: str = "") -> dict[str, Any]:
        """What a page is told at once."""
        asked = {"page": page, "known": known}
        return dict(await (await self.client.get("/api/waiting", params=asked)).json())

    async def wants(self, path: str, page: str = "mary") -> Any:
        """What comes of a button on a page."""
        return await self.client.post(path, json={"call": self.call.id, "page": page})


@pytest_asyncio.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """Somebody called Dana waits for a person."""
    livekit, url = LiveKit(), f"sqlite:///{tmp_path}/calls.db"
    app = web.Application()
    app.router.add_post("/twirp/livekit.RoomService/{asked}", livekit.answer)
    store = await open_store(url)
    call = await Call.begin("RM_1", shop()[0].offers, store, Place("a-room"), 60.0)
    for trigger in (HEARD, RecordName("Dana"), ToPerson("my invoice", Staff.IN)):
        await call.fire(trigger)
    async with TestServer(app) as server:
        options = Options(f"ws://127.0.0.1:{server.port}", "key", SECRET, url)
        async with TestClient(TestServer(application(options, SqlArchive(url)))) as client:
            yield Page(client, call, livekit)
    await store.close()


async def test_who_waits_is_shown_with_what_the_facts_say(page: Page) -> None:
    """And the list is told anew only once it is another one."""
    told = await page.waiting()
    (waiting,) = told["calls"]
    assert waiting["call"] == "RM_1"
    assert waiting["brief"] == [
        "Dana is on the shop's line.",
        "They ask for a colleague about my invoice.",
    ]
    assert 0 <= waiting["waited"] < 60
    assert "a-room" not in str(told), "a room's name may be a telephone's number"
    await page.call.fire(PersonAnswered())
    assert (await page.waiting(known=told["mark"]))["calls"] == []


async def test_answer_lets_a_colleague_into_that_room_alone(page: Page) -> None:
    """With a microphone, under an identity by which the worker knows them, for a minute."""
    answer = await page.wants("/api/answer")
    assert answer.status == 201
    told = jwt.decode((await answer.json())["participant_token"], SECRET, algorithms=["HS256"])
    assert way_of(SECRET, "RM_1", told["sub"]) is Way.PAGE
    assert told["video"] == {
        "roomJoin": True,
        "room": "a-room",
        "canPublish": True,
        "canSubscribe": True,
        "canPublishData": False,
        "canPublishSources": ["microphone"],
        "canUpdateOwnMetadata": False,
    }
    assert told["exp"] - told["nbf"] <= 60


async def test_who_waits_no_more_cant_be_answered(page: Page) -> None:
    """Somebody else was first, or there is no such call."""
    await page.call.fire(PersonAnswered())
    assert (await page.wants("/api/answer")).status == 409
    assert (await page.client.post("/api/answer", json={"call": "x"})).status == 409


async def test_only_once_every_page_has_declined_the_caller_is_told(page: Page) -> None:
    """Until then it rings on where nobody has; the word goes to the agent, signed."""
    await page.waiting("mary")
    await page.waiting("paul")
    await page.wants("/api/decline", "mary")
    assert page.livekit.told == []
    assert (await page.waiting("mary"))["calls"] == []
    assert len((await page.waiting("paul"))["calls"]) == 1
    await page.wants("/api/decline", "paul")
    (told,) = page.livekit.told
    assert (told.room, told.topic) == ("a-room", TOPIC)
    assert list(told.destination_identities) == ["agent-1"]
    assert is_word(SECRET, "RM_1", DECLINED, told.data)


@pytest.mark.parametrize("path", ["/api/answer", "/api/decline", "/api/waiting"])
async def test_nothing_is_told_without_the_password(tmp_path: Path, path: str) -> None:
    """Not who waits, and no way to them; nor to a website that has the button."""
    url = f"sqlite:///{tmp_path}/calls.db"
    given: Any = {"password": "x", "origins": ("https://shop.example",)}
    options = Options("ws://127.0.0.1:1", "key", SECRET, url, **given)
    async with TestClient(TestServer(application(options, SqlArchive(url)))) as client:
        method = client.get if path.endswith("waiting") else client.post
        assert (await method(path)).status == 401
        theirs = {"Origin": "https://shop.example"}
        assert (await method(path, headers=theirs)).status == 403
