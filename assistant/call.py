"""One call: a trigger comes in, is planned, journaled and committed, and its effects go out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TypeVar

from assistant.lines import APOLOGY_RECORDS
from assistant.records import Entry, RecordError, Store
from statemachine.answers import Answer, classify
from statemachine.effects import Effect, Say
from statemachine.facts import Facts
from statemachine.machine import Accepted, Conversation, Outcome, Refused
from statemachine.offers import Offer
from statemachine.states import State
from statemachine.triggers import (
    CallerSpoke,
    ModelTrigger,
    SessionTrigger,
    Trigger,
    arguments,
    name_of,
)

log = logging.getLogger("assistant.call")
T = TypeVar("T")


def nothing(outcome: Outcome) -> None:
    """Carry out no effects: nobody is on the line."""


class Call:
    """A call's conversation and journal. Triggers are taken one at a time, in their order."""

    def __init__(self, id: str, conversation: Conversation, store: Store) -> None:
        self.id = id
        self.journal: list[Entry] = []
        self.carry_out: Callable[[Outcome], None] = nothing
        """Performs an outcome's effects; must neither block nor raise."""
        self.observers: list[Callable[[Entry], None]] = []
        self.requests = 0
        """Requests made of the model."""
        self.prompt_characters = 0
        """Characters of messages and tools sent with them, as JSON."""
        self.ended = asyncio.Event()
        self._conversation = conversation
        self._store = store
        self._lock = asyncio.Lock()
        self._heard: list[Answer] = []
        self._tasks: set[asyncio.Task[object]] = set()

    @classmethod
    async def begin(cls, id: str, offers: tuple[Offer, ...], store: Store) -> Call:
        """A new call on which these offers hold.

        Raises:
            RecordError: the store cannot take it.
        """
        reference = await store.begin(id, Facts(offers=offers))
        return cls(id, Conversation(Facts(offers=offers, reference=reference)), store)

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
    def on_the_line(self) -> State:
        """The state whose agent speaks: the present one, or after the end the last open one."""
        open_states = [state for state in self.path if state != State.ENDED.value]
        return State(open_states[-1])

    @property
    def ended_by(self) -> str:
        """The trigger that ended the call, empty while it is on."""
        last = [entry for entry in self.journal if entry.accepted and entry.target == "ended"]
        return last[-1].trigger if last else ""

    def offered(self, words: str | None = None) -> tuple[type[ModelTrigger], ...]:
        """What the model may fire, with all that was heard counted in.

        `words` are the caller's if they are still to be committed: a reply may be prepared before.
        """
        answers = [*self._heard, *([classify(words)] if words is not None else [])]
        ahead = Conversation(self.facts, self.state)
        for answer in answers:
            ahead.send(CallerSpoke(answer))
        return ahead.offered()

    def heard(self, words: str) -> None:
        """The caller said this: committed before any trigger that is fired from now on."""
        self._heard.append(classify(words))
        self._spawn(self._catch_up())

    async def fire(self, trigger: Trigger) -> Outcome:
        """Plan, journal, commit, carry out. Runs to its end even if whoever asked is cancelled."""
        return await asyncio.shield(self._spawn(self._fire(trigger)))

    def end(self, trigger: SessionTrigger) -> None:
        """Fire the trigger of an ending that has happened already, without waiting for it."""
        self._spawn(self._fire(trigger))

    async def refuse(self, trigger: str, given: dict[str, str], reasons: tuple[str, ...]) -> None:
        """Journal a refusal that never reached the machine: an unknown tool, unfit arguments."""
        await asyncio.shield(self._spawn(self._refuse(trigger, given, reasons)))

    def note_refusal(self, trigger: str, given: dict[str, str], reasons: tuple[str, ...]) -> None:
        """Journal a refusal without waiting for it."""
        self._spawn(self._refuse(trigger, given, reasons))

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

    async def _refuse(self, trigger: str, given: dict[str, str], reasons: tuple[str, ...]) -> None:
        async with self._lock:
            await self._commit_heard()
            here = self.state.value
            await self._note(Entry(trigger, given, here, here, False, reasons))

    async def _move(self, trigger: Trigger) -> Outcome:
        outcome = self._conversation.plan(trigger)
        entry = _entry(outcome)
        effects = outcome.effects if isinstance(outcome, Accepted) else ()
        try:
            await self._write(entry, effects)
        except RecordError as error:
            log.error("call %s: %s was not written down: %s", self.id, entry.trigger, error)
            if isinstance(outcome, Accepted) and not self._must_happen(outcome):
                outcome = _unwritten(outcome)
                entry = _entry(outcome)
        self.journal.append(entry)
        if isinstance(outcome, Accepted):
            self._conversation.commit(outcome)
        self._announce(entry)
        self.carry_out(outcome)
        if self.state is State.ENDED:
            self.ended.set()
        return outcome

    async def _note(self, entry: Entry) -> None:
        try:
            await self._write(entry, ())
        except RecordError as error:
            log.error("call %s: a refusal was not written down: %s", self.id, error)
        self.journal.append(entry)
        self._announce(entry)

    async def _write(self, entry: Entry, effects: tuple[Effect, ...]) -> None:
        try:
            await self._store.write(self.id, len(self.journal), entry, effects)
        except RecordError:
            raise
        except Exception as error:  # whatever a store's driver raises, nobody is left hanging
            raise RecordError(f"{type(error).__name__}: {error}") from error

    @staticmethod
    def _must_happen(outcome: Accepted) -> bool:
        """Nobody is kept on the line by a broken disk."""
        return isinstance(outcome.trigger, SessionTrigger) or outcome.target is State.ENDED

    def _announce(self, entry: Entry) -> None:
        for observer in self.observers:
            try:
                observer(entry)
            except Exception:  # who only looks on can't hold up the call
                log.exception("call %s: an observer of %s failed", self.id, entry.trigger)


def _entry(outcome: Outcome) -> Entry:
    name, given = name_of(outcome.trigger), arguments(outcome.trigger)
    if isinstance(outcome, Accepted):
        return Entry(name, given, outcome.source.value, outcome.target.value, True)
    here = outcome.state.value
    return Entry(name, given, here, here, False, outcome.reasons)


def _unwritten(outcome: Accepted) -> Refused:
    return Refused(
        outcome.trigger,
        outcome.source,
        (
            "It could not be written down, so it didn't happen: the caller has been told; try again.",
        ),
        (),
        Say(APOLOGY_RECORDS),
    )
