"""What is done without asking the model: where a sentence is plain, its trigger fires at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from livekit.agents import llm

from assistant.language.acts import Asked, read
from assistant.language.clauses import hear
from assistant.language.consent import Reading
from assistant.language.plain import Plain, chosen, plainly, takes_leave
from assistant.language.wanted import wants_several
from statemachine.answers import Answer
from statemachine.facts import Facts
from statemachine.offers import money

SURE = 0.95
"""How sure the second reader must be of a yes that no model is asked about."""
_YES = ("order", "request", "yes")
"""What a yes must have in it: an "okay" alone may be one to hearing the price."""


@dataclass(frozen=True)
class Deed:
    """A tool, called for a caller's words without a model."""

    name: str
    arguments: dict[str, str]

    def chunk(self) -> llm.ChatChunk:
        """The deed as a model's answer would bring it."""
        call_id = f"reflex_{uuid.uuid4().hex[:12]}"
        arguments = json.dumps(self.arguments)
        call = llm.FunctionToolCall(name=self.name, arguments=arguments, call_id=call_id)
        delta = llm.ChoiceDelta(role="assistant", tool_calls=[call])
        return llm.ChatChunk(id=call_id, delta=delta)


def reflex(words: str, asked: str, facts: Facts, offered: Collection[str]) -> Deed | None:
    """What these words plainly want done and is possible now; None leaves it to the model.

    `asked` is what the assistant said last: a yes is an order only right behind the price.
    """
    match plainly(words):
        case Plain.BUYING if "to_buying" in offered:
            return Deed("to_buying", {})
        case Plain.SUPPORT if "to_support" in offered:
            return Deed("to_support", {})
    if not _pending(facts) and (_leaves(words)):
        end = next((name for name in offered if name.startswith("end_")), None)
        return Deed(end, {}) if end else None
    if "confirm_purchase" in offered and _quoted(asked, facts) and _agrees(words, facts):
        return Deed("confirm_purchase", {})
    if "select_model" in offered and (wanted := chosen(words, facts.offers)):
        model, storage, colour = wanted
        return Deed("select_model", {"model": model, "storage": storage, "colour": colour})
    return None


def answers(chat: llm.ChatContext) -> tuple[str, str] | None:
    """The caller's words that a request is to answer, and what was said to them before.

    None where it answers something else: what a tool said, or nothing new.
    """
    said = [item for item in chat.items if item.type in ("message", "function_call_output")]
    if not said or not isinstance(last := said[-1], llm.ChatMessage) or last.role != "user":
        return None
    before = said[-2] if len(said) > 1 else None
    spoken = isinstance(before, llm.ChatMessage) and before.role == "assistant"
    asked = before.text_content if spoken and isinstance(before, llm.ChatMessage) else ""
    return last.text_content or "", asked or ""


def _leaves(words: str) -> bool:
    """Whether they are a goodbye and no more: plainly, or both readers are sure of it."""
    if plainly(words) is Plain.GOODBYE:
        return True
    return takes_leave(words) and read(words, Asked.MORE).of("done") >= SURE


def _pending(facts: Facts) -> bool:
    return facts.selection is not None and not facts.selection.ordered


def _agrees(words: str, facts: Facts) -> bool:
    """Whether both readers are sure of a yes that is all that is said."""
    reading = Reading(hear(words), facts.offers, facts.selection)
    kinds = {piece.kind for piece in reading.pieces}
    if reading.answer is not Answer.YES or "" in kinds or kinds.isdisjoint(_YES):
        return False
    return not wants_several(words) and read(words, Asked.ORDER).of("agrees") >= SURE


def _quoted(asked: str, facts: Facts) -> bool:
    """Whether the last thing said was the price of what is selected, with its question."""
    chosen = facts.selection
    if chosen is None or chosen.ordered:
        return False
    return money(chosen.price_cents) in asked and asked.rstrip().endswith("?")
