"""A whole call in a test: a real session in text, with a scripted model or a real provider."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache

from livekit.agents import llm

from assistant import catalogue, knowledge, prompts, providers
from assistant.call import Call
from assistant.catalogue import Catalogue
from assistant.knowledge import Knowledge
from assistant.prompts import Prompts
from assistant.providers import Providers
from assistant.records import MemoryStore, Store
from assistant.session import Line
from assistant.settings import Settings
from assistant.text import TextCall
from assistant.userdata import UserData
from tests.fakes import ScriptedLLM, Step

PATIENCE = 20.0
"""Seconds until a call that hangs fails its test."""


@cache
def shop() -> tuple[Catalogue, Knowledge, Prompts]:
    """The shop as it is shipped, read once."""
    return catalogue.load(), knowledge.load(), prompts.load()


class Held:
    """A call under way, and short ways to ask what happened in it."""

    def __init__(self, call: Call, text: TextCall, model: llm.LLM[str]) -> None:
        self.call = call
        self.text = text
        self.model = model

    @property
    def said(self) -> list[tuple[str, str]]:
        """Who said what, white space at the ends left out."""
        return [(who, words.strip()) for who, words in self.text.said]

    @property
    def heard(self) -> list[str]:
        """What the caller heard."""
        return [words for who, words in self.said if who != "caller"]

    @property
    def triggers(self) -> list[tuple[str, bool]]:
        """The model's and the ending triggers, in order, and whether each was accepted."""
        return [(e.trigger, e.accepted) for e in self.call.journal if e.trigger != "caller_spoke"]

    @property
    def refusals(self) -> list[str]:
        """The reasons of all refusals."""
        return [" ".join(entry.reasons) for entry in self.call.journal if not entry.accepted]

    @property
    def history(self) -> list[str]:
        """Every text in the session's history."""
        items = self.text.line.session.history.items
        return [i.text_content or "" for i in items if isinstance(i, llm.ChatMessage)]

    async def say(self, *lines: str) -> None:
        """The caller says these lines, one after the other."""
        for words in lines:
            async with asyncio.timeout(PATIENCE):
                await self.text.say(words)

    async def hang_up(self) -> None:
        """The caller leaves."""
        async with asyncio.timeout(PATIENCE):
            await self.text.hang_up()


async def begin(
    model: llm.LLM[str], settings: Settings | None = None, store: Store | None = None
) -> Held:
    """A call whose greeting has been spoken."""
    models, problems, words = shop()
    call = await Call.begin("test", models.offers, store or MemoryStore())
    data = UserData(call, words, models, problems, settings or Settings())
    held = Held(call, TextCall(Line(data, Providers(model, ())), patience=PATIENCE), model)
    async with asyncio.timeout(PATIENCE):
        await held.text.start()
    return held


async def resumed(model: llm.LLM[str], store: Store, settings: Settings | None = None) -> Held:
    """The call that another process has begun in this store, where it has been taken up."""
    models, problems, words = shop()
    call = await Call.resume("test", store)
    data = UserData(call, words, models, problems, settings or Settings(), resumed=True)
    held = Held(call, TextCall(Line(data, Providers(model, ())), patience=PATIENCE), model)
    async with asyncio.timeout(PATIENCE):
        await held.text.start()
    return held


async def scripted(lines: Iterable[str], *steps: Step, store: Store | None = None) -> Held:
    """A whole call with a scripted model; the caller leaves after their last line."""
    held = await begin(ScriptedLLM(*steps), store=store)
    await held.say(*lines)
    await held.hang_up()
    return held


async def wired(settings: Settings) -> Held:
    """A call whose model is what these settings choose."""
    models, problems, _ = shop()
    return await begin(providers.build(settings, models, problems).llm, settings)
