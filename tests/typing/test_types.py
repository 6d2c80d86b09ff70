"""What must not type-check doesn't: a wrong guard, state, payload or update is found by mypy."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from mypy import api

PREAMBLE = """\
from statemachine.engine.effects import HandOff, Say
from statemachine.facts import Facts
from statemachine.engine.flowchart import Overlay, Paint, Stroke
from statemachine.guards import (
    issue_stated, model_selected, plausible_name, sold, spoken_since_entering
)
from statemachine.lines import FAREWELL
from statemachine.conversation import Conversation
from statemachine.engine.machine import Accepted, Reason, Refused
from statemachine.engine.rows import row
from statemachine.states import OPEN, State
from statemachine.triggers import (
    CallerSpoke, ConfirmPurchase, EndCall, LogSupportIssue, RecordName, SelectModel, ToBuying
)
from statemachine.answers import Answer
from statemachine.updates import carry_wish, hear, note_name, order, say, select

call = Conversation()
"""

RIGHT = {
    "a guard of the trigger": "row(RecordName, OPEN, given=(plausible_name,), does=note_name)",
    "a guard on the facts": "row(EndCall, State.GREETING, State.ENDED, when=(model_selected,))",
    "guards of both kinds": "row(SelectModel, OPEN, when=(model_selected,), given=(sold,))",
    "an update for every trigger": "row(EndCall, State.GREETING, State.ENDED, does=say(FAREWELL))",
    "a shared update": "row(ToBuying, State.GREETING, State.BUYING, does=carry_wish)",
    "a payload of words": "call.send(ToBuying(wish='the 17'))",
    "an answer": "call.send(CallerSpoke(Answer.YES))",
    "an outcome told apart": (
        "outcome = call.send(EndCall())\n"
        "if isinstance(outcome, Accepted):\n"
        "    target = State(outcome.target)\n"
        "else:\n"
        "    reasons: tuple[Reason, ...] = outcome.reasons"
    ),
    "an overlay": "Overlay(ways={(State.GREETING, 'to_buying', State.BUYING): Stroke('1')})",
}

WRONG = {
    "another trigger's guard": "row(ToBuying, State.GREETING, given=(plausible_name,))",
    "another's guard among right ones": "row(SelectModel, OPEN, given=(sold, issue_stated))",
    "a guard on words among those on facts": "row(RecordName, OPEN, when=(plausible_name,))",
    "a guard without a verdict": "row(EndCall, OPEN, when=(lambda facts: facts.selection,))",
    "another trigger's update": "row(SelectModel, OPEN, does=note_name)",
    "an update on another trigger": "row(ConfirmPurchase, State.BUYING, does=select)",
    "an update that forgets the effects": (
        "def forgets(facts: Facts, trigger: EndCall) -> Facts:\n"
        "    return facts\n"
        "row(EndCall, OPEN, does=forgets)"
    ),
    "a state that isn't there": "row(EndCall, State.LOBBY, State.ENDED)",
    "a state by its name": "row(EndCall, 'greeting', State.ENDED)",
    "a target by its name": "row(EndCall, State.GREETING, 'ended')",
    "a trigger that is none": "row(Facts, State.GREETING)",
    "a trigger's instance for its class": "row(EndCall(), State.GREETING, State.ENDED)",
    "a guard that was called": "row(EndCall, OPEN, when=(model_selected(Facts()),))",
    "a payload of a number": "call.send(ToBuying(wish=3))",
    "a payload under another name": "call.send(ToBuying(reason='the 17'))",
    "a payload left out": "call.send(RecordName())",
    "an answer in words": "call.send(CallerSpoke('yes'))",
    "a trigger by its name": "call.send('to_buying')",
    "facts written from outside": "call.facts.customer_name = 'Dana'",
    "a call moved from outside": "call.state = State.BUYING",
    "a refusal committed": "call.commit(call.send(EndCall()))",
    "a refusal's facts": "call.send(EndCall()).facts",
    "a handoff to a name": "HandOff('buying', '', Say(FAREWELL))",
    "an overlay on a name": "Overlay(states={'greeting': Paint()})",
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What mypy --strict says of each snippet, all asked in one run."""
    folder = tmp_path_factory.mktemp("snippets")
    found: dict[str, list[str]] = {}
    files: dict[str, str] = {}
    for place, (name, code) in enumerate({**RIGHT, **WRONG}.items()):
        path = folder / f"snippet_{place}.py"
        path.write_text(f"{PREAMBLE}{code}\n", encoding="utf-8")
        found[name], files[path.name] = [], name
    options = ["--strict", "--ignore-missing-imports", "--config-file", "", "--no-error-summary"]
    paths = [str(path) for path in sorted(folder.glob("*.py"))]
    with contextlib.chdir(Path(__file__).resolve().parents[2]):
        said, trouble, _ = api.run([*options, "--cache-dir", str(folder / "cache"), *paths])
    assert not trouble, trouble
    for line in said.splitlines():
        match = re.match(r".*?(snippet_\d+\.py):\d+: error: (.*)", line)
        if match:
            found[files[match[1]]].append(match[2])
    return found


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_type_checks(name: str, complaints: dict[str, list[str]]) -> None:
    """The ways in which the table and a call are written are accepted without a word."""
    assert complaints[name] == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_does_not_type_check(name: str, complaints: dict[str, list[str]]) -> None:
    """A slip in the table, or a way round the machine, is found before anything runs."""
    assert complaints[name], f"mypy lets {WRONG[name]!r} through"
