"""What a model is told in each state, as text to look at: `python -m tests.told` writes it anew."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from livekit.agents import llm

from tests.calls import Held, begin
from tests.fakes import ScriptedLLM, Step, Use

FOLDER = Path(__file__).parent / "data" / "requests"
NUMBER = "48213"
Turn = tuple[str, str, tuple[Step, ...]]
"""A name for the request that a caller's words lead to, the words, and what the model does."""
CALLS: tuple[tuple[Turn, ...], ...] = (
    (
        ("greeting", "Hello?", ("Sales or support?",)),
        (
            "greeting-name",
            "I'm Dana, the iPhone Air in sky blue please",
            (
                [Use("record_name", {"name": "Dana"})],
                [Use("to_buying", {"wish": "the Air in sky blue"})],
                [Use("select_model", {"model": "Air", "colour": "sky blue"})],
            ),
        ),
        ("buying-quoted", "Yes please", ([Use("confirm_purchase")],)),
        (
            "buying-ordered",
            "And my old phone gets hot",
            ([Use("to_support", {"wish": "my old phone gets hot"})], "What is it doing?"),
        ),
        (
            "support",
            "It gets hot when I charge it",
            ([Use("log_support_issue", {"issue": "gets hot when charging"})],),
        ),
        (
            "support-ticket",
            "That didn't help",
            ([Use("troubleshooting_steps", {"issue": "gets hot"})], "Take its case off."),
        ),
        ("support-solved", "It's fine now", ([Use("complete_support")],)),
        ("greeting-again", "Thank you", ("You're welcome.",)),
    ),
    (
        ("", "I want to buy a phone", ([Use("to_buying")],)),
        ("buying", "Which ones do you have?", ([Use("recommend_models")],)),
        ("buying-recommended", "Hm", ("Which one would you like?",)),
    ),
    (
        (
            "greeting-order",
            "Where is my order, and can I talk to somebody?",
            ([Use("find_order", {"number": ""})],),
        ),
        ("greeting-person", "S41000, I think", ([Use("to_person")],)),
    ),
)


async def requests() -> dict[str, str]:
    """Each request by its name: the one that follows at once on the caller's words."""
    told: dict[str, str] = {}
    for turns in CALLS:
        held = await begin(ScriptedLLM(*(step for turn in turns for step in turn[2])))
        for name, words, steps in turns:
            first = len(_asked(held))
            await held.say(words)
            for nth in range(len(steps)):
                label = name if nth == 0 else f"{name}-{nth + 1}"
                if name and first + nth < len(_asked(held)):
                    told[label] = _written(held, first + nth)
        await held.hang_up()
    return told


def _asked(held: Held) -> list[llm.ChatContext]:
    assert isinstance(held.model, ScriptedLLM)
    return held.model.asked


def _written(held: Held, nth: int) -> str:
    """A request: its messages in their order, then the tools."""
    assert isinstance(held.model, ScriptedLLM)
    messages, _ = held.model.asked[nth].to_provider_format(format="openai")
    parts = [part for message in messages for part in _message(message)]
    parts += [f"== tool {_tool(tool)}" for tool in held.model.tools[nth]]
    return "\n\n".join(parts).replace(held.call.facts.reference, NUMBER) + "\n"


def _message(message: dict[str, Any]) -> list[str]:
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    said = [f"== {message['role']}\n{message['content'].strip()}"] if message.get("content") else []
    return said + [f"== calls {call['name']} {call['arguments']}" for call in calls]


def _tool(tool: dict[str, Any]) -> str:
    function = tool["function"]
    parameters = function["parameters"]
    needed = parameters.get("required", ())
    arguments = (
        f"\n  {name}{'' if name in needed else '?'}: {given.get('description', '')}"
        for name, given in parameters["properties"].items()
    )
    return f"{function['name']}: {function['description']}{''.join(arguments)}"


def main() -> None:
    """Write every request into its file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = asyncio.run(requests())
    for path in FOLDER.glob("*.txt"):
        path.unlink()
    for name, text in told.items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
