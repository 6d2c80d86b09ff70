"""The model's tools: one for each trigger, made from its dataclass, beside the look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import cast

from livekit.agents import function_tool, llm
from pydantic import TypeAdapter, ValidationError

from assistant.agents import look_ups
from assistant.agents.look_ups import Arguments, Context
from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.call.earlier import found
from assistant.language.reaching import Numbers
from assistant.language.wanted import HERE, understood
from statemachine.conversation import MACHINE, Outcome
from statemachine.effects import Advise
from statemachine.engine.effects import HandOff, HangUp, Say
from statemachine.engine.journal.refusals import UNFIT_ARGUMENTS
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import ModelTrigger, description_of, name_of, taken_by
from statemachine.offers import Offer
from statemachine.triggers import FindOrder, RecordName, RecordNumber, ToPerson

TRIGGERS: dict[str, type[ModelTrigger]] = {
    name_of(row.trigger): row.trigger
    for row in MACHINE.table
    if issubclass(row.trigger, ModelTrigger)
}


def every_tool() -> list[llm.Tool | llm.Toolset]:
    """All tools. Each agent has them all; what a request offers is decided when it is made."""
    return list(_tools())


@cache
def _tools() -> tuple[llm.Tool, ...]:
    """Made once: they hold nothing of a call, which comes with each use."""
    return (*map(_trigger_tool, TRIGGERS.values()), *look_ups.look_ups())


@cache
def _fields(trigger: str) -> TypeAdapter[ModelTrigger]:
    """The reader of this trigger's arguments."""
    return TypeAdapter(TRIGGERS[trigger])


def offered(tools: list[llm.Tool], data: UserData, words: str | None) -> list[llm.Tool]:
    """The tools that may be used now, or once these words of the caller are committed."""
    names = {name_of(kind) for kind in data.call.offered(words)}
    names.update(look_ups.offered(data))
    return [tool for tool in tools if tool.id in names]


def schema_of(kind: type[ModelTrigger]) -> dict[str, object]:
    """A trigger's arguments as a JSON schema: from its described fields and their types."""
    schema = _fields(name_of(kind)).json_schema()
    taken = [each.name for each in taken_by(kind)]
    properties = {
        name: {key: schema["properties"][name][key] for key in ("description", "type")}
        for name in taken
    }
    required = [name for name in schema.get("required", []) if name in taken]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
    }


def parse(
    kind: type[ModelTrigger],
    given: Mapping[str, object],
    offers: tuple[Offer, ...] = (),
    numbers: Numbers = HERE,
) -> ModelTrigger:
    """The trigger that a model's arguments mean, where these offers hold and numbers are known.

    Numbers are read as text, and what is no argument of the tool is ignored.

    Raises:
        ValidationError: a required argument is missing or cannot be read.
    """
    taken = (each.name for each in taken_by(kind))
    told = {name: given[name] for name in taken if given.get(name) is not None}
    texts = {
        name: str(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for name, value in told.items()
    }
    checked = _fields(name_of(kind)).validate_python(texts)
    return understood(offers, kind, {name: getattr(checked, name) for name in told}, numbers)


def numbers_of(call: Call) -> Numbers:
    """What is known of the caller's telephone numbers."""
    return Numbers(call.country, call.facts.line_number, call.facts.digits)


def _trigger_tool(kind: type[ModelTrigger]) -> llm.Tool:
    name = name_of(kind)

    async def fire(raw_arguments: Arguments, context: Context) -> llm.ToolResult:
        call = context.userdata.call
        context.userdata.handled[context.function_call.call_id] += 1
        try:
            if kind is RecordNumber:
                await call.caught_up()  # said in pieces, it is whole with the last one
            trigger = parse(kind, raw_arguments, call.facts.offers, numbers_of(call))
        except ValidationError:
            given = {key: str(value) for key, value in raw_arguments.items()}
            await call.refuse(name, given, UNFIT_ARGUMENTS)
            return llm.ToolResult(
                f"{name} didn't happen: what to put in it is still open. Ask the caller about it."
            )
        if isinstance(trigger, ToPerson):
            trigger = context.userdata.asking(trigger)
        if isinstance(trigger, FindOrder):
            trigger = await found(call.store, call.facts, trigger)
        return answer(await call.fire(trigger))

    schema = {"name": name, "description": description_of(kind), "parameters": schema_of(kind)}
    return cast(llm.Tool, function_tool(fire, raw_schema=schema))


def answer(outcome: Outcome) -> llm.ToolResult:
    """What the model is told: what happened, and what to do next.

    Where code speaks to the caller or puts them through, no reply is asked of the model.
    """
    name = name_of(outcome.trigger)
    if not isinstance(outcome, Accepted):
        reasons = " ".join(reason.told for reason in outcome.reasons)
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
