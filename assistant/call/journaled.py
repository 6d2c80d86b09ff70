"""A conversation in which nothing happens that isn't written down, or kept to be."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from assistant.call.ledger import Doubtful, Ledger, Stored
from assistant.records import Entry
from assistant.shop.wording.lines import APOLOGY_ORDER, APOLOGY_RECORDS
from statemachine.conversation import MACHINE, Conversation, Outcome
from statemachine.engine.effects import Effect, Say
from statemachine.engine.journal.codec import entry_of, trigger_of
from statemachine.engine.journal.refusals import NOT_WRITTEN
from statemachine.engine.machine import Accepted, Reason, Refused
from statemachine.engine.triggers import SessionTrigger, Trigger
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import ConfirmPurchase

log = logging.getLogger("assistant.call")


class Journaled:
    """Decides on one trigger after the other, each with its entry in the ledger.

    `made_up_for` is told of what was refused for want of an answer, and had happened after all.
    """

    def __init__(
        self,
        call: str,
        conversation: Conversation,
        ledger: Ledger,
        made_up_for: Callable[[Accepted[Facts], Entry], None],
    ) -> None:
        self.conversation = conversation
        self.ledger = ledger
        self._call = call
        self._made_up_for = made_up_for

    async def decide(self, trigger: Trigger, *, alone: bool = True) -> tuple[Outcome, Entry]:
        """Plan, journal and commit; what isn't written `alone` is written with what comes next."""
        if self.ledger.is_behind:
            await self.catch_up()
        outcome, doubt = self.conversation.plan(trigger), None
        entry = entry_of(outcome, time.time())
        if not alone and isinstance(outcome, Accepted) and not self.ledger.is_behind:
            self.ledger.set_aside(entry)
            self.conversation.commit(outcome)
            return outcome, entry
        put = await self.ledger.put(entry, effects_of(outcome))
        if not isinstance(put, Stored):
            if isinstance(outcome, Accepted) and not _must_happen(outcome):
                doubt = outcome if isinstance(put, Doubtful) else None
                outcome = _unwritten(outcome)
                entry = entry_of(outcome, time.time())
            self.ledger.keep(entry, put.why, doubt, effects_of(outcome))
        if isinstance(outcome, Accepted):
            self.conversation.commit(outcome)
        return outcome, entry

    async def note(self, trigger: str, given: dict[str, str], reason: str) -> Entry:
        """Journal a refusal that never reached the machine."""
        if self.ledger.is_behind:
            await self.catch_up()
        here = self.conversation.state.value
        entry = Entry(trigger, given, here, here, False, (reason,), time.time())
        put = await self.ledger.put(entry, ())
        if not isinstance(put, Stored):
            self.ledger.keep(entry, put.why)
        return entry

    async def catch_up(self) -> None:
        """Write what waits for the store; what had been written after all has happened."""
        while (happened := await self.ledger.catch_up()) and happened.doubt:
            self._adopt(happened.number, happened.doubt)

    def _adopt(self, number: int, happened: Accepted[Facts]) -> None:
        """What stands in the store is true, and what came since is told on top of it."""
        log.warning("call %s: entry %d had been written after all", self._call, number)
        self._amend(number, happened)
        self.conversation = Conversation(happened.facts, State(happened.target))
        for each in self.ledger.late:
            here = self.conversation.state.value
            if each.entry.accepted:
                since = trigger_of(each.entry.trigger, each.entry.arguments, MACHINE.table)
                outcome = self.conversation.send(since)
                each.entry = self._amend(each.number, outcome)
                each.effects = effects_of(outcome)
            else:
                each.entry = replace(each.entry, source=here, target=here)
                self.ledger.amend(each.number, each.entry)
        self._made_up_for(happened, self.ledger.journal[number])

    def _amend(self, number: int, outcome: Outcome) -> Entry:
        entry = entry_of(outcome, self.ledger.journal[number].at)
        self.ledger.amend(number, entry)
        return entry


def effects_of(outcome: Outcome) -> tuple[Effect, ...]:
    """What an outcome asks of the world outside: nothing, where it was refused."""
    return outcome.effects if isinstance(outcome, Accepted) else ()


def _must_happen(outcome: Accepted[Facts]) -> bool:
    """Nobody is kept on the line by a broken disk."""
    return isinstance(outcome.trigger, SessionTrigger) or outcome.target is State.ENDED


def asks_again(outcome: Outcome) -> bool:
    """Whether it was only refused because it could not be written: the same is asked for again."""
    reasons = outcome.reasons if isinstance(outcome, Refused) else ()
    return any(reason.name == NOT_WRITTEN for reason in reasons)


def _apology(outcome: Accepted[Facts]) -> Say:
    """What is said of what could not be written: a yes after it tries again."""
    chosen = outcome.before.selection
    if isinstance(outcome.trigger, ConfirmPurchase) and chosen is not None:
        return Say(APOLOGY_ORDER, (("model", chosen.model),))
    return Say(APOLOGY_RECORDS)


def _unwritten(outcome: Accepted[Facts]) -> Refused:
    reason = Reason(
        NOT_WRITTEN,
        "It could not be written down, so it didn't happen: the caller has been told; try again.",
    )
    return Refused(outcome.trigger, outcome.source, (reason,), (), _apology(outcome))
