"""Starting the worker: what must be there is found out first, and told in one sentence."""

from __future__ import annotations

import asyncio
import os
import socket
import warnings
from collections.abc import Sequence
from pathlib import Path

import aiohttp
from jwt.warnings import InsecureKeyLengthWarning
from livekit import api

from assistant.errors import MendableError
from assistant.providers.build import check_speech
from assistant.records import RecordError
from assistant.records.sql.opening import open_at_start
from assistant.settings import Rooms, Settings
from assistant.shop import shop
from assistant.worker import proxy as network

PATIENCE = 5.0
"""Seconds that LiveKit may take to answer before it counts as out of reach."""


class StartError(MendableError):
    """Rooms cannot be served; says in one sentence what to do."""


def run(settings: Settings, more: Sequence[str] = (), *, dev: bool) -> None:
    """Serve rooms until stopped; a stopped worker finishes its calls first, except in `dev`.

    `more` are LiveKit's own options, which win.

    Raises:
        StartError: it cannot start, or has lost LiveKit for good.
        PromptError, CatalogueError, KnowledgeError: the shop's files cannot be used.
        OfflineVoiceError: no ears or no voice is installed that these settings could do with.
    """
    rooms = settings.rooms
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # a heap for each thread costs a call 5 MB
    shop.load(settings.shop)
    check_speech(settings)
    asyncio.run(check(rooms))
    asyncio.run(check_records(settings.database_url))
    _check_ports(rooms, dev=dev)
    from livekit.agents.__main__ import main

    from assistant.worker import (
        server as worker,  # reads the settings itself: LiveKit's own commands load it too
    )

    options = ["--log-level", rooms.log_level]
    options += ["--dev"] if dev else ["--log-format", rooms.log_format]
    main(["start", str(Path(worker.__file__)), *options, *more])
    if worker.server.failure is not None:
        raise StartError(f"The worker has stopped: {worker.server.failure}.")


async def check(rooms: Rooms) -> None:
    """Find out whether the worker can start, before it does.

    Raises:
        StartError: LiveKit's address or key is missing, wrong or out of reach.
    """
    wanted = {
        "LIVEKIT_URL": rooms.livekit_url,
        "LIVEKIT_API_KEY": rooms.livekit_api_key,
        "LIVEKIT_API_SECRET": rooms.livekit_api_secret,
    }
    missing = [name for name, value in wanted.items() if not value]
    if missing:
        raise StartError(
            f"{' and '.join(missing)} must be set, for LiveKit Cloud or a server of your own; "
            "`make room` needs neither."
        )
    where = rooms.livekit_url
    warnings.simplefilter("ignore", InsecureKeyLengthWarning)  # the server says what it makes of it
    try:
        async with network.session(where, PATIENCE) as asking:
            livekit = api.LiveKitAPI(*wanted.values(), session=asking)
            await livekit.room.list_rooms(api.ListRoomsRequest(names=["nobody"]))
    except api.TwirpError as error:
        if error.status in (401, 403):
            raise StartError(
                f"LiveKit at {where} refused the key: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
            ) from None
        raise StartError(
            f"LiveKit at {where} answered {error.status} ({error.code}): check LIVEKIT_URL."
        ) from None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        raise StartError(
            f"LiveKit at {where} can't be reached: check LIVEKIT_URL, and that the server runs."
        ) from None


async def check_records(url: str) -> None:
    """Make or renew the database's tables; one that is away is waited for by the calls themselves.

    Raises:
        StartError: its address is wrong, its file can't be written, or its tables aren't for this
            program.
    """
    try:
        store = await open_at_start(url)
    except RecordError as error:
        raise StartError(str(error)) from None
    await store.close()


def _check_ports(rooms: Rooms, *, dev: bool) -> None:
    """Find out whether the worker can have its ports; in `dev`, health is told at any free one.

    Raises:
        StartError: one is somebody else's, or they are the same.
    """
    host, health, metrics = rooms.health_host, rooms.health_port, rooms.metrics_port
    if not dev:
        _check_port(host, health, "health", "HEALTH_PORT (0 takes a free one)")
    if metrics:
        if metrics == health and not dev:
            raise StartError(
                f"METRICS_PORT and HEALTH_PORT are both {metrics}: set another METRICS_PORT."
            )
        _check_port(host, metrics, "metrics", "METRICS_PORT (0 is none)")


def _check_port(host: str, port: int, what: str, setting: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((host, port))
        except OSError as error:
            raise StartError(
                f"The {what} endpoint can't have {host}:{port} ({error.strerror}): set {setting} "
                "or HEALTH_HOST."
            ) from None
