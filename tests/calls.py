"""Calls in a test: of triggers alone, whole ones in text, or in a console's own process.

A whole call is a real session, with a scripted model or a real provider.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from livekit.agents import llm

from assistant.agents.entering import Handover
from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.console.text_call import TextCall
from assistant.providers import build as providers
from assistant.providers.build import Providers
from assistant.records import MemoryStore, Store
from assistant.session.session import TAKING_OVER, CallSession
from assistant.settings import Settings
from assistant.shop import catalogue, knowledge
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge
from assistant.shop.wording import prompts
from assistant.shop.wording.prompts import Prompts
from statemachine.answers import Answer
from statemachine.engine.triggers import Trigger
from statemachine.offers import Offer
from statemachine.triggers import CallerSpoke, ConfirmPurchase, RecordName, SelectModel, ToBuying
from tests.fakes import ScriptedLLM, Step

ROOT = Path(__file__).parents[1]
PATIENCE = 20.0
"""Seconds until a call that hangs fails its test."""
HEARD = CallerSpoke(Answer.OPEN)
PURCHASE: tuple[Trigger, ...] = (
    HEARD,
    RecordName("Dana Quill"),
    ToBuying("a thin one for my grandmother"),
    HEARD,
    SelectModel("iPhone Air"),
    ConfirmPurchase(),
    CallerSpoke(Answer.YES),
    ConfirmPurchase(),
)
"""An iPhone Air is ordered; the first try, before the caller's yes, is refused."""


@cache
def shop() -> tuple[Catalogue, Knowledge, Prompts]:
    """The shop as it is shipped, read once."""
    return catalogue.load(), knowledge.load(), prompts.load()


async def call_after(
    *triggers: Trigger,
    offers: tuple[Offer, ...] | None = None,
    store: Store | None = None,
    id: str = "test",
) -> Call:
    """A call without a session in which these were fired; without offers, it has the shop's."""
    sold = shop()[0].offers if offers is None else offers
    call = await Call.begin(id, sold, store or MemoryStore())
    for trigger in triggers:
        await call.fire(trigger)
    return call


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
        said = ("caller_spoke", "question_put")
        return [(e.trigger, e.accepted) for e in self.call.journal if e.trigger not in said]

    @property
    def refusals(self) -> list[str]:
        """The names of the reasons of all refusals."""
        refused = [entry for entry in self.call.journal if not entry.accepted]
        return [reason for entry in refused for reason in entry.reasons]

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

    async def press(self, keys: str) -> None:
        """The caller presses these keys, and waits."""
        async with asyncio.timeout(PATIENCE):
            await self.text.press(keys)

    async def hang_up(self) -> None:
        """The caller leaves."""
        async with asyncio.timeout(PATIENCE):
            await self.text.hang_up()


async def begin(
    model: llm.LLM[str],
    settings: Settings | None = None,
    store: Store | None = None,
    *,
    taking_over: float = TAKING_OVER,
    about: About = NOTHING_KNOWN,
) -> Held:
    """A call whose greeting has been spoken."""
    call = await call_after(store=store)
    return await started(call, model, settings, Handover(), taking_over, about)


async def resumed(model: llm.LLM[str], store: Store, settings: Settings | None = None) -> Held:
    """The call that another process has begun in this store, where it has been taken up."""
    call = await Call.resume("test", store)
    return await started(call, model, settings, Handover(resumed=True))


async def started(
    call: Call,
    model: llm.LLM[str],
    settings: Settings | None = None,
    handover: Handover | None = None,
    taking_over: float = TAKING_OVER,
    about: About = NOTHING_KNOWN,
) -> Held:
    """This call, its first agent on the line."""
    models, problems, words = shop()
    chosen = settings or Settings()
    data = UserData(call, words, models, problems, chosen, about=about)
    data.handover = handover or Handover()
    session = CallSession(data, Providers(model, ()), taking_over=taking_over)
    held = Held(call, TextCall(session, patience=PATIENCE), model)
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


def problems(expected: dict[str, Any], held: Held) -> list[str]:
    """What differs from what the call should have led to."""
    call, found = held.call, []
    facts = call.facts
    if call.path != expected["path"]:
        found.append(f"path {call.path} instead of {expected['path']}")
    orders = [{"model": o.model, "storage": o.storage, "colour": o.colour} for o in facts.orders]
    if orders != expected.get("orders", []):
        found.append(f"orders {orders} instead of {expected.get('orders', [])}")
    tickets = expected.get("tickets", [])
    if len(tickets) != len(facts.tickets) or not all(
        ticket.status == wanted["status"]
        and any(word.lower() in ticket.issue.lower() for word in wanted["about"])
        for ticket, wanted in zip(facts.tickets, tickets, strict=False)
    ):
        found.append(f"tickets {facts.tickets} instead of {tickets}")
    if facts.customer_name != expected.get("name", ""):
        found.append(f"name {facts.customer_name!r} instead of {expected.get('name', '')!r}")
    by = "hung_up" if call.ended_by == "caller_hung_up" else "caller"
    if by != expected["ended_by"]:
        found.append(f"ended by {call.ended_by}")
    missing = [words for words in expected.get("heard", []) if words not in " ".join(held.heard)]
    if missing:
        found.append(f"never heard: {', '.join(missing)}")
    return found


async def console(
    home: Path,
    settings: Mapping[str, str],
    *options: str,
    stderr: int = asyncio.subprocess.STDOUT,
) -> asyncio.subprocess.Process:
    """A console in a process of its own, on pipes, whose home and records lie in this folder."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant", "console", *options),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "DATABASE_URL": f"sqlite:///{home}/calls.db",
            **settings,
        },
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
