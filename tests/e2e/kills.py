"""Calls whose worker is killed in the middle: who is killed, when, and what the caller hears."""

from __future__ import annotations

import asyncio
import contextlib
import re
import signal
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

import psutil

from assistant.records import CallRecord, RecordError
from assistant.records.sql.store import SqlStore
from assistant.worker.local import LocalServer
from statemachine.engine.journal.course import Course
from statemachine.table import TABLE
from tests.e2e.caller import PATIENCE, Caller, calling
from tests.e2e.conftest import RunningWorker, StartWorker, room_is_gone, until

AGENT = "killed"
SAYS = (
    (
        "new iphone|need support|what can i do|didn't (?:catch|hear)",
        "I want to buy the iPhone Air.",
    ),
    ("which iphone|suggest|don't sell", "The iPhone Air, please."),
    ("order it", "Yes, please."),
    ("order number", "No, thank you. Goodbye."),
)
"""What a caller who wants one iPhone answers, by what they heard last."""
VICTIMS = ("job", "worker", "everything")
"""Who is killed: the process of the call, the worker above it, or both at once, as when a machine
loses its power."""


@dataclass(frozen=True)
class Kill:
    """What came of one kill; times are in seconds."""

    victim: str
    after: float
    """Into the call."""
    state: str
    """Where the call stood."""
    silence: float | None
    """Until the next agent's first sound; None if the call had ended already."""
    claims: int
    """Epochs from the kill on, the one that was killed among them."""
    orders: int

    def row(self) -> str:
        """It as a line of the table."""
        silence = "-" if self.silence is None else f"{self.silence:.2f}"
        return (
            f"{self.victim:<10} {self.after:6.1f} s  {self.state:<9} {silence:>7}  "
            f"{self.orders:>6}  {self.claims:>6}"
        )


def table(kills: Sequence[Kill]) -> str:
    """All kills, and what the silences come to."""
    rows = ["killed     at        state     next sound  orders  epochs", *(k.row() for k in kills)]
    silences = sorted(kill.silence for kill in kills if kill.silence is not None)
    if silences:
        rows.append(
            f"next sound: median {statistics.median(silences):.2f} s, "
            f"{silences[0]:.2f} to {silences[-1]:.2f} s, of {len(silences)}"
        )
    return "\n".join(rows)


class Fleet:
    """Two workers on one database, one of which is replaced whenever it is killed."""

    def __init__(self, start: StartWorker, database: str, **settings: str) -> None:
        self._start = start
        self.settings = {"AGENT_NAME": AGENT, "DATABASE_URL": database, **settings}
        self.agent = self.settings["AGENT_NAME"]
        self.workers: list[RunningWorker] = []

    async def complete(self, number: int = 2) -> None:
        """Have as many workers as that."""
        self.workers = [worker for worker in self.workers if worker.process.poll() is None]
        for _ in range(number - len(self.workers)):
            started = await asyncio.to_thread(self._start, **self.settings)
            self.workers.append(started)

    async def serving(self, call: str) -> tuple[RunningWorker, psutil.Process]:
        """The worker of a call, and its process; of several the last."""

        def found() -> list[tuple[str, RunningWorker, int]]:
            return [(at, each, pid) for each in self.workers for at, pid in each.serving(call)]

        await until(lambda: bool(found()), f"nobody serves {call}", PATIENCE)
        _, worker, pid = max(found(), key=lambda each: each[0])
        return worker, psutil.Process(pid)


def kill(victim: str, worker: RunningWorker, process: psutil.Process) -> None:
    """End processes without a word."""
    if victim == "job":
        chosen = [process]
    else:
        chosen = worker.family() if victim == "everything" else worker.family()[:1]
    send(signal.SIGKILL, chosen)


def send(sign: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    """Send a signal to each, as close together as can be."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(sign)


async def record(store: SqlStore, call: str) -> CallRecord:
    """All that is written of a call."""
    async with asyncio.timeout(10.0):
        while True:
            with contextlib.suppress(RecordError):
                return await store.read(call)
            await asyncio.sleep(0.1)


async def buys_one(caller: Caller) -> list[str]:
    """Answer whatever is asked until the call is over; the order numbers that were heard."""
    said, answer = 0, ""
    while not caller.gone.is_set():
        heard = " ".join(caller.heard[said:])
        if not re.search("still there|hear you", heard, re.IGNORECASE):  # else the same again
            answer = _answer(heard)
        if answer:
            said = len(caller.heard)
            await caller.say(answer)
        next_words = asyncio.create_task(caller.listen())
        over = asyncio.create_task(caller.gone.wait())
        done, rest = await asyncio.wait(
            {next_words, over}, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
        )
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        assert done, f"silence after {caller.heard[-3:]}"
    return re.findall(r"order number is (\S+)", " ".join(caller.heard), re.IGNORECASE)


def _answer(heard: str) -> str:
    """What to say to the last question in these words."""
    places = [
        (max((found.end() for found in re.finditer(asked, heard, re.IGNORECASE)), default=0), say)
        for asked, say in SAYS
    ]
    at, say = max(places)
    return say if at else ""


@contextlib.asynccontextmanager
async def buying(server: LocalServer, room: str, fleet: Fleet) -> AsyncIterator[tuple[Caller, str]]:
    """A caller who was answered and buys one iPhone, and their call; leaving waits for its end."""
    async with calling(server, room, agent=fleet.agent) as caller:
        call = await caller.sid()
        until_the_end = asyncio.create_task(buys_one(caller))
        try:
            async with asyncio.timeout(PATIENCE):
                await caller.answered.wait()
            yield caller, call
            await until_the_end
        finally:
            until_the_end.cancel()


async def one_kill(
    server: LocalServer, fleet: Fleet, store: SqlStore, room: str, victim: str, after: float
) -> Kill:
    """A call that is killed after so many seconds, and goes on to its end."""
    async with buying(server, room, fleet) as (caller, call):
        begun = time.monotonic()
        await fleet.serving(call)
        await asyncio.sleep(max(0.0, begun + after - time.monotonic()))
        standing = await record(store, call)
        state = Course(TABLE, standing.journal).path[-1]
        # Whoever serves it now: on a busy machine it may have been taken up before it is killed.
        worker, process = await fleet.serving(call)
        before = set(caller.first_sounds)
        at = time.monotonic()
        kill(victim, worker, process)
    await room_is_gone(server, room)
    written = await record(store, call)
    orders = [entry for entry in written.journal if entry.accepted and "confirm" in entry.trigger]
    sounds = [t for who, t in caller.first_sounds.items() if who not in before]
    print(room, caller.heard)  # shown where a test fails
    ended = Course(TABLE, written.journal).path[-1]
    assert ended == "ended", f"{call} stands in {ended}: {caller.heard}"
    return Kill(
        victim,
        at - begun,
        state,
        min(sounds) - at if sounds else None,
        written.epoch - standing.epoch + 1,
        len(orders),
    )
