"""Programs of other frameworks on the same work, each where it is installed: `build/peers`.

They have an environment of their own (`make bench` sets it up where the registry has them), since
what they need is not what this program is locked to. What isn't there is left out, with a sentence.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livekit.agents import Agent, llm

from scripts.bench import conversations, ordinary
from scripts.bench.conversations import Run, Sent
from tests.calls import shop

FLOWS = "pipecat-flows"
ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "build/peers/bin/python"
LONGEST = 240.0
"""Seconds that another program may take for its work."""


def _told(agents: tuple[type[Agent], ...]) -> dict[str, str]:
    """What the ordinary program tells its model of each tool."""
    found: dict[str, str] = {}
    for kind in agents:
        for tool in llm.find_function_tools(kind):
            if isinstance(tool, llm.FunctionTool):
                found[tool.info.name] = tool.info.description or ""
    return found


def work(times: int, turns: int) -> dict[str, Any]:
    """What another program is asked to do, as JSON."""
    desks = (ordinary.GreetingDesk, ordinary.BuyingDesk, ordinary.SupportDesk)
    return {
        "times": times,
        "turns": turns,
        "says": conversations.SAYS,
        "prompts": ordinary.prompts(shop()[0]),
        "tools": _told(desks),
        "conversations": [
            {
                "name": each.name,
                "lines": [
                    {
                        "words": words,
                        "deeds": [
                            {"name": deed.name, "arguments": deed.arguments}
                            for deed in map(conversations.plain, deeds)
                        ],
                    }
                    for words, deeds in each.lines
                ],
            }
            for each in conversations.CONVERSATIONS
        ],
    }


@dataclass(frozen=True)
class Peer:
    """What another program did with the work."""

    version: str
    runs: Mapping[str, Sequence[Run]]
    """By conversation."""
    turns: Sequence[float]
    """Seconds of each turn of the long call, and the characters of its last request."""
    prompts: Sequence[float]


def measure(times: int, turns: int, tell: Callable[[str], None]) -> dict[str, Peer]:
    """Every other program that is there, each so many times and with so long a call."""
    if not PYTHON.exists():
        tell(f"{FLOWS} isn't installed in build/peers, and is left out")
        return {}
    tell(f"{FLOWS}: all conversations, and {turns} turns")
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("flows.py")],
        input=json.dumps(work(times, turns)),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )
    if done.returncode:
        tell(f"{FLOWS} failed, and is left out: {done.stderr.strip()[-300:]}")
        return {}
    told = json.loads(done.stdout)
    runs = {
        name: [Run(Sent(one["requests"], one["characters"]), one["turns"]) for one in each]
        for name, each in told["conversations"].items()
    }
    grown = told["growth"]
    return {FLOWS: Peer(told["version"], runs, grown["turns"], grown["prompts"])}
