"""The shop's models and prices: the reader of `catalogue.toml` and the questions asked of it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from statemachine.offers import (
    Offer,
    find_models,
    find_storage,
    gigabytes,
    money,
    resolve_model,
)

OWN_FILE = Path(__file__).with_name("catalogue.toml")
"""The catalogue that comes with the program."""

RECOMMENDED = "I'd suggest the {model}. {pitch} With {storage} it's {price}."
ALSO_RECOMMENDED = "Or there's the {model}. {pitch} With {storage} it's {price}."
OVER_BUDGET = (
    "Nothing we have comes in under {budget}. "
    "The closest is the {model} with {storage}, at {price}."
)
PRICE = "The {model} with {storage} is {price}."
PRICES = "The {model} is {prices}."
COMPARED = (
    "The {first} with {first_storage} is {first_price}. {first_pitch} "
    "The {second} with {second_storage} is {second_price}. {second_pitch}"
)


class CatalogueError(ValueError):
    """A catalogue file can't be used; the message names file, entry and field, and the remedy."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A size in which a model is sold, and its price in US cents."""

    size: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the catalogue has it, its storages smallest first."""

    name: str
    storages: tuple[Storage, ...]
    colours: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    good_for: tuple[str, ...] = ()
    pitch: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What the shop sells, dated and with its source; `offers` is the same as facts."""

    currency: str
    dated: date
    source: str
    models: tuple[Model, ...]
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    offers: tuple[Offer, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Lay the models out as offers, one for each storage."""
        offers = tuple(
            Offer(model.name, storage.size, storage.price_cents, model.colours, model.aliases)
            for model in self.models
            for storage in model.storages
        )
        object.__setattr__(self, "offers", offers)

    def model(self, spoken: str) -> Model | None:
        """The one model that is meant, named the way people do; None for none or several."""
        name = resolve_model(self.offers, spoken)
        return next((model for model in self.models if model.name == name), None)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one model in one storage costs, in US cents."""

    model: str
    storage: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A model suggested to a caller, in the storage that fits, and why."""

    model: Model
    storage: Storage
    serves: tuple[str, ...]
    """The needs, of those the caller named, that it serves."""
    within_budget: bool = True
    """False when even the cheapest costs more than the caller wants to spend."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What sets two models apart, quoted in the smallest storage that both have."""

    first: Model
    second: Model
    first_storage: Storage
    second_storage: Storage
    only_first: tuple[str, ...]
    """The needs that only the first one serves."""
    only_second: tuple[str, ...]

    @property
    def difference_cents(self) -> int:
        """How much more the second one costs, in US cents; below zero when it costs less."""
        return self.second_storage.price_cents - self.first_storage.price_cents


# --- questions --------------------------------------------------------------------------------


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
            return (Recommendation(model, storage, _served(model, named), within_budget=False),)
        choices = affordable
    if named or budget_cents is None:
        choices.sort(key=lambda each: -_suits(each[0], wanted))
    else:
        choices.sort(key=lambda each: -each[1].price_cents)
    serving = [each for each in choices if not named or _suits(each[0], wanted)] or choices
    return tuple(Recommendation(m, s, _served(m, named)) for m, s in serving[:limit])


def compare(catalogue: Catalogue, first: str, second: str) -> Comparison | None:
    """What sets two models apart; None unless both are sold and not the same."""
    one, other = catalogue.model(first), catalogue.model(second)
    if one is None or other is None or one == other:
        return None
    others = {storage.size: storage for storage in other.storages}
    shared = next((storage for storage in one.storages if storage.size in others), None)
    return Comparison(
        first=one,
        second=other,
        first_storage=shared or one.storages[0],
        second_storage=others[shared.size] if shared else other.storages[0],
        only_first=tuple(need for need in one.good_for if need not in other.good_for),
        only_second=tuple(need for need in other.good_for if need not in one.good_for),
    )


def price_of(catalogue: Catalogue, model: str, storage: str = "") -> Quote | None:
    """What a model costs, in its smallest storage unless one is named; None if it isn't sold so."""
    found = catalogue.model(model)
    if found is None:
        return None
    size = (find_storage(storage) or storage.strip()) if storage.strip() else None
    chosen = _storage_of(found, size)
    return Quote(found.name, chosen.size, chosen.price_cents) if chosen else None


def _storage_of(model: Model, size: str | None) -> Storage | None:
    if size is None:
        return model.storages[0]
    return next((storage for storage in model.storages if storage.size == size), None)


def _suits(model: Model, needs: tuple[str, ...]) -> int:
    """How well a model serves some needs: what it is best at counts most."""
    return sum(20 - model.good_for.index(need) for need in needs if need in model.good_for)


def _served(model: Model, needs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(need for need in needs if need in model.good_for)


_WAVED_ASIDE = re.compile(
    r"\b(?:do not|dont|doesnt|does not|didnt)(?: really| even)?"
    r" (?:care about|care for|need|want|use)(?: the| a| an| any| much| such a)*(?: \w+)? ?$"
    r"|\b(?:not|no|without)(?: a| the| about the)? ?$"
)
"""What stands before a need that the caller says doesn't matter."""


def _plain(text: str) -> str:
    """Lower case, without apostrophes, words set apart by single blanks."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’]", "", text.lower())))


# --- sentences --------------------------------------------------------------------------------


def say_recommendations(
    recommendations: tuple[Recommendation, ...],
    budget_cents: int | None = None,
    *,
    wording: str = RECOMMENDED,
    also: str = ALSO_RECOMMENDED,
    over_budget: str = OVER_BUDGET,
) -> str:
    """Suggestions as they are spoken; empty for none."""
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


def say_price(quote: Quote, wording: str = PRICE) -> str:
    """One price as it is spoken."""
    price = money(quote.price_cents)
    return wording.format(model=quote.model, storage=quote.storage, price=price)


def say_prices(model: Model, wording: str = PRICES, storage: str = "{price} with {storage}") -> str:
    """All prices of a model as they are spoken: "$799 with 256 GB, or $999 with 512 GB"."""
    each = [
        storage.format(price=money(option.price_cents), storage=option.size)
        for option in model.storages
    ]
    listed = each[0] if len(each) == 1 else ", ".join(each[:-1]) + " or " + each[-1]
    return wording.format(model=model.name, prices=listed)


def say_comparison(comparison: Comparison, wording: str = COMPARED) -> str:
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
            difference=money(abs(comparison.difference_cents)),
        )
    )


def _sentences(*parts: str) -> str:
    """Sentences one after the other, without the gap that an empty pitch leaves."""
    return " ".join(" ".join(parts).split())


# --- the file ---------------------------------------------------------------------------------

_TOP = {"currency", "dated", "source", "needs", "model"}
_MODEL = {"name", "aliases", "good_for", "colours", "pitch", "storage"}
_STORAGE = {"size", "price"}


def load(path: Path | None = None) -> Catalogue:
    """Read a catalogue file, the program's own when none is named.

    Raises:
        CatalogueError: the file can't be read or says something that can't be sold.
    """
    return _Reader(path or OWN_FILE).catalogue()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one file and knows its name for the errors."""

    path: Path

    def catalogue(self) -> Catalogue:
        """The file's content, checked."""
        table = self._parsed()
        self._known(table, _TOP, "the file")
        currency = self._text(table, "currency", "the file", 'write currency = "USD"')
        if currency != "USD":
            raise self._error("the file", f'currency {currency!r} can\'t be spoken; write "USD"')
        dated = table.get("dated")
        if type(dated) is not date:
            raise self._error("the file", "'dated' must be a day; write dated = 2025-09-19")
        needs = self._needs(table)
        entries = table.get("model")
        if not isinstance(entries, list) or not entries:
            raise self._error("the file", "no model is listed; add a [[model]] entry")
        models = tuple(self._model(entry, place) for place, entry in enumerate(entries, start=1))
        source = self._text(table, "source", "the file", "say where the prices are from")
        catalogue = Catalogue(currency, dated, source, models, needs)
        self._each_once(models)
        self._known_needs(catalogue)
        self._understood(catalogue)
        return catalogue

    def _error(self, entry: str, problem: str) -> CatalogueError:
        return CatalogueError(f"{self.path}: {entry}: {problem}.")

    def _parsed(self) -> dict[str, object]:
        try:
            return tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise self._error("the file", "it doesn't exist; check the path") from None
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise self._error("the file", f"it can't be read ({reason}); check it") from None
        except UnicodeDecodeError:
            raise self._error("the file", "it isn't UTF-8 text; save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise self._error("the file", f"it isn't TOML: {error}; correct that line") from None

    def _known(self, table: dict[str, object], keys: set[str], entry: str) -> None:
        for key in table:
            if key not in keys:
                close = get_close_matches(key, keys, n=1)
                advice = (
                    f"did you mean {close[0]!r}?" if close else f"use {', '.join(sorted(keys))}"
                )
                raise self._error(entry, f"unknown key {key!r}; {advice}".rstrip("?"))

    def _text(self, table: dict[str, object], key: str, entry: str, remedy: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            problem = "is missing" if key not in table else "must be a text that isn't empty"
            raise self._error(entry, f"{key!r} {problem}; {remedy}")
        return " ".join(value.split())

    def _texts(self, table: dict[str, object], key: str, entry: str) -> tuple[str, ...]:
        values = table.get(key, [])
        if not isinstance(values, list) or not all(
            isinstance(v, str) and v.strip() for v in values
        ):
            raise self._error(entry, f'{key!r} must be a list of texts; write {key} = ["..."]')
        texts = tuple(" ".join(str(value).split()) for value in values)
        for text in texts:
            if sum(text.casefold() == other.casefold() for other in texts) > 1:
                raise self._error(entry, f"{key!r} has {text!r} twice; remove one")
        return texts

    def _needs(self, table: dict[str, object]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        needs = table.get("needs", {})
        if not isinstance(needs, dict):
            raise self._error("the file", "'needs' must be a table; write [needs]")
        return tuple((need, self._texts(needs, need, "needs")) for need in needs)

    def _model(self, value: object, place: int) -> Model:
        entry = f"model {place}"
        if not isinstance(value, dict):
            raise self._error(entry, "it isn't a table; write [[model]]")
        name = self._text(value, "name", entry, 'write name = "iPhone 17"')
        entry = f"model {place} ({name})"
        self._known(value, _MODEL, entry)
        colours = self._texts(value, "colours", entry)
        if not colours:
            raise self._error(entry, "'colours' is empty; list at least one colour")
        pitch = self._text(value, "pitch", entry, "write one sentence") if "pitch" in value else ""
        if re.search(r"[$€£]|\bdollars?\b|\bbucks\b|\bcents\b", pitch.casefold()):
            raise self._error(entry, "'pitch' has a price in it; leave that to 'storage'")
        storages = value.get("storage")
        if not isinstance(storages, list) or not storages:
            remedy = 'write storage = [{ size = "256 GB", price = 799 }]'
            raise self._error(entry, f"'storage' must list the sizes; {remedy}")
        sizes: dict[str, Storage] = {}
        for number, option in enumerate(storages, start=1):
            storage = self._storage(option, f"{entry}, storage {number}")
            if storage.size in sizes:
                raise self._error(entry, f"storage {storage.size!r} stands there twice; remove one")
            sizes[storage.size] = storage
        return Model(
            name=name,
            storages=tuple(sorted(sizes.values(), key=lambda each: gigabytes(each.size))),
            colours=colours,
            aliases=self._texts(value, "aliases", entry),
            good_for=self._texts(value, "good_for", entry),
            pitch=pitch,
        )

    def _storage(self, value: object, entry: str) -> Storage:
        if not isinstance(value, dict):
            raise self._error(entry, 'write it as { size = "256 GB", price = 799 }')
        self._known(value, _STORAGE, entry)
        size = self._text(value, "size", entry, 'write size = "256 GB"')
        normal = find_storage(size)
        if normal is None:
            raise self._error(entry, f'size {size!r} isn\'t a storage; write it like "256 GB"')
        return Storage(normal, self._price(value, f"{entry} ({normal})"))

    def _price(self, table: dict[str, object], entry: str) -> int:
        price = table.get("price")
        if price is None:
            raise self._error(entry, "'price' is missing; write price = 799")
        if isinstance(price, bool) or not isinstance(price, int | float):
            raise self._error(entry, f"price {price!r} isn't a number; write price = 799")
        if not 0 < price < 1_000_000:
            raise self._error(entry, f"price {price} is out of range; write what it costs")
        cents = round(price * 100)
        if abs(cents - price * 100) > 1e-6:
            raise self._error(entry, f"price {price} has parts of a cent; round it")
        return cents

    def _each_once(self, models: tuple[Model, ...]) -> None:
        seen: dict[str, int] = {}
        for place, model in enumerate(models, start=1):
            earlier = seen.setdefault(model.name.casefold(), place)
            if earlier != place:
                entry = f"model {place} ({model.name})"
                raise self._error(entry, f"its 'name' is model {earlier}'s too; remove one")

    def _known_needs(self, catalogue: Catalogue) -> None:
        known = [need for need, _ in catalogue.needs]
        for place, model in enumerate(catalogue.models, start=1):
            for need in model.good_for:
                if need not in known:
                    entry = f"model {place} ({model.name})"
                    remedy = "add it to [needs] or correct it"
                    raise self._error(entry, f"'good_for' has the unknown need {need!r}; {remedy}")

    def _understood(self, catalogue: Catalogue) -> None:
        """Every name and alias has to mean its own model: a caller is sold what it resolves to."""
        for place, model in enumerate(catalogue.models, start=1):
            entry = f"model {place} ({model.name})"
            if find_models(catalogue.offers, model.name) != (model.name,):
                remedy = 'name it as brand and model, like "iPhone 17 Pro"'
                raise self._error(entry, f"its 'name' isn't understood when it is said; {remedy}")
            for alias in model.aliases:
                if resolve_model(catalogue.offers, alias) != model.name:
                    found = find_models(catalogue.offers, alias)
                    means = f"means {found[0]!r} too" if found else "isn't taken for a phone"
                    raise self._error(entry, f"alias {alias!r} {means}; choose another one")
