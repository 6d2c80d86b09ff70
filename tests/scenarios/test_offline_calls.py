"""Whole calls through a real session with the offline brain: path, order, ticket, name, ending.

`brain_calls.toml` holds phrasings the brain was written from; the other files hold callers it was
not written for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from assistant.providers.offline.brain import OfflineLLM
from statemachine.lines import NOT_NOTED_DOWN
from tests.calls import begin, problems, shop

HERE = Path(__file__).parent


def calls(pattern: str) -> list[Any]:
    """The calls of these files, named by file and title."""
    return [
        pytest.param(call, id=f"{path.stem}: {call['title']}")
        for path in sorted(HERE.glob(pattern))
        for call in tomllib.loads(path.read_text(encoding="utf-8"))["call"]
    ]


@pytest.mark.parametrize("expected", calls("*_calls.toml"))
async def test_a_caller_gets_where_they_wanted(expected: dict[str, Any]) -> None:
    """The call passes the states, orders, tickets and name that the caller's words lead to."""
    models, knowledge, _ = shop()
    held = await begin(OfflineLLM(models, knowledge))
    for words in expected["lines"]:
        await held.say(words)
        if held.heard[-1] == NOT_NOTED_DOWN.wording:  # asked once more what they had answered
            await held.say(words)
    await held.hang_up()
    found = problems(expected, held)
    told = "\n".join(f"{who}: {words}" for who, words in held.said)
    assert not found, "\n".join([*found, told])
