"""A text call in the console goes on after its process was killed, wherever that was."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from assistant.records.sql.opening import open_store
from assistant.shop.wording import lines
from statemachine import lines as conversation
from statemachine.triggers import CallerSpoke, ToBuying
from tests.calls import call_after, console

pytestmark = pytest.mark.timeout(180)

PATIENCE = 60.0
GREETED = "do you need support?"
SORRY = lines.RESUMED.wording


class Console:
    """A console whose lines come through a pipe that stays open, until it is killed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen = ""

    async def shows(self, text: str) -> str:
        """Wait until this appears; gives everything shown until then."""
        assert self._process.stdout is not None
        while text not in self.seen:
            line = await self._process.stdout.readline()
            assert line, f"ended before {text!r}:\n{self.seen}"
            self.seen += line.decode()
        return self.seen

    async def says(self, words: str, answer: str) -> str:
        """The caller says this, and waits for the answer."""
        self.seen = ""
        await self.types(words)
        return await self.shows(answer)

    async def types(self, words: str) -> None:
        """The caller says this."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n".encode())
        await self._process.stdin.drain()

    async def dies(self) -> None:
        """Kill -9."""
        self._process.kill()
        await self._process.wait()

    async def ends(self) -> int:
        """Wait for its end."""
        out, _ = await self._process.communicate()
        self.seen += out.decode()
        return self._process.returncode or 0


async def start(home: Path, call: str = "", **more: str) -> Console:
    """Start a console on the offline brain, whose records lie in this folder."""
    return Console(await console(home, {"LLM": "offline", "CALL": call, **more}))


async def again(home: Path, call: str, answer: str) -> Console:
    """Go on with a call; the caller hears an apology and then this, and no greeting."""
    console = await start(home, call)
    told = await console.shows(answer)
    assert SORRY in told
    assert GREETED not in told
    return console


def id_of(console: Console) -> str:
    """The call's id, as the console has told it."""
    found = re.search(r"CALL=(\S+)", console.seen)
    assert found is not None
    return found[1]


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    """What stands in the database."""
    with closing(sqlite3.connect(home / "calls.db")) as database:
        return list(database.execute(query))


async def test_a_call_goes_on_after_each_kill(tmp_path: Path) -> None:
    """Killed at every stage, it is one call: same state, facts, numbers, one order, one ticket."""
    async with asyncio.timeout(PATIENCE * 2):
        console = await start(tmp_path)
        await console.shows(GREETED)
        call = id_of(console)
        await console.dies()

        console = await again(tmp_path, call, conversation.OPENING_GREETING.wording.split(" {")[0])
        await console.says("I'm Dana and I want to buy an iPhone", "You're with sales.")
        await console.dies()

        console = await again(tmp_path, call, "Which iPhone are you thinking of")
        quote = "The iPhone Air with 256 GB is $999. Shall I order it for you?"
        await console.says("the iPhone Air", quote)
        await console.dies()

        console = await again(tmp_path, call, quote)
        await console.says("/state", "- caller's name: Dana")
        placed = await console.says("yes please", "your order number is")
        await console.dies()

        console = await again(tmp_path, call, "your order number is")
        numbers = {found for text in (placed, console.seen) for found in re.findall(r"S\d+", text)}
        assert len(numbers) == 1
        await console.says("my phone is broken, it has no sound", "under ticket")
        await console.dies()

        console = await again(tmp_path, call, "under ticket")
        await console.says("bye bye", "Goodbye!")
        assert await console.ends() == 0
    assert "greeting -> buying -> support -> ended, ended by end_support_call." in console.seen
    assert rows(tmp_path, "SELECT count(*) FROM orders") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM tickets") == [(1,)]
    assert rows(tmp_path, "SELECT count(*), max(ended_by) FROM calls") == [(1, "end_support_call")]


async def test_a_wish_on_its_way_to_the_next_desk_survives(tmp_path: Path) -> None:
    """Killed between the transfer and the answer: the next console answers what was asked."""
    store = await open_store(f"sqlite:///{tmp_path}/calls.db")
    wish = ToBuying("I'd like to buy the iPhone 17 Pro")
    call = await call_after(CallerSpoke(), wish, store=store, id="console-1")
    await store.close()
    async with asyncio.timeout(PATIENCE):
        console = await again(tmp_path, call.id, "The iPhone 17 Pro with 256 GB is $1,099.")
        assert "Which iPhone" not in console.seen
        assert "Caller:" not in console.seen
        await console.says("yes please", "your order number is")
        await console.dies()
    heard = rows(tmp_path, "SELECT count(*) FROM events WHERE trigger = 'caller_spoke'")
    assert heard == [(2,)]


@pytest.mark.parametrize("delay", [0.005, 0.02])
async def test_an_order_in_the_making_is_placed_once_or_asked_for_again(
    tmp_path: Path, delay: float
) -> None:
    """Killed right behind the yes, the next console tells the order or quotes once more."""
    async with asyncio.timeout(PATIENCE):
        console = await start(tmp_path)
        await console.shows(GREETED)
        call = id_of(console)
        await console.says("how much is the iPhone Air", "Shall I order it for you?")
        await console.types("yes please")
        await asyncio.sleep(delay)
        await console.dies()
        console = await start(tmp_path, call)
        await console.shows(SORRY)
        done = rows(tmp_path, "SELECT * FROM orders")
        await console.shows("your order number is" if done else "Shall I order it for you?")
        if not done:
            await console.says("yes please", "your order number is")
        await console.dies()
    assert rows(tmp_path, "SELECT count(*) FROM orders") == [(1,)]


async def test_a_call_taken_up_elsewhere_is_left_alone(tmp_path: Path) -> None:
    """The console that still has it says so at the caller's next words, and writes nothing more."""
    async with asyncio.timeout(PATIENCE):
        first = await start(tmp_path)
        await first.shows(GREETED)
        call = id_of(first)
        second = await again(tmp_path, call, "You're back with")
        before = rows(tmp_path, "SELECT count(*) FROM events")
        await first.types("hello")
        await first.types("hello")
        await first.shows("taken up elsewhere")
        assert await first.ends() == 0
        assert rows(tmp_path, "SELECT count(*) FROM events") == before
        await second.says("I want to buy an iPhone", "You're with sales.")
        await second.dies()


@pytest.mark.parametrize("ended", [False, True])
async def test_a_call_that_cannot_go_on_is_one_sentence(tmp_path: Path, ended: bool) -> None:
    """An unknown call and one that has ended: exit code 2, and what to do."""
    async with asyncio.timeout(PATIENCE):
        call = "nobody"
        if ended:
            console = await start(tmp_path)
            await console.types("/quit")
            await console.shows("ended by caller_hung_up")
            call = id_of(console)
            assert await console.ends() == 0
        console = await start(tmp_path, call, MODE="text")
        assert await console.ends() == 2
    sentence = f"Call {call} has ended: `make replay" if ended else "There is no call nobody: `make"
    assert console.seen.startswith(f"The call could not start: {sentence}")
    assert console.seen.count("\n") == 1


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        ("mysql://somewhere/calls", 2, "The call could not start: DATABASE_URL begins with mysql"),
        ("postgresql://nobody@127.0.0.1:9/calls", 0, "its beginning was not written down"),
    ],
)
async def test_a_wrong_address_is_no_call_and_a_database_that_is_away_is_one(
    tmp_path: Path, url: str, code: int, told: str
) -> None:
    """Nobody is turned away because the records can't be kept for now."""
    async with asyncio.timeout(PATIENCE):
        console = await start(tmp_path, DATABASE_URL=url)
        await console.types("/quit")
        assert await console.ends() == code
    assert told in console.seen
    assert (GREETED in console.seen) == (code == 0)
    assert "Traceback" not in console.seen
