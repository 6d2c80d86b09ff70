"""The model's tools: made from the triggers, and what a model's arguments become."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.agents import llm
from pydantic import ValidationError

from assistant.agents import look_ups, tools
from assistant.agents.userdata import UserData
from assistant.call.call import Call
from assistant.language.money import budget_of
from assistant.records import MemoryStore
from assistant.settings import Settings
from statemachine.answers import Answer
from statemachine.conversation import Conversation
from statemachine.engine.triggers import (
    ModelTrigger,
    SessionTrigger,
    Trigger,
    description_of,
    name_of,
    taken_by,
)
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.table import TABLE
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    EndCall,
    RecordName,
    SelectModel,
    ToBuying,
)
from tests.calls import shop

SCHEMAS = llm.ToolContext(tools.every_tool()).parse_function_tools("openai")
FUNCTIONS: dict[str, dict[str, Any]] = {
    tool["function"]["name"]: tool["function"] for tool in SCHEMAS
}
LOOK_UPS = {look_ups.ABOUT, *(name for names in look_ups.LOOK_UPS.values() for name in names)}


def outcome_of(*triggers: Trigger) -> llm.ToolResult:
    """What the model is told after the last of these."""
    conversation = Conversation(Facts(offers=shop()[0].offers, reference="12345"))
    *before, last = triggers
    for trigger in before:
        conversation.send(trigger)
    return tools.answer(conversation.send(last))


HEARD = CallerSpoke(Answer.YES)


def test_every_models_trigger_of_the_table_is_a_tool_and_no_sessions_one() -> None:
    """The tools are derived from the table; what happens on the line is never one."""
    wanted = {name_of(r.trigger) for r in TABLE if issubclass(r.trigger, ModelTrigger)}
    never = {name_of(r.trigger) for r in TABLE if issubclass(r.trigger, SessionTrigger)}
    assert set(FUNCTIONS) == wanted | LOOK_UPS
    assert not set(FUNCTIONS) & never


@pytest.mark.parametrize("name", tools.TRIGGERS)
def test_a_tools_description_is_its_triggers_docstring(name: str) -> None:
    """Written once, for the model, as one paragraph."""
    assert FUNCTIONS[name]["description"] == description_of(tools.TRIGGERS[name])
    assert "\n" not in FUNCTIONS[name]["description"]


@pytest.mark.parametrize("name", tools.TRIGGERS)
def test_a_tools_arguments_are_its_triggers_fields(name: str) -> None:
    """Those described there, each with its type; what is understood besides is no argument."""
    kind, parameters = tools.TRIGGERS[name], FUNCTIONS[name]["parameters"]
    assert list(parameters["properties"]) == [field.name for field in taken_by(kind)]
    for field in parameters["properties"].values():
        assert field["type"] in ("string", "boolean")
        assert field["description"]
    assert set(parameters) <= {"type", "properties", "required"}, "what it costs in each request"


def test_only_arguments_without_a_default_are_required() -> None:
    """A wish, a storage or a colour may be left out."""
    required = {name: FUNCTIONS[name]["parameters"].get("required") for name in tools.TRIGGERS}
    assert required["record_name"] == ["name"]
    assert required["select_model"] == ["model"]
    assert required["log_support_issue"] == ["issue"]
    assert not required["to_buying"]
    assert not required["confirm_purchase"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"model": "Air"}, SelectModel("iPhone Air")),
        ({"model": "Air", "storage": "512 GB"}, SelectModel("iPhone Air", "512 GB")),
        ({"model": "Air", "nope": 1}, SelectModel("iPhone Air")),
        ({"model": "Air", "asked": "the Air"}, SelectModel("iPhone Air")),
        ({"model": 17}, SelectModel("iPhone 17")),
        ({"model": "Air", "storage": 512}, SelectModel("iPhone Air", "512 GB")),
        ({"model": "Air", "storage": 1.5}, SelectModel("iPhone Air", "1.5")),
        ({"model": "Air", "colour": None}, SelectModel("iPhone Air")),
    ],
)
def test_arguments_become_the_trigger(given: dict[str, object], expected: SelectModel) -> None:
    """Understood as the catalogue has it; extra ones ignored, numbers text, null nothing said."""
    assert tools.parse(SelectModel, given, shop()[0].offers) == expected


@pytest.mark.parametrize("model", [None, ["Air"], {"name": "Air"}, True, False])
def test_what_is_no_text_is_not_taken(model: object) -> None:
    """A required argument that is missing or of another kind is refused."""
    with pytest.raises(ValidationError):
        tools.parse(SelectModel, {"model": model})


async def test_what_is_offered_follows_state_and_facts() -> None:
    """The table's rows and guards, and the look-ups of that desk."""
    models, problems, words = shop()
    call = await Call.begin("c", models.offers, MemoryStore())
    data = UserData(call, words, models, problems, Settings())
    every = [tool for tool in tools.every_tool() if isinstance(tool, llm.Tool)]

    def offered(said: str | None = None) -> set[str]:
        return {tool.id for tool in tools.offered(every, data, said)}

    anywhere = {"record_name", "record_number", "request_callback", "find_order"}
    assert offered() == anywhere
    at_the_front = offered("hello")
    assert at_the_front >= {"record_name", "to_buying", "to_support"}
    assert "end_call" not in at_the_front
    assert "end_call" in offered("goodbye")
    assert at_the_front.isdisjoint({"select_model", "log_support_issue", "recommend_models"})
    await call.fire(HEARD)
    await call.fire(ToBuying())
    assert offered() == anywhere | {"select_model", "recommend_models", "compare_models"}
    await call.fire(HEARD)
    await call.fire(SelectModel("iPhone Air"))
    assert "confirm_purchase" not in offered()
    assert "confirm_purchase" in offered("yes")
    assert "confirm_purchase" not in offered("no, wait")
    assert call.state is State.BUYING


@pytest.mark.parametrize(
    "triggers",
    [
        (HEARD, ToBuying()),
        (HEARD, ToBuying(), HEARD, SelectModel("iPhone Air")),
        (HEARD, ToBuying(), HEARD, SelectModel("iPhone Air"), HEARD, ConfirmPurchase()),
        (HEARD, EndCall()),
    ],
)
def test_no_reply_is_asked_for_where_code_has_spoken(triggers: tuple[Trigger, ...]) -> None:
    """The model learns that the caller has been told, and isn't asked to say more."""
    told = outcome_of(*triggers)
    assert told.reply_required is False
    assert told.output == f"{name_of(triggers[-1])} is done and the caller has been told."


def test_a_noted_name_is_confirmed_and_the_model_goes_on() -> None:
    """An action to take, not a list of fields."""
    told = outcome_of(HEARD, RecordName("Dana Smith"))
    assert told.reply_required is True
    assert told.output == "Noted: the caller is Dana Smith. Go on with what they want."


def test_a_refusal_says_why_and_what_is_possible() -> None:
    """The reason is the guard's own sentence; the tools that can be called now follow."""
    told = outcome_of(HEARD, ConfirmPurchase())
    assert told.reply_required is True
    why, _, possible = str(told.output).partition(" Possible now: ")
    assert why == (
        "confirm_purchase didn't happen. confirm_purchase is not possible while the caller is with "
        "the front desk."
    )
    assert {"to_buying", "to_support", "end_call"} <= set(possible.rstrip(".").split(", "))


def test_a_refusal_with_a_line_of_its_own_asks_for_no_reply() -> None:
    """What the shop doesn't sell has been said by code already."""
    told = outcome_of(HEARD, ToBuying(), HEARD, SelectModel("", asked="the Samsung Galaxy"))
    assert told.reply_required is False
    assert "The shop doesn't sell that" in str(told.output)


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ("650", 65_000),
        ("$650", 65_000),
        ("about 650 dollars", 65_000),
        ("under a thousand", 100_000),
        ("1,000", 100_000),
        ("between 600 and 900 dollars", 90_000),
        ("649.50", 64_950),
        ("", None),
        ("not much", None),
    ],
)
def test_a_budget_is_understood_however_it_is_put(said: str, cents: int | None) -> None:
    """The most they want to spend, in cents."""
    assert budget_of(said) == cents
