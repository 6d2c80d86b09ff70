"""Who may see the page and who may call: each rule, asked of the real server."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from assistant.page.access import COOKIE, Limit
from assistant.page.options import Options, PageError
from assistant.page.server import application
from assistant.records.sql.archive import SqlArchive
from assistant.records.sql.opening import open_store
from statemachine.triggers import CallerSpoke, RecordName
from tests.calls import call_after

SECRET = "a secret of more than thirty-two characters"
SHOP = "https://shop.example"
Open = Callable[..., Awaitable[TestClient[Any, Any]]]


def options(folder: Path, **chosen: Any) -> Options:
    """How a test's page is served."""
    url = f"sqlite:///{folder}/calls.db"
    return Options("ws://127.0.0.1:7880", "key", SECRET, url, **chosen)


@pytest_asyncio.fixture
async def page(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens a page with these options."""
    clients: list[TestClient[Any, Any]] = []

    async def begin(**chosen: Any) -> TestClient[Any, Any]:
        given = options(tmp_path, **chosen)
        client = TestClient(TestServer(application(given, SqlArchive(given.database_url))))
        await client.start_server()
        clients.append(client)
        return client

    yield begin
    for client in clients:
        await client.close()


async def token(client: TestClient[Any, Any], body: Any = None, **headers: str) -> dict[str, Any]:
    """What a token lets its owner do."""
    answer = await client.post("/api/token", json=body or {}, headers=headers)
    assert answer.status == 201, await answer.text()
    told = await answer.json()
    assert told["server_url"] == "ws://127.0.0.1:7880"
    return dict(jwt.decode(told["participant_token"], SECRET, algorithms=["HS256"]))


async def test_a_callers_token_is_for_a_microphone_in_one_new_room(page: Open) -> None:
    """Whatever is asked for: a new room each time, for a minute, nothing to publish but a voice."""
    client = await page(agent_name="jill")
    wish = {
        "room_name": "somebody-elses",
        "participant_identity": "agent-1",
        "participant_name": "Mary",
        "participant_metadata": "x",
        "room_config": {"agents": [{"agent_name": "another"}]},
    }
    one, two = await token(client, wish), await token(client, wish)
    may = one["video"]

    assert one["video"]["room"] != two["video"]["room"]
    assert "somebody" not in may["room"]
    assert one["sub"].startswith("caller-")
    assert one["sub"] != two["sub"]
    assert one["name"] == "Mary"
    assert may["canPublishSources"] == ["microphone"]
    assert not may.get("canUpdateOwnMetadata")
    assert not {"roomAdmin", "roomCreate", "roomList", "hidden", "agent"} & may.keys()
    assert one["exp"] - time.time() <= 60.0
    assert [each["agentName"] for each in one["roomConfig"]["agents"]] == ["jill"]


async def test_without_a_password_nobody_beyond_this_machine_is_let_in(tmp_path: Path) -> None:
    """Served to others, the page demands a password; on the loopback address it needs none."""
    with pytest.raises(PageError, match=r"PAGE_HOST=0\.0\.0\.0 lets others in: set PAGE_PASSWORD"):
        options(tmp_path, host="0.0.0.0")
    assert options(tmp_path, host="0.0.0.0", password="x")
    assert options(tmp_path, host="::1")


async def test_a_password_is_asked_for_and_kept_in_a_signed_cookie(page: Open) -> None:
    """Nothing is shown before it; a cookie that we didn't sign is worth nothing."""
    client = await page(password="a long one")
    assert (await client.get("/api/calls")).status == 401
    assert (await client.post("/api/token", json={})).status == 401
    assert (await client.get("/", allow_redirects=False)).headers["Location"] == "/login"
    assert (await client.get("/static/main.js")).status == 401
    assert (await client.get("/login")).status == 200

    assert (await client.post("/api/login", json={"password": "another"})).status == 401
    answer = await client.post("/api/login", json={"password": "a long one"})
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert (await client.get("/api/calls")).status == 200

    until, nonce, signature = cookie.value.split(".")
    for forged in (f"{int(until) + 1}.{nonce}.{signature}", f"{until}.{nonce}.x", "", "é"):
        client.session.cookie_jar.clear()
        asked = await client.get("/api/calls", headers={"Cookie": f"{COOKIE}={forged}"})
        assert asked.status == 401, forged


async def test_passwords_are_not_tried_for_ever(page: Open) -> None:
    """After ten tries an address waits, with the right one too."""
    client = await page(password="right")
    for _ in range(10):
        assert (await client.post("/api/login", json={"password": "wrong"})).status == 401
    answer = await client.post("/api/login", json={"password": "right"})
    assert answer.status == 429
    assert "wait five minutes" in (await answer.json())["error"]


async def test_an_address_begins_so_many_calls_and_no_more(page: Open) -> None:
    """The limit is told in a sentence; a proxy's word counts only where there is said to be one."""
    client = await page(calls_an_hour=2)
    elsewhere = {"X-Forwarded-For": "198.51.100.7"}
    statuses = [(await client.post("/api/token", json={})).status for _ in range(3)]
    assert statuses == [201, 201, 429]
    assert (await client.post("/api/token", json={}, headers=elsewhere)).status == 429

    behind = await page(calls_an_hour=1, behind_proxy=True)
    assert (await behind.post("/api/token", json={}, headers=elsewhere)).status == 201
    assert (await behind.post("/api/token", json={}, headers=elsewhere)).status == 429
    another = {"X-Forwarded-For": "198.51.100.7, 198.51.100.8"}
    assert (await behind.post("/api/token", json={}, headers=another)).status == 201


def test_a_limit_forgets_with_time() -> None:
    """What was done longer ago than the window doesn't count."""
    now = [0.0]
    limit = Limit(2, 10.0, lambda: now[0])
    assert [limit.allows("a") for _ in range(3)] == [True, True, False]
    assert limit.allows("b")
    now[0] = 10.5
    assert limit.allows("a")


async def test_only_invited_websites_may_have_a_button(page: Open) -> None:
    """A shop's own website gets a token without the password; any other one gets nothing."""
    client = await page(password="x", origins=(SHOP,))
    asked = await client.options("/api/token", headers={"Origin": SHOP})
    assert asked.headers["Access-Control-Allow-Origin"] == SHOP
    may = await token(client, Origin=SHOP)
    assert may["video"]["canPublishSources"] == ["microphone"]
    assert (await client.get("/button.js")).status == 200

    for origin in ("https://elsewhere.example", "http://shop.example", "null"):
        refused = await client.post("/api/token", json={}, headers={"Origin": origin})
        assert refused.status == 403
        assert "Access-Control-Allow-Origin" not in refused.headers
    for path in ("/api/now", "/api/calls", "/"):
        assert (await client.get(path, headers={"Origin": SHOP})).status == 403


@pytest.mark.parametrize("wrong", ["shop.example", "https://shop.example/", "*", "ftp://a.example"])
def test_an_origin_that_is_none_is_refused_at_the_start(tmp_path: Path, wrong: str) -> None:
    """The sentence says how one is written."""
    with pytest.raises(PageError, match=r"write https://shop\.example"):
        options(tmp_path, origins=(wrong,))


async def test_on_this_machine_the_page_goes_by_its_own_name_only(page: Open) -> None:
    """A website whose name has been made to lead here reads nothing."""
    client = await page()
    assert (await client.get("/api/calls", headers={"Host": "evil.example:8080"})).status == 403
    assert (await client.get("/api/calls", headers={"Host": "localhost:8080"})).status == 200


async def test_every_answer_keeps_the_browser_to_our_own_scripts(page: Open) -> None:
    """No inline script or style, nothing from another host, and no frame round the page."""
    client = await page()
    for path in ("/", "/static/main.js", "/api/calls", "/nowhere", "/login"):
        answer = await client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_nothing_beside_the_pages_files_can_be_read(page: Open) -> None:
    """Neither by a path that climbs nor as a list of a folder."""
    client = await page()
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/", "/static/vendor/"):
        answer = await client.get(path)
        assert answer.status in (403, 404), path


async def test_a_call_is_told_step_by_step_and_a_forgotten_one_stays_blank(
    page: Open, tmp_path: Path
) -> None:
    """Each step has the facts as they stood; what was forgotten is nowhere in it."""
    client = await page()
    store = await open_store(f"sqlite:///{tmp_path}/calls.db")
    await call_after(CallerSpoke(), RecordName("Zebedee Quine"), store=store, id="one")
    told = await (await client.get("/api/calls/one")).json()
    assert [step["facts"]["customer_name"] for step in told["steps"]] == ["", "", "Zebedee Quine"]
    assert told["steps"][2]["last"]["trigger"] == "record_name"

    await store.forget("one")
    await store.close()
    for path in ("/api/calls/one", "/api/calls"):
        assert "Zebedee" not in await (await client.get(path)).text()
    assert told["forgotten"] in await (await client.get("/api/calls/one")).text()


@pytest.mark.parametrize(
    "path",
    [
        "/api/calls?left=nowhere",
        "/api/calls?since=x",
        "/api/calls?behind=x",
        "/api/traffic?since=5&until=1",
        "/api/figures?slots=0",
        "/api/figures?since=nan",
    ],
)
async def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(
    page: Open, path: str
) -> None:
    """Nothing breaks, and nothing is looked up."""
    answer = await (await page()).get(path)
    assert answer.status == 400
    assert (await answer.json())["error"].endswith(".")


async def test_an_unknown_call_and_a_database_that_is_away_are_told(tmp_path: Path) -> None:
    """One sentence each; a database that can't be read is no fault of who asks."""
    folder = tmp_path / "a file"
    folder.write_text("")
    given = Options("ws://127.0.0.1:7880", "key", SECRET, f"sqlite:///{folder}/calls.db")
    async with TestClient(TestServer(application(given, SqlArchive(given.database_url)))) as client:
        away = await client.get("/api/calls")
        assert away.status == 503
        assert "can't be read just now" in (await away.json())["error"]
        assert (await client.post("/api/token", json={})).status == 201, "calls can go on"


async def test_a_call_that_is_not_on_can_not_be_watched(page: Open) -> None:
    """There is no token for a room that somebody made up, nor for one that is over."""
    answer = await (await page()).post("/api/watch", json={"call": "RM_nowhere"})
    assert answer.status == 404
    assert "is over" in (await answer.json())["error"]
