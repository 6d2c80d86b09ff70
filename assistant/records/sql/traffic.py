"""Which ways calls took, in a database: the days that are over are summed up once, and kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Integer, cast, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from assistant.records.past import Count, WaysTaken
from assistant.records.sql.schema import (
    CALLS,
    EVENTS,
    TRAFFIC_DAYS,
    TRAFFIC_VISITS,
    TRAFFIC_WAYS,
    WAYS,
)
from statemachine.engine.journal.codec import fingerprint
from statemachine.table import TABLE

DAY = 86_400.0
SETTLED = 3_600.0
"""Seconds after a day's end until it is summed up: its last calls have ended by then."""

Way = tuple[str, str, str, bool]
_WAY = ("source", "trigger", "target", "accepted")


@dataclass
class Sums:
    """Ways and visits of some calls; no call is in two of these, so they add up."""

    ways: dict[Way, tuple[int, int, float]] = field(default_factory=dict)
    """Of each way its calls, its times, and the seconds from each call's beginning."""
    visits: dict[str, int] = field(default_factory=dict)

    def add(self, ways: Iterable[Any], visits: Iterable[Any]) -> None:
        """Add what was found in the database."""
        for row in ways:
            # What a model made up may be a caller's words: it is counted nowhere, and kept nowhere.
            if row.trigger in TABLE.triggers:
                way = row.source, row.trigger, row.target, bool(row.accepted)
                calls, times, seconds = self.ways.get(way, (0, 0, 0.0))
                found = calls + int(row.calls), times + int(row.times), seconds + float(row.seconds)
                self.ways[way] = found
        for row in visits:
            self.visits[row.state] = self.visits.get(row.state, 0) + int(row.calls)


@dataclass(frozen=True)
class Day:
    """A day's traffic, summed up."""

    day: int
    calls: int
    sums: Sums


def taken(on: Connection, since: float, until: float) -> WaysTaken:
    """Which ways the calls took that began in a span and have ended.

    Whole days are taken as they were summed up; what lies beside them is counted now, and so is a
    day of which a call has ended since.
    """
    ended, sums = _ended(on, since, until), Sums()
    kept = _kept(on, ended)
    whole = {day for day in kept & ended.keys() if since <= day * DAY and (day + 1) * DAY <= until}
    if whole:
        sums.add(*_of_days(on, whole))
    for first, end in _runs(sorted(ended.keys() - whole)):
        sums.add(*_counted(on, max(since, first * DAY), min(until, end * DAY)))
    counts = tuple(Count(*way, *found) for way, found in sums.ways.items())
    return WaysTaken(sum(ended.values()), counts, sums.visits)


def due(on: Connection, now: float) -> list[int]:
    """The days that are over, have calls, and are not summed up as they stand; the last first."""
    ended = _ended(on, 0.0, (now - SETTLED) // DAY * DAY)
    return sorted(ended.keys() - _kept(on, ended), reverse=True)


def of_day(on: Connection, day: int) -> Day:
    """Sum a day up."""
    first, end = day * DAY, (day + 1) * DAY
    # Calls first: one that ends between the two questions makes the day due again.
    calls, sums = _ended(on, first, end).get(day, 0), Sums()
    sums.add(*_counted(on, first, end))
    return Day(day, calls, sums)


def keep(on: Connection, found: Day) -> None:
    """Write a day's sums down, in place of those that are there."""
    dialect = postgresql if on.dialect.name == "postgresql" else sqlite
    values = {"calls": found.calls, "version": fingerprint(TABLE)}
    noting = dialect.insert(TRAFFIC_DAYS).values(day=found.day, **values)
    # First of all: whoever sums up the same day in this moment waits for it.
    on.execute(noting.on_conflict_do_update(index_elements=["day"], set_=values))
    for table in (TRAFFIC_WAYS, TRAFFIC_VISITS):
        on.execute(delete(table).where(table.c.day == found.day))
    ways = [
        {
            **dict(zip(_WAY, way, strict=True)),
            "day": found.day,
            "calls": calls,
            "times": times,
            "seconds": seconds,
        }
        for way, (calls, times, seconds) in found.sums.ways.items()
    ]
    visits = [
        {"day": found.day, "state": state, "calls": calls}
        for state, calls in found.sums.visits.items()
    ]
    for table, new in ((TRAFFIC_WAYS, ways), (TRAFFIC_VISITS, visits)):
        if new:
            on.execute(insert(table), new)


def _ended(on: Connection, since: float, until: float) -> dict[int, int]:
    """How many calls that began in a span have ended, by their day."""
    day = cast(func.floor(CALLS.c.began / DAY), Integer).label("day")
    asked = select(day, func.count().label("calls")).where(*_inside(since, until)).group_by(day)
    return {row.day: row.calls for row in on.execute(asked)}


def _kept(on: Connection, ended: Mapping[int, int]) -> set[int]:
    """The days whose sums are of as many calls as have ended by now, and of today's table."""
    if not ended:
        return set()
    found = select(TRAFFIC_DAYS).where(TRAFFIC_DAYS.c.day.between(min(ended), max(ended)))
    ours = fingerprint(TABLE)
    summed = on.execute(found.where(TRAFFIC_DAYS.c.version == ours))
    return {row.day for row in summed if row.calls == ended.get(row.day)}


def _of_days(on: Connection, days: Collection[int]) -> tuple[Iterable[Any], Iterable[Any]]:
    """The ways and visits of days that are summed up."""
    of_way = [TRAFFIC_WAYS.c[name] for name in _WAY]
    summed = [func.sum(TRAFFIC_WAYS.c[name]).label(name) for name in ("calls", "times", "seconds")]
    ways = select(*of_way, *summed).where(TRAFFIC_WAYS.c.day.in_(days)).group_by(*of_way)
    state, calls = TRAFFIC_VISITS.c.state, func.sum(TRAFFIC_VISITS.c.calls).label("calls")
    visits = select(state, calls).where(TRAFFIC_VISITS.c.day.in_(days)).group_by(state)
    return on.execute(ways).all(), on.execute(visits).all()


def _counted(on: Connection, since: float, until: float) -> tuple[Iterable[Any], Iterable[Any]]:
    """The ways and visits of the calls of a span, counted from their journals."""
    way = [EVENTS.c[name] for name in _WAY]
    calls = func.count(EVENTS.c.call.distinct()).label("calls")
    inside = (*_inside(since, until), WAYS)
    ways = (
        select(
            *way,
            calls,
            func.count().label("times"),
            func.sum(EVENTS.c.at - CALLS.c.began).label("seconds"),
        )
        .join(CALLS, CALLS.c.id == EVENTS.c.call)
        .where(*inside)
        .group_by(*way)
    )
    visits = (
        select(EVENTS.c.target.label("state"), calls)
        .join(CALLS, CALLS.c.id == EVENTS.c.call)
        .where(*inside, EVENTS.c.accepted, EVENTS.c.source != EVENTS.c.target)
        .group_by(EVENTS.c.target)
    )
    return on.execute(ways).all(), on.execute(visits).all()


def _runs(days: list[int]) -> Iterable[tuple[int, int]]:
    """Days that follow each other, each run with the day behind it."""
    for place, day in enumerate(days):
        if place == 0 or days[place - 1] != day - 1:
            first = day
        if place + 1 == len(days) or days[place + 1] != day + 1:
            yield first, day + 1


def _inside(since: float, until: float) -> tuple[Any, ...]:
    return CALLS.c.began >= since, CALLS.c.began < until, CALLS.c.ended.is_not(None)
