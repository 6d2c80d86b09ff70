"""Questions asked of a catalogue: what suits a need, how two models compare, what one costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.phones import find_storage
from assistant.shop.catalogue.stock import Catalogue, Model, Storage

_WAVED_ASIDE = re.compile(
    r"\b(?:do not|dont|doesnt|does not|didnt)(?: really| even)?"
    r" (?:care about|care for|need|want|use)(?: the| a| an| any| much| such a)*(?: \w+)? ?$"
    r"|\b(?:not|no|without)(?: a| the| about the)? ?$"
)
"""What stands before a need that the caller says doesn't matter."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A model suggested to a caller, in the storage that fits."""

    model: Model
    storage: Storage
    within_budget: bool = True
    """False when even the cheapest costs more than the caller wants to spend."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models side by side, quoted in the smallest storage that both have."""

    first: Model
    second: Model
    first_storage: Storage
    second_storage: Storage


def needs_in(catalogue: Catalogue, spoken: str) -> tuple[str, ...]:
    """The needs that a sentence names, in order of mention ("a good camera, not too heavy")."""
    text = _plain(spoken)
    first_places: dict[str, int] = {}
    for phrase, need in _needs_longest_first(catalogue.needs):
        if phrase not in text:
            continue
        for found in list(re.finditer(rf"\b{re.escape(phrase)}\b", text)):
            if not _WAVED_ASIDE.search(text[: found.start()]):
                first_places[need] = min(found.start(), first_places.get(need, found.start()))
            text = text[: found.start()] + "#" * len(found[0]) + text[found.end() :]
    return tuple(sorted(first_places, key=lambda need: first_places[need]))


@lru_cache(maxsize=8)
def _needs_longest_first(
    needs: tuple[tuple[str, tuple[str, ...]], ...],
) -> tuple[tuple[str, str], ...]:
    """Every phrase as `_plain` writes it, with its need."""
    words = [(phrase, need) for need, phrases in needs for phrase in (need, *phrases)]
    words.sort(key=lambda each: -len(each[0]))
    return tuple((_plain(phrase), need) for phrase, need in words)


def recommend(
    catalogue: Catalogue, need: str = "", budget_cents: int | None = None, limit: int = 2
) -> tuple[Recommendation, ...]:
    """The models that suit a need and a budget best, the best first.

    The need is what the caller said, in any words. A storage named in it is kept to; else the
    smallest one is suggested. Without a need, what is popular comes first, or with a budget, what
    makes the most of it. When nothing is within the budget, the answer is the cheapest of all.
    """
    size = find_storage(need)
    named = needs_in(catalogue, need)
    wanted = named or tuple(name for name, _ in catalogue.needs[:1])
    choices = [(m, s) for m in catalogue.models if (s := _storage_of(m, size)) is not None]
    choices = choices or [(model, model.storages[0]) for model in catalogue.models]
    if budget_cents is not None:
        affordable = [each for each in choices if each[1].price_cents <= budget_cents]
        if not affordable:
            model, storage = min(choices, key=lambda each: each[1].price_cents)
            return (Recommendation(model, storage, within_budget=False),)
        choices = affordable
    if named or budget_cents is None:
        choices.sort(key=lambda each: -_suits(each[0], wanted))
    else:
        choices.sort(key=lambda each: -each[1].price_cents)
    serving = [each for each in choices if not named or _suits(each[0], wanted)] or choices
    return tuple(Recommendation(model, storage) for model, storage in serving[:limit])


def compare(catalogue: Catalogue, first: str, second: str) -> Comparison | None:
    """Two models side by side; None unless both are sold and not the same.

    Their prices are for a storage that is named with either ("iPhone 17 with 512 GB") if both
    come with it, else for the smallest that both have.
    """
    one, other = catalogue.model(first), catalogue.model(second)
    if one is None or other is None or one == other:
        return None
    others = {storage.size: storage for storage in other.storages}
    both = [storage for storage in one.storages if storage.size in others]
    size = find_storage(first) or find_storage(second)
    shared = next((s for s in both if s.size == size), next(iter(both), None))
    return Comparison(
        first=one,
        second=other,
        first_storage=shared or one.storages[0],
        second_storage=others[shared.size] if shared else other.storages[0],
    )


def price_of(catalogue: Catalogue, model: str, storage: str = "") -> int | None:
    """What a model costs in US cents, in its smallest storage unless one is named.

    None if it isn't sold so.
    """
    found = catalogue.model(model)
    if found is None:
        return None
    size = (find_storage(storage) or storage.strip()) if storage.strip() else None
    chosen = _storage_of(found, size)
    return chosen.price_cents if chosen else None


def _storage_of(model: Model, size: str | None) -> Storage | None:
    if size is None:
        return model.storages[0]
    return next((storage for storage in model.storages if storage.size == size), None)


def _suits(model: Model, needs: tuple[str, ...]) -> int:
    """How well a model serves some needs: what it is best at counts most."""
    return sum(20 - model.good_for.index(need) for need in needs if need in model.good_for)


def _plain(text: str) -> str:
    """Lower case, without apostrophes, words set apart by single blanks."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’]", "", text.lower())))
