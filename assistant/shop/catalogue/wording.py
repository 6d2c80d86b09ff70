"""What was found in a catalogue as it is spoken, in wordings with placeholders."""

from __future__ import annotations

from assistant.shop.catalogue.advice import Comparison, Recommendation
from statemachine.offers import money


def say_recommendations(
    recommendations: tuple[Recommendation, ...],
    budget_cents: int | None,
    *,
    wording: str,
    also: str,
    over_budget: str,
) -> str:
    """Suggestions as they are spoken; empty for none.

    Each in its wording: the first one, any further one (`also`), and one that costs too much.
    """
    said: list[str] = []
    for each in recommendations:
        template = (also if said else wording) if each.within_budget else over_budget
        said.append(
            template.format(
                model=each.model.name,
                storage=each.storage.size,
                price=money(each.storage.price_cents),
                pitch=each.model.pitch,
                budget=money(budget_cents or 0),
            )
        )
    return _sentences(*said)


def say_comparison(comparison: Comparison, wording: str) -> str:
    """Two models side by side as it is spoken."""
    return _sentences(
        wording.format(
            first=comparison.first.name,
            first_storage=comparison.first_storage.size,
            first_price=money(comparison.first_storage.price_cents),
            first_pitch=comparison.first.pitch,
            second=comparison.second.name,
            second_storage=comparison.second_storage.size,
            second_price=money(comparison.second_storage.price_cents),
            second_pitch=comparison.second.pitch,
        )
    )


def _sentences(*parts: str) -> str:
    """Sentences one after the other, without the gap that an empty pitch leaves."""
    return " ".join(" ".join(parts).split())
