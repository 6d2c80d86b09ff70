"""When the shop is open, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AHEAD = 60
"""Days looked ahead for the next opening; a shop that is closed for longer says only its week."""

Span = tuple[time, time]
"""From when until when a shop is open on a day."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date with hours of its own; no spans: closed."""

    name: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Hours:
    """A week's hours in the shop's own time zone, and the dates that differ."""

    zone: str
    """As the tz database names it: `America/New_York`."""
    week: tuple[tuple[Span, ...], ...]
    """Seven days from Monday; a day without spans is closed."""
    holidays: Mapping[date, Holiday] = field(default_factory=dict)

    def at(self, seconds: float) -> datetime:
        """A moment in seconds since 1970, by the shop's own clock."""
        return datetime.fromtimestamp(seconds, ZoneInfo(self.zone))

    def spans(self, day: date) -> tuple[Span, ...]:
        """From when until when it is open on a date."""
        holiday = self.holidays.get(day)
        return holiday.spans if holiday else self.week[day.weekday()]

    def closes(self, now: datetime) -> time | None:
        """When it closes, where it is open now."""
        here = now.time().replace(tzinfo=None)
        return next((end for start, end in self.spans(now.date()) if start <= here < end), None)

    def opens(self, now: datetime) -> datetime | None:
        """When it opens next, where it is closed now."""
        here = now.replace(tzinfo=None)
        for ahead in range(_AHEAD):
            day = now.date() + timedelta(days=ahead)
            for start, _ in self.spans(day):
                if datetime.combine(day, start) >= here:
                    return datetime.combine(day, start)
        return None

    def again(self, now: datetime) -> str:
        """When it opens next, as it is said: "tomorrow at 9 am"; empty where that isn't known."""
        opening = self.opens(now)
        if opening is None:
            return ""
        return f"{_day(opening.date(), now.date())} at {clock(opening.time())}"

    def now(self, now: datetime) -> str:
        """Whether it is open, as it is said: "We're open until 6 pm today."."""
        if (closing := self.closes(now)) is not None:
            return f"We're open until {clock(closing)} today."
        why = self.holidays.get(now.date())
        closed = f"We're closed today, it's {why.name}" if why and not why.spans else ""
        when = self.again(now)
        if not when:
            return f"{closed or 'We are closed at the moment'}."
        if closed:
            return f"{closed}, and open again {when}."
        return f"We're closed right now, and open {when}."

    def usual(self) -> str:
        """The week, days with the same hours together: "Monday to Friday 9 am to 6 pm, ..."."""
        told: list[str] = []
        for spans, days in groupby(enumerate(self.week), key=lambda each: each[1]):
            names = [DAYS[place] for place, _ in days]
            joint = " and " if len(names) == 2 else " to "
            name = names[0] if len(names) == 1 else f"{names[0]}{joint}{names[-1]}"
            hours = " and ".join(f"{clock(start)} to {clock(end)}" for start, end in spans)
            told.append(f"{name} {hours}" if spans else f"closed {name}")
        return f"Our usual hours are {', '.join(told)}."


def clock(at: time) -> str:
    """A time of day as it is said: "9 am", "5:30 pm", "noon"."""
    if at == time(12):
        return "noon"
    if at >= time(23, 59):
        return "midnight"
    half = "am" if at.hour < 12 else "pm"
    hour = at.hour % 12 or 12
    return f"{hour}:{at.minute:02d} {half}" if at.minute else f"{hour} {half}"


def _day(day: date, today: date) -> str:
    if day == today:
        return "today"
    if day == today + timedelta(days=1):
        return "tomorrow"
    name = DAYS[day.weekday()]
    return f"on {name}" if day - today < timedelta(days=7) else f"on {name}, {day:%B} {day.day}"
