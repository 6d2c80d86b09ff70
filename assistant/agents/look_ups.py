"""The model's look-ups: they read what the shop brings, and change nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from livekit.agents import RunContext, function_tool, llm

from assistant.agents.userdata import UserData
from assistant.language.money import budget_of
from assistant.shop import catalogue as shelf
from assistant.shop.knowledge import find
from assistant.shop.wording import lines
from statemachine.engine.effects import Say
from statemachine.states import State

Arguments = dict[str, object]
Context = RunContext[UserData]

ABOUT = "about_shop"
LOOK_UPS: dict[State, tuple[str, ...]] = {
    State.BUYING: ("recommend_models", "compare_models"),
    State.SUPPORT: ("troubleshooting_steps",),
}
"""Which look-ups are offered where, beside the one that is offered wherever somebody speaks."""


def offered(data: UserData) -> tuple[str, ...]:
    """The look-ups that may be used now."""
    anywhere = (ABOUT,) if data.about.spoken and data.call.state is not State.ENDED else ()
    return (*LOOK_UPS.get(data.call.state, ()), *anywhere)


def look_ups() -> list[llm.Tool]:
    """All of them, as tools."""
    text = {"type": "string"}
    return [
        _look_up(
            _recommend,
            "recommend_models",
            "Suggest iPhones, spoken for you with prices. Not once they have named a model.",
            {
                "need": {**text, "description": "What matters to them."},
                "budget": {**text, "description": "The most to spend, in dollars."},
            },
        ),
        _look_up(
            _compare,
            "compare_models",
            "Compare two iPhones, spoken for you with prices.",
            {
                "first": {**text, "description": "One model."},
                "second": {**text, "description": "The other model."},
            },
            required=("first", "second"),
        ),
        _look_up(
            _steps,
            "troubleshooting_steps",
            "The steps that help with a problem.",
            {"issue": {**text, "description": "In their words."}},
            required=("issue",),
        ),
        _look_up(
            _about,
            ABOUT,
            "Answer a question about the shop, spoken for you: hours, address, delivery, payment, "
            "returns, warranty, trade-in, repair prices.",
            {"question": {**text, "description": "What they ask."}},
            required=("question",),
        ),
    ]


def _look_up(
    ask: Callable[[UserData, dict[str, str]], llm.ToolResult],
    name: str,
    description: str,
    properties: dict[str, dict[str, str]],
    required: tuple[str, ...] = (),
) -> llm.Tool:
    async def look(raw_arguments: Arguments, context: Context) -> llm.ToolResult:
        context.userdata.handled[context.function_call.call_id] += 1
        await context.userdata.call.caught_up()  # its words follow those of the tools before it
        given = {
            key: str(value)
            for key, value in raw_arguments.items()
            if key in properties and value is not None
        }
        missing = [key for key in required if not given.get(key, "").strip()]
        if missing:
            return llm.ToolResult(f"{name} needs the {missing[0]}: ask the caller for it.")
        return ask(context.userdata, given)

    schema: dict[str, Any] = {
        "name": name,
        "description": description,
        "parameters": {
            "type": "object",
            "properties": properties,
            **({"required": list(required)} if required else {}),
        },
    }
    return cast(llm.Tool, function_tool(look, raw_schema=schema))


def _told(data: UserData, text: str, *, asks: bool = True) -> llm.ToolResult:
    """Say it; what `asks` something of its own leaves no offer for a yes to answer."""
    if asks:
        data.call.put_question()
    data.speak(text)
    return llm.ToolResult(f"The caller has been told: {text}", reply_required=False)


def _recommend(data: UserData, given: dict[str, str]) -> llm.ToolResult:
    budget = budget_of(given.get("budget", ""))
    found = shelf.recommend(data.catalogue, given.get("need", ""), budget)
    word = data.prompts.wording
    said = shelf.say_recommendations(
        found,
        budget,
        wording=word(lines.RECOMMENDED),
        also=word(lines.ALSO_RECOMMENDED),
        over_budget=word(lines.OVER_BUDGET),
    )
    question = lines.WHICH_OF_THEM if len(found) > 1 else lines.LIKE_IT
    return _told(data, f"{said} {data.prompts.word(question)}")


def _compare(data: UserData, given: dict[str, str]) -> llm.ToolResult:
    found = shelf.compare(data.catalogue, given["first"], given["second"])
    if found is None:
        sold = ", ".join(model.name for model in data.catalogue.models)
        return llm.ToolResult(
            f"These are not two different models that the shop sells ({sold}). Ask which two."
        )
    said = shelf.say_comparison(found, data.prompts.wording(lines.COMPARED))
    return _told(data, f"{said} {data.prompts.word(lines.WHICH_OF_THEM)}")


def _steps(data: UserData, given: dict[str, str]) -> llm.ToolResult:
    problem = find(data.knowledge, given["issue"])
    if problem is None:
        return llm.ToolResult(
            "Nothing is known about that. Ask what exactly it does, suggest restarting it, and "
            "if that doesn't help, bringing it to the shop."
        )
    steps = "\n".join(f"{n}. {step}" for n, step in enumerate(problem.steps, 1))
    return llm.ToolResult(f"Steps for {problem.title}:\n{steps}\nIf none helps: {problem.stop}")


def _about(data: UserData, given: dict[str, str]) -> llm.ToolResult:
    told = data.about.answer(given["question"], time.time())
    if not told:
        return llm.ToolResult(
            "That isn't known here. Say so; don't guess, and go on with what the caller wants."
        )
    facts, word = data.call.facts, data.prompts.word
    chosen = facts.selection
    if data.call.state is State.BUYING and chosen and chosen.stands:
        again = Say(lines.STILL_ORDER, (("model", chosen.model),))
        return _told(data, f"{told} {word(again)}", asks=False)
    return _told(data, f"{told} {word(lines.WHAT_ELSE)}")
