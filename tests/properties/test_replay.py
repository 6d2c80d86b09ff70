"""Whatever happened in a call, its journal tells it again."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.call.call import Call
from assistant.records import CallRecord, Entry, MemoryStore, Store
from assistant.records.sql.opening import open_store
from statemachine.answers import Answer, Beside
from statemachine.conversation import MACHINE, Conversation
from statemachine.engine.effects import Effect
from statemachine.engine.explore import sample
from statemachine.engine.journal.codec import check_of, facts_of, plain, trigger_of
from statemachine.engine.journal.forgetting import forgotten
from statemachine.engine.journal.replay import ReplayError, replay, steps
from statemachine.engine.journal.words import FORGOTTEN, spoken_arguments
from statemachine.engine.machine import Accepted, Machine
from statemachine.engine.rows import Row
from statemachine.engine.triggers import Trigger, arguments, name_of
from statemachine.facts import Facts
from statemachine.offers import has
from statemachine.samples import TWO_MODELS
from statemachine.states import FINAL
from statemachine.table import TABLE
from statemachine.triggers import (
    CallerSpoke,
    ConfirmPurchase,
    RecordName,
    SelectModel,
    Staff,
    ToBuying,
)

KINDS = tuple(TABLE.triggers.values())
SAMPLES = {kind: tuple(sample(kind, TABLE.samples.words)) for kind in KINDS}
WORDS = st.sampled_from(("Quentin", "quine zebedee", "the 17 pro", "battery, battery")) | st.text()


@st.composite
def _worded(draw: st.DrawFn, kinds: tuple[type[Trigger], ...] = KINDS) -> Trigger:
    """A trigger whose words are anything at all."""
    kind = draw(st.sampled_from(kinds))
    trigger = draw(st.sampled_from(SAMPLES[kind]))
    words = spoken_arguments(kind)
    return replace(trigger, **{key: draw(WORDS) for key in sorted(words)}) if words else trigger


def _any_of(kinds: tuple[type[Trigger], ...]) -> st.SearchStrategy[Trigger]:
    """Any trigger of these kinds, sensible or not."""
    return st.sampled_from([each for kind in kinds for each in SAMPLES[kind]]) | _worded(kinds)


ANYTHING = _any_of(KINDS)


@st.composite
def _runs(draw: st.DrawFn) -> list[Trigger]:
    """A run of triggers that goes somewhere: mostly what is possible just then, and anything."""
    conversation = Conversation(Facts(offers=TWO_MODELS, reference="48213"))
    run: list[Trigger] = []
    for _ in range(draw(st.integers(0, 40))):
        likely = [kind for kind in conversation.offered() if not kind.__name__.startswith("End")]
        kind = draw(st.sampled_from([CallerSpoke, CallerSpoke, *likely, None]))
        trigger = draw(st.sampled_from(SAMPLES[kind]) if kind else ANYTHING)
        conversation.send(trigger)
        run.append(trigger)
    return run


RUNS = _runs()
ENDING = {each.trigger for each in TABLE if each.to is FINAL}
MEANWHILE = st.lists(_any_of(tuple(kind for kind in KINDS if kind not in ENDING)), max_size=2)


SOLD = [
    each
    for each in SAMPLES[SelectModel]
    if isinstance(each, SelectModel) and has(TWO_MODELS, each.model, each.storage, each.colour)
]


@st.composite
def _sales(draw: st.DrawFn) -> list[Trigger]:
    """A run in which the caller buys one phone after the other, with anything in between."""
    run: list[Trigger] = []
    for _ in range(draw(st.integers(1, 5))):
        sale = (draw(st.sampled_from(SOLD)), CallerSpoke(Answer.YES), ConfirmPurchase())
        run += [*draw(MEANWHILE), CallerSpoke(), ToBuying(), *sale]
    return run


SALES = _sales()


Stood = list[tuple[Entry, str, Facts]]
"""Where a live call stood after each entry."""


async def _held(
    run: Iterable[Trigger], store: Store, stood: Stood | None = None
) -> tuple[Call, CallRecord]:
    call = await Call.begin("one", TWO_MODELS, store)
    seen = [] if stood is None else stood
    call.observers.append(lambda entry: seen.append((entry, call.state, call.facts)))
    for trigger in run:
        await call.fire(trigger)
        if isinstance(trigger, SelectModel):
            await call.refuse(f"buy {trigger.model}", arguments(trigger), trigger.model)
    await call.write_up()  # what nothing has come of yet is written a moment later
    return call, await store.read("one")


def _live(run: Iterable[Trigger], stood: Stood | None = None) -> tuple[Call, CallRecord]:
    return asyncio.run(_held(run, MemoryStore(), stood))


def tells_again(run: list[Trigger]) -> Facts:
    """The journal leads to the state and facts of the live call, and each of its steps too."""
    stood: Stood = []
    call, record = _live(run, stood)
    told = replay(record.opening, record.journal, MACHINE)
    assert (told.state, told.facts) == (call.state, call.facts)
    again = steps(record.opening, record.journal, MACHINE)
    assert [(step.entry, step.state, step.facts) for step in again] == stood
    assert len(stood) >= len(run)
    return call.facts


def _noted(entry: Entry) -> bool:
    return entry.trigger.startswith("buy ")


def tells_again_from_a_database(run: list[Trigger]) -> Facts:
    """Through SQLite and back, the call is the same."""

    async def through() -> tuple[Call, CallRecord]:
        with TemporaryDirectory() as folder:
            store = await open_store(f"sqlite:///{Path(folder) / 'calls.db'}")
            try:
                return await _held(run, store)
            finally:
                await store.close()

    call, record = asyncio.run(through())
    told = replay(record.opening, record.journal, MACHINE)
    assert told.state is call.state
    assert check_of(told.facts) == check_of(call.facts)
    assert len(record.journal) == len(call.journal)
    return call.facts


EXACT = {
    "select_model": {"model", "storage", "colour"},
    "find_order": {"number"},
    "number_shown": {"earlier"},
}
"""What is no word of the caller's in a trigger that was accepted: a phone, an order's number."""


def tells_again_without_words(run: list[Trigger]) -> Facts:
    """No words are left, and nothing else is missing; forgetting twice forgets no more."""
    call, record = _live(run)
    blank = forgotten(record.journal, TABLE)
    assert forgotten(blank, TABLE) == blank
    told = replay(record.opening, blank, MACHINE)
    live = replay(record.opening, record.journal, MACHINE)
    assert told.state is live.state
    assert check_of(told.facts) == check_of(live.facts)
    assert told.facts.orders == live.facts.orders
    assert told.facts.selection == live.facts.selection
    assert [e.accepted for e in blank] == [e.accepted for e in call.journal]
    for entry in blank:
        exact = EXACT.get(entry.trigger, set()) if entry.accepted else set()
        left = {value for name, value in entry.arguments.items() if name not in exact}
        assert left <= {"", FORGOTTEN, "True", "False", *Answer, *Beside, *Staff}
    return call.facts


Telling = Callable[[list[Trigger]], Facts]
EACH_TELLING = pytest.mark.parametrize(
    "telling",
    [tells_again, tells_again_from_a_database, tells_again_without_words],
    ids=lambda telling: telling.__name__,
)


@settings(max_examples=300, deadline=None)
@given(RUNS)
def test_replayed_equals_live(run: list[Trigger]) -> None:
    """Whatever is fired, the journal tells the call as it went, step by step."""
    tells_again(run)


@settings(max_examples=25, deadline=None)
@given(RUNS)
def test_replayed_from_a_database_equals_live(run: list[Trigger]) -> None:
    """Whatever is fired, a database keeps all of it."""
    tells_again_from_a_database(run)


@settings(max_examples=200, deadline=None)
@given(RUNS)
def test_a_forgotten_call_replays_to_the_same_states_and_counts(run: list[Trigger]) -> None:
    """Whatever is fired, only the words can be forgotten."""
    tells_again_without_words(run)


def _orders_placed(
    telling: Telling, runs: st.SearchStrategy[list[Trigger]], **how: Any
) -> Counter[int]:
    """Try a telling on such runs; how many of them placed how many orders."""
    counted: Counter[int] = Counter()

    @settings(deadline=None, **how)
    @given(runs)
    def tell(run: list[Trigger]) -> None:
        counted[len(telling(run).orders)] += 1

    tell()
    return counted


@EACH_TELLING
def test_calls_with_orders_are_told_again(telling: Telling) -> None:
    """The same holds where callers buy, one phone or several."""
    most = 20 if telling is tells_again_from_a_database else 100
    placed = _orders_placed(telling, SALES, max_examples=most, derandomize=True, database=None)
    assert min(placed) >= 1


@pytest.mark.soak
@pytest.mark.timeout(1800)
@EACH_TELLING
def test_thousands_of_calls_are_told_again(telling: Telling) -> None:
    """The same holds for long, for those who buy and for anybody."""
    most = 300 if telling is tells_again_from_a_database else 3000
    placed = _orders_placed(telling, SALES | RUNS, max_examples=most)
    assert placed.total() - placed[0] > placed.total() / 5


@settings(max_examples=200, deadline=None)
@given(_worded())
def test_a_trigger_survives_plain_data(trigger: Trigger) -> None:
    """Name and arguments as JSON are the whole trigger."""
    told = json.loads(json.dumps(arguments(trigger)))
    assert trigger_of(name_of(trigger), told, TABLE) == trigger


@settings(max_examples=100, deadline=None)
@given(RUNS)
def test_facts_survive_plain_data(run: list[Trigger]) -> None:
    """Every fact a call can establish survives JSON."""
    conversation = Conversation(Facts(offers=TWO_MODELS, reference="12345"))
    for trigger in run:
        conversation.send(trigger)
    assert facts_of(Facts, json.loads(json.dumps(plain(conversation.facts)))) == conversation.facts


# Journals of an older table

SALE = (
    CallerSpoke(),
    ToBuying(),
    SelectModel("iPhone 17 Pro"),
    CallerSpoke(Answer.YES),
    ConfirmPurchase(),
)


def _sale() -> tuple[Facts, tuple[Entry, ...]]:
    _, record = _live(SALE)
    return record.opening, tuple(e for e in record.journal if not _noted(e))


def _changed(kind: type[Trigger], change: Callable[[Row], list[Row]]) -> Machine:
    """The shop's machine with other rows for a trigger."""
    rows = ([each] if each.trigger is not kind else change(each) for each in TABLE)
    return Machine(replace(TABLE, rows=tuple(chain.from_iterable(rows)), declared=()))


def test_a_guard_that_has_become_stricter_changes_nothing_about_the_past() -> None:
    """What was accepted is done again, not judged again."""

    def never(facts: Facts) -> bool:
        """Nobody may buy any more."""
        return False

    strict = _changed(ConfirmPurchase, lambda each: [replace(each, when=(never,))])
    told = replay(*_sale(), machine=strict)
    assert len(told.facts.orders) == 1


def test_a_row_that_is_gone_is_named() -> None:
    """The refusal says which entry it is and what changed."""
    without = _changed(ConfirmPurchase, lambda each: [])
    with pytest.raises(ReplayError) as gone:
        replay(*_sale(), machine=without)
    assert str(gone.value) == (
        "Entry 4 of the journal, confirm_purchase, cannot be done again: "
        "there is no trigger confirm_purchase any more."
    )


def test_a_row_that_leads_elsewhere_is_named() -> None:
    """A trigger that led to another state then is not taken for the one of now."""
    other = _changed(ConfirmPurchase, lambda each: [replace(each, to=FINAL)])
    with pytest.raises(
        ReplayError, match=r"Entry 4 .* no row leads from buying to buying any more"
    ):
        replay(*_sale(), machine=other)


def test_an_update_that_does_something_else_is_named() -> None:
    """The same row with other facts behind it is found by the entry's fingerprint."""

    def later(facts: Facts, trigger: Trigger) -> tuple[Facts, tuple[Effect, ...]]:
        return replace(facts, turn=7), ()

    other = _changed(SelectModel, lambda each: [replace(each, does=later)])
    with pytest.raises(
        ReplayError, match=r"Entry 2 .*select_model, leads to other facts than it did"
    ):
        replay(*_sale(), machine=other)


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (1, {"arguments": {"mood": "fine"}}, "to_buying has no argument mood any more"),
        (2, {"arguments": {}}, "select_model now needs the argument model"),
        (0, {"arguments": {"answer": "perhaps"}}, "caller_spoke no longer takes 'perhaps'"),
        (1, {"target": "repairs"}, "there is no state repairs any more"),
        (2, {"arguments": {"model": "Nokia"}}, "cannot be done again"),
    ],
)
def test_an_entry_that_no_longer_fits_is_named(
    number: int, change: dict[str, Any], said: str
) -> None:
    """Arguments, states and goods that have gone are told by entry and name."""
    opening, entries = _sale()
    odd = [*entries]
    odd[number] = replace(odd[number], **change)
    with pytest.raises(ReplayError, match=f"^Entry {number} of the journal, .*{said}"):
        replay(opening, odd, MACHINE)
    assert len(forgotten(odd, TABLE)) == len(odd)


@pytest.mark.parametrize("wish", [" ", "\r", "\0", " \0 "])
@pytest.mark.parametrize(
    "telling", [tells_again_from_a_database, tells_again_without_words], ids=["kept", "forgotten"]
)
def test_a_wish_without_words_is_none_wherever_it_is_kept(telling: Telling, wish: str) -> None:
    """A database drops zero bytes, and nothing is there to forget: the facts stay the same."""
    assert telling([CallerSpoke(), ToBuying(wish)]).wish == ""


def test_a_missing_entry_is_noticed() -> None:
    """A journal with a hole is refused rather than told wrongly."""
    opening, entries = _sale()
    with pytest.raises(ReplayError, match="an entry is missing, or the table has changed"):
        replay(opening, entries[:1] + entries[2:], MACHINE)


def test_an_argument_that_is_new_and_optional_does_no_harm() -> None:
    """An older journal lacks it, and replays."""
    opening, entries = _sale()
    bare = [*entries]
    bare[1] = replace(bare[1], arguments={})
    assert replay(opening, bare, MACHINE).state == "buying"


def test_a_replay_of_nothing_is_the_opening() -> None:
    """A call in which nothing happened yet stands where it began."""
    opening = Facts(offers=TWO_MODELS, reference="1")
    told = replay(opening, (), MACHINE)
    assert (told.facts, told.ended) == (opening, False)
    assert isinstance(MACHINE.plan(told.state, told.facts, RecordName("Dana")), Accepted)
