"""Examines how callers are understood, by files of them: turns, single utterances, whole calls.

    python -m scripts.examine FILE... [--wrong]

FILE is TOML. `no_order` and `order` are lists of turns (or tables with a list `turns`) said right
after a quote, `no_end` and `end` at a desk, `not_fixed` and `fixed` after a step. Each turn is held
against the offline brain, by what it does, and against the machine's guards, by whether a model
could do it on that turn. `[[call]]` and `[[utterance]]` are written as tests/scenarios/README.md
says, with a `kind` if they are to be told apart; a call is held through a real session, an
utterance is said in its situation. Both may name words that must be `heard`.

Shares come with Wilson's interval for 95 %; `--wrong` lists what went wrong, which is refused for a
sealed file: it would be no examination any more.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import math
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.providers.offline.brain import OfflineLLM
from statemachine.engine.machine import Accepted
from statemachine.engine.triggers import Trigger
from statemachine.states import State
from statemachine.triggers import (
    CompleteSupport,
    ConfirmPurchase,
    EndCall,
    EndPurchaseCall,
    EndSupportCall,
)
from tests.brain_bench import Line, faults_of_utterance, reflex_on, set_up
from tests.calls import begin, problems, shop
from tests.examined_caller import coming_back, hold

Places = Mapping[str, tuple[str, ...]]
QUOTED = ("I'd like to buy an iPhone", "the iPhone 17 please")
STEPPED = ("I need support", "my iPhone does not charge")
AT_A_QUOTE: Mapping[str, Any] = {
    "state": "buying",
    "selected": "iPhone 17",
    "before": [
        f"caller: {QUOTED[-1]}",
        "agent: The iPhone 17 with 256 GB is $799. Shall I order it for you?",
    ],
}
DESKS: Places = {
    "at the front desk": (),
    "at sales": ("I'd like to buy an iPhone",),
    "at sales, asked what else": (*QUOTED, "yes please"),
    "at support": ("I need support",),
}


@dataclass(frozen=True)
class Deed:
    """Something that can't be undone: how it is seen, and the trigger a model would fire."""

    done: Callable[[Line], bool]
    trigger: Callable[[Line], Trigger]


def _end(line: Line) -> Trigger:
    ends = {State.GREETING: EndCall, State.BUYING: EndPurchaseCall, State.SUPPORT: EndSupportCall}
    return ends[line.conversation.state]()


ORDER = Deed(lambda line: bool(line.conversation.facts.orders), lambda _: ConfirmPurchase())
END = Deed(lambda line: line.conversation.state is State.ENDED, _end)
FIXED = Deed(lambda line: not line.conversation.facts.open_tickets, lambda _: CompleteSupport())
SECTIONS: Mapping[str, tuple[Deed, bool, Places]] = {
    "no_order": (ORDER, False, {"after a quote": QUOTED}),
    "order": (ORDER, True, {"after a quote": QUOTED}),
    "no_end": (END, False, DESKS),
    "end": (END, True, DESKS),
    "not_fixed": (FIXED, False, {"after a step": STEPPED}),
    "fixed": (FIXED, True, {"after a step": STEPPED}),
}


def interval(count: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval for a share, 95 % by default."""
    if not total:
        return 0.0, 1.0
    share, spread = count / total, z * z / total
    middle = share + spread / 2
    wide = z * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, (middle - wide) / (1 + spread)), min(1.0, (middle + wide) / (1 + spread))


def turns_of(table: dict[str, Any], section: str) -> list[str]:
    """The turns of a section.

    Raises:
        ValueError: it is no list of turns; the message says how it should be written.
    """
    found = table.get(section, [])
    found = found.get("turns", found) if isinstance(found, dict) else found
    turns = [each.get("said", "") if isinstance(each, dict) else each for each in found]
    if not all(isinstance(each, str) for each in turns):
        raise ValueError(f'[{section}]: write {section} = ["a turn", "another"]')
    return turns


def brought_to(lines: tuple[str, ...]) -> Line:
    """A call after these lines of the caller's."""
    line = Line()
    line.begin()
    for words in lines:
        line.say(words)
    return line


def examine(start: Line, deed: Deed, said: str) -> tuple[bool, bool]:
    """Whether the brain does it on this turn, and whether a model could."""
    line = copy.deepcopy(start)
    line.say(said)
    could = copy.deepcopy(start).conversation
    could.send(start.understood(said))
    return deed.done(line), isinstance(could.send(deed.trigger(start)), Accepted)


# Whole calls, and utterances


@dataclass(frozen=True)
class Examined:
    """A call or an utterance: its kind, what is wrong with it, and how it went."""

    kind: str
    faults: Sequence[str]
    told: Sequence[str]
    asked_again: bool = False
    """Whether the caller had to say something a second time."""


async def examine_call(expected: Mapping[str, Any]) -> Examined:
    """Hold a call through a real session with the offline brain."""
    models, knowledge, _ = shop()
    held = await begin(OfflineLLM(models, knowledge))
    added = await hold(expected, held)
    told = [expected["title"], *(f"    {who}: {words}" for who, words in held.said)]
    path = list(expected["path"])
    if expected["ended_by"] == "hung_up" and path[-1] != "ended":
        path.append("ended")  # these callers' own words don't end it: the line does
    wanted = {**expected, "path": path, "tickets": coming_back(expected, held)}
    return Examined(expected.get("kind", "call"), problems(wanted, held), told, bool(added))


def examine_utterance(expected: Mapping[str, Any]) -> Examined:
    """Say an utterance in its situation, and take what is done or said first about it."""
    where = expected.get("selected", "")
    told = [
        f"{expected['state']}, {where}" if where else expected["state"],
        *(f"    {words}" for words in expected.get("before", [])),
        f"    caller: {expected['said']}",
    ]
    kind = expected.get("kind") or expected["trigger"] or "talk"
    return Examined(kind, faults_of_utterance(dict(expected)), told)


def reflexes(table: Mapping[str, Any]) -> Iterator[str]:
    """How often something is done about a turn without a model, and how often wrongly."""
    done: list[tuple[str, bool]] = []
    turns = 0
    for name, right in (("order", "confirm_purchase"), ("no_order", "")):
        for said in turns_of(dict(table), name):
            turns += 1
            if deed := reflex_on(set_up(dict(AT_A_QUOTE)), said):
                done.append((deed.name, deed.name == right))
    for each in table.get("utterance", []):
        turns += 1
        if deed := reflex_on(set_up(dict(each)), each["said"]):
            done.append((deed.name, deed.name == each["trigger"]))
    if turns:
        wrong = sum(not right for _, right in done)
        yield f"reflexes: {len(done)} on {turns} turns, {wrong} of them wrong"
        for name, count in sorted(Counter(name for name, _ in done).items()):
            yield f"  {name:25} {count}"


def shares(examined: Iterable[Examined], name: str) -> Iterator[str]:
    """How many were served, in total and by kind, with intervals."""
    every, served = Counter[str](), Counter[str]()
    for each in examined:
        for kind in ("", each.kind):
            every[kind] += 1
            served[kind] += not each.faults
    for kind in sorted(every):
        low, high = interval(served[kind], every[kind])
        share = f"{served[kind]} of {every[kind]}, {low:.1%} to {high:.1%}"
        yield f"  {kind:25} {share}" if kind else f"{name}: {share}"


def twice(examined: Sequence[Examined]) -> Iterator[str]:
    """How many of those that were served had to say something a second time."""
    served = [each for each in examined if not each.faults]
    if examined:
        again = sum(each.asked_again for each in served)
        yield f"  {'as written':25} {len(served) - again}; after a second asking {again}"


async def held_all(calls: Sequence[Mapping[str, Any]]) -> list[Examined]:
    """These calls, one after the other, with a word on how far it is."""
    found: list[Examined] = []
    for number, call in enumerate(calls, 1):
        found.append(await examine_call(call))
        if number % 25 == 0:
            print(f"{number} of {len(calls)} calls", file=sys.stderr)
    return found


# The command


def read(path: Path, *, wrong: bool) -> dict[str, Any]:
    """A file of callers.

    Raises:
        ValueError: it is none, or its callers may not be listed; the message says what to do.
        OSError: it can't be read.
    """
    if wrong and path.name.startswith("sealed"):
        raise ValueError("a sealed file is run only to report: leave out --wrong")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {*SECTIONS, "call", "utterance"}
    if not known & table.keys():
        raise ValueError(f"there is nothing to examine: write one of {', '.join(sorted(known))}")
    for name in SECTIONS:
        turns_of(table, name)
    return table


def main() -> None:
    """Examine files and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    given = parser.parse_args()
    for path in given.files:
        try:
            table = read(path, wrong=given.wrong)
        except (OSError, ValueError) as error:
            parser.exit(2, f"{path}: {error}\n")
        _turns(table, given.wrong)
        calls = asyncio.run(held_all(table.get("call", [])))
        said = [examine_utterance(each) for each in table.get("utterance", [])]
        for name, found in (("calls served", calls), ("utterances understood", said)):
            listed = _wrong(found) if given.wrong else ()
            counted = shares(found, name) if found else ()
            again = twice(found) if found is calls else ()
            for line in (*listed, *counted, *again):
                print(line)
        for line in reflexes(table):
            print(line)


def _wrong(examined: Iterable[Examined]) -> Iterator[str]:
    for each in examined:
        if each.faults:
            yield from (f"[{each.kind}] {each.told[0]}", *each.told[1:])
            yield from (f"    !! {fault}" for fault in each.faults)


def _turns(table: dict[str, Any], tell: bool) -> None:
    for name, (deed, wanted, places) in SECTIONS.items():
        for place, lines in places.items():
            if turns := turns_of(table, name):
                _report(name, place, brought_to(lines), deed, wanted, turns, tell)


def _report(
    name: str, place: str, start: Line, deed: Deed, wanted: bool, turns: list[str], tell: bool
) -> None:
    found = {said: examine(start, deed, said) for said in turns}
    for who, column in (("brain", 0), ("guard", 1)):
        wrong = [said for said in turns if found[said][column] is not wanted]
        low, high = interval(len(wrong), len(turns))
        kind = "missed" if wanted else "undue"
        share = f"{len(wrong)} of {len(turns)} {kind}, {low:.1%} to {high:.1%}"
        print(f"{name:10} {place:27} {who}: {share}")
        if tell and (who == "brain" or not wanted):
            print(*(f"    {said}" for said in wrong), sep="\n" if wrong else "")


if __name__ == "__main__":
    main()
