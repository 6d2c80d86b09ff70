"""Reading a catalogue file: every entry is checked, and a fault is named with its remedy."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from assistant.errors import MendableError
from assistant.language.phones import find_models, find_storage, resolve_model
from assistant.shop.catalogue.stock import Catalogue, Model, Storage
from assistant.shop.files import ShopFile
from statemachine.offers import gigabytes

OWN_FILE = Path(__file__).with_name("catalogue.toml")
"""The catalogue that comes with the program."""

_TOP = {"currency", "dated", "source", "needs", "model"}
_MODEL = {"name", "aliases", "good_for", "colours", "pitch", "storage"}
_STORAGE = {"size", "price"}


class CatalogueError(MendableError):
    """A catalogue file can't be used; the message names file, entry and field, and the remedy."""


def load(path: Path | None = None) -> Catalogue:
    """Read a catalogue file, the program's own when none is named.

    Raises:
        CatalogueError: the file can't be read or says something that can't be sold.
    """
    return _Reader(path or OWN_FILE).catalogue()


class _Reader(ShopFile):
    """Reads one catalogue file."""

    error = CatalogueError

    def catalogue(self) -> Catalogue:
        """The file's content, checked."""
        table = self.parsed(_TOP)
        currency = self.text(table, "currency", "the file", 'write currency = "USD"')
        if currency != "USD":
            raise self.fault("the file", f'currency {currency!r} can\'t be spoken; write "USD"')
        dated = table.get("dated")
        if type(dated) is not date:
            raise self.fault("the file", "'dated' must be a day; write dated = 2025-09-19")
        needs = self._needs(table)
        models = tuple(self._model(value, place) for place, value in self.entries(table, "model"))
        source = self.text(table, "source", "the file", "say where the prices are from")
        catalogue = Catalogue(currency, dated, source, models, needs)
        self.each_once((model.name for model in models), "model", "name", "remove one")
        self._known_needs(catalogue)
        self._understood(catalogue)
        return catalogue

    def _distinct(self, table: dict[str, object], key: str, entry: str) -> tuple[str, ...]:
        texts = self.texts(table, key, entry)
        for text in texts:
            if sum(text.casefold() == other.casefold() for other in texts) > 1:
                raise self.fault(entry, f"{key!r} has {text!r} twice; remove one")
        return texts

    def _needs(self, table: dict[str, object]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        needs = table.get("needs", {})
        if not isinstance(needs, dict):
            raise self.fault("the file", "'needs' must be a table; write [needs]")
        return tuple((need, self._distinct(needs, need, "needs")) for need in needs)

    def _model(self, value: dict[str, object], place: int) -> Model:
        name = self.text(value, "name", f"model {place}", 'write name = "iPhone 17"')
        entry = f"model {place} ({name})"
        self.known(value, _MODEL, entry)
        colours = self._distinct(value, "colours", entry)
        if not colours:
            raise self.fault(entry, "'colours' is empty; list at least one colour")
        pitch = self.text(value, "pitch", entry, "write one sentence") if "pitch" in value else ""
        if re.search(r"[$€£]|\bdollars?\b|\bbucks\b|\bcents\b", pitch.casefold()):
            raise self.fault(entry, "'pitch' has a price in it; leave that to 'storage'")
        storages = value.get("storage")
        if not isinstance(storages, list) or not storages:
            remedy = 'write storage = [{ size = "256 GB", price = 799 }]'
            raise self.fault(entry, f"'storage' must list the sizes; {remedy}")
        sizes: dict[str, Storage] = {}
        for number, option in enumerate(storages, start=1):
            storage = self._storage(option, f"{entry}, storage {number}")
            if storage.size in sizes:
                raise self.fault(entry, f"storage {storage.size!r} stands there twice; remove one")
            sizes[storage.size] = storage
        return Model(
            name=name,
            storages=tuple(sorted(sizes.values(), key=lambda each: gigabytes(each.size))),
            colours=colours,
            aliases=self._distinct(value, "aliases", entry),
            good_for=self._distinct(value, "good_for", entry),
            pitch=pitch,
        )

    def _storage(self, value: object, entry: str) -> Storage:
        if not isinstance(value, dict):
            raise self.fault(entry, 'write it as { size = "256 GB", price = 799 }')
        self.known(value, _STORAGE, entry)
        size = self.text(value, "size", entry, 'write size = "256 GB"')
        normal = find_storage(size)
        if normal is None:
            raise self.fault(entry, f'size {size!r} isn\'t a storage; write it like "256 GB"')
        return Storage(normal, self._price(value, f"{entry} ({normal})"))

    def _price(self, table: dict[str, object], entry: str) -> int:
        price = table.get("price")
        if price is None:
            raise self.fault(entry, "'price' is missing; write price = 799")
        if isinstance(price, bool) or not isinstance(price, int | float):
            raise self.fault(entry, f"price {price!r} isn't a number; write price = 799")
        if not 0 < price < 1_000_000:
            raise self.fault(entry, f"price {price} is out of range; write what it costs")
        cents = round(price * 100)
        if abs(cents - price * 100) > 1e-6:
            raise self.fault(entry, f"price {price} has parts of a cent; round it")
        return cents

    def _known_needs(self, catalogue: Catalogue) -> None:
        known = [need for need, _ in catalogue.needs]
        for place, model in enumerate(catalogue.models, start=1):
            for need in model.good_for:
                if need not in known:
                    entry = f"model {place} ({model.name})"
                    remedy = "add it to [needs] or correct it"
                    raise self.fault(entry, f"'good_for' has the unknown need {need!r}; {remedy}")

    def _understood(self, catalogue: Catalogue) -> None:
        """Every name and alias has to mean its own model: a caller is sold what it resolves to."""
        for place, model in enumerate(catalogue.models, start=1):
            entry = f"model {place} ({model.name})"
            if find_models(catalogue.offers, model.name) != (model.name,):
                remedy = 'name it as brand and model, like "iPhone 17 Pro"'
                raise self.fault(entry, f"its 'name' isn't understood when it is said; {remedy}")
            for alias in model.aliases:
                if resolve_model(catalogue.offers, alias) != model.name:
                    found = find_models(catalogue.offers, alias)
                    means = f"means {found[0]!r} too" if found else "isn't taken for a phone"
                    raise self.fault(entry, f"alias {alias!r} {means}; choose another one")
