"""Tells how a sentence is read, by whom, and what is decided on it.

    python -m scripts.why "yes, but is it waterproof?" ["what was said before" ...]

It is said at the end of a call of these earlier turns; without any, right after a quote.
"""

from __future__ import annotations

import copy
import sys

from assistant.language import phones
from assistant.language.acts import ACTS, read
from assistant.language.clauses import hear
from assistant.language.consent import Reading
from assistant.language.money import amounts_in
from assistant.language.phrases.vocabulary import load
from assistant.providers.offline.brain.request import read as read_request
from assistant.providers.offline.brain.second import asked_of
from tests.brain_bench import STOCK, Line

QUOTED = ("I'd like to buy an iPhone", "the iPhone 17 please")


def why(said: str, before: tuple[str, ...] = QUOTED) -> str:
    """The readings of a sentence and what was decided, a line each."""
    line = Line()
    line.begin()
    for words in before:
        line.say(words)
    facts, heard = line.conversation.facts, hear(said)
    reading = Reading(heard, facts.offers, facts.selection)
    read = {
        "said": heard.raw,
        "at": line.conversation.state.value,
        "tidied": heard.text.strip(),
        "clauses": " | ".join(clause.text.strip() for clause in heard.clauses),
        "models": ", ".join(phones.find_models(STOCK.offers, said)),
        "not sold": phones.unsold(STOCK.offers, said) or "",
        "storage": phones.find_storage(said) or "",
        "colour": phones.find_colour(STOCK.offers, said) or "",
        "amounts": ", ".join(phones.money(cents) for cents in amounts_in(said)),
        "pieces": " + ".join(f"{each.words} ({each.kind or '?'})" for each in reading.pieces),
        "answer": reading.answer.value,
        "second": second(line, said),
    }
    told = [f"{name:9}{value}" for name, value in read.items() if value]
    after = copy.deepcopy(line)
    after.say(said)
    done = after.log[len(line.log) + 1 :]
    return "\n".join([*told, "decided", *done])


def second(line: Line, said: str) -> str:
    """What the second reader makes of a sentence said here: its likeliest acts, and how sure."""
    talk = read_request(line.request(), line.offered())
    asked = asked_of(load(), talk)
    found = read(said, asked)
    likely = sorted(zip(found.sure, ACTS, strict=True), reverse=True)[:3]
    told = ", ".join(f"{act} {sure:.2f}" for sure, act in likely if sure >= 0.01)
    return f"{told} (asked: {asked.value})"


def main() -> None:
    """Tell it for the sentence on the command line."""
    if len(sys.argv) < 2 or not sys.argv[1].strip():
        sys.exit('Say which sentence: make why SAID="yes, but is it waterproof?"')
    print(why(sys.argv[1], tuple(sys.argv[2:]) or QUOTED))


if __name__ == "__main__":
    main()
