"""One call: a trigger comes in, is planned, journaled and committed, and its effects go out."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TypeVar

from assistant import telemetry
from assistant.call.ledger import Ledger
from assistant.language.consent import classify
from assistant.records import (
    NOBODY,
    NOWHERE,
    Entry,
    Fenced,
    Place,
    RecordError,
    Store,
    Taken,
    Usage,
)
from assistant.shop.wording.lines import APOLOGY_RECORDS
from statemachine.answers import Answer
from statemachine.conversation import MACHINE, Conversation, Outcome
from statemachine.engine.effects import Effect, Say
from statemachine.engine.journal.codec import check_of, trigger_of
from statemachine.engine.journal.refusals import NOT_WRITTEN
from statemachine.engine.journal.replay import replay
from statemachine.engine.machine import Accepted, Reason, Refused
from statemachine.engine.triggers import ModelTrigger, SessionTrigger, Trigger, arguments, name_of
from statemachine.facts import Facts
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.triggers import CallerSpoke

log = logging.getLogger("assistant.call")
T = TypeVar("T")


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
    ) -> None:
        self.id = id
        self.began = time.time() if began is None else began
        """When it began, in seconds since 1970."""
        self.place = place
        """Where it is held."""
        self.caller = NOBODY
        """Whom it served when it was taken up."""
        self.journal: list[Entry] = []
        self.carry_out: Callable[[Outcome], None] = nothing
        """Performs an outcome's effects; must neither block nor raise."""
        self.observers: list[Callable[[Entry], None]] = []
        self.requests = 0
        """Requests made of the model."""
        self.prompt_characters = 0
        """Characters of messages and tools sent with them, as JSON."""
        self.tokens: Counter[str] = Counter()
        """Tokens sent (`prompt`) and got (`completion`), where the model says how many."""
        self.first_words: list[float] = []
        """For each request that was answered, the seconds until its first word or tool call."""
        self.waits: list[float] = []
        """For each answer in a room, the seconds that the caller waited for its first sound."""
        self.faults: Counter[str] = Counter()
        """Requests that the model failed, by what was wrong."""
        self.stood_in = 0
        """Requests that the embedded brain has answered in the model's place."""
        self.transcript: list[tuple[str, str]] = []
        """Who said what, `caller` or the agent's state; empty unless transcripts are kept."""
        self.ended = asyncio.Event()
        self._conversation = conversation
        self._ledger = Ledger(id, store, None if begun else conversation.facts, place)
        self._away: set[str] | None = None if begun else set()
        """Why nothing can be written since all was well, as far as the log knows; None if it is."""
        self._lock = asyncio.Lock()
        self._heard: list[Answer] = []
        self._tasks: set[asyncio.Task[object]] = set()

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
        try:
            reference, begun = await store.begin(id, facts, place, lease), True
        except Fenced:
            raise
        except Exception as error:  # whatever a store's driver raises, the caller is answered
            log.error("call %s: its beginning was not written down: %s", id, error)
            reference, begun = str(secrets.randbelow(9 * 10**8) + 10**8), False
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
        call = cls(id, conversation, store, place=record.place, began=record.began)
        call.caller = record.caller
        call.journal.extend(record.journal)
        if call.state is State.ENDED:
            call.ended.set()
        return call

    @property
    def state(self) -> State:
        """Where the call stands."""
        return self._conversation.state

    @property
    def facts(self) -> Facts:
        """What it has established."""
        return self._conversation.facts

    @property
    def path(self) -> list[str]:
        """The states passed, from the first on, none twice in a row."""
        path = [self.journal[0].source] if self.journal else [self.state.value]
        for entry in self.journal:
            if entry.accepted and entry.target != path[-1]:
                path.append(entry.target)
        return path

    @property
    def lasted(self) -> float:
        """For how many seconds it has been on, or was."""
        over = self.ended.is_set() and self.journal
        return max((self.journal[-1].at if over else time.time()) - self.began, 0.0)

    @property
    def on_the_line(self) -> State:
        """The state whose agent speaks: the present one, or after the end the last open one."""
        open_states = [state for state in self.path if state != State.ENDED.value]
        return State(open_states[-1])

    @property
    def usage(self) -> Usage:
        """What it has taken."""
        return Usage(
            self.requests,
            self.tokens["prompt"],
            self.tokens["completion"],
            len(self.waits),
            sum(self.waits),
            max(self.waits, default=0.0),
        )

    @property
    def ended_by(self) -> str:
        """The trigger that ended the call, empty while it is on."""
        last = [entry for entry in self.journal if entry.accepted and entry.target == "ended"]
        return last[-1].trigger if last else ""

    def offered(self, words: str | None = None) -> tuple[type[ModelTrigger], ...]:
        """What the model may fire, with all that was heard counted in.

        `words` are the caller's if they are still to be committed: a reply may be prepared before.
        """
        answers = [*self._heard, *([self._understood(words)] if words is not None else [])]
        ahead = Conversation(self.facts, self.state)
        for answer in answers:
            ahead.send(CallerSpoke(answer))
        return ahead.offered()

    def heard(self, words: str) -> None:
        """The caller said this: committed before any trigger that is fired from now on."""
        self._heard.append(self._understood(words))
        self._spawn(self._catch_up())

    def _understood(self, words: str) -> Answer:
        return classify(words, self.facts.offers, self.facts.selection)

    async def caught_up(self) -> None:
        """Wait until what was heard and fired before is decided and carried out."""
        await asyncio.shield(self._spawn(self._catch_up()))

    async def fire(self, trigger: Trigger) -> Outcome:
        """Plan, journal, commit, carry out. Runs to its end even if whoever asked is cancelled."""
        return await asyncio.shield(self._spawn(self._fire(trigger)))

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
                if await self._write_late() is None:
                    return True
            if self.fenced or time.monotonic() + pause > giving_up:
                return False
            await asyncio.sleep(pause)

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
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
            return await self._move(trigger)

    async def _catch_up(self) -> None:
        async with self._lock:
            await self._commit_heard()

    async def _commit_heard(self) -> None:
        while self._heard:
            await self._move(CallerSpoke(self._heard[0]))
            self._heard.pop(0)

    async def _refuse(self, trigger: str, given: dict[str, str], reason: str) -> None:
        async with self._lock:
            await self._commit_heard()
            here = self.state.value
            await self._note(Entry(trigger, given, here, here, False, (reason,), time.time()))

    async def _move(self, trigger: Trigger) -> Outcome:
        with telemetry.span(self.id, trigger) as span:
            outcome, entry = await self._decide(trigger)
            telemetry.told(span, entry)
        telemetry.count(entry, outcome.effects if isinstance(outcome, Accepted) else ())
        self._announce(entry)
        self.carry_out(outcome)
        if self.state is State.ENDED:
            self._end_of_journal()
            self.ended.set()
        return outcome

    async def _decide(self, trigger: Trigger) -> tuple[Outcome, Entry]:
        """Plan, journal and commit."""
        trouble = await self._write_late()
        outcome = self._conversation.plan(trigger)
        entry, doubt = _entry(outcome), None
        effects = outcome.effects if isinstance(outcome, Accepted) else ()
        if trouble is None:
            doubt = outcome if isinstance(outcome, Accepted) else None
            trouble = await self._write(entry, effects)
        if trouble and isinstance(outcome, Accepted) and not self._must_happen(outcome):
            outcome = _unwritten(outcome)
            entry = _entry(outcome)
        self._keep(entry, trouble, doubt if isinstance(outcome, Refused) else None)
        if isinstance(outcome, Accepted):
            self._conversation.commit(outcome)
        return outcome, entry

    async def _note(self, entry: Entry) -> None:
        trouble = await self._write_late() or await self._write(entry, ())
        self._keep(entry, trouble, None)
        telemetry.count(entry)
        self._announce(entry)

    async def _write(self, entry: Entry, effects: tuple[Effect, ...]) -> RecordError | None:
        try:
            await self._ledger.write(len(self.journal), entry, effects)
        except RecordError as error:
            return error
        return None

    def _keep(
        self, entry: Entry, trouble: RecordError | None, doubt: Accepted[Facts] | None
    ) -> None:
        if trouble:
            self._tell(entry, trouble)
            self._ledger.keep(len(self.journal), entry, doubt)
        self.journal.append(entry)

    async def _write_late(self) -> RecordError | None:
        """Write what waits for the store; what keeps it from being written, if anything does."""
        try:
            while (happened := await self._ledger.catch_up()) and happened.doubt:
                self._adopt(happened.number, happened.doubt)
        except RecordError as error:
            return error
        if self._away is not None:
            late, self._ledger.written_late = self._ledger.written_late, 0
            log.warning("call %s is written down again, %d of its entries late", self.id, late)
            self._away = None
        return None

    def _tell(self, entry: Entry, trouble: RecordError) -> None:
        """Log why this isn't written: a store that is away once, not at each trigger."""
        reason, away = str(trouble), self._away
        # Its first reason was told where the call began, if it was away then already.
        known = away is not None and (not away or reason in away)
        if not known or isinstance(trouble, (Fenced, Taken)):
            named = _loggable(entry)
            log.error("call %s: %s was not written down: %s", self.id, named, reason)
        self._away = {*(away or ()), reason}

    def _adopt(self, number: int, happened: Accepted[Facts]) -> None:
        """A trigger refused for want of an answer had been written: what stands there is true."""
        log.warning("call %s: entry %d had been written after all", self.id, number)
        self.journal[number] = replace(_entry(happened), at=self.journal[number].at)
        self._conversation = Conversation(happened.facts, State(happened.target))
        for each in self._ledger.late:  # what happened since, told again on the facts as they are
            here = self.state.value
            if each.entry.accepted:
                since = trigger_of(each.entry.trigger, each.entry.arguments, MACHINE.table)
                told = _entry(self._conversation.send(since))
                each.entry = replace(told, at=each.entry.at)
            else:
                each.entry = replace(each.entry, source=here, target=here)
            self.journal[each.number] = each.entry
        telemetry.count(self.journal[number], happened.effects)
        self._announce(self.journal[number])
        if self.state is not State.ENDED:
            self.carry_out(happened)

    def _end_of_journal(self) -> None:
        if unwritten := [_loggable(each.entry) for each in self._ledger.late]:
            log.error("call %s has ended with %s unwritten", self.id, ", ".join(unwritten))

    @staticmethod
    def _must_happen(outcome: Accepted[Facts]) -> bool:
        """Nobody is kept on the line by a broken disk."""
        return isinstance(outcome.trigger, SessionTrigger) or outcome.target is State.ENDED

    def _announce(self, entry: Entry) -> None:
        for observer in self.observers:
            try:
                observer(entry)
            except Exception:  # who only looks on can't hold up the call
                log.exception("call %s: an observer of %s failed", self.id, _loggable(entry))


_NOT_WRITTEN = Reason(
    NOT_WRITTEN,
    "It could not be written down, so it didn't happen: the caller has been told; try again.",
)
_NAMES = frozenset(name_of(row.trigger) for row in MACHINE.table)


def _loggable(entry: Entry) -> str:
    """An entry's trigger; what a model made up may be a caller's words and is not repeated."""
    return entry.trigger if entry.trigger in _NAMES else "an unknown trigger"


def _entry(outcome: Outcome) -> Entry:
    name, given = name_of(outcome.trigger), arguments(outcome.trigger)
    if isinstance(outcome, Accepted):
        source, target = outcome.source.value, outcome.target.value
        return Entry(
            name, given, source, target, True, at=time.time(), check=check_of(outcome.facts)
        )
    here = outcome.state.value
    reasons = tuple(reason.name for reason in outcome.reasons)
    return Entry(name, given, here, here, False, reasons, time.time())


def _unwritten(outcome: Accepted[Facts]) -> Refused:
    return Refused(
        outcome.trigger,
        outcome.source,
        (_NOT_WRITTEN,),
        (),
        Say(APOLOGY_RECORDS),
    )
