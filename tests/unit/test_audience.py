"""Who gets to read what is said: the caller and hidden watchers, and nobody else."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from assistant.worker.audience import Audience
from assistant.worker.rooms import RoomError


class Me:
    """The agent in a room, and where its texts go."""

    identity = "agent"

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[str] | None]] = []

    async def stream_text(self, *, topic: str, destination_identities: Any = None) -> None:
        self.sent.append((topic, destination_identities))

    async def send_text(self, text: str, *, topic: str, destination_identities: Any = None) -> None:
        self.sent.append((topic, destination_identities))

    async def publish_transcription(self, _: object) -> None:
        self.sent.append(("for everybody", None))


class Watched:
    """LiveKit's rooms, with somebody who watches; away the first time it is asked."""

    asked = 0

    async def watchers(self, room: str) -> list[str]:
        self.asked += 1
        if self.asked == 1:
            raise RoomError("LiveKit says no")
        return ["page"]


async def test_no_text_goes_to_everybody() -> None:
    """Neither transcripts nor anything else, also before the caller is known."""
    me, rooms = Me(), Watched()
    room: Any = SimpleNamespace(local_participant=me, name="shop")
    given: Any = rooms
    audience = Audience(room, given, 0.01)
    audience.confine()
    await me.stream_text(topic="early")
    audience.caller = "caller"
    await me.send_text("words", topic="chat")
    await me.publish_transcription(None)
    looking = asyncio.create_task(audience.look())
    async with asyncio.timeout(20.0):
        while audience.readers == ["caller"]:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    looking.cancel()
    await me.stream_text(topic="late", destination_identities=["somebody"])
    assert me.sent == [
        ("early", ["agent"]),
        ("chat", ["caller"]),
        ("late", ["caller", "page"]),
    ]
