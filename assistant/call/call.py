"""One call: a trigger comes in, is planned, journaled and committed, and its effects go out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from typing import TypeVar

from assistant import telemetry
from assistant.call.beginning import note_beginning
from assistant.call.earlier import lately
from assistant.call.journaled import Journaled, asks_again, effects_of
from assistant.call.ledger import Ledger, named
from assistant.call.usage import Meter
from assistant.language.reaching import COUNTRY
from assistant.language.turn import spoke
from assistant.records import NOBODY, NOWHERE, Entry, Fenced, Place, Store
from statemachine.conversation import MACHINE, Conversation, Outcome
from statemachine.engine.journal.replay import replay
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import ModelTrigger, SessionTrigger, Trigger
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.triggers import CallerSpoke, NumberShown, QuestionPut

log = logging.getLogger("assistant.call")
T = TypeVar("T")

SOON = 1.0
"""Seconds after which what the caller said is written down, if nothing has come of it that is
written down with it: an answer in words, or none yet."""


def nothing(outcome: Outcome) -> None:
    """Carry out no effects: nobody is on the line."""


class Call:
    """A call's conversation and journal. Triggers are taken one at a time, in their order."""

    def __init__(
        self,
        id: str,
        conversation: Conversation,
        store: Store,
        *,
        place: Place = NOWHERE,
        begun: bool = True,
        began: float | None = None,
        journal: Iterable[Entry] = (),
    ) -> None:
        self.id = id
        self.began = time.time() if began is None else began
        """When it began, in seconds since 1970."""
        self.place = place
        self.caller = NOBODY
        """Whom it served when it was taken up."""
        self.country = COUNTRY
        """The shop's, in two letters."""
        self.carry_out: Callable[[Outcome], None] = nothing
        """Performs an outcome's effects; must neither block nor raise."""
        self.observers: list[Callable[[Entry], None]] = []
        self.usage = Meter()
        """What it takes."""
        self.transcript: list[tuple[str, str]] = []
        """Who said what, `caller` or the agent's state; empty unless transcripts are kept."""
        self.ended = asyncio.Event()
        unbegun = None if begun else conversation.facts
        self.store = store
        self._ledger = Ledger(id, store, unbegun, place, journal)
        self._journaled = Journaled(id, conversation, self._ledger, self._made_up_for)
        self._lock = asyncio.Lock()
        self._heard: list[CallerSpoke] = []
        self._tasks: set[asyncio.Task[object]] = set()
        self._soon: asyncio.TimerHandle | None = None

    @classmethod
    async def begin(
        cls,
        id: str,
        offers: tuple[Offer, ...],
        store: Store,
        place: Place = NOWHERE,
        lease: float = 0.0,
    ) -> Call:
        """A new call on which these offers hold; where the store is away, it is told later.

        `lease` is for how many seconds nobody else may take it up.

        Raises:
            Fenced: the call has begun already, with another writer.
        """
        facts = Facts(offers=offers)
        reference, begun = await note_beginning(id, facts, store, place, lease)
        conversation = Conversation(replace(facts, reference=reference))
        return cls(id, conversation, store, place=place, begun=begun)

    @classmethod
    async def resume(
        cls, id: str, store: Store, lease: float = 0.0, epoch: int | None = None
    ) -> Call:
        """A call taken up where its journal ends; nobody else can write to it from now on.

        Raises:
            RecordError: there is no such call, somebody else holds it, or the store is away.
            ReplayError: its journal is of a conversation that this program no longer has.
        """
        record = await store.claim(id, lease, epoch)
        told = replay(record.opening, record.journal, MACHINE)
        conversation = Conversation(told.facts, State(told.state))
        place, began, journal = record.place, record.began, record.journal
        call = cls(id, conversation, store, place=place, began=began, journal=journal)
        call.caller = record.caller
        if call.state is State.ENDED:
            call.ended.set()
        return call

    @property
    def state(self) -> State:
        """Where the call stands."""
        return self._journaled.conversation.state

    @property
    def facts(self) -> Facts:
        """What it has established."""
        return self._journaled.conversation.facts

    @property
    def journal(self) -> list[Entry]:
        """Everything that was fired, in its order."""
        return self._ledger.journal

    @property
    def path(self) -> list[str]:
        """The states passed, from the first on, none twice in a row."""
        return self._ledger.course.path

    @property
    def on_the_line(self) -> State:
        """The state whose agent speaks: the present one, or after the end the last open one."""
        return State(self._ledger.course.last_open)

    @property
    def ended_by(self) -> str:
        """The trigger that ended the call, empty while it is on."""
        return self._ledger.course.ended_by

    @property
    def lasted(self) -> float:
        """For how many seconds it has been on, or was."""
        over = self.ended.is_set() and self.journal
        return max((self.journal[-1].at if over else time.time()) - self.began, 0.0)

    def offered(self, words: str | None = None) -> tuple[type[ModelTrigger], ...]:
        """What the model may fire, with all counted in that was heard and is said in `words`."""
        return self._journaled.conversation.offered(*self._ahead(words))

    def heard(self, words: str) -> None:
        """The caller said this: committed before any trigger that is fired from now on."""
        self._heard = self._ahead(words)
        self._spawn(self._catch_up())

    def _ahead(self, words: str | None) -> list[CallerSpoke]:
        said = () if words is None else (spoke(words, self.facts_after(None), self.country),)
        return [*self._heard, *said]

    def facts_after(self, words: str | None) -> Facts:
        """What is known once all that was heard is counted in, and these words of the caller."""
        return self._journaled.conversation.facts_after(*self._ahead(words))

    async def caught_up(self) -> None:
        """Wait until what was heard and fired before is decided and carried out."""
        await asyncio.shield(self._spawn(self._catch_up()))

    async def fire(self, trigger: Trigger) -> Outcome:
        """Plan, journal, commit, carry out. Runs to its end even if whoever asked is cancelled."""
        return await asyncio.shield(self._spawn(self._fire(trigger)))

    async def show_number(self, number: str, remembered: float = 0.0) -> None:
        """The caller rings from it; what they left in the seconds `remembered` is asked about."""
        if number != self.facts.line_number:
            earlier = await lately(self.store, number, remembered)
            await self.fire(NumberShown(number, earlier))

    def note(self, trigger: SessionTrigger) -> None:
        """This has happened: it is committed before any trigger that is fired from now on."""
        if not self.ended.is_set():
            self._spawn(self._fire(trigger))

    def put_question(self) -> None:
        """Code puts a question of its own: no yes answers the offer that stood before it."""
        if self.facts.on_offer:
            self._spawn(self._fire(QuestionPut()))

    def end(self, trigger: SessionTrigger) -> None:
        """Fire the trigger of an ending that has happened already, without waiting for it."""
        self._spawn(self._fire(trigger))

    async def refuse(self, trigger: str, given: dict[str, str], reason: str) -> None:
        """Journal a refusal that never reached the machine, by its name in `refusals`."""
        await asyncio.shield(self._spawn(self._refuse(trigger, given, reason)))

    def note_refusal(self, trigger: str, given: dict[str, str], reason: str) -> None:
        """Journal a refusal without waiting for it."""
        self._spawn(self._refuse(trigger, given, reason))

    @property
    def fenced(self) -> bool:
        """Whether somebody else has taken the call up: nothing here counts any more."""
        return self._ledger.lost is not None

    def lose(self, to: Fenced) -> None:
        """Somebody else has taken the call up."""
        self._ledger.lost = to

    async def write_up(self, patience: float = 10.0, pause: float = 0.25) -> bool:
        """Write what is still unwritten, trying for this many seconds; whether all of it is."""
        giving_up = time.monotonic() + patience
        while True:
            async with self._lock:
                await self._journaled.catch_up()
                if self._ledger.trouble is None:
                    return True
            if self.fenced or time.monotonic() + pause > giving_up:
                return False
            await asyncio.sleep(pause)

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        if not self._ledger.is_behind:
            self._spawn(self.write_up(0.0))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _fire(self, trigger: Trigger) -> Outcome:
        async with self._lock:
            await self._commit_heard()
            outcome = await self._move(trigger)
            asked = isinstance(outcome, Refused) and outcome.says
            if asked and self.facts.on_offer and not asks_again(outcome):
                await self._move(QuestionPut(), alone=False)
            return outcome

    async def _catch_up(self) -> None:
        async with self._lock:
            await self._commit_heard()

    async def _commit_heard(self) -> None:
        while self._heard:
            await self._move(self._heard[0], alone=False)
            self._heard.pop(0)

    def _write_now(self) -> None:
        self._soon = None
        self._spawn(self.write_up(0.0))

    async def _refuse(self, trigger: str, given: dict[str, str], reason: str) -> None:
        async with self._lock:
            await self._commit_heard()
            entry = await self._journaled.note(trigger, given, reason)
            telemetry.count(entry)
            self._announce(entry)

    async def _move(self, trigger: Trigger, *, alone: bool = True) -> Outcome:
        with telemetry.span(self.id, trigger) as span:
            outcome, entry = await self._journaled.decide(trigger, alone=alone)
            telemetry.told(span, entry)
        telemetry.count(entry, effects_of(outcome))
        self._announce(entry)
        self.carry_out(outcome)
        if not alone and self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON, self._write_now)
        if self.state is State.ENDED:
            self._ledger.tell_unwritten()
            self.ended.set()
        return outcome

    def _made_up_for(self, happened: Accepted[Facts], entry: Entry) -> None:
        """A trigger that was refused for want of an answer had been written all the same."""
        telemetry.count(entry, happened.effects)
        self._announce(entry)
        if self.state is not State.ENDED:
            self.carry_out(happened)

    def _announce(self, entry: Entry) -> None:
        for observer in self.observers:
            try:
                observer(entry)
            except Exception:  # who only looks on can't hold up the call
                log.exception("call %s: an observer of %s failed", self.id, named(entry))
