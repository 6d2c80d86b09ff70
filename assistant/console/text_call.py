"""A call held in text: a caller's line goes in, and everything it leads to has happened."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from livekit.agents import ConversationItemAddedEvent, llm
from livekit.agents.voice.run_result import RunResult

from assistant.session.session import CallSession
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.text")


class TextCall:
    """One call without sound. Each step returns once answer, handoff and opening are finished."""

    def __init__(self, line: CallSession, patience: float = 120.0) -> None:
        self.line = line
        self.said: list[tuple[str, str]] = []
        """Who said what: the state of the agent, or `caller`."""
        self._patience = patience
        self._closed = asyncio.Event()
        self._given_up = False
        line.session.on("close", lambda _: self._closed.set())
        line.session.on("conversation_item_added", self._on_item)

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return self.line.data.call.ended.is_set()

    async def start(self) -> None:
        """Put the first agent on the line and let them greet."""
        session = self.line.session
        await self._finished(
            asyncio.ensure_future(
                session.start(self.line.first_agent, capture_run=True, record=False)
            )
        )

    async def say(self, words: str) -> None:
        """The caller says this."""
        if not self.ended:
            await self._finished(asyncio.ensure_future(self._run(words)))

    async def press(self, keys: str) -> None:
        """The caller presses these keys, one after the other, and waits."""
        chosen: list[str] = []
        keypad = self.line.keypad
        keypad.hear = chosen.append
        for key in keys:
            keypad.press(key)
        keypad.settle()
        await self.line.data.call.settled()
        for words in chosen:
            await self.say(words)

    async def _run(self, words: str) -> object:
        run: RunResult[object] = self.line.session.run(user_input=words)
        return await run

    async def hang_up(self) -> None:
        """The caller leaves without a goodbye."""
        if not self.ended:
            await self.line.data.call.fire(CallerHungUp())
        if not self._given_up:
            await self._finished(None)

    async def _finished(self, work: asyncio.Future[Any] | None) -> None:
        call = self.line.data.call
        closed = asyncio.ensure_future(self._closed.wait())
        try:
            async with asyncio.timeout(self._patience):
                if work is not None:
                    waited: set[asyncio.Future[Any]] = {work, closed}
                    await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                    if work.done():
                        work.result()
                await call.settled()
                if call.ended.is_set():
                    await closed
                    await call.settled()
        except Exception:
            log.exception("call %s: the session doesn't answer any more", call.id)
            self._given_up = True
            await call.fire(CallFailed())
        finally:
            closed.cancel()
            if work is not None:
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.text_content:
            who = "caller" if item.role == "user" else self.line.data.call.on_the_line.value
            self.said.append((who, item.text_content))
