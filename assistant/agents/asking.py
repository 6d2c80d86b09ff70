"""What a model has asked last: a yes answers that, and not the offer that stood before it."""

from __future__ import annotations

from assistant.language.claims import clauses_of, says
from assistant.language.phones import find_models, find_storage
from assistant.language.segments import sentences
from statemachine.facts import Facts


def asks_anew(words: str, facts: Facts) -> bool:
    """Whether these words of a model's ask for anything but the order that was offered."""
    questions = [one for one in sentences(words) if one.rstrip(" \"'”’)*").endswith("?")]
    chosen = facts.selection
    if not questions or chosen is None:
        return False
    last = questions[-1]
    others = set(find_models(facts.offers, words)) - {chosen.model}
    sizes = {find_storage(last)} - {None, chosen.storage}
    orders = any(says("question.order", clause.text) for clause in clauses_of(last))
    return not orders or bool(others) or bool(sizes)
