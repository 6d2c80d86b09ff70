"""The worker's HTTP port under attack: it answers, and holds few connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest_asyncio
from aiohttp import web
from livekit.agents.utils.http_server import HttpServer

from assistant.worker import health
from assistant.worker.health import MOST, bounded

IDLE = 1_000


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    """Of a server such as LiveKit's own, that answers OK."""
    health.bound_livekits_ports()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="OK")

    server = HttpServer("127.0.0.1", 0)
    server.app.add_routes([web.get("/", answer)])
    await server.start()
    yield server.port
    await server.aclose()


async def asked(port: int) -> str:
    """What a probe is told."""
    address = f"http://127.0.0.1:{port}/"
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return await answer.text()


async def test_a_thousand_idle_connections_keep_nobody_from_asking(port: int) -> None:
    """The oldest are ended; who asks in earnest is answered, before and after."""
    assert await asked(port) == "OK"
    opened = []
    for _ in range(IDLE):
        opened.append(await asyncio.open_connection("127.0.0.1", port))
        if len(opened) % 50 == 0:
            assert await asked(port) == "OK"
    ended = 0
    async with asyncio.timeout(30.0):
        for reader, _ in opened[: IDLE - MOST]:
            try:
                ended += not await reader.read()
            except ConnectionResetError:
                ended += 1
    assert ended == IDLE - MOST
    for _, writer in opened:
        writer.close()


class Silent(asyncio.Protocol):
    """A server that never says anything."""


async def test_a_connection_ends_in_time_whatever_it_sends() -> None:
    """Also one that sends a byte now and then."""
    made: Any = bounded(Silent, seconds=0.3)
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())

    async def drip() -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(20.0):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    dripping.cancel()
    server.close()
