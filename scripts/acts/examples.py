"""What the second reader learns from: sentences by what they do, and turns by what they lead to."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.language.acts import ACTS, Asked, asked_by
from assistant.language.phrases.vocabulary import load
from statemachine.lines import GREETING, OPENING_BUYING, OPENING_SUPPORT, QUOTE

SENTENCES = Path(__file__).parent / "sentences"
WORKING = Path(__file__).parents[2] / "tests" / "examination"
_FAMILY = 8
"""Sentences that stand together are variants of each other: they are learned or asked together."""

_LED_TO = {
    "to_buying": "wants_sales names_item asks_product asks_recommendation compares",
    "to_support": "wants_support problem",
    "log_support_issue": "problem",
    "complete_support": "fixed",
    "troubleshooting_steps": "not_fixed step_question problem",
    "recommend_models": "asks_recommendation asks_product",
    "compare_models": "compares asks_product asks_recommendation",
    "select_model": "names_item corrects asks_product asks_recommendation agrees",
    "confirm_purchase": "agrees",
    "record_name": "gives_name",
    "about_shop": "shop_info",
}
"""What a sentence may be that led to a trigger."""
_NOT_TALK = {
    "greeting": "wants_sales names_item compares wants_support problem done",
    "buying": "names_item done wants_support problem asks_recommendation",
    "support": "fixed not_fixed done wants_sales",
}
"""What a sentence isn't that led to nothing but talk, by where it was said."""
_TURNS = {
    "order": ("agrees", True, ("order",)),
    "no_order": ("agrees", False, ("order",)),
    "end": ("done", True, ("front", "which", "more", "problem")),
    "no_end": ("done", False, ("front", "which", "more", "problem")),
    "fixed": ("fixed", True, ("step",)),
    "not_fixed": ("fixed", False, ("step",)),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence after what was asked, and the acts it may be."""

    words: str
    asked: Asked
    acts: frozenset[str]
    family: int
    """Sentences of a family are variants of each other."""


def sentences() -> list[Example]:
    """The sentences written for this, by act."""
    found: list[Example] = []
    family = 0
    for path in sorted(SENTENCES.glob("*.toml")):
        for block in tomllib.loads(path.read_text(encoding="utf-8"))["said"]:
            act = frozenset({block["act"]})
            if not act <= set(ACTS):
                raise ValueError(
                    f"{path}: {block['act']!r} is no act: use one of {', '.join(ACTS)}"
                )
            for place, words in enumerate(block["words"]):
                at = family + place // _FAMILY
                found += [Example(words, Asked(each), act, at) for each in block["asked"]]
            family += len(block["words"]) // _FAMILY + 1
    return found


def digest(examples: list[Example]) -> str:
    """What tells whether a model has learned these."""
    told = [f"{each.words}|{each.asked.value}|{sorted(each.acts)}" for each in examples]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()[:16]


def turns(path: Path = WORKING / "working_consent.toml") -> list[Example]:
    """Turns of an examination that are, or are not, an order, an end, or "it is fixed"."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found: list[Example] = []
    for section, (act, wanted, places) in _TURNS.items():
        acts = frozenset({act}) if wanted else frozenset(ACTS) - {act}
        for words in _said(table, section):
            found += [Example(words, Asked(place), acts, -1) for place in places]
    return found


def _said(table: dict[str, Any], section: str) -> Iterator[str]:
    found = table.get(section, [])
    found = found.get("turns", found) if isinstance(found, dict) else found
    yield from (each.get("said", "") if isinstance(each, dict) else each for each in found)


def utterances(path: Path = WORKING / "working_utterances.toml") -> list[Example]:
    """Utterances of an examination, by the trigger that they lead to."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Example(*_read(entry), -1) for entry in table["utterance"]]


def _read(entry: dict[str, Any]) -> tuple[str, Asked, frozenset[str]]:
    state, trigger = entry["state"], entry["trigger"]
    said = [text.partition(":")[2] for text in entry.get("before", []) if text.startswith("agent")]
    if entry.get("selected") and not said:
        said = [QUOTE.wording]
    openings = {"greeting": GREETING, "buying": OPENING_BUYING, "support": OPENING_SUPPORT}
    begun = "selected" in entry or any("ticket" in words for words in said)
    asked = asked_by(load(), said[-1] if said else openings[state].wording, state, begun=begun)
    if trigger.startswith("end_"):
        acts = frozenset({"done"})
    elif trigger:
        acts = frozenset(_LED_TO[trigger].split())
    else:
        acts = (
            frozenset(ACTS)
            - set(_NOT_TALK[state].split())
            - ({"agrees"} if asked is Asked.ORDER else set())
        )
    return entry["said"], asked, acts
