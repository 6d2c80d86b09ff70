"""A model that fails, with the embedded brain behind it: the call goes on, and ends well."""

from __future__ import annotations

import logging

import pytest

from assistant.call.report import report
from assistant.language.phrases.vocabulary import load
from assistant.providers import standby
from assistant.providers.failures import Fault, ModelError
from assistant.providers.standby import Standby
from assistant.settings import Settings
from assistant.shop.wording import lines
from tests.calls import Held, begin, shop, wired
from tests.fakes import ScriptedLLM, Step, Use
from tests.openai_server import Server, breaks, fails, says, stalls, stalls_after, uses
from tests.openai_server import Step as Answer
from tests.scenarios.phrases import APOLOGY, OPENING_BUYING

pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True, scope="module")
def vocabulary() -> None:
    """The brain's words are read before it is needed, as they are where a call isn't short."""
    load()


REFUSED = ModelError(Fault.KEY_REFUSED)
DOWN = ModelError(Fault.UNREACHABLE)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the operator is told: our own warnings and worse."""
    ours = [record for record in caplog.records if record.name.split(".")[0] == "assistant"]
    return [record.getMessage() for record in ours if record.levelno >= logging.WARNING]


async def served(*script: Answer, said: str, first_word: float = 5.0) -> tuple[Held, Server]:
    """A call with this server, in which these lines were said, parted by bars."""
    async with Server(*script) as server:
        settings = Settings(
            openai_api_key="sk-1", openai_base_url=server.url, first_word=first_word
        )
        held = await wired(settings)
        await held.say(*said.split("|"))
        await held.hang_up()
        await held.model.aclose()
    return held, server


WHOLE_CALL = "I want to buy an iPhone|the 17 Pro with 512|yes please|no thanks, goodbye"
FOR_GOOD = {
    "a key that is refused": fails(401),
    "no balance": fails(429, "quota", code="insufficient_quota"),
    "an unknown model": fails(404, "the model does not exist", code="model_not_found"),
    "a wrong address": fails(404, "Not Found"),
}


@pytest.mark.parametrize("how", FOR_GOOD)
async def test_a_model_that_fails_for_good_is_stood_in_for_to_the_end(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One request, one sentence to the operator, an order, and a farewell; no apology."""
    held, server = await served(FOR_GOOD[how], said=WHOLE_CALL)
    assert len(server.requests) == 1
    assert APOLOGY not in held.heard
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.call.ended_by == "end_purchase_call"
    (order,) = held.call.facts.orders
    assert (order.model, order.storage) == ("iPhone 17 Pro", "512 GB")
    (sentence,) = told(caplog)
    assert sentence.endswith("The embedded brain goes on with the call.")
    model = report(held.call)["model"]
    assert isinstance(model, dict)
    assert sum(model["failures"].values()) == 1
    assert model["stood_in_for"] == held.call.usage.requests


async def test_the_call_goes_on_where_it_stood() -> None:
    """What the model had the caller select is what the brain orders."""
    held, _ = await served(
        uses(Use("to_buying")),
        uses(Use("select_model", {"model": "Air"})),
        fails(401),
        said="buy|the thin one|yes please|bye",
    )
    (order,) = held.call.facts.orders
    assert order.model == "iPhone Air"
    assert held.call.ended_by == "end_purchase_call"


@pytest.mark.parametrize(
    "failure",
    [stalls_after("We have three. And"), breaks(message="overloaded", code=529)],
    ids=["stall", "error"],
)
async def test_a_turn_that_breaks_off_is_finished_by_the_brain(failure: Answer) -> None:
    """Whole sentences stay said, the begun one is dropped, and the answer follows."""
    held, _ = await served(
        says("Yes?"), *[failure] * 2, said="hm|I want to buy an iPhone", first_word=1.0
    )
    assert "And" not in held.heard[-2]
    assert held.heard[-1] == OPENING_BUYING


async def test_a_silent_model_is_stood_in_for_when_its_time_is_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The caller waits no longer than for an apology; the next turn is the model's again."""
    held, _ = await served(
        stalls(), says("Which one?"), said="I want to buy an iPhone|hm", first_word=1.0
    )
    assert held.heard[1:] == [OPENING_BUYING, "Which one?"]
    assert held.call.usage.faults == {"silent": 1}
    assert len(told(caplog)) == 1


async def behind(*steps: Step, rest: float = 3600.0) -> tuple[Held, ScriptedLLM]:
    """A call of a scripted model with the brain behind it."""
    from assistant.providers.offline.brain import OfflineLLM

    models, problems, _ = shop()
    model = ScriptedLLM(*steps)
    both = Standby(model, lambda: OfflineLLM(models, problems), str, rest=rest)
    return await begin(both), model


async def test_a_failure_that_passes_costs_one_turn() -> None:
    """The model gets the next one; nobody hears that it had failed."""
    held, model = await behind(DOWN, "Which one?")
    await held.say("I want to buy an iPhone", "hm")
    await held.hang_up()
    assert held.heard[1:] == [OPENING_BUYING, "Which one?"]
    assert len(model.asked) == 2


async def test_two_failures_in_a_row_give_the_model_a_rest() -> None:
    """It isn't waited for at each turn."""
    held, model = await behind(*[DOWN] * standby.STRIKES)
    await held.say("hi", "I want to buy an iPhone", "the Air", "yes please", "bye")
    await held.hang_up()
    assert len(model.asked) == standby.STRIKES
    assert len(held.call.facts.orders) == 1
    assert held.call.usage.stood_in == held.call.usage.requests


async def test_a_model_is_tried_again_after_its_rest(caplog: pytest.LogCaptureFixture) -> None:
    """And goes on with the call when it answers; a second outage is told again."""
    held, model = await behind(REFUSED, "Here I am.", REFUSED, rest=0.0)
    await held.say("hi", "hm", "hi")
    await held.hang_up()
    assert held.heard[2] == "Here I am."
    assert len(model.asked) == 3
    assert len(told(caplog)) == 2


async def test_what_the_model_wanted_done_before_it_failed_is_done_once() -> None:
    """The brain doesn't act on the same words again."""
    held, _ = await behind([Use("to_buying"), DOWN])
    await held.say("I want to buy an iPhone")
    await held.hang_up()
    assert held.triggers[:1] == [("to_buying", True)]
    assert held.heard[1:] == [OPENING_BUYING]


async def test_without_the_brain_behind_it_a_call_is_given_up() -> None:
    """FALLBACK=off, or a language that the brain doesn't understand."""
    for fallback, language in ((False, "en-US"), (True, "de-DE")):
        async with Server(*[fails(401)] * 3) as server:
            settings = Settings(
                openai_api_key="sk-1",
                openai_base_url=server.url,
                fallback=fallback,
                language=language,
            )
            held = await wired(settings)
            await held.say("a", "b", "c")
            await held.hang_up()
            await held.model.aclose()
        assert held.heard[1:] == [APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
        assert held.call.usage.faults == {"key_refused": 3}
