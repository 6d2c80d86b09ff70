"""Reading about.toml: every entry is checked, and a fault is named with its remedy."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assistant.errors import MendableError
from assistant.language.stems import normal
from assistant.shop.about.entries import About, Entry, Repair
from assistant.shop.about.hours import DAYS, Holiday, Hours, Span
from assistant.shop.files import ShopFile

OWN_FILE = Path(__file__).with_name("about.toml")
"""What comes with the program."""

_DAYS = tuple(day.lower() for day in DAYS)
_TOP = {"hours", "entry", "repair"}
_HOURS = {"time_zone", "asked", "holiday", *_DAYS}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


class AboutError(MendableError):
    """An about.toml can't be used; the message names file, entry and field, and the remedy."""


def load(path: Path | None = None) -> About:
    """Read what a shop knows about itself, the program's own when no file is named.

    Raises:
        AboutError: the file can't be read, or an entry in it can't be used.
    """
    return _Reader(path or OWN_FILE).about()


class _Reader(ShopFile):
    """Reads one about.toml."""

    error = AboutError

    def about(self) -> About:
        """The file's content, checked."""
        table = self.parsed(_TOP)
        hours, asked = self._hours(table["hours"]) if "hours" in table else (None, ())
        entries = [self._entry(v, p) for p, v in self.entries(table, "entry")]
        repairs = (
            [self._repair(v, p) for p, v in self.entries(table, "repair")]
            if "repair" in table
            else []
        )
        self.each_once((each.id for each in entries), "entry", "id", "change one")
        self.each_once((each.name for each in repairs), "repair", "name", "change one")
        return About(hours, asked, tuple(entries), tuple(repairs))

    def _entry(self, value: dict[str, object], place: int) -> Entry:
        name = self.text(value, "id", f"entry {place}", 'write id = "address"')
        entry = f"entry {place} ({name})"
        self.known(value, {"id", "asked", "answer"}, entry)
        answer = self.text(value, "answer", entry, "write what is said, word for word")
        return Entry(name, self._asked(value, entry), answer)

    def _repair(self, value: dict[str, object], place: int) -> Repair:
        name = self.text(value, "name", f"repair {place}", 'write name = "a new battery"')
        entry = f"repair {place} ({name})"
        self.known(value, {"name", "asked", "price"}, entry)
        price = value.get("price")
        if not isinstance(price, int | float) or isinstance(price, bool) or not 0 <= price < 1e5:
            raise self.fault(entry, "'price' must be in dollars; write price = 89")
        return Repair(name, self._asked(value, entry), round(price * 100))

    def _asked(self, value: dict[str, object], entry: str) -> tuple[str, ...]:
        asked = self.texts(value, "asked", entry)
        if not asked:
            raise self.fault(entry, "'asked' is empty; list how callers ask for it")
        for wording in asked:
            if not normal(wording):
                raise self.fault(entry, f"{wording!r} says too little to be found by; remove it")
        return asked

    def _hours(self, value: object) -> tuple[Hours, tuple[str, ...]]:
        entry = "hours"
        if not isinstance(value, dict):
            raise self.fault(entry, "it isn't a table; write [hours]")
        self.known(value, _HOURS, entry)
        zone = self.text(value, "time_zone", entry, 'write time_zone = "America/New_York"')
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.fault(entry, f"there is no time zone {zone!r}; name a city's") from None
        missing = [day for day in _DAYS if day not in value]
        if missing:
            raise self.fault(entry, f"{missing[0]!r} is missing; write its hours, or []")
        week = tuple(self._spans(value[day], f"hours, {day}") for day in _DAYS)
        return Hours(zone, week, self._holidays(value)), self._asked(value, entry)

    def _holidays(self, value: dict[str, object]) -> dict[date, Holiday]:
        if "holiday" not in value:
            return {}
        found: dict[date, Holiday] = {}
        for place, each in self.entries(value, "holiday"):
            name = self.text(each, "name", f"holiday {place}", "name the day")
            entry = f"holiday {place} ({name})"
            self.known(each, {"name", "date", "open"}, entry)
            day = each.get("date")
            if type(day) is not date:
                raise self.fault(entry, "'date' must be a date; write date = 2026-12-25")
            if day in found:
                raise self.fault(entry, f"{day} is {found[day].name}'s date too; remove one")
            found[day] = Holiday(name, self._spans(each.get("open", []), entry))
        return found

    def _spans(self, value: object, entry: str) -> tuple[Span, ...]:
        texts = value if isinstance(value, list) else [value]
        spans = tuple(self._span(text, entry) for text in texts)
        if any(end > start for (_, end), (start, _) in pairwise(spans)):
            raise self.fault(entry, "its hours overlap; put them in their order")
        return spans

    def _span(self, value: object, entry: str) -> Span:
        found = _SPAN.fullmatch(value) if isinstance(value, str) else None
        try:
            if found is None:
                raise ValueError
            start = time(int(found[1]), int(found[2]))
            end = time.max if found[3] == "24" else time(int(found[3]), int(found[4]))
        except ValueError:
            raise self.fault(entry, f'{value!r} is no hours; write "9:00-18:00"') from None
        if end <= start:
            raise self.fault(entry, f"{value!r} ends before it begins; turn it round")
        return start, end
