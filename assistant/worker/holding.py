"""A worker holds the calls of all its processes in one statement, while each shows that it lives.

A process beats, over a socket of the worker's; what became of its call comes back. One that doesn't
beat for a while hangs: its call is held no longer, and it is ended. A worker that hangs answers
nobody, and its processes then hold their calls themselves (`assistant.worker.lease`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.records import Hold, RecordError, Store
from assistant.worker.timing import USUAL, Timing

log = logging.getLogger("assistant.lease")

ADDRESS = "HOLDING_SOCKET"
"""The environment's variable by which a worker's processes find its socket."""
_BEAT = b"\n"


@contextlib.contextmanager
def address() -> Iterator[str]:
    """A place for a worker's socket, told to all that it begins, until this is left.

    Where sockets have no paths (Windows) there is none, and each process holds its own call.
    """
    if sys.platform == "win32":
        yield ""
        return
    folder = Path(tempfile.mkdtemp(prefix="holding-"))  # for nobody else: mode 0700
    os.environ[ADDRESS] = str(folder / "socket")
    try:
        yield os.environ[ADDRESS]
    finally:
        os.environ.pop(ADDRESS, None)
        shutil.rmtree(folder, ignore_errors=True)


def _told() -> str:
    return os.environ.get(ADDRESS, "")


@dataclass
class _Kept:
    """A call that is held for a process, until it should have shown that it lives."""

    owner: str
    until: float
    line: asyncio.StreamWriter | None = None
    """Where it beats; none while it starts."""
    asks: bool = False
    """Whether it waits for an answer."""
    told: Hold = Hold.UNKNOWN
    told_at: float = -math.inf
    """What the records said last, and when."""

    def answer(self) -> None:
        """Tell the process."""
        if self.line is not None and self.asks:
            self.asks = False
            self.line.write(f"{self.told.value}\n".encode())


class Holding:
    """Renews the leases of a worker's calls; `late` is told of one whose process beats no more.

    `at` is where it listens; with nothing there it does nothing.
    """

    def __init__(
        self,
        store: Store,
        late: Callable[[str], None],
        timing: Timing = USUAL,
        at: str | None = None,
    ) -> None:
        self._at = _told() if at is None else at
        self._store = store
        self._late = late
        self._timing = timing
        self._kept: dict[str, _Kept] = {}

    async def run(self) -> None:
        """Hold calls until cancelled; then each process holds its own."""
        if not self._at:
            return
        try:
            server = await asyncio.start_unix_server(self._attend, self._at)
        except OSError as error:  # a path that is too long, or a folder that is full
            log.warning("Each process holds its own call: no socket here (%s).", error)
            return
        try:
            await self._beat()
        finally:
            server.close()
            for kept in self._kept.values():
                if kept.line is not None:
                    kept.line.close()
            self._kept.clear()

    def expect(self, call: str, owner: str) -> None:
        """Hold a call for a process that starts, on a busy machine for a while longer."""
        if self._at:
            self._kept[call] = _Kept(owner, _now() + self._timing.beginning)

    def drop(self, call: str, owner: str) -> None:
        """Hold a call no longer for this process."""
        kept = self._kept.get(call)
        if kept is not None and kept.owner == owner:
            del self._kept[call]

    async def _beat(self) -> None:
        while True:
            due = _now() + self._timing.heartbeat
            await asyncio.sleep(self._timing.heartbeat)
            late = max(_now() - due, 0.0)
            for kept in self._kept.values():
                kept.until += late  # whoever slept heard nobody
            self._part_with_the_late(_now())
            await self._renew()

    def _part_with_the_late(self, now: float) -> None:
        for call, kept in list(self._kept.items()):
            if kept.until < now:
                del self._kept[call]
                if kept.line is not None:
                    kept.line.close()
                    self._late(call)

    async def _renew(self) -> None:
        if not (asked := dict(self._kept)):
            return
        owners = {call: kept.owner for call, kept in asked.items()}
        try:
            told = await self._store.renew_all(owners, self._timing.lease)
        except RecordError:  # each process finds out for itself, and tells of it
            told = {}
        for call, kept in asked.items():
            kept.told, kept.told_at = told.get(call, Hold.UNKNOWN), _now()
            kept.answer()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One process, which says whose it is and then beats, until it hangs up."""
        kept = None
        try:
            call, owner = json.loads(await reader.readuntil(_BEAT))
            before = self._kept.get(call)
            if before is None or before.owner == owner:  # else the call is another process's
                self._kept[call] = kept = _Kept(owner, 0.0, writer)
            while kept is not None and self._kept.get(call) is kept:
                kept.until, kept.asks = _now() + self._timing.hanging, True
                if _now() - kept.told_at < self._timing.heartbeat:
                    kept.answer()
                await reader.readuntil(_BEAT)
        except (OSError, EOFError, ValueError):
            pass
        finally:
            if kept is not None and self._kept.get(call) is kept:
                del self._kept[call]
            writer.close()


class Above:
    """The worker above a call's process, which holds the call for it."""

    def __init__(
        self, call: str, owner: str, patience: float = 0.4 * USUAL.lease, at: str | None = None
    ) -> None:
        self._at = _told() if at is None else at
        self._call = call
        self._owner = owner
        self._patience = patience
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def told(self) -> Hold:
        """Show that this process lives; what became of its call, unknown if nobody answers."""
        if not self._at:
            return Hold.UNKNOWN
        try:
            async with asyncio.timeout(self._patience):
                return await self._asked()
        except (OSError, EOFError, ValueError, TimeoutError):
            self.close()
            return Hold.UNKNOWN

    async def _asked(self) -> Hold:
        said = _BEAT
        if self._line is None:
            self._line = await asyncio.open_unix_connection(self._at)
            said = json.dumps([self._call, self._owner]).encode() + _BEAT
        reader, writer = self._line
        writer.write(said)
        return Hold((await reader.readuntil(_BEAT)).decode().strip())

    def close(self) -> None:
        """Be held no longer."""
        if self._line is not None:
            self._line[1].close()
            self._line = None


def _now() -> float:
    return asyncio.get_running_loop().time()
