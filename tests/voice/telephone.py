"""A caller's end of a spoken call: speaks and listens in real time, and knows nothing but sound."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
from livekit.agents import ConversationItemAddedEvent, llm
from livekit.agents.utils import http_context

from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.console import audio as sound
from assistant.console.audio import RATE, Loudspeaker, Microphone
from assistant.providers import build as providers
from assistant.providers.build import Providers, Warm
from assistant.records import MemoryStore, Store
from assistant.session.session import CallSession
from assistant.settings import Settings
from tests.calls import shop
from tests.voice.callers import Sound, clean

STEP = RATE // 100
"""Samples in 10 ms."""
LOUD = 150
"""The level above which there is sound."""
TRIES = 3
"""How often a caller says the same."""
PATIENCE = 45.0
"""Seconds until a caller who hears nothing fails the test."""


@functools.cache
def warm() -> Warm:
    """What a worker's process has loaded."""
    return providers.prewarm(Settings(), [*_fixed()])


def _fixed() -> list[str]:
    from assistant.shop.wording import lines

    return [shop()[2].word(line) for line in lines.FIXED]


class Telephone:
    """One call held by sound."""

    def __init__(self, line: CallSession, parts: Providers) -> None:
        self.line = line
        self.parts = parts
        self.call: Call = line.data.call
        self.said: list[tuple[str, str]] = []
        """What the session wrote down: who, and what."""
        self.agents: list[tuple[str, str]] = []
        """At each of the assistant's messages: the agent on the line, and the machine's state."""
        self._ear = Microphone()
        self._mouth = Loudspeaker()
        self._to_say: asyncio.Queue[Sound] = asyncio.Queue()
        self._saying: Sound = np.zeros(0, np.int16)
        self._heard: list[Sound] = []
        self._steps = 0
        self._listened = 0
        self.treat: Callable[[Sound], Sound] = clean
        self._closed = asyncio.Event()
        line.session.on("conversation_item_added", self._on_item)
        line.session.on("close", lambda _: self._closed.set())

    async def __aenter__(self) -> Telephone:
        self._wires = sound.connected(self.line.session, self._ear, self._mouth)
        await self._wires.__aenter__()
        self._device = asyncio.create_task(self._run())
        await self.line.session.start(self.line.first_agent, record=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.session.aclose()
        await self.call.settled()
        self._device.cancel()
        await self._wires.__aexit__(None, None, None)
        await self.parts.aclose()

    # The device

    async def _run(self) -> None:
        """Ten milliseconds out and ten in, a hundred times a second."""
        began = time.monotonic()
        while True:
            self._heard.append(np.frombuffer(self._mouth.pull(STEP), np.int16))
            self._ear.push(self._next().tobytes())
            self._steps += 1
            await asyncio.sleep(max(0.0, began + self._steps / 100 - time.monotonic()))

    def _next(self) -> Sound:
        if not len(self._saying) and not self._to_say.empty():
            self._saying = self._to_say.get_nowait()
        part, self._saying = self._saying[:STEP], self._saying[STEP:]
        return np.pad(part, (0, STEP - len(part)))

    # The caller

    @property
    def now(self) -> float:
        """Seconds since the call began, as sound counts them."""
        return self._steps / 100

    async def says(self, spoken: Sound, *, wait: bool = True) -> float:
        """Speak; returns the moment at which the last sound had been said."""
        self.forget()
        treated = self.treat(spoken)
        self._to_say.put_nowait(treated)
        end = self.now + len(treated) / RATE
        if wait:
            await asyncio.sleep(end - self.now)
        return end

    async def hears(self, pause: float = 1.0, patience: float = PATIENCE) -> Sound:
        """What is said from now on until there is a pause; empty if the call ends instead."""
        start = self._listened
        limit = self.now + patience
        while True:
            await asyncio.sleep(0.05)
            levels = self.levels(start)
            loud = np.flatnonzero(levels > LOUD)
            over = self.call.ended.is_set() and self._closed.is_set()
            if len(loud) and (len(levels) - loud[-1] > pause * 100 or over):
                self._listened = start + int(loud[-1]) + 1
                return self.between(start, self._listened)
            if over or (self.now > limit and not len(loud)):
                return np.zeros(0, np.int16)

    async def first_sound(self, after: float, patience: float = PATIENCE) -> float:
        """The moment of the first sound after another one, both in seconds of the call."""
        while self.now < after + patience:
            loud = np.flatnonzero(self.levels(int(after * 100)) > LOUD)
            if len(loud):
                return after + float(loud[0]) / 100
            await asyncio.sleep(0.02)
        raise TimeoutError(f"nothing was heard for {patience} s")

    async def converses(self, *spoken: tuple[Sound, str]) -> list[Sound]:
        """Say each when the assistant has finished; returns what was heard, the greeting first.

        Who isn't answered with these words was misheard, and says it again.
        """
        heard = [await self.hears()]
        for sentence, answer in spoken:
            for _ in range(TRIES):
                before = len(self.said)
                await self.says(sentence)
                heard.append(await self.hears())
                since = [words for who, words in self.said[before:] if who != "caller"]
                if self.call.ended.is_set() or answer in " ".join(since).lower():
                    break
        return heard

    def forget(self) -> None:
        """Listen only to what comes from now on."""
        self._listened = self._steps

    def levels(self, start: int = 0) -> NDArrayFloat:
        """How loud each 10 ms was that the caller heard."""
        return np.array([np.abs(each).max() for each in self._heard[start:]], np.float64)

    def between(self, start: int, end: int) -> Sound:
        """What was heard between two steps."""
        return np.concatenate(self._heard[start:end] or [np.zeros(0, np.int16)])

    async def ends(self, patience: float = PATIENCE) -> None:
        """Wait until the call is over and its sound has gone."""
        async with asyncio.timeout(patience):
            await self.call.ended.wait()
            await self._closed.wait()
        await self.call.settled()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.text_content:
            who = "caller" if item.role == "user" else self.call.on_the_line.value
            self.said.append((who, item.text_content.strip()))
            if item.role == "assistant":
                agent = self.line.session.current_agent
                self.agents.append((getattr(agent, "state", ""), self.call.on_the_line))


NDArrayFloat = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@asynccontextmanager
async def calling(
    settings: Settings | None = None,
    *,
    store: Store | None = None,
    name: str = "voice",
    model: llm.LLM[str] | None = None,
    loaded: Warm | None = None,
) -> AsyncIterator[Telephone]:
    """A spoken call on these settings, the greeting on its way."""
    models, problems, words = shop()
    chosen = settings or Settings()
    call = await Call.begin(name, models.offers, store or MemoryStore())
    async with http_context.open():
        parts = providers.build_voice(chosen, models, problems, loaded or warm())
        if model is not None:
            parts = replace(parts, llm=model)
        line = CallSession(UserData(call, words, models, problems, chosen), parts)
        async with Telephone(line, parts) as telephone:
            yield telephone
