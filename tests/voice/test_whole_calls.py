"""Whole conversations by sound alone: three callers on three lines, none with Jill's voice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import pytest

from assistant.settings import Settings
from tests.voice.callers import Sound, by_telephone, clean, noisy, says
from tests.voice.listening import plain, understood_by_two
from tests.voice.telephone import Telephone, calling


@dataclass(frozen=True)
class Script:
    """What a caller says, on what line, and where it leads."""

    voice: str
    line: Callable[[Sound], Sound]
    words: tuple[str, ...]
    path: tuple[str, ...]
    heard: tuple[str, ...]
    """What the caller must hear, in this order."""
    ended_by: str
    settings: Settings = field(default_factory=Settings)


SCRIPTS = {
    "a man buys a phone on a clean line": Script(
        "joe",
        clean,
        (
            "Hi, I'd like to buy an iPhone.",
            "How much is the iPhone 17 Pro?",
            "Yes, please order it.",
            "No, that's all. Goodbye.",
        ),
        ("greeting", "buying", "ended"),
        ("new iphone", "you're with sales", "$1,099", "your order number is", "goodbye"),
        "end_purchase_call",
    ),
    "a woman has her battery seen to by telephone": Script(
        "alpha",
        by_telephone,
        (
            "Hello. I need help with my phone.",
            "My battery drains in two hours.",
            "Yes, that fixed it. Thank you.",
            "No, thank you. Goodbye.",
        ),
        ("greeting", "support", "greeting", "ended"),
        ("new iphone", "you're with support", "ticket", "glad", "goodbye"),
        "end_call",
        Settings(turn_detection="off"),
    ),
    "a man says at once what he wants, in noise": Script(
        "kumo",
        noisy,
        (
            "I want to buy the iPhone Air in sky blue.",
            "Yes, please order it.",
            "No, that's all. Goodbye.",
        ),
        ("greeting", "buying", "ended"),
        ("new iphone", "$999", "your order number is", "goodbye"),
        "end_purchase_call",
        Settings(turn_detection="off"),
    ),
}


@dataclass
class Held:
    """A call that is over."""

    telephone: Telephone
    heard: list[str]


async def hold(script: Script) -> Held:
    """Hold a call, and understand afterwards what was heard: that would slow it down."""
    async with calling(script.settings) as telephone:
        telephone.treat = script.line
        spoken = [says(script.voice, words) for words in script.words]
        heard = await telephone.converses(*zip(spoken, script.heard[1:], strict=True))
        await telephone.ends()
    return Held(telephone, [understood_by_two(each) for each in heard])


@cache
def held() -> dict[str, Held]:
    """All calls, held at the same time in one process."""
    for script in SCRIPTS.values():
        for words in script.words:
            says(script.voice, words)

    async def all_of_them() -> list[Held]:
        return list(await asyncio.gather(*map(hold, SCRIPTS.values())))

    return dict(zip(SCRIPTS, asyncio.run(all_of_them()), strict=True))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_call_is_held_by_sound_alone(name: str) -> None:
    """The caller is understood, hears the right things, and the call takes its way to its end."""
    script, it = SCRIPTS[name], held()[name]
    call = it.telephone.call
    assert call.path == list(script.path), it.telephone.said
    assert call.ended_by == script.ended_by
    sentences = iter(it.heard)
    for expected in script.heard:
        assert any(plain(expected) in sentence for sentence in sentences), (expected, it.heard)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SCRIPTS)
def test_what_was_written_down_was_heard(name: str) -> None:
    """Another engine hears the assistant word by word, prices and order numbers included."""
    it = held()[name]
    said = plain(" ".join(words for who, words in it.telephone.said if who != "caller")).split()
    heard = " ".join(it.heard).split()
    missing = [word for word in said if word not in heard]
    assert len(missing) <= len(said) // 10, missing


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_agent_who_speaks_is_the_machines(name: str) -> None:
    """At every sentence the agent on the line is that of the state."""
    agents = held()[name].telephone.agents
    assert agents
    assert all(agent == state for agent, state in agents), agents


@pytest.mark.timeout(300)
def test_calls_in_one_process_do_not_mix() -> None:
    """Three calls at once: each has its own order or ticket and no other's."""
    facts = {name: it.telephone.call.facts for name, it in held().items()}
    orders = [[order.model for order in each.orders] for each in facts.values()]
    assert orders == [["iPhone 17 Pro"], [], ["iPhone Air"]]
    assert [len(each.tickets) for each in facts.values()] == [0, 1, 0]
