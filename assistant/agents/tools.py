"""The model's tools: one for each trigger, made from its dataclass, and the read-only look-ups."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, cast

from livekit.agents import RunContext, function_tool, llm
from pydantic import TypeAdapter, ValidationError

from assistant.agents.userdata import UserData
from assistant.language.money import amounts_in
from assistant.shop import catalogue as shelf
from assistant.shop.knowledge import find
from assistant.shop.wording import lines
from statemachine.effects import Advise, HandOff, HangUp, Say
from statemachine.engine.machine import MACHINE, Accepted, Outcome
from statemachine.states import State
from statemachine.triggers import ModelTrigger, RecordName, description_of, name_of

Arguments = dict[str, object]
Context = RunContext[UserData]

TRIGGERS: dict[str, type[ModelTrigger]] = {
    name_of(row.trigger): row.trigger
    for row in MACHINE.table
    if issubclass(row.trigger, ModelTrigger)
}
LOOK_UPS: dict[State, tuple[str, ...]] = {
    State.BUYING: ("recommend_models", "compare_models"),
    State.SUPPORT: ("troubleshooting_steps",),
}
"""Which look-ups are offered where."""


def every_tool() -> list[llm.Tool | llm.Toolset]:
    """All tools. Each agent has them all; what a request offers is decided when it is made."""
    return [*map(_trigger_tool, TRIGGERS.values()), *_look_ups()]


def offered(tools: list[llm.Tool], data: UserData, words: str | None) -> list[llm.Tool]:
    """The tools that may be used now, or once these words of the caller are committed."""
    names = {name_of(kind) for kind in data.call.offered(words)}
    names.update(LOOK_UPS.get(data.call.state, ()))
    return [tool for tool in tools if tool.id in names]


# Triggers


def schema_of(kind: type[ModelTrigger]) -> dict[str, object]:
    """A trigger's arguments as a JSON schema: from its fields, their types and descriptions."""
    schema = TypeAdapter(kind).json_schema()
    properties = {
        name: {key: value for key, value in field.items() if key in ("type", "description")}
        for name, field in schema.get("properties", {}).items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": schema.get("required", []),
        "additionalProperties": False,
    }


def parse(kind: type[ModelTrigger], given: Mapping[str, object]) -> ModelTrigger:
    """A model's arguments as the trigger: numbers are read as text, extra arguments are ignored.

    Raises:
        ValidationError: a required argument is missing or cannot be read.
    """
    known = {each.name for each in fields(kind)}
    told = {name: value for name, value in given.items() if name in known and value is not None}
    adapter = TypeAdapter(kind, config=None)
    texts = {
        name: str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for name, value in told.items()
    }
    return adapter.validate_python(texts)


def _trigger_tool(kind: type[ModelTrigger]) -> llm.Tool:
    name = name_of(kind)

    async def fire(raw_arguments: Arguments, context: Context) -> llm.ToolResult:
        call = context.userdata.call
        context.userdata.handled[context.function_call.call_id] += 1
        try:
            trigger = parse(kind, raw_arguments)
        except ValidationError:
            given = {key: str(value) for key, value in raw_arguments.items()}
            reason = (
                f"{name} didn't happen: what to put in it is still open. Ask the caller about it."
            )
            await call.refuse(name, given, (reason,))
            return llm.ToolResult(reason)
        return answer(await call.fire(trigger))

    schema = {"name": name, "description": description_of(kind), "parameters": schema_of(kind)}
    return cast(llm.Tool, function_tool(fire, raw_schema=schema))


def answer(outcome: Outcome) -> llm.ToolResult:
    """What the model is told: what happened, and what to do next.

    Where code speaks to the caller or puts them through, no reply is asked of the model.
    """
    name = name_of(outcome.trigger)
    if not isinstance(outcome, Accepted):
        reasons = " ".join(outcome.reasons)
        possible = f" Possible now: {', '.join(outcome.possible)}." if outcome.possible else ""
        told = outcome.says is not None
        return llm.ToolResult(f"{name} didn't happen. {reasons}{possible}", reply_required=not told)
    spoken = (Say, Advise, HandOff, HangUp)
    if any(isinstance(effect, spoken) for effect in outcome.effects):
        return llm.ToolResult(f"{name} is done and the caller has been told.", reply_required=False)
    if isinstance(outcome.trigger, RecordName):
        return llm.ToolResult(
            f"Noted: the caller is {outcome.facts.customer_name}. Go on with what they want."
        )
    return llm.ToolResult(f"{name} is done. Go on with what the caller wants.")


# Look-ups


def _look_ups() -> list[llm.Tool]:
    text = {"type": "string"}
    return [
        _look_up(
            _recommend,
            "recommend_models",
            "Suggest iPhones for what the caller needs or wants to spend; spoken for you with "
            "prices. Don't call it once they have named a model.",
            {
                "need": {**text, "description": "What matters to them, in their words."},
                "budget": {**text, "description": "The most they want to spend, in dollars."},
            },
        ),
        _look_up(
            _compare,
            "compare_models",
            "Compare two iPhones the caller weighs; spoken for you with prices.",
            {
                "first": {**text, "description": "One model, as the caller said it."},
                "second": {**text, "description": "The other model."},
            },
            required=("first", "second"),
        ),
        _look_up(
            _steps,
            "troubleshooting_steps",
            "The steps that help with a problem. Give the caller the next one they haven't tried.",
            {"issue": {**text, "description": "The problem in the caller's words."}},
            required=("issue",),
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
            "required": list(required),
            "additionalProperties": False,
        },
    }
    return cast(llm.Tool, function_tool(look, raw_schema=schema))


def _told(data: UserData, text: str) -> llm.ToolResult:
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


def budget_of(said: str) -> int | None:
    """An amount to spend in cents, from how a caller or a model puts it; None for none."""
    amounts = amounts_in(said) or amounts_in(f"{said} dollars")
    if amounts:
        return max(amounts)
    figures = re.findall(r"\d+(?:\.\d+)?", said.replace(",", ""))
    return int(float(figures[-1]) * 100) if figures else None
