"""What a caller's keys mean: choices that are offered in words, and the digits of a number."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from livekit.agents import AgentSession, ConversationItemAddedEvent, llm

from assistant.agents.reflex import Deed
from assistant.agents.userdata import UserData
from assistant.language.claims import understood_nothing
from assistant.shop.wording import lines
from statemachine.answers import Answer, Contact
from statemachine.engine.effects import Say
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.table import TABLE
from statemachine.triggers import KeyPressed

AGAIN, HASH, PERSON = "*", "#", "0"
MOST_LISTED = 7
"""Phones or problems that have a key each; the one behind them is for anything else."""
NOT_UNDERSTOOD = 2
"""After so many turns in a row that weren't understood the keys are offered."""
PAUSE = 2.0
"""Seconds after which a digit that may begin a number is a choice."""


@dataclass(frozen=True, slots=True)
class Option:
    """One key: what it is offered for, what pressing it says, and what it does."""

    key: str
    told: str
    says: str
    deed: Deed | None = None


YES_NO = (Option("1", "yes", "yes"), Option("2", "no", "no"))


def options(
    state: State, facts: Facts, sold: Iterable[str], problems: Iterable[str], *, listing: bool
) -> tuple[Option, ...]:
    """What the keys are for where the call stands; `listing` lists the phones after an order."""
    sales = Option("1", "sales", "sales, please", Deed("to_buying", {}))
    support = Option("2", "support", "support, please", Deed("to_support", {}))
    if facts.contact is Contact.LINE:
        return YES_NO
    if facts.contact is Contact.NUMBER:
        return ()
    if facts.contact is Contact.NAME:
        return (Option("2", "to go on without a name", "no"), *_wrong(facts))
    if state is State.GREETING:
        return (sales, support)
    if state is State.SUPPORT:
        if facts.open_tickets:
            solved = Option("1", "if it works now", "it works now", Deed("complete_support", {}))
            still = Option("2", "if that didn't help", "that didn't help")
            return (solved, still, *_wrong(facts))
        return _problems(problems)
    return _phones(facts, sold, listing=listing)


def _wrong(facts: Facts) -> tuple[Option, ...]:
    """A number that was just read back may be wrong."""
    if facts.contact not in (Contact.NAME, Contact.NOTED):
        return ()
    return (Option("3", "if the number is wrong", "that's wrong", Deed("decline_contact", {})),)


def _phones(facts: Facts, sold: Iterable[str], *, listing: bool) -> tuple[Option, ...]:
    chosen = facts.selection
    if chosen and chosen.stands and facts.answer is not Answer.NO:
        yes = Option("1", "to order it", "yes, order it", Deed("confirm_purchase", {}))
        return (yes, Option("2", "for another one", "no"))
    if facts.orders and not listing:
        another = Option("1", "another iPhone", "another iPhone")
        support = Option("2", "support", "support, please", Deed("to_support", {}))
        return (another, support, *_wrong(facts))
    names = tuple(sold)[:MOST_LISTED]
    return tuple(
        Option(str(n), f"the {name}", f"the {name}", Deed("select_model", {"model": name}))
        for n, name in enumerate(names, 1)
    )


def _problems(problems: Iterable[str]) -> tuple[Option, ...]:
    titles = tuple(problems)[:MOST_LISTED]
    listed = [
        Option(str(n), title, title, Deed("log_support_issue", {"issue": title}))
        for n, title in enumerate(titles, 1)
    ]
    other = "something that isn't on the list"
    deed = Deed("log_support_issue", {"issue": other})
    return (*listed, Option(str(len(listed) + 1), "anything else", other, deed))


class Keypad:
    """One caller's keys. What they choose is heard like words; the model is asked nothing."""

    def __init__(
        self,
        session: AgentSession[UserData],
        data: UserData,
        say: Callable[[str], None],
        pause: float = PAUSE,
    ) -> None:
        self.hear: Callable[[str], None] = lambda _: None
        """Told what a choice says; the caller has said it then."""
        self._session, self._data, self._say, self._pause = session, data, say, pause
        self._digits = ""
        self._waiting: asyncio.TimerHandle | None = None
        self._listing = False
        self._missed = 0
        self._told: tuple[int, str] | None = None
        session.on("conversation_item_added", self._on_item)

    def press(self, key: str) -> None:
        """The caller has pressed this key."""
        data = self._data
        if data.call.ended.is_set():
            return
        collects = data.call.facts.contact in (Contact.NUMBER, Contact.ASIDE)
        if key.isdigit() and collects and (key != PERSON or self._digits):
            self._collect(key)
        elif key == HASH and collects and (self._digits or self._asks_number):
            digits, self._digits = self._digits, ""
            self._stop_waiting()
            self._choose(Option(HASH, "", digits or "no"))
        elif key == AGAIN:
            self._digits = ""
            self._repeat()
        else:
            self._pressed(key)

    def settle(self) -> None:
        """Nothing more is pressed for now: a digit that waits is a choice."""
        if self._waiting is not None:
            self._stop_waiting()
            self._alone()

    @property
    def _asks_number(self) -> bool:
        return self._data.call.facts.contact is Contact.NUMBER

    def _collect(self, digit: str) -> None:
        self._digits += digit
        self._stop_waiting()
        if len(self._digits) == 1 and not self._asks_number:
            later = asyncio.get_running_loop().call_later
            self._waiting = later(self._pause, self._alone)

    def _alone(self) -> None:
        self._waiting = None
        digit, self._digits = self._digits, ""
        self._pressed(digit)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _pressed(self, key: str) -> None:
        self._data.call.note(KeyPressed(key))
        if key == HASH:
            end = next((n for n in TABLE.tools if self._ends(n)), "")
            self._choose(Option(key, "", "goodbye", Deed(end, {})))
        elif key == PERSON:
            self._person()
        else:
            chosen = next((each for each in self.offered() if each.key == key), None)
            self._listing = chosen is not None and chosen.says == "another iPhone"
            if chosen is None:
                self._told = None
                self._tell()
            elif self._listing:
                self._say(self._data.prompts.word(lines.WHICH_PHONE))
            else:
                self._choose(chosen)

    def _ends(self, name: str) -> bool:
        row = TABLE.first_row(name, self._data.call.state.value)
        return row is not None and row.to is TABLE.final

    def _person(self) -> None:
        if "to_person" in TABLE.tools:
            self._choose(Option(PERSON, "", "a person, please", Deed("to_person", {})))
            return
        self._data.call.put_question()
        self._say(self._data.prompts.word(lines.NO_PERSON))

    def _choose(self, chosen: Option) -> None:
        self._data.keyed = chosen.deed
        self.hear(chosen.says)

    def _repeat(self) -> None:
        said = [m.text_content for m in self._session.history.messages() if m.role == "assistant"]
        before = [each for each in said if each and not self._is_menu(each)]
        if before and not self._data.handover.under_way:
            self._say(before[-1])

    # Offered in words

    def offered(self) -> tuple[Option, ...]:
        """What the keys are for now."""
        call, data = self._data.call, self._data
        sold = (model.name for model in data.catalogue.models)
        problems = (each.title for each in data.knowledge.problems if each.keypad)
        return options(call.state, call.facts, sold, problems, listing=self._listing)

    def menu(self) -> str:
        """The keys in words."""
        call = self._data.call
        told = [f"{each.key} for {each.told}" for each in self.offered()]
        told = [re.sub(r" for (?=if |to |for )", " ", each) for each in told]
        if self._asks_number:
            told = ["your number and then hash", "hash alone to leave it out"]
        elif call.facts.contact is Contact.ASIDE and call.state is State.SUPPORT:
            told.append("or your number and then hash")
        elif call.facts.contact is not Contact.LINE:
            told.append("hash for goodbye")
        return self._data.prompts.word(Say(lines.KEYPAD, (("keys", ", ".join(told)),)))

    def _is_menu(self, text: str) -> bool:
        return text.strip().startswith(self._data.prompts.wording(lines.KEYPAD).partition("{")[0])

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item, call = event.item, self._data.call
        if not isinstance(item, llm.ChatMessage) or item.role != "assistant":
            return
        text = item.text_content or ""
        if call.ended.is_set() or not text.strip() or self._is_menu(text):
            return
        self._missed = self._missed + 1 if understood_nothing(text) else 0
        if call.facts.keys or self._missed == NOT_UNDERSTOOD:
            self._tell()

    def _tell(self) -> None:
        """Offer the keys, once where the call stands.

        Not while the line changes hands: whoever enters opens it, and they are told behind that.
        """
        if self._data.handover.under_way:
            return
        told = (self._data.call.facts.turn, self.menu())
        if told != self._told:
            self._told = told
            self._say(told[1])
