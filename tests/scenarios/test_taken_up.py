"""A call whose process died is taken up by another one, which has its journal and no chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from livekit.agents import APIConnectionError, llm

from assistant.agents import ShopAgent
from assistant.agents.briefing import with_wish
from assistant.call.call import Call
from assistant.providers.offline.brain import OfflineLLM
from assistant.records import MemoryStore
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.answers import Answer
from statemachine.engine.triggers import Trigger
from statemachine.states import State
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    ConfirmPurchase,
    LogSupportIssue,
    RecordName,
    SelectModel,
    ToBuying,
    ToSupport,
)
from tests.calls import HEARD, PATIENCE, Held, begin, call_after, resumed, shop
from tests.fakes import ScriptedLLM, Use
from tests.scenarios.phrases import APOLOGY, BRIDGE, OPENING_BUYING, OPENING_SUPPORT

pytestmark = pytest.mark.timeout(30)

SORRY = lines.RESUMED.wording
QUOTE_PRO = "The iPhone 17 Pro with 256 GB is $1,099. Shall I order it for you?"
WISH = "I'd like to buy the iPhone 17 Pro"
PRO = [Use("select_model", {"model": "17 Pro"})]


async def left(*triggers: Trigger) -> MemoryStore:
    """The store as a process leaves it that died after these."""
    store = MemoryStore()
    call = await call_after(*triggers, store=store)
    assert all(entry.accepted for entry in call.journal)
    return store


def brain() -> llm.LLM[str]:
    """The offline brain."""
    models, knowledge, _ = shop()
    return OfflineLLM(models, knowledge)


def spoke(held: Held) -> int:
    """How many turns of the caller's the journal has."""
    return sum(entry.trigger == "caller_spoke" for entry in held.call.journal)


def users(chat: llm.ChatContext) -> list[str]:
    """What the caller said in a chat."""
    said = [item for item in chat.items if isinstance(item, llm.ChatMessage)]
    return [item.text_content or "" for item in said if item.role == "user"]


@pytest.mark.parametrize("model", [lambda: ScriptedLLM(PRO), brain], ids=["scripted", "offline"])
async def test_a_wish_that_was_still_to_be_answered_is_answered(
    model: Callable[[], llm.LLM[str]],
) -> None:
    """The caller hears the apology and then what they asked for, and needn't say it again."""
    held = await resumed(model(), await left(HEARD, ToBuying(WISH)))
    assert held.said == [("buying", SORRY), ("buying", QUOTE_PRO)]
    assert held.call.facts.selected_model == "iPhone 17 Pro"
    assert held.call.usage.requests == 1
    assert spoke(held) == held.call.facts.turn == 1
    await held.hang_up()


async def test_a_problem_that_was_still_to_be_noted_is_noted() -> None:
    """At support it is the same: a ticket, and the first step."""
    store = await left(HEARD, ToSupport("the battery drains in two hours"))
    held = await resumed(brain(), store)
    (ticket,) = store.tickets.values()
    assert held.heard[0] == SORRY
    assert held.heard[1].startswith(f"I've noted that under ticket {ticket.number}.")
    assert len(held.heard) == 2
    await held.hang_up()


async def test_the_wish_stands_in_the_chat_as_the_callers_words() -> None:
    """The model sees it once and may act on it, but has no way out before the caller spoke."""
    held = await resumed(ScriptedLLM("Which storage?", PRO), await left(HEARD, ToBuying(WISH)))
    await held.say("the smallest")
    assert isinstance(held.model, ScriptedLLM)
    assert [users(chat) for chat in held.model.asked] == [[WISH], [WISH, "the smallest"]]
    assert "select_model" in held.model.offered[0]
    assert not {"to_support", "end_purchase_call"} & set(held.model.offered[0])
    assert "to_support" in held.model.offered[1]
    assert spoke(held) == 2
    await held.hang_up()


async def test_a_call_that_was_taken_up_goes_on_like_any_other() -> None:
    """The yes orders, the next desk opens, and its agent is not told of the wish before."""
    held = await resumed(brain(), await left(HEARD, RecordName("Dana"), ToBuying(WISH)))
    await held.say("yes please", "I have a problem with my old phone", "it has no sound", "bye")
    assert held.call.path == ["greeting", "buying", "support", "ended"]
    assert len(held.call.facts.orders) == 1
    assert OPENING_SUPPORT in held.heard
    assert held.heard.count(SORRY) == 1


async def test_a_yes_in_the_wish_counts_once() -> None:
    """It was heard by the process that died: what is selected now still waits for its own yes."""
    store = await left(CallerSpoke(Answer.YES), ToBuying("yes, the Air please"))
    step: list[Use | str] = [Use("select_model", {"model": "Air"}), Use("confirm_purchase")]
    held = await resumed(ScriptedLLM(step), store)
    assert held.triggers[1:] == [("select_model", True), ("confirm_purchase", False)]
    assert held.call.facts.turn == 1
    assert store.orders == {}
    await held.hang_up()


@pytest.mark.parametrize(
    ("since", "answer"),
    [
        ((RecordName("Dana"),), QUOTE_PRO),
        ((SelectModel("iPhone 17 Pro"),), QUOTE_PRO),
        ((HEARD,), OPENING_BUYING),
        ((HEARD, ToSupport(), HEARD, ToBuying()), OPENING_BUYING),
    ],
    ids=["noted name", "selected", "spoke", "back without a wish"],
)
async def test_a_wish_is_pending_until_something_comes_of_it(
    since: tuple[Trigger, ...], answer: str
) -> None:
    """A name is nothing of it; a selection is, and so is whatever the caller has said since."""
    held = await resumed(brain(), await left(HEARD, ToBuying(WISH), *since))
    assert held.heard == [SORRY, answer]
    assert held.call.usage.requests == (since == (RecordName("Dana"),))
    await held.hang_up()


async def test_a_wish_that_was_refused_is_answered_again() -> None:
    """The caller may not have heard that it isn't sold."""
    store = await left(HEARD, ToBuying("the Galaxy S25"))
    before = await Call.resume("test", store)
    await before.fire(SelectModel("", asked="the Galaxy S25", nearest="iPhone 17 Pro"))
    held = await resumed(ScriptedLLM([Use("select_model", {"model": "Galaxy S25"})]), store)
    assert held.heard[0] == SORRY
    assert "we don't sell" in held.heard[1]
    await held.hang_up()


async def test_an_older_yes_orders_nothing_once_the_caller_has_said_more() -> None:
    """They came back to sales to order; what they said then is unknown, so they are asked."""
    store = await left(
        *(HEARD, ToBuying(), HEARD, SelectModel("iPhone 17 Pro"), HEARD, ToSupport()),
        *(CallerSpoke(Answer.YES), ToBuying("yes, I'll take it after all"), HEARD),
    )
    held = await resumed(brain(), store)
    assert held.heard == [SORRY, OPENING_BUYING]
    assert store.orders == {}
    await held.hang_up()


async def test_what_has_come_of_a_wish_is_told_and_not_done_again() -> None:
    """Ordered, logged or resolved: each happened once."""
    ordered = await left(
        *(
            HEARD,
            ToBuying(WISH),
            SelectModel("iPhone 17 Pro"),
            CallerSpoke(Answer.YES),
            ConfirmPurchase(),
        )
    )
    held = await resumed(brain(), ordered)
    assert "your order number is" in held.heard[1]
    await held.hang_up()
    solved = await left(
        *(HEARD, ToSupport("no sound"), LogSupportIssue("no sound"), HEARD, CompleteSupport())
    )
    held = await resumed(brain(), solved)
    assert held.heard[1] == conversation.OPENING_GREETING.wording.format(persona="Jill")
    await held.hang_up()
    assert (len(ordered.orders), len(solved.tickets)) == (1, 1)


async def test_a_forgotten_wish_is_no_wish() -> None:
    """Its words are gone, so the caller is asked."""
    store = await left(HEARD, ToBuying(WISH))
    await store.forget("test")
    held = await resumed(brain(), store)
    assert held.heard == [SORRY, OPENING_BUYING]
    await held.hang_up()


async def test_a_model_that_fails_on_the_wish_is_apologised_for() -> None:
    """As on any arrival; the next words are answered, with the wish still in the chat."""
    store = await left(HEARD, ToBuying(WISH))
    held = await resumed(ScriptedLLM(APIConnectionError(), PRO), store)
    await held.say("the 17 Pro")
    assert held.heard == [SORRY, APOLOGY, QUOTE_PRO]
    await held.hang_up()


async def test_who_speaks_over_the_apology_is_answered_to_wish_and_words() -> None:
    """The apology is no answer to the wish, however much of it was heard."""
    held = await resumed(ScriptedLLM("Which storage?"), await left(HEARD, ToBuying(WISH)))
    first = held.text.line.data.handover.by
    chat = llm.ChatContext.empty()
    chat.add_message(role="user", content=WISH, id=first)
    chat.add_message(role="assistant", content="I'm sorry, we")
    chat.add_message(role="user", content="In blue.")
    assert users(with_wish(chat, first, [BRIDGE, SORRY])) == [f"{WISH} In blue."]
    await held.hang_up()


async def test_who_was_cut_off_from_a_living_process_finds_their_wish_in_the_chat_once() -> None:
    """Its chat has their own words: the wish is answered again from those."""
    held = await begin(ScriptedLLM([Use("to_buying", {"wish": WISH})], "Which storage?", PRO))
    await held.say("Hi, the 17 Pro please")
    data = held.text.line.data
    agent = held.text.line.session.current_agent
    assert isinstance(agent, ShopAgent)
    agent.go_on()
    async with asyncio.timeout(PATIENCE):
        await data.to_say[-1]
        await held.call.settled()
    assert isinstance(held.model, ScriptedLLM)
    assert users(held.model.asked[-1]) == ["Hi, the 17 Pro please"]
    assert held.call.state is State.BUYING
    assert held.call.facts.selected_model == "iPhone 17 Pro"
    assert spoke(held) == 1
    await held.hang_up()
