"""What the shop has to see to: orders and tickets with whom they are for, as a table or as CSV."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.display import tell
from assistant.errors import MendableError
from assistant.records import Left
from assistant.records.sql.archive import SqlArchive
from statemachine.offers import money

HEAD = ("Number", "When", "What", "Price", "Name", "Call back on", "Status")
UNKNOWN = "-"


class LeftError(MendableError):
    """There is nothing to be marked; says what and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What is to be listed, `orders` or `tickets`, or marked done."""

    kind: str
    database_url: str
    every: bool = False
    """Whether what is done or cancelled is listed too."""
    as_csv: bool = False
    done: str = ""
    """The number of what is to be marked done."""
    most: int = 200


def run(wanted: Wanted) -> None:
    """List it, or mark it done.

    Raises:
        MendableError: it can't be read, or there is nothing of that number to be marked.
    """
    asyncio.run(_run(wanted))


async def _run(wanted: Wanted) -> None:
    archive = SqlArchive(wanted.database_url)
    try:
        number = wanted.done.strip().upper()
        if number:
            if not await archive.done(number):
                raise LeftError(
                    f"Nothing of the number {number} stands open: `make {wanted.kind}` lists it."
                )
            tell(f"{number} is done.")
            return
        left = await archive.left(wanted.kind, every=wanted.every, most=wanted.most)
    finally:
        await archive.close()
    _print(wanted, left)


def _print(wanted: Wanted, left: Sequence[Left]) -> None:
    if wanted.as_csv:
        sys.stdout.write(sheet(left))
        return
    if not left:
        tell(f"No {wanted.kind} stand open.")
        return
    table = [HEAD, *(tuple(cell or UNKNOWN for cell in _row(each)) for each in left)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        tell("  ".join(cells).rstrip())


def sheet(left: Sequence[Left]) -> str:
    """The same as CSV, for a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([[each.lower().replace(" ", "_") for each in HEAD], *map(_plain, left)])
    return written.getvalue()


def _row(each: Left) -> tuple[str, ...]:
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.at))
    price = "" if each.cents is None else money(each.cents)
    return (each.number, at, each.what, price, each.name, each.callback, each.status)


def _plain(each: Left) -> tuple[str, ...]:
    """A row for a spreadsheet, which takes what begins like a formula for one."""
    return tuple(f"'{cell}" if cell[:1] in _FORMULA else cell for cell in _row(each))


_FORMULA = ("=", "-", "@", "\t", "\r")
"""A telephone number's plus is none: it stands before digits alone."""
