"""Examines what is done on a caller's turn that can't be undone: orders, ends, "it is fixed".

    python -m scripts.examine FILE [--wrong]

FILE is TOML with any of these sections, each a list of turns (or a table with a list `turns`):
`no_order` and `order` are said right after a quote, `no_end` and `end` at a desk, `not_fixed` and
`fixed` after a step. Each turn is held against the offline brain, by what it does, and against the
machine's guards, by whether a model could do it on that turn. Shares come with Wilson's interval
for 95 %; `--wrong` lists the turns that went wrong.
"""

from __future__ import annotations

import argparse
import copy
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from tests.brain_bench import Line

Places = Mapping[str, tuple[str, ...]]
QUOTED = ("I'd like to buy an iPhone", "the iPhone 17 please")
STEPPED = ("I need support", "my iPhone does not charge")
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


def main() -> None:
    """Examine a file and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list the turns that went wrong")
    given = parser.parse_args()
    try:
        table = tomllib.loads(given.file.read_text(encoding="utf-8"))
        sections = {name: turns_of(table, name) for name in SECTIONS}
    except (OSError, ValueError) as error:
        parser.exit(2, f"{given.file}: {error}\n")
    for name, (deed, wanted, places) in SECTIONS.items():
        for place, lines in places.items():
            if sections[name]:
                _report(name, place, brought_to(lines), deed, wanted, sections[name], given.wrong)


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
