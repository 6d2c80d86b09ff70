"""A call by this machine's microphone and loudspeaker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Coroutine, Iterator
from typing import Any

from livekit.agents.utils import http_context

from assistant.agents.userdata import UserData
from assistant.console import audio as sound
from assistant.console import devices
from assistant.console.screen import Screen, show
from assistant.providers import build as providers
from assistant.session.session import CallSession
from assistant.shop.wording import lines
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.by_voice")

CLOSING = 5.0
"""Seconds that a spoken call's session may take to close."""

Devices = tuple[devices.Device, devices.Device]
"""The microphone and the loudspeaker."""


@contextlib.contextmanager
def hanging_up() -> Iterator[asyncio.Event]:
    """Ctrl+C, or a terminal that is closed, hangs up; pressed again, it doesn't break that off."""
    hung_up, loop = asyncio.Event(), asyncio.get_running_loop()
    taken = []
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, NotImplementedError):  # Windows
            loop.add_signal_handler(getattr(signal, name), hung_up.set)
            taken.append(getattr(signal, name))
    try:
        yield hung_up
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


async def speak(screen: Screen, data: UserData, used: Devices, hung_up: asyncio.Event) -> None:
    """Hold a call by this machine's microphone and loudspeaker, until it ends or is hung up.

    Raises:
        SoundError: they can't be opened any more.
    """
    call = data.call
    screen.note("Loading the voice ...")
    try:
        await _hold(screen, data, used, hung_up)
    except devices.SoundError as lacking:
        await call.fire(CallFailed())
        raise devices.SoundError(f"{lacking}.") from None
    except Exception:
        log.exception("The call broke off: a fault of the assistant's own; --log FILE keeps it.")
        await call.fire(CallFailed())
    finally:
        await call.settled()
        if not call.ended.is_set():
            await call.fire(CallerHungUp())


async def _hold(screen: Screen, data: UserData, used: Devices, hung_up: asyncio.Event) -> None:
    words = data.prompts
    fixed = [words.word(line) for line in lines.FIXED]
    warm = providers.prewarm(data.settings, fixed)  # plugins insist on the main thread
    await asyncio.sleep(0.01)  # so that a Ctrl+C from meanwhile arrives
    if hung_up.is_set():
        return
    async with http_context.open():
        parts = providers.build_voice(
            data.settings, data.catalogue, data.knowledge, warm, data.about
        )
        line = CallSession(data, parts)
        for reason in parts.reasons:
            screen.note(reason)
        screen.note("A spoken call: just talk, Ctrl+C hangs up.\n")
        show(screen, data.call, line, words, echo=True)
        try:
            if lost := await _aloud(line, used, hung_up):
                screen.trouble(f"The {lost} is gone, and with it the call.")
        finally:
            await parts.aclose()


async def _aloud(line: CallSession, used: Devices, hung_up: asyncio.Event) -> str:
    """Talk until the session ends or is hung up; returns the device that is gone, if one is."""
    over = asyncio.Event()
    line.session.on("close", lambda _: over.set())
    ear, mouth = sound.Microphone(), sound.Loudspeaker()
    async with sound.connected(line.session, ear, mouth):
        with devices.opened(used, ear, mouth) as room:
            try:
                await line.session.start(line.first_agent, record=False)
                keeping = asyncio.create_task(line.keep_lines())
                lost = await _first(over.wait(), hung_up.wait(), room.lost())
                keeping.cancel()
                return lost if isinstance(lost, str) else ""
            finally:
                mouth.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSING):
                        await line.session.aclose()


async def _first(*waits: Coroutine[Any, Any, object]) -> object:
    """What comes first; the others aren't waited for any more."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()
