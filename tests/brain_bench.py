"""Drives the offline brain with the pure machine: no session, no clock, hundreds of calls a second.

What code speaks (lines, look-ups, steps) goes into the chat as the session would put it there.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from livekit.agents import llm

from assistant.agents.contacting import answered
from assistant.agents.reflex import Deed, answers, reflex
from assistant.agents.tools import TRIGGERS, parse
from assistant.language import phones as shop
from assistant.language.money import budget_of
from assistant.language.reaching import COUNTRY, Numbers
from assistant.language.turn import spoke
from assistant.providers.offline.brain import OfflineLLM
from assistant.providers.offline.brain.reply import Reply, ToolCall
from assistant.shop import catalogue as shelf
from assistant.shop import knowledge as help_shelf
from assistant.shop.wording import lines as house
from assistant.shop.wording.known import known, told
from statemachine.conversation import Conversation
from statemachine.effects import Advise
from statemachine.engine.effects import HandOff, HangUp, Say
from statemachine.engine.lines import Line as Wording
from statemachine.engine.machine import Accepted, Refused
from statemachine.engine.triggers import name_of
from statemachine.facts import Facts, Order, Selection, Ticket
from statemachine.lines import GREETING, NOT_NOTED_DOWN, QUOTE, opening
from statemachine.states import State
from statemachine.triggers import CallerHungUp, CallerSpoke, FindOrder, RecordNumber

SCENARIOS = Path(__file__).parent / "scenarios"
MOST_STEPS = 3
LOOK_UPS = {
    State.BUYING: ("recommend_models", "compare_models"),
    State.SUPPORT: ("troubleshooting_steps",),
}
STOCK = shelf.load()
HELP = help_shelf.load()


@lru_cache(maxsize=1)
def brain() -> OfflineLLM:
    """One brain for all calls."""
    return OfflineLLM(STOCK, HELP)


def scenarios(name: str, key: str) -> list[dict[str, Any]]:
    """The entries of a scenario file."""
    with (SCENARIOS / f"{name}.toml").open("rb") as file:
        entries: list[dict[str, Any]] = tomllib.load(file)[key]
    return entries


@dataclass
class Line:
    """A call on the bench: the machine, the chat, and what is written down of both."""

    conversation: Conversation = field(
        default_factory=lambda: Conversation(Facts(offers=STOCK.offers, reference="48213"))
    )
    chat: llm.ChatContext = field(default_factory=llm.ChatContext.empty)
    path: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ended_by: str = ""

    def begin(self) -> None:
        """Greet."""
        self.path = [self.conversation.state.value]
        self.speak(Say(GREETING))

    def say(self, words: str) -> None:
        """The caller's turn, with all that follows from it."""
        if self.conversation.ended:
            return
        self.log.append(f"  caller: {words}")
        self.chat.add_message(role="user", content=words)
        self.conversation.send(self.understood(words))
        self.respond()

    def understood(self, words: str) -> CallerSpoke:
        """What the words are to the machine."""
        return spoke(words, self.conversation.facts)

    def respond(self) -> None:
        """What code does about a number, else requests to the brain until something was spoken."""
        done = self._reached()
        if isinstance(done, Deed):
            self.call(ToolCall(done.name, done.arguments))
            return
        if done is not None:
            self.speak(Say(done))
            return
        for step in range(MOST_STEPS + 1):
            choice: llm.ToolChoice = "none" if step == MOST_STEPS else "auto"
            answer = self.ask(choice)
            if not answer.calls:
                self.spoken(answer.text)
                return
            needs_reply = [self.call(call) for call in answer.calls]
            if not all(needs_reply) or self.conversation.ended:
                return

    def _reached(self) -> Deed | Wording | None:
        """What the last words are as an answer to how the caller is reached."""
        last = self.chat.items[-1]
        if not isinstance(last, llm.ChatMessage) or last.role != "user":
            return None
        return answered(last.text_content or "", self.conversation.facts, COUNTRY)

    def ask(self, choice: llm.ToolChoice = "auto") -> Reply:
        """One request."""
        return brain().answer(self.request(), self.offered(), choice)

    def request(self) -> llm.ChatContext:
        """The chat as the model gets it."""
        now = self.conversation
        text = f"You work in a phone shop.\n\n{told(known(now.state, now.facts))}"
        system = llm.ChatMessage(role="system", content=[text])
        return llm.ChatContext([system, *self.chat.items])

    def offered(self) -> tuple[str, ...]:
        """The names of the tools that may be used now."""
        names = [name_of(kind) for kind in self.conversation.offered()]
        return (*names, *LOOK_UPS.get(self.conversation.state, ()))

    def call(self, call: ToolCall) -> bool:
        """Carry a tool call out; whether the brain is to be asked again."""
        arguments = ", ".join(f"{k}={v!r}" for k, v in call.arguments.items())
        self.log.append(f"    -> {call.name}({arguments})")
        self.chat.items.append(
            llm.FunctionCall(call_id=call.name, name=call.name, arguments=str(call.arguments))
        )
        if call.name in TRIGGERS:
            output, again = self._fire(call)
        else:
            output, again = self._look_up(call)
        self.chat.items.append(
            llm.FunctionCallOutput(call_id=call.name, name=call.name, output=output, is_error=False)
        )
        return again

    def _fire(self, call: ToolCall) -> tuple[str, bool]:
        facts, kind = self.conversation.facts, TRIGGERS[call.name]
        numbers = Numbers(COUNTRY, facts.line_number, facts.digits)
        if kind in (RecordNumber, FindOrder):
            outcome = self.conversation.send(parse(kind, call.arguments, facts.offers, numbers))
        else:
            outcome = self.conversation.send(kind(**call.arguments))
        if isinstance(outcome, Refused):
            self.refused.append(call.name)
            why = " ".join(reason.told for reason in outcome.reasons)
            self.log.append(f"       refused: {why}")
            if outcome.says:
                self.speak(outcome.says)
            return f"{call.name} didn't happen. {why}", outcome.says is None
        if outcome.target is not outcome.source:
            self.path.append(outcome.target.value)
        if outcome.target is State.ENDED:
            self.ended_by = call.name
        spoke = [self._effect(outcome, effect) for effect in outcome.effects]
        return f"{call.name} is done.", not any(spoke)

    def _effect(self, outcome: Accepted[Facts], effect: object) -> bool:
        if isinstance(effect, Say):
            self.speak(effect)
        elif isinstance(effect, Advise):
            problem = help_shelf.find(HELP, effect.issue)
            line = house.FIRST_STEP if problem else house.NO_STEP
            step = problem.steps[0] if problem else ""
            self.speak(Say(line, (("step", step),)))
        elif isinstance(effect, HandOff):
            if effect.wish:
                self.spoken(house.BRIDGE.wording)
                self.respond()
            else:
                self.speak(effect.opening)
        elif isinstance(effect, HangUp):
            if effect.farewell:
                self.speak(effect.farewell)
        else:
            return False
        return True

    def _look_up(self, call: ToolCall) -> tuple[str, bool]:
        if call.name == "recommend_models":
            budget = budget_of(call.arguments.get("budget", ""))
            found = shelf.recommend(STOCK, call.arguments.get("need", ""), budget)
            question = house.WHICH_OF_THEM if len(found) > 1 else house.LIKE_IT
            said = shelf.say_recommendations(
                found,
                budget,
                wording=house.RECOMMENDED.wording,
                also=house.ALSO_RECOMMENDED.wording,
                over_budget=house.OVER_BUDGET.wording,
            )
            self.spoken(f"{said} {question.wording}")
            return "The caller has been told.", False
        if call.name == "compare_models":
            compared = shelf.compare(STOCK, call.arguments["first"], call.arguments["second"])
            if compared is None:
                return "compare_models didn't happen.", True
            said = shelf.say_comparison(compared, house.COMPARED.wording)
            self.spoken(f"{said} {house.WHICH_OF_THEM.wording}")
            return "The caller has been told.", False
        problem = help_shelf.find(HELP, call.arguments["issue"])
        if problem is None:
            return "Nothing is known about that.", True
        steps = "\n".join(f"{n}. {step}" for n, step in enumerate(problem.steps, 1))
        return f"Steps for {problem.title}:\n{steps}\nIf none helps: {problem.stop}", True

    def speak(self, say: Say) -> None:
        """A fixed line with its figures."""
        values = {"persona": "Jill", "shop": "the iPhone shop", **dict(say.values)}
        self.spoken(say.line.wording.format(**values))

    def spoken(self, text: str) -> None:
        """Something the caller heard."""
        self.log.append(f"  agent: {text}")
        self.chat.add_message(role="assistant", content=text)


# Whole calls


def run_call(lines: list[str]) -> Line:
    """A whole call."""
    line = Line()
    line.begin()
    for words in lines:
        line.say(words)
        if line.log[-1].endswith(NOT_NOTED_DOWN.wording):
            line.say(words)  # it was the answer to "anything else?", which is asked only now
    outcome = line.conversation.send(CallerHungUp())
    if isinstance(outcome, Accepted):
        line.path.append(outcome.target.value)
    return line


def faults_of(call: dict[str, Any], line: Line) -> list[str]:
    """What a call did otherwise than its scenario says."""
    facts = line.conversation.facts
    faults = []
    if line.path != call["path"]:
        faults.append(f"path {line.path}, not {call['path']}")
    orders = [{"model": o.model, "storage": o.storage, "colour": o.colour} for o in facts.orders]
    if orders != call["orders"]:
        faults.append(f"orders {orders}, not {call['orders']}")
    tickets = [(ticket.issue, ticket.status) for ticket in facts.tickets]
    wanted = call["tickets"]
    fits = len(tickets) == len(wanted) and all(
        any(word.lower() in issue.lower() for word in want["about"]) and status == want["status"]
        for (issue, status), want in zip(tickets, wanted, strict=False)
    )
    if not fits:
        faults.append(f"tickets {tickets}, not {wanted}")
    if facts.customer_name.casefold() != call["name"].casefold():
        faults.append(f"name {facts.customer_name!r}, not {call['name']!r}")
    ended = "caller" if line.ended_by else "hung_up"
    if ended != call["ended_by"]:
        faults.append(f"ended by {ended}, not {call['ended_by']}")
    return faults


# Single sentences


def set_up(utterance: dict[str, Any]) -> Line:
    """The moment at which a sentence is said: its chat, and the facts that this implies."""
    state = State(utterance["state"])
    before = utterance.get("before", [])
    said = [text.partition(":") for text in before]
    heard = sum(who == "caller" for who, _, _ in said)
    text = " ".join(words for who, _, words in said if who == "agent")
    selection = None
    if chosen := utterance.get("selected"):
        offer = shop.offer_of(STOCK.offers, chosen, _last_storage(said, chosen))
        assert offer is not None, chosen
        quote = next((w for who, _, w in reversed(said) if who == "agent" and "$" in w), "")
        colour = shop.find_colour(STOCK.offers, quote, chosen) or ""
        selection = Selection(offer.model, offer.storage, colour, offer.price_cents, max(heard, 1))
    orders: tuple[Order, ...] = ()
    if re.search(r"order (?:number|is placed)|ordered", text.lower()):
        named = [w for who, _, w in said if shop.find_models(STOCK.offers, w)]
        if named and selection is None:
            offer = shop.offer_of(
                STOCK.offers,
                shop.find_models(STOCK.offers, named[-1])[-1],
                shop.find_storage(named[-1]) or "",
            )
            assert offer is not None
            colour = shop.find_colour(STOCK.offers, named[-1], offer.model) or ""
            selection = Selection(offer.model, offer.storage, colour, offer.price_cents, heard)
        if selection:
            selection = replace(selection, ordered=True)
            orders = (
                Order(
                    "S48213",
                    selection.model,
                    selection.storage,
                    selection.colour,
                    selection.price_cents,
                ),
            )
    tickets: tuple[Ticket, ...] = ()
    if state is State.SUPPORT and ("ticket" in text.lower() or "noted" in text.lower()):
        words = [w.strip() for who, _, w in said if who == "caller"]
        issue = next((w for w in words if help_shelf.find(HELP, w)), words[0] if words else "it")
        tickets = (Ticket("T48213", issue),)
    facts = Facts(
        offers=STOCK.offers,
        reference="48213",
        turn=max(heard, 1) if state is not State.GREETING or said else 0,
        selection=selection,
        orders=orders,
        support_issue=tickets[0].issue if tickets else "",
        logged_at=heard if tickets else 0,
        tickets=tickets,
    )
    line = Line(Conversation(facts, state))
    if selection and not said:
        line.chat.add_message(role="user", content=f"the {selection.model}")
        values = (("model", selection.model), ("storage", selection.storage))
        line.speak(Say(QUOTE, (*values, ("price", shop.money(selection.price_cents)))))
    elif not said:
        line.speak(Say(_opening(state)))
    for who, _, words in said:
        line.chat.add_message(
            role="user" if who == "caller" else "assistant", content=words.strip()
        )
    return line


def reflex_on(line: Line, said: str) -> Deed | None:
    """What is done about words without a model, in this situation."""
    line.chat.add_message(role="user", content=said)
    line.conversation.send(line.understood(said))
    turn = answers(line.request())
    return reflex(*turn, line.conversation.facts, line.offered()) if turn else None


def _opening(state: State) -> Wording:
    return GREETING if state is State.GREETING else opening(state.value)


def _last_storage(said: list[tuple[str, str, str]], model: str) -> str:
    for who, _, words in reversed(said):
        storage = shop.find_storage(words)
        sizes = shop.storages(STOCK.offers, model)
        if who == "agent" and storage in sizes and model in shop.find_models(STOCK.offers, words):
            return storage or ""
    return ""


def faults_of_utterance(utterance: dict[str, Any]) -> list[str]:
    """What the brain's first answer to a sentence lacks."""
    line = set_up(utterance)
    said = utterance["said"]
    line.chat.add_message(role="user", content=said)
    line.conversation.send(line.understood(said))
    answer = line.ask()
    called = [call.name for call in answer.calls]
    wanted = utterance["trigger"]
    told = f"{[(c.name, c.arguments) for c in answer.calls] or answer.text!r}"
    unheard = [words for words in utterance.get("heard", []) if words not in answer.text]
    if unheard:
        return [f"{told}: never heard: {', '.join(unheard)}"]
    if not wanted:
        deeds = [name for name in called if name not in _HARMLESS]
        return [f"{told}, not talk"] if deeds else []
    match = next((call for call in answer.calls if call.name == wanted), None)
    if match is None:
        return [f"{told}, not {wanted}"]
    faults = []
    for key, value in utterance["args"].items():
        got = match.arguments.get(key, "")
        same = got.casefold() == value.casefold() or (
            key != "name" and value.casefold() in got.casefold()
        )
        if not same:
            faults.append(f"{key} {got!r}, not {value!r}")
    return faults


_HARMLESS: tuple[str, ...] = ()


def main() -> None:
    """Score the scenario files named on the command line."""
    import sys
    import time

    for name in sys.argv[1:]:
        key = "call" if "calls" in name else "utterance"
        entries = scenarios(name, key)
        started, wrong = time.perf_counter(), 0
        for number, entry in enumerate(entries, 1):
            if key == "call":
                line = run_call(entry["lines"])
                faults = faults_of(entry, line)
                told = "\n".join([f"#{number} {entry['title']}", *line.log])
            else:
                faults = faults_of_utterance(entry)
                asked = entry.get("before", [""])[-1:] or [""]
                told = f"#{number} {entry['state']} | {asked[0][:150]} | {entry['said']!r}"
            if faults:
                wrong += 1
                print(told, *(f"    !! {fault}" for fault in faults), sep="\n")
        took = time.perf_counter() - started
        print(f"{name}: {len(entries) - wrong} of {len(entries)} in {took:.2f} s")


if __name__ == "__main__":
    main()
