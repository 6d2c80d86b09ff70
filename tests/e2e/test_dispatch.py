"""How an agent comes into a room: by itself, or because it was asked for by its name."""

from __future__ import annotations

import json

import pytest
from livekit import api

from assistant.worker.local import LocalServer
from tests.e2e.caller import calling, greeted
from tests.e2e.conftest import RunningWorker, StartWorker


@pytest.fixture(scope="module")
def named(start_worker: StartWorker) -> RunningWorker:
    """A worker with a name, started by LiveKit's own command."""
    command = ("-m", "livekit.agents", "start", "assistant/worker/server.py")
    return start_worker(*command, AGENT_NAME="jill")


async def _dispatched(server: LocalServer, room: str, metadata: str) -> None:
    """Send the named agent into a room, to which nobody comes unasked as it asks for another."""
    nobody = api.RoomAgentDispatch(agent_name="nobody")
    asked = api.CreateAgentDispatchRequest(agent_name="jill", room=room, metadata=metadata)
    async with api.LiveKitAPI(server.url, server.key, server.secret) as livekit:
        await livekit.room.create_room(api.CreateRoomRequest(name=room, agents=[nobody]))
        await livekit.agent_dispatch.create_dispatch(asked)


async def test_an_agent_that_the_token_names_comes_alone(
    server: LocalServer, worker: RunningWorker, named: RunningWorker, room: str
) -> None:
    """A caller whose token asks for an agent is served by that one, not by who comes unasked."""
    async with calling(server, room, agent="jill") as caller:
        call = await caller.sid()
        await greeted(caller)
        agents = [who for who in caller.room.remote_participants if who.startswith("agent-")]
        assert len(agents) == 1
    assert (await named.report(call))["ended_by"] == "caller_hung_up"
    assert not (worker.reports / f"{call}.json").exists()


async def test_a_call_brings_its_own_words(
    server: LocalServer, named: RunningWorker, room: str
) -> None:
    """The metadata of a dispatch gives the call its persona and shop."""
    words = {"persona": "Robert", "shop": "the phone palace"}
    await _dispatched(server, room, json.dumps(words))
    async with calling(server, room) as caller:
        said = await greeted(caller)
    assert "robert" in said.lower()
    assert "palace" in said.lower()


async def test_metadata_that_cannot_be_used_costs_nobody_the_call(
    server: LocalServer, named: RunningWorker, room: str
) -> None:
    """Bad metadata is one sentence in the log, and the caller hears the usual words."""
    await _dispatched(server, room, '{"persona": 7}')
    async with calling(server, room) as caller:
        assert "jill" in (await greeted(caller)).lower()
    assert named.says().count("The usual words are used.") == 1
