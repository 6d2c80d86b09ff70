"""A caller who is examined: their lines, and what a person says who is asked something again.

Lines written beforehand can't answer a question that their writer didn't foresee. So a yes, a no or
a goodbye that a line was meant to say is said once more where it is asked for once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.language.consent import classify
from assistant.providers.offline.brain.replies import WORKS_AGAIN
from statemachine.answers import Answer
from statemachine.lines import NOT_NOTED_DOWN
from tests.calls import Held

_AGAIN = re.compile(r"[Ss]hall I order the (?:first )?[^$]+ for you\?$")
"""A quote's question without its price: it was asked before, as is a quote that is repeated."""
GOODBYE = "No, thank you. Goodbye."


async def hold(expected: Mapping[str, Any], held: Held) -> list[str]:
    """Say a call's lines, and answer what is asked again; what was said beyond the lines."""
    added: list[str] = []
    lines = expected["lines"]
    for words, coming in zip(lines, [*lines[1:], ""], strict=True):
        await held.say(words)
        if not held.call.ended_by and (answer := _answer(expected, held, words, coming)):
            added.append(answer)
            await held.say(answer)
    if expected["ended_by"] == "caller" and not held.call.ended_by:
        added.append(GOODBYE)
        await held.say(GOODBYE)
    await held.hang_up()
    return added


def _answer(expected: Mapping[str, Any], held: Held, words: str, coming: str) -> str:
    """What is said to a question that was answered already; empty where it was none.

    Where the line that comes next is a yes itself, it is what answers.
    """
    facts, asked = held.call.facts, held.heard[-1]
    same = asked in held.heard[-3:-1] and asked.endswith("?")
    if asked == NOT_NOTED_DOWN.wording:
        return words  # it was the answer to "anything else?", which is asked only now
    if (_AGAIN.search(asked) or same) and (chosen := facts.selection):
        wanted = [*expected.get("orders", [])][len(facts.orders) :][:1]
        said = {"model": chosen.model, "storage": chosen.storage, "colour": chosen.colour}
        coming_yes = classify(coming, facts.offers, chosen) is Answer.YES
        right = wanted == [said] and not chosen.ordered and not coming_yes
        return "Yes, please order it." if right else ""
    if asked.endswith(WORKS_AGAIN):
        tickets = [*expected.get("tickets", [])][len(facts.tickets) - 1 :][:1]
        solved = any(ticket["status"] == "resolved" for ticket in tickets)
        return "Yes, it works again." if solved and expected["lines"][-1] != words else ""
    return ""


def coming_back(expected: Mapping[str, Any], held: Held) -> list[dict[str, Any]]:
    """The tickets there must be, where a problem that came back may stand under a second one.

    A promise to call back has a ticket of its own, beside an open one that says why.
    """
    found = held.call.facts.tickets
    wanted = [*_coming_back(expected.get("tickets", []), held)]
    if wanted and len(found) > len(wanted) and found[-1].callback:
        wanted.append({"about": ["call"], "status": "open"})
    return wanted


def _coming_back(wanted: list[dict[str, Any]], held: Held) -> Iterator[dict[str, Any]]:
    found = [ticket for ticket in held.call.facts.tickets if not ticket.callback]
    more = len(found) - len(wanted)
    place = 0
    for ticket in wanted:
        same = [
            any(word.lower() in each.issue.lower() for word in ticket["about"])
            for each in found[place : place + 2]
        ]
        if more > 0 and same == [True, True] and found[place].status == "resolved":
            yield {**ticket, "status": "resolved"}
            more -= 1
            place += 1
        yield ticket
        place += 1
