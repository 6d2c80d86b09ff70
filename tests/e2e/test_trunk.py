"""A telephone trunk on a real LiveKit server with Redis: made, brought into line, and told."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from livekit import api
from livekit.protocol import sip

from assistant.phone.trunk import TrunkError, read, set_up
from assistant.worker.local import LocalServer, local_server
from scripts import livekit_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server here"),
]
FILE = """
[trunk]
name = "shop"
numbers = ["+1 212 555 0100"]
allowed_addresses = ["192.0.2.0/24"]

[calls]
room_prefix = "call-"
agent = "jill"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A LiveKit server that keeps trunks: with a Redis behind it."""
    folder = tmp_path_factory.mktemp("redis")
    port = "16399"
    redis = subprocess.Popen(
        ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        time.sleep(1.0)
        with local_server(livekit_server.find(), redis=f"127.0.0.1:{port}") as running:
            yield running
    finally:
        redis.terminate()
        redis.wait()


def reach(server: LocalServer) -> api.LiveKitAPI:
    """The server's own interface."""
    return api.LiveKitAPI(server.url.replace("ws", "http"), server.key, server.secret)


def written(folder: Path, text: str = FILE) -> Path:
    """A trunk file."""
    path = folder / "trunk.toml"
    path.write_text(text)
    return path


async def test_a_trunk_and_its_rule_are_made_once_and_changed_with_the_file(
    server: LocalServer, tmp_path: Path
) -> None:
    """Done twice, nothing changes; a new number changes the trunk that stands there."""
    async with reach(server) as livekit:
        path = written(tmp_path)
        said = [line.partition(":")[0] for line in await set_up(livekit, read(path))]
        assert said == ["made", "made"]
        said = [line.partition(":")[0] for line in await set_up(livekit, read(path))]
        assert said == ["stands", "stands"]
        written(tmp_path, FILE.replace("0100", "0101"))
        said = [line.partition(":")[0] for line in await set_up(livekit, read(path))]
        assert said == ["changed", "stands"]
        trunks = (await livekit.sip.list_inbound_trunk(sip.ListSIPInboundTrunkRequest())).items
        rules = (await livekit.sip.list_dispatch_rule(sip.ListSIPDispatchRuleRequest())).items
    assert [list(trunk.numbers) for trunk in trunks] == [["+12125550101"]]
    assert [list(rule.trunk_ids) for rule in rules] == [[trunks[0].sip_trunk_id]]
    assert rules[0].rule.dispatch_rule_individual.room_prefix == "call-"
    assert [agent.agent_name for agent in rules[0].room_config.agents] == ["jill"]


async def test_a_number_of_another_trunk_is_not_taken_from_it(
    server: LocalServer, tmp_path: Path
) -> None:
    """The other trunk is named, and what to do about it."""
    other = FILE.replace('"shop"', '"other"').replace("0100", "0177")
    async with reach(server) as livekit:
        await set_up(livekit, read(written(tmp_path, other)))
        with pytest.raises(TrunkError, match=r"50177 belongs to the trunk ST_\w+ \(other\)"):
            await set_up(livekit, read(written(tmp_path, FILE.replace("0100", "0177"))))


async def test_a_wrong_secret_is_one_sentence(server: LocalServer, tmp_path: Path) -> None:
    """Which of the settings to look at."""
    url = server.url.replace("ws", "http")
    async with api.LiveKitAPI(url, server.key, "0" * 40) as livekit:
        with pytest.raises(TrunkError, match="LIVEKIT_API_KEY"):
            await set_up(livekit, read(written(tmp_path)))
