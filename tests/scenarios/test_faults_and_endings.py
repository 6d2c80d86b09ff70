"""What breaks doesn't leave the caller in silence, and a call ends once and properly."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from livekit.agents import APIConnectionError, CloseEvent, CloseReason
from livekit.agents.voice import SpeechHandle

from assistant.providers.offline.brain import OfflineLLM
from assistant.records import Entry, MemoryStore, RecordError
from assistant.shop.wording import lines
from assistant.shop.wording.prompts import Prompts
from statemachine import lines as conversation
from statemachine.engine.effects import Effect, Say
from statemachine.engine.lines import Line
from statemachine.states import State
from statemachine.triggers import CallerWentSilent, ConfirmPurchase, EndCall, ToBuying
from tests.calls import PATIENCE, begin, scripted, shop
from tests.fakes import ScriptedLLM, Use
from tests.scenarios.phrases import (
    AIR,
    APOLOGY,
    BRIDGE,
    BUY,
    FAREWELL,
    FAREWELL_BUYING,
    GREETING,
    NOT_LISTENED,
    OPENING_BUYING,
    ORDER,
    OVER,
)

pytestmark = pytest.mark.timeout(30)


# When something breaks


async def test_an_exception_on_entering_ends_in_a_spoken_line() -> None:
    """The caller hears an apology from the new agent, and the call goes on with it."""
    held = await begin(ScriptedLLM(BUY, "Which one?"))
    broken = held.text.line.data.agents["buying"]
    broken.update_chat_ctx = _boom  # type: ignore[method-assign]
    await held.say("buy", "hello?")
    await held.hang_up()
    assert held.said[2:] == [
        ("buying", lines.APOLOGY_ENTERING.wording),
        ("caller", "hello?"),
        ("buying", "Which one?"),
    ]


async def test_an_exception_in_a_tool_ends_in_the_models_words() -> None:
    """The model is told of an internal error and answers; the call goes on."""
    held = await begin(ScriptedLLM(BUY, [Use("recommend_models")], "Which do you like?", "And?"))
    held.text.line.data.speak = _fault
    await held.say("buy", "suggest one", "hm")
    await held.hang_up()
    assert held.heard[-2:] == ["Which do you like?", "And?"]


async def test_an_exception_in_speaking_a_line_ends_in_an_apology() -> None:
    """A fault in carrying out an outcome is heard as an apology; the facts stand."""
    held = await begin(ScriptedLLM(BUY, AIR, "All right then."))
    await held.say("buy")
    held.text.line.data.prompts = _broken(held.text.line.data.prompts, conversation.QUOTE)
    await held.say("the air", "hello?")
    await held.hang_up()
    assert held.heard[-2:] == [APOLOGY, "All right then."]
    assert held.call.facts.selected_model == "iPhone Air"


async def test_a_handoff_that_fails_is_made_up_for_at_the_next_word() -> None:
    """The caller hears an apology, and their next words are answered by the right agent."""
    held = await begin(ScriptedLLM(BUY, "You're with sales.", "Which one?"))
    session = held.text.line.session
    update_agent = session.update_agent
    session.update_agent = _fault  # type: ignore[method-assign]
    await held.say("buy")
    assert held.heard[-1] == APOLOGY
    session.update_agent = update_agent  # type: ignore[method-assign]
    await held.say("hello?", "the air?")
    await held.hang_up()
    assert held.heard[-3:] == [BRIDGE, "You're with sales.", "Which one?"]
    assert held.call.path == ["greeting", "buying", "ended"]


@pytest.mark.parametrize(
    ("reason", "ended_by"),
    [
        (CloseReason.JOB_SHUTDOWN, "call_failed"),
        (CloseReason.ERROR, "call_failed"),
        (CloseReason.PARTICIPANT_DISCONNECTED, "caller_hung_up"),
    ],
)
async def test_the_journal_says_whether_the_caller_or_we_ended_the_call(
    reason: CloseReason, ended_by: str
) -> None:
    """A worker that is stopped is no caller who hung up."""
    held = await begin(ScriptedLLM())
    held.text.line.session.emit("close", CloseEvent(reason=reason))
    await held.call.settled()
    assert held.call.ended_by == ended_by
    await held.hang_up()


async def test_a_handoff_that_fails_for_good_ends_the_call_properly() -> None:
    """Apologies, and after the third failure the farewell: nobody talks to nobody."""
    held = await begin(ScriptedLLM(BUY))
    held.text.line.session.update_agent = _fault  # type: ignore[method-assign]
    await held.say("buy", "hello?", "hello?", "hello?")
    await held.hang_up()
    assert held.heard[1:] == [APOLOGY, APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
    assert held.call.ended_by == "call_failed"


async def test_a_farewell_that_cannot_be_worded_still_hangs_up() -> None:
    """The session closes whatever happens to the last line."""
    held = await begin(ScriptedLLM([Use("end_call")]))
    held.text.line.data.prompts = _broken(held.text.line.data.prompts, conversation.FAREWELL)
    await held.say("bye")
    assert held.text.ended
    assert held.call.ended_by == "end_call"


async def test_an_observer_that_fails_disturbs_nothing() -> None:
    """Who only looks on can't hold up the call or count the caller's turn twice."""
    held = await begin(ScriptedLLM(BUY, AIR, ORDER))
    held.call.observers.append(_fault)
    await held.say("buy", "the air", "yes")
    await held.hang_up()
    assert held.call.facts.turn == 3
    assert len(held.call.facts.orders) == 1


async def test_a_failing_model_ends_in_a_farewell_after_three_times() -> None:
    """Two apologies, then the apology farewell, once."""
    held = await scripted(["one", "two", "three", "four"], *[APIConnectionError()] * 9)
    assert held.heard[1:] == [APOLOGY, APOLOGY, lines.APOLOGY_FAREWELL.wording]
    assert held.call.ended_by == "call_failed"


async def test_the_farewell_of_a_failing_model_cannot_be_interrupted() -> None:
    """The apologies are replies, which a caller may speak over; the farewell is said to its end."""
    held = await begin(ScriptedLLM(*[APIConnectionError()] * 3))
    speeches: list[SpeechHandle] = []
    held.text.line.session.on("speech_created", lambda event: speeches.append(event.speech_handle))
    await held.say("one", "two", "three")
    *apologies, farewell = speeches
    assert all(speech.allow_interruptions for speech in apologies)
    assert not farewell.allow_interruptions
    assert held.heard[-1] == lines.APOLOGY_FAREWELL.wording
    assert held.text.ended


async def test_a_model_that_breaks_off_a_third_time_leaves_its_sentence_and_a_farewell() -> None:
    """What was said stands; the farewell is a line of its own."""
    broken = ["We have three. One of", APIConnectionError(retryable=False)]
    held = await scripted(["one", "two", "three"], *[broken] * 3)
    farewell = lines.APOLOGY_FAREWELL.wording
    assert held.heard[1:] == [f"We have three. {APOLOGY}"] * 2 + ["We have three.", farewell]
    assert held.call.ended_by == "call_failed"


async def test_a_model_that_fails_for_good_during_a_transfer_ends_with_its_farewell() -> None:
    """The wish that nobody could answer ends the call like any other failure."""
    down = [APIConnectionError()]
    wish = [Use("to_buying", {"wish": "the Air"})]
    held = await begin(ScriptedLLM(*down * 2, wish, *down * 3))
    await held.say("one", "two", "the air", "hello?", "hello?")
    await held.hang_up()
    assert held.heard[1:] == [
        APOLOGY,
        APOLOGY,
        BRIDGE,
        APOLOGY,
        APOLOGY,
        lines.APOLOGY_FAREWELL.wording,
    ]
    assert held.call.ended_by == "call_failed"


async def test_any_other_exception_of_a_model_is_an_apology_too() -> None:
    """A fault that is no provider's failure is heard as an apology."""
    held = await scripted(["one", "two"], ValueError("odd"), "Here I am.")
    assert held.heard[1:] == [APOLOGY, "Here I am."]


async def test_a_model_that_breaks_off_leaves_two_sentences() -> None:
    """The sentence it had finished stands, and the apology after it, with a space between."""
    held = await scripted(["one"], ["We have three models. One of", ValueError("odd")])
    assert held.heard[1:] == [f"We have three models. {APOLOGY}"]


@dataclass
class Failing(MemoryStore):
    """A store that fails the first time a trigger of this name is written."""

    trigger: str = ""
    error: Exception = field(default_factory=lambda: RecordError("the disk is full"))
    times: int = 1

    async def write(
        self,
        call: str,
        number: int,
        entry: Entry,
        effects: tuple[Effect, ...],
        before: tuple[Entry, ...] = (),
    ) -> None:
        if entry.trigger == self.trigger and self.times:
            self.times -= 1
            raise self.error
        await super().write(call, number, entry, effects, before)


SALE = (BUY, AIR, ORDER, ORDER, [Use("end_purchase_call")])


DISK = [RecordError("the disk is full"), OSError("no space left"), RuntimeError("driver")]


@pytest.mark.parametrize("error", DISK, ids=["RecordError", "OSError", "RuntimeError"])
async def test_an_order_that_cannot_be_written_is_refused_and_can_be_tried_again(
    error: Exception,
) -> None:
    """An apology, no order and no number; the next yes orders it."""
    store = Failing(trigger="confirm_purchase", error=error)
    held = await scripted(["buy", "the air", "yes", "yes please", "bye"], *SALE, store=store)
    assert held.triggers[2:4] == [("confirm_purchase", False), ("confirm_purchase", True)]
    assert held.heard[3] == lines.APOLOGY_ORDER.wording.format(model="iPhone Air")
    assert "order number" in held.heard[4]
    assert len(store.orders) == 1
    assert held.call.ended_by == "end_purchase_call"


async def test_the_embedded_brain_takes_the_yes_after_that_apology_for_one_order() -> None:
    """The apology asks whether to order, so the next yes does; a third one orders nothing more."""
    models, problems, _ = shop()
    store = Failing(trigger="confirm_purchase")
    held = await begin(OfflineLLM(models, problems), store=store)
    await held.say("I'd like to buy the iPhone Air", "yes please")
    assert held.heard[-1] == lines.APOLOGY_ORDER.wording.format(model="iPhone Air")
    assert store.orders == {}
    await held.say("yes please", "yes please")
    assert len(store.orders) == len(held.call.facts.orders) == 1
    await held.hang_up()


async def test_a_transfer_that_cannot_be_written_stays_and_can_be_tried_again() -> None:
    """The caller stays with who they were with, hears an apology, and is put through next time."""
    held = await scripted(["buy", "buy!"], BUY, BUY, store=Failing(trigger="to_buying"))
    assert held.said[2] == ("greeting", lines.APOLOGY_RECORDS.wording)
    assert held.call.path == ["greeting", "buying", "ended"]
    assert held.heard[-1] == OPENING_BUYING


@pytest.mark.parametrize("error", DISK, ids=["RecordError", "OSError", "RuntimeError"])
@pytest.mark.parametrize("trigger", ["caller_spoke", "end_purchase_call"])
async def test_what_has_happened_and_endings_happen_without_a_disk(
    trigger: str, error: Exception
) -> None:
    """The caller's words count and the call ends, although neither could be written at once."""
    store = Failing(trigger=trigger, error=error, times=1 if trigger == "caller_spoke" else 99)
    steps = (BUY, AIR, ORDER, [Use("end_purchase_call")])
    held = await scripted(["buy", "the air", "yes", "bye"], *steps, store=store)
    assert held.call.ended_by == "end_purchase_call"
    assert held.call.facts.turn == 4
    assert held.heard[-1] == FAREWELL_BUYING


# The end of the call


@pytest.mark.parametrize(
    ("before", "goodbye", "farewell"),
    [
        ((), "end_call", conversation.FAREWELL),
        ((BUY,), "end_purchase_call", conversation.FAREWELL_BUYING),
        (([Use("to_support")],), "end_support_call", conversation.FAREWELL_SUPPORT),
    ],
)
async def test_each_desk_says_its_farewell_once_and_hangs_up(
    before: tuple[list[Use | str], ...], goodbye: str, farewell: Line
) -> None:
    """The farewell is the last thing heard, the session is closed, and the journal says why."""
    said = farewell.wording.format(shop="the iPhone shop")
    held = await begin(ScriptedLLM(*before, [Use(goodbye)], "Never said."))
    await held.say(*["go on"] * len(before), "bye", "are you there?")
    assert held.text.ended
    assert held.heard.count(said) == 1
    assert held.heard[-1] == said
    assert held.call.ended_by == goodbye
    assert held.call.usage.requests == len(before) + 1


async def test_ending_twice_says_one_farewell() -> None:
    """The second goodbye of a step is refused and not spoken."""
    held = await scripted(["bye"], [Use("end_call"), Use("end_call")])
    assert held.triggers == [("end_call", True), ("end_call", False)]
    assert held.heard == [GREETING, FAREWELL]
    assert held.refusals == [OVER]


async def test_a_tool_call_after_the_end_changes_nothing() -> None:
    """A transfer behind the goodbye is refused; nobody else speaks."""
    held = await scripted(["bye"], [Use("end_call"), *BUY])
    assert held.call.path == ["greeting", "ended"]
    assert held.heard == [GREETING, FAREWELL]
    assert held.refusals == [OVER]


async def test_a_transfer_and_a_goodbye_in_one_step_put_the_caller_through() -> None:
    """The new desk has not been spoken to yet, so its goodbye is refused."""
    held = await scripted(["buy"], [*BUY, Use("end_purchase_call")])
    assert held.heard == [GREETING, OPENING_BUYING]
    assert held.refusals == [NOT_LISTENED]


async def test_after_the_end_nothing_is_offered_and_everything_is_refused() -> None:
    """The latch holds whatever is fired, and whoever fires it."""
    held = await scripted(["bye"], [Use("end_call")])
    assert held.call.offered() == ()
    facts = held.call.facts
    for trigger in (ToBuying(), ConfirmPurchase(), EndCall(), CallerWentSilent()):
        async with asyncio.timeout(PATIENCE):
            await held.call.fire(trigger)
    assert held.call.state is State.ENDED
    assert held.call.facts == facts
    assert held.call.ended_by == "end_call"
    assert held.heard == [GREETING, FAREWELL]


async def test_a_caller_who_leaves_hears_nothing_more() -> None:
    """Hanging up ends the call by its own trigger, without a farewell."""
    held = await scripted(["buy"], BUY)
    assert held.call.ended_by == "caller_hung_up"
    assert held.heard == [GREETING, OPENING_BUYING]


async def test_a_silent_caller_is_let_go_with_a_line() -> None:
    """Silence ends the call by its own trigger and its own farewell."""
    held = await begin(ScriptedLLM())
    async with asyncio.timeout(PATIENCE):
        await held.call.fire(CallerWentSilent())
    await held.hang_up()
    assert held.heard[-1] == conversation.SILENT_FAREWELL.wording
    assert held.call.ended_by == "caller_went_silent"


async def test_hanging_up_after_the_end_changes_nothing() -> None:
    """A second end of the line is no second end of the call."""
    held = await begin(ScriptedLLM([Use("end_call")]))
    await held.say("bye")
    await held.hang_up()
    await held.hang_up()
    assert [name for name, _ in held.triggers] == ["end_call"]


# Faults to put in


async def _boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


def _fault(*_: object, **__: object) -> None:
    raise RuntimeError("fault")


def _broken(words: Prompts, line: Line) -> Prompts:
    """The same words, but this line cannot be spoken."""

    class Broken(Prompts):
        def word(self, say: Say | Line) -> str:
            if (say if isinstance(say, Line) else say.line) == line:
                raise RuntimeError("no such word")
            return super().word(say)

    return Broken(words.persona, words.shop, words.tone, words.instructions, words.wordings)
