"""Looking at calls that were held: a list, one call's trace, many calls' traffic, and a replay."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from pathlib import Path

from assistant.call import report
from assistant.display import shown, tell
from assistant.errors import MendableError
from assistant.history.pictures import picture, renderer
from assistant.language.telephone import masked
from assistant.records import CallRecord, Store, Summary, UnknownCall
from assistant.records.sql.opening import open_store
from statemachine.conversation import MACHINE
from statemachine.engine.flowchart import Overlay, render, trace
from statemachine.engine.flowchart.trace import clock
from statemachine.engine.journal.codec import plain
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.refusals import in_words
from statemachine.engine.journal.replay import ReplayError, Step, steps
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.engine.triggers import telling
from statemachine.facts import Facts
from statemachine.states import FINAL
from statemachine.table import TABLE

FOLDER = Path("data/traces")
"""Where pictures are drawn, below the working directory."""
SILENT = {
    "caller_hung_up": "the caller hung up",
    "caller_went_silent": "the caller went silent",
    "call_failed": "the call failed",
    "caller_put_on": "put on to a colleague's telephone",
}
"""Endings without a goodbye, in the shop's words."""
_INNER = frozenset(
    {"offers", "turn", "answer", "entered_at", "logged_at", "contact", "digits", "keys"}
)
_NUMBERS = frozenset({"line_number", "callback_number", "number", "said", "digits"})
"""Facts and arguments that are telephone numbers: two digits of each are told."""
"""Facts that only guards look at."""


@dataclass(frozen=True)
class Asked:
    """A command and what it is to look at."""

    command: str
    database_url: str
    call: str = ""
    most: int = 20
    folder: Path = FOLDER
    renderer: str = ""
    """The Graphviz program that draws; none is the one that comes along."""
    reports: Path | None = None
    """The folder in which calls' reports are written."""


class HistoryError(MendableError):
    """There is nothing to look at; says why and what to do."""


def run(asked: Asked) -> None:
    """Carry out a command and print what it finds.

    Raises:
        MendableError: it can't be carried out.
    """
    try:
        asyncio.run(_with_store(asked))
    except UnknownCall:
        raise HistoryError(f"There is no call {asked.call}: `make calls` lists them.") from None
    except ReplayError as error:
        raise HistoryError(str(error)) from None


async def _with_store(asked: Asked) -> None:
    if asked.command in NEED_A_CALL and not asked.call:
        raise HistoryError(f"Which call? `make {asked.command} CALL=...`; `make calls` lists them.")
    store = await open_store(asked.database_url)
    try:
        await COMMANDS[asked.command](asked, store)
    finally:
        await store.close()


# A list


async def _calls(asked: Asked, store: Store) -> None:
    found = await store.recent(asked.most)
    if not found:
        tell("No calls so far: `make console` holds one.")
        return
    head = ("When", "Lasted", "Call", "Path", "How it ended", "Order", "Ticket")
    _print_table([head, *map(_row, found)])


def _row(call: Summary) -> tuple[str, ...]:
    orders = ", ".join(order.number for order in call.orders)
    tickets = ", ".join(f"{ticket.number} ({ticket.status})" for ticket in call.tickets)
    lasted = clock(call.ended - call.began) if call.ended else "?"
    path = " > ".join(state for state in call.path if state != FINAL.value)
    return day(call.began), lasted, call.id, path, how(call.ended_by), orders or "-", tickets or "-"


def how(ended_by: str) -> str:
    """How a call ended, in the shop's words."""
    if not ended_by:
        return "not ended: on, or cut off"
    return SILENT.get(ended_by, "with a goodbye")


def day(at: float) -> str:
    """A moment in local time: `2026-11-22 20:14`."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


# One call


async def _trace(asked: Asked, store: Store) -> None:
    record = await store.read(asked.call)
    title, *more = _titles(record)
    overlay = trace.of_call(TABLE, " · ".join((title, *more)), record.journal, record.began)
    tell("\n".join((title, *(f"  {line}" for line in more), "")))
    _print_table([("", "At", "What", "Where"), *overlay.notes])
    tell()
    for stay in trace.stays(TABLE, record.journal, record.began):
        if stay.state is not FINAL:
            tell(f"  {clock(stay.seconds):>6}  with {stay.state.desk}")
    tell(f"\n{_drawn(asked, asked.call, overlay)}")


def _titles(record: CallRecord) -> list[str]:
    ending = [e for e in record.journal if e.accepted and e.target == FINAL.value]
    last = record.journal[-1].at if record.journal else record.began
    order = [e for e in record.journal if e.accepted and e.trigger == "confirm_purchase"]
    ticket = [e for e in record.journal if e.accepted and e.trigger == "log_support_issue"]
    return [
        f"Call {record.id}, {day(record.began)}",
        f"lasted {clock(last - record.began)}",
        how(ending[-1].trigger if ending else "").replace("with", "ended with"),
        f"{len(order) or 'no'} order{'s' * (len(order) > 1)}",
        f"{len(ticket) or 'no'} ticket{'s' * (len(ticket) > 1)}",
    ]


def _drawn(asked: Asked, name: str, overlay: Overlay) -> str:
    """Draw it, and say where."""
    dot, text = renderer(asked.renderer), shown(render(TABLE, overlay))
    asked.folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w.-]", "_", name)
    paths = [asked.folder / f"{stem}.{kind}" for kind in ("svg", "png")]
    for path in paths:
        path.write_bytes(picture(text, path.suffix[1:], dot))
    return f"Drawn: {' and '.join(map(str, paths))}"


async def _replay(asked: Asked, store: Store) -> None:
    record = await store.read(asked.call)
    tell(f"Call {record.id} began {day(record.began)}; reference {record.opening.reference}.")
    before, stands = record.opening, "greeting"
    for step in steps(record.opening, record.journal, MACHINE):
        tell("\n".join(_step(step, before, record.began)))
        before, stands = step.facts, step.state.value
    tell(f"Replayed: it stands in {stands}, and the facts are those that were noted.")


def _step(step: Step[Facts], before: Facts, began: float) -> list[str]:
    entry = step.entry
    told_of = telling(TABLE.triggers.get(entry.trigger), entry.arguments)
    given = ", ".join(f"{key}={_discreet(key, value)}" for key, value in told_of.items())
    moved = entry.source if entry.source == entry.target else f"{entry.source} -> {entry.target}"
    told = [f"{step.number:>4}  {clock(entry.at - began):>6}  {moved:<20}  {_named(entry, given)}"]
    if not entry.accepted:
        return [*told, *(f"{'':14}  refused: {reason}" for reason in in_words(entry, TABLE))]
    return [*told, *(f"{'':14}  {line}" for line in _changes(before, step.facts))]


def _named(entry: Entry, given: str) -> str:
    return f"{entry.trigger}({given})"


def _changes(before: Facts, after: Facts) -> list[str]:
    """The facts that an entry has changed, as they are then."""
    return [
        f"{each.name} = {_discreet(each.name, _told(getattr(after, each.name)))}"
        for each in fields(Facts)
        if each.name not in _INNER and getattr(before, each.name) != getattr(after, each.name)
    ]


def _discreet(name: str, value: str) -> str:
    known = name in _NUMBERS and value not in ("nothing", FORGOTTEN)
    return masked(value.replace(" ", "")) if known else value


def _told(value: object) -> str:
    data = plain(value)
    several = data if isinstance(data, list) else [data]
    return "; ".join(
        ", ".join(f"{key} {part}" for key, part in each.items() if part not in ("", None))
        if isinstance(each, dict)
        else str(each) or "nothing"
        for each in several
    )


async def _forget(asked: Asked, store: Store) -> None:
    try:
        await store.forget(asked.call)
    except UnknownCall:  # the database may have been away for the whole of it
        _forget_report(asked)
        raise
    tell(f"Call {asked.call}: the caller's words are gone; its states, order and counts stay.")
    if not _forget_report(asked):
        tell(f"No report of it was found: {_searched(asked)}.")
    tell("A report written elsewhere (REPORT=FILE) has to be deleted by hand.")


def _forget_report(asked: Asked) -> bool:
    """Blank the call's report where reports are kept; whether there was one."""
    path = asked.reports and report.path_of(asked.reports, asked.call)
    if not path or not report.forget(path):
        return False
    tell(f"The caller's words are gone from its report too, {path}.")
    return True


def _searched(asked: Asked) -> str:
    return f"there is none in {asked.reports}" if asked.reports else "REPORTS names no folder"


# Many calls


async def _traffic(asked: Asked, store: Store) -> None:
    found = await store.recent(asked.most)
    if not found:
        tell("No calls so far: `make console` holds one.")
        return
    records = [await store.read(call.id) for call in found]
    seen = trace.traffic(TABLE, ((record.began, record.journal) for record in records))
    first, last = min(record.began for record in records), max(record.began for record in records)
    title = f"{trace.calls(seen.calls)}, {day(first)} to {day(last)}"
    tell(f"{title}\n")
    ways = sorted(seen.ways.items(), key=lambda each: (-each[1], each[0]))
    rows = [
        (str(number), f"{number / seen.calls:.0%}", source, trigger, target)
        for (source, trigger, target), number in ways
    ]
    _print_table([("Calls", "Share", "From", "Trigger", "To"), *rows])
    tell("\nWhere they ended:")
    ends = sorted(seen.left.items(), key=lambda each: (-each[1], each[0]))
    _print_table([(str(n), f"{n / seen.calls:.0%}", w[0].desk, how(w[1])) for w, n in ends])
    if seen.refused:
        tell("\nRefused:")
        most = sorted(seen.refused.items(), key=lambda each: (-each[1], each[0]))
        _print_table([(f"{n} x", trigger, f"at {state.desk}") for (state, trigger), n in most])
    tell(f"\n{_drawn(asked, 'traffic', trace.of_traffic(TABLE, title, seen))}")


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        tell("  ".join(cells).rstrip())


COMMANDS: dict[str, Callable[[Asked, Store], Awaitable[None]]] = {
    "calls": _calls,
    "trace": _trace,
    "traffic": _traffic,
    "replay": _replay,
    "forget": _forget,
}
NEED_A_CALL = frozenset({"trace", "replay", "forget"})
