"""Somebody else in the room: what they do is not the caller's doing, and they read nothing."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import psutil
import pytest
from livekit import rtc

from assistant.worker.local import LocalServer
from tests.e2e.caller import (
    RATE,
    Caller,
    calling,
    greeted,
    onlooker,
    put_through_to_sales,
    says_goodbye,
    speech,
)
from tests.e2e.conftest import RunningWorker, StartWorker, until

BUFFER = "lk.agent.pre-connect-audio-buffer"
COMPLAINS = "I need support. My screen is broken."
NUMBER = "15551230987"


async def _typed(me: rtc.LocalParticipant, _: Caller) -> None:
    await me.send_text(COMPLAINS, topic="lk.chat")


async def _spoken_before_the_connection(me: rtc.LocalParticipant, caller: Caller) -> None:
    (track,) = caller.room.local_participant.track_publications
    shape = {"sampleRate": str(RATE), "channels": "1", "trackId": track}
    for attributes in (shape, {**shape, "sampleRate": "5"}, {**shape, "trackId": "x"}):
        writer = await me.stream_bytes("sound", topic=BUFFER, attributes=attributes)
        await writer.write(await asyncio.to_thread(speech, COMPLAINS))
        await writer.aclose()


async def _hanging(me: rtc.LocalParticipant, _: Caller) -> None:
    attributes = {"sampleRate": "5", "channels": "1", "trackId": "x"}
    writer = await me.stream_bytes("eight", topic=BUFFER, attributes=attributes)
    await writer.write(b"\0" * 8)
    await writer.aclose()


async def _keys(me: rtc.LocalParticipant, _: Caller) -> None:
    for key in "2#":
        await me.publish_dtmf(code=int(key) if key.isdigit() else 11, digit=key)


async def _as_if_they_were_the_caller(me: rtc.LocalParticipant, caller: Caller) -> None:
    who = caller.room.local_participant.identity
    await me.set_attributes({"lk.publish_on_behalf": who, "sip.phoneNumber": "+1"})
    await me.set_name(who)
    await me.publish_data(COMPLAINS.encode(), topic="lk.chat")
    await me.publish_data(COMPLAINS.encode(), topic="lk-chat-topic")


ATTACKS: tuple[Callable[[rtc.LocalParticipant, Caller], Coroutine[Any, Any, None]], ...] = (
    _typed,
    _spoken_before_the_connection,
    _hanging,
    _keys,
    _as_if_they_were_the_caller,
)


def reading(room: rtc.Room) -> list[str]:
    """What somebody gets to read of a call from now on, in either of LiveKit's ways."""
    read: list[str] = []
    tasks = set()

    async def note(reader: rtc.TextStreamReader) -> None:
        read.append(await reader.read_all())

    def on_stream(reader: rtc.TextStreamReader, _: str) -> None:
        tasks.add(asyncio.create_task(note(reader)))

    for topic in ("lk.transcription", "shop.flow"):
        room.register_text_stream_handler(topic, on_stream)
    room.on("transcription_received", lambda segments, *_: read.extend(s.text for s in segments))
    return read


@pytest.fixture
def numbered(room: str) -> str:
    """A room as LiveKit's telephone service names it."""
    return f"{room}_+{NUMBER}_x"


async def test_nothing_that_is_not_the_callers_own_counts_as_the_caller(
    server: LocalServer, worker: RunningWorker, numbered: str
) -> None:
    """Neither sound nor text, keys or attributes; nor does anybody else read what is said."""
    caller = calling(server, numbered, f"caller_+{NUMBER}")
    bystander, watcher = calling(server, numbered, "bystander"), onlooker(server, numbered)
    read = {
        name: reading(who.room)
        for name, who in (("caller", caller), ("bystander", bystander), ("watcher", watcher))
    }
    async with caller, bystander, watcher:
        call = await caller.sid()
        await greeted(caller)
        attacker = bystander.room.local_participant
        attacks = (attack(attacker, caller) for attack in ATTACKS)
        await asyncio.gather(*attacks, bystander.say(COMPLAINS))
        await put_through_to_sales(caller)
        await says_goodbye(caller)
    report = await worker.report(call)

    assert report["path"] == ["greeting", "buying", "ended"]
    heard = " ".join(line["said"] for line in report["transcript"] if line["who"] == "caller")
    assert not re.search("broken|screen|support", heard, re.IGNORECASE)
    assert report["tickets"] == []
    assert "buy" in " ".join(read["caller"]).lower()
    assert "buy" in " ".join(read["watcher"]).lower()
    assert read["bystander"] == []
    assert NUMBER not in worker.says()


async def test_somebody_without_a_microphone_does_not_have_the_line(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """Who joins first and only listens isn't served; when the caller leaves, who is left is."""
    async with (
        calling(server, room, "listener", microphone=False) as listener,
        calling(server, room) as caller,
    ):
        call = await caller.sid()
        await greeted(caller)
        async with calling(server, room, "partner") as partner:
            await put_through_to_sales(caller)
            await caller.leave()
            await partner.hears("cut off")
            await partner.asks("The iPhone Air, please.", "order it")
            await listener.leave()
            assert not partner.gone.is_set()
    report = await worker.report(call)
    assert report["path"] == ["greeting", "buying", "ended"]
    assert report["ended_by"] == "caller_hung_up"


async def test_a_call_that_is_taken_up_does_not_go_to_whoever_else_is_there(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """Its caller has come back later than they came, and they speak as its process dies."""
    async with calling(server, room) as before:
        call = await before.sid()
        await greeted(before)
        async with (
            calling(server, room, "bystander") as bystander,
            calling(server, room) as caller,  # the same one, whose connection is a new one
        ):
            await caller.hears("cut off")
            ((_, pid),) = worker.serving(call)
            psutil.Process(pid).kill()
            await bystander.say(COMPLAINS)
            await put_through_to_sales(caller)
            await says_goodbye(caller)
    report = await worker.report(call)
    assert report["path"] == ["greeting", "buying", "ended"]
    assert report["tickets"] == []
    heard = " ".join(line["said"] for line in report["transcript"] if line["who"] == "caller")
    assert not re.search("broken|screen|support", heard, re.IGNORECASE)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process can't be held up so")
async def test_a_caller_whose_process_hangs_carries_on(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """It lives and answers nobody: another one takes the call up, and it is ended."""
    async with calling(server, room) as caller:
        call = await caller.sid()
        await greeted(caller)
        ((_, pid),) = worker.serving(call)
        hanging = psutil.Process(pid)
        hanging.suspend()
        await caller.hears("cut off")
        await until(lambda: not hanging.is_running(), "it hangs for ever")
        await put_through_to_sales(caller)
        await says_goodbye(caller)
    report = await worker.report(call)
    assert (report["path"], len(caller.first_sounds)) == (["greeting", "buying", "ended"], 2)


async def test_a_caller_who_types_without_end_is_answered_and_costs_nobody_else(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """A thousand messages are a handful; the call goes on, and so does everybody's."""
    async with calling(server, room) as caller:
        call = await caller.sid()
        await greeted(caller)
        me = caller.room.local_participant
        texts = ("no " * 560, "No. 1. " * 280, "x" * 15_000) * 10
        await asyncio.gather(*(me.send_text(text, topic="lk.chat") for text in texts))
        await until(lambda: "come too fast" in worker.says(), "all of them were read")
        await put_through_to_sales(caller)
        await says_goodbye(caller)
    report = await worker.report(call)
    assert report["path"] == ["greeting", "buying", "ended"]
    typed = [each for each in report["transcript"] if each["who"] == "caller"]
    assert max(len(each["said"]) for each in typed) <= 1000


def test_a_process_that_takes_more_memory_than_it_may_is_ended_alone(
    start_worker: StartWorker,
) -> None:
    """Each call has a process of its own: that one goes, and the worker is there for the others."""
    small = start_worker(CALL_MEMORY_MB="60", AGENT_NAME="small")
    small.waits_until("exceeded memory limit, killing it", 60.0)
    small.waits_until("process exited", 60.0)
    assert small.process.poll() is None
    small.stop()
