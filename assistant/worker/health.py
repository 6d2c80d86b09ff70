"""The worker's HTTP port: few connections, none for long, whoever comes and however slowly.

LiveKit's server of it waits for a request for ever. A thousand idle connections would take the
descriptors that new calls need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from aiohttp import web
from livekit.agents.utils.http_server import HttpServer

MOST = 64
"""Connections at once; one more ends the oldest, so that whoever asks in earnest is answered."""
SECONDS = 5.0
"""For how long one may last: a probe takes milliseconds."""


class Bounded(asyncio.Protocol):
    """One connection, which hands on what comes and ends in time."""

    def __init__(
        self, answers: asyncio.Protocol, open: list[Bounded], most: int, seconds: float
    ) -> None:
        self._answers = answers
        self._open = open
        self._most = most
        self._seconds = seconds
        self._transport: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody has come."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.append(self)
        if len(self._open) > self._most:
            self._open[0].abort()
        self._end = asyncio.get_running_loop().call_later(self._seconds, self.abort)
        self._answers.connection_made(transport)

    def abort(self) -> None:
        """End it now."""
        if self in self._open:
            self._open.remove(self)
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        if self in self._open:
            self._open.remove(self)
        if self._end is not None:
            self._end.cancel()
        self._answers.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand it on."""
        self._answers.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand it on."""
        return self._answers.eof_received()

    def pause_writing(self) -> None:
        """Hand it on."""
        self._answers.pause_writing()

    def resume_writing(self) -> None:
        """Hand it on."""
        self._answers.resume_writing()


def bounded(
    answers: Callable[[], asyncio.Protocol], most: int = MOST, seconds: float = SECONDS
) -> Callable[[], Bounded]:
    """What makes a connection for each who comes, for a server that would keep all of them."""
    open: list[Bounded] = []
    return lambda: Bounded(answers(), open, most, seconds)


def bound_livekits_ports() -> None:
    """Bound the connections of LiveKit's health and metrics ports, before either is opened."""

    async def start(self: Any) -> None:
        self._runner = runner = web.AppRunner(self.app, access_log=None)
        await runner.setup()
        assert runner.server is not None
        make = bounded(cast(Callable[[], asyncio.Protocol], runner.server))
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(make, self.host, self.port, backlog=MOST)
        self._port = self._listening.sockets[0].getsockname()[1]

    closed = HttpServer.aclose

    async def aclose(self: HttpServer) -> None:
        if listening := getattr(self, "_listening", None):
            listening.close()
        await closed(self)

    HttpServer.start = start  # type: ignore[method-assign]
    HttpServer.aclose = aclose  # type: ignore[method-assign]
