"""LiveKit's server with a stand-in for its SIP service at the wire: everything else goes through.

LiveKit's SIP service can't be had here. What is asked of it is read as it is sent, and answered by
whoever tests; who is rung comes into the room as that service would bring them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import TestServer
from livekit.protocol import sip

from assistant.worker.local import LocalServer

SIP = "/twirp/livekit.SIP/"
_HOP = frozenset({"host", "connection", "upgrade", "content-length", "transfer-encoding"})


@dataclass
class Exchange:
    """A server's address with the stand-in in front of it."""

    server: LocalServer
    url: str = ""
    rung: asyncio.Queue[sip.CreateSIPParticipantRequest] = field(default_factory=asyncio.Queue)
    """Who was to be rung."""
    put_on: asyncio.Queue[sip.TransferSIPParticipantRequest] = field(default_factory=asyncio.Queue)
    """Who was to be put on to another telephone."""
    refuses: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The stand-in's own answer, or the server's."""
        if request.path == f"{SIP}CreateSIPParticipant":
            return self._asked(
                sip.CreateSIPParticipantRequest.FromString(await request.read()),
                self.rung,
                sip.SIPParticipantInfo(),
            )
        if request.path == f"{SIP}TransferSIPParticipant":
            status = sip.SIPTransferStatus.STS_TRANSFER_SUCCESSFUL
            return self._asked(
                sip.TransferSIPParticipantRequest.FromString(await request.read()),
                self.put_on,
                sip.TransferSIPParticipantResponse(status=status),
            )
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._passed_through(request)
        return await self._forwarded(request)

    def _asked(self, asked: Any, kept: asyncio.Queue[Any], answer: Any) -> web.Response:
        if self.refuses:
            return web.json_response({"code": "unavailable", "msg": "no"}, status=503)
        kept.put_nowait(asked)
        told = answer.SerializeToString()
        return web.Response(body=told, content_type="application/protobuf")

    async def _forwarded(self, request: web.Request) -> web.Response:
        url, body = self._real("http", request), await request.read()
        headers = _kept(request)
        async with (
            ClientSession() as session,
            session.request(request.method, url, data=body, headers=headers) as answer,
        ):
            told, kind = await answer.read(), answer.headers.get("Content-Type", "text/plain")
            return web.Response(status=answer.status, body=told, headers={"Content-Type": kind})

    async def _passed_through(self, request: web.Request) -> web.StreamResponse:
        async with ClientSession() as session:
            try:
                there = await session.ws_connect(
                    self._real("ws", request), headers=_kept(request), max_msg_size=0
                )
            except aiohttp.WSServerHandshakeError as error:
                return web.Response(status=error.status)
            here = web.WebSocketResponse(max_msg_size=0)
            await here.prepare(request)
            ways = (_pipe(here, there), _pipe(there, here))
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await there.close()
            await here.close()
            return here

    def _real(self, scheme: str, request: web.Request) -> str:
        return f"{scheme}{self.server.url.removeprefix('ws')}{request.raw_path}"


def _kept(request: web.Request) -> dict[str, str]:
    named = request.headers.items()
    return {
        name: value
        for name, value in named
        if name.lower() not in _HOP and not name.lower().startswith("sec-websocket")
    }


async def _pipe(source: Any, target: Any) -> None:
    async for message in source:
        if message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
        elif message.type is WSMsgType.TEXT:
            await target.send_str(message.data)


@contextlib.asynccontextmanager
async def exchange(server: LocalServer) -> AsyncIterator[Exchange]:
    """The stand-in in front of a server, until this is left."""
    stand_in = Exchange(server)
    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", stand_in.answer)
    async with TestServer(app) as running:
        stand_in.url = f"ws://127.0.0.1:{running.port}"
        yield stand_in
