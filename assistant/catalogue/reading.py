"""Reading a catalogue file: every entry is checked, and a fault is named with its remedy."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from assistant.catalogue.stock import Catalogue, Model, Storage
from statemachine.offers import find_models, find_storage, gigabytes, resolve_model

OWN_FILE = Path(__file__).parents[1] / "catalogue.toml"
"""The catalogue that comes with the program."""

_TOP = {"currency", "dated", "source", "needs", "model"}
_MODEL = {"name", "aliases", "good_for", "colours", "pitch", "storage"}
_STORAGE = {"size", "price"}


class CatalogueError(ValueError):
    """A catalogue file can't be used; the message names file, entry and field, and the remedy."""


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
