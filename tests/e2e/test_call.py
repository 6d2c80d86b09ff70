"""A call in a real room, from the greeting to the room's end."""

from __future__ import annotations

import asyncio
import re

from assistant.worker.local import LocalServer
from tests.e2e.caller import (
    buys,
    calling,
    cut_off,
    greeted,
    put_through_to_sales,
    says_goodbye,
)
from tests.e2e.conftest import RunningWorker, room_is_gone


async def test_a_caller_buys_and_the_room_is_gone(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """A caller is greeted, put through, buys and says goodbye; the room goes, the order stands."""
    async with calling(server, room) as caller:
        call = await caller.sid()
        await greeted(caller)
        await put_through_to_sales(caller)
        await buys(caller, "iPhone 17 Pro with 256 gigabytes")
        reason = await says_goodbye(caller)
    report = await worker.report(call)

    assert reason == "ROOM_DELETED"
    await room_is_gone(server, room)
    assert report["path"] == ["greeting", "buying", "ended"]
    assert report["ended_by"] == "end_purchase_call"
    assert [order["model"] for order in report["orders"]] == ["iPhone 17 Pro"]
    assert "bye" in caller.heard[-1].lower(), "the farewell's last word was cut"
    assert caller.tracks == 1
    assert "gigabytes" not in worker.says(), "what a caller says is no matter for the log"


async def test_a_caller_who_hangs_up_leaves_no_room_behind(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """A caller who is gone in the middle of a call has hung up, and the room is closed."""
    async with calling(server, room) as caller:
        call = await caller.sid()
        await greeted(caller)
        await put_through_to_sales(caller)
    report = await worker.report(call)

    assert report["path"] == ["greeting", "buying", "ended"]
    assert report["ended_by"] == "caller_hung_up"
    await room_is_gone(server, room)


async def test_a_caller_whose_connection_is_lost_is_not_waited_for_for_ever(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """A caller who vanishes without a word has hung up, once the server has given them up."""
    call = await cut_off(server, room)
    report = await worker.report(call, patience=90.0)

    assert report["ended_by"] in ("caller_hung_up", "caller_went_silent")
    await room_is_gone(server, room)


async def test_two_callers_at_once_do_not_mix(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """Two callers of the same moment are each served their own call."""

    async def one(number: int, model: str) -> tuple[str, list[str]]:
        async with calling(server, f"{room}-{number}", f"caller-{number}") as caller:
            call = await caller.sid()
            await greeted(caller)
            await put_through_to_sales(caller)
            await buys(caller, model)
            await says_goodbye(caller)
        return call, caller.heard

    models = ["iPhone 17 Pro Max", "iPhone Air"]
    calls = await asyncio.gather(*(one(number, model) for number, model in enumerate(models)))
    reports = [await worker.report(call) for call, _ in calls]

    assert [[order["model"] for order in report["orders"]] for report in reports] == [
        [model] for model in models
    ]
    assert "air" not in " ".join(calls[0][1]).lower()
    assert "max" not in " ".join(calls[1][1]).lower()


async def test_others_in_the_room_do_not_disturb(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """An agent who was there before is no caller, and a second participant is not listened to."""
    async with (
        calling(server, room, "somebody-elses-agent", kind="agent") as agent,
        calling(server, room) as caller,
        calling(server, room, "bystander") as bystander,
    ):
        call = await caller.sid()
        await asyncio.gather(greeted(caller), agent.say("I need support. My screen is broken."))
        await bystander.say("Support, please. My battery is broken.")
        await put_through_to_sales(caller)
        reason = await says_goodbye(caller)
        assert await bystander.is_disconnected() == reason
    report = await worker.report(call)

    assert report["path"] == ["greeting", "buying", "ended"]
    heard = " ".join(line["said"] for line in report["transcript"] if line["who"] == "caller")
    assert not re.search("broken|screen|battery|support", heard, re.IGNORECASE)


async def test_a_phone_caller_is_served_and_disconnected(
    server: LocalServer, worker: RunningWorker, room: str
) -> None:
    """Somebody on the telephone is a caller like any other, and doesn't end in a silent line."""
    async with calling(server, room, "phone", kind="sip") as caller:
        call = await caller.sid()
        await greeted(caller)
        await put_through_to_sales(caller)
        reason = await says_goodbye(caller)
    report = await worker.report(call)

    assert reason == "ROOM_DELETED"
    assert report["ended_by"] == "end_purchase_call"
