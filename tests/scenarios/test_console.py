"""The console as a person meets it: a process of its own, with a pipe or a terminal before it."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.shop.wording import lines
from statemachine import lines as conversation
from tests.fakes import Use
from tests.openai_server import Server, Step, fails, says, uses

pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parents[2]
KEY = "sk-never-to-be-seen"
PATIENCE = 240.0
EMPTY = ("LLM", "SHOP", "REPORT", "LOG", "CUSTOMIZE", "NO_COLOR")
EMPTY += ("OPENAI_MODEL", "OPENAI_TEMPERATURE", "FIRST_WORD_SECONDS", "DATABASE_URL")
KEYS = {"path", "facts", "orders", "tickets", "triggers", "model", "ended_by"}
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@dataclass(frozen=True)
class Outcome:
    """How a console ended."""

    code: int
    out: str
    err: str
    report: dict[str, Any] | None
    asked: tuple[str, ...]
    """What the caller had said last at each request, as the server got it."""


def environment(home: Path, url: str = "http://127.0.0.1:9/v1", **more: str) -> dict[str, str]:
    """An environment with nobody's keys or settings in it, but the scripted server's."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": str(home),
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "DEEPGRAM_API_KEY": "",
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": url,
        **dict.fromkeys(EMPTY, ""),
        "DATABASE_URL": f"sqlite:///{home}/calls.db",
        **more,
    }


@dataclass(frozen=True)
class Console:
    """One console to run: what it reads, what the model answers, how it is started."""

    typed: bytes = b""
    script: tuple[Step, ...] = ()
    options: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    interrupted: bool = False
    """Whether Ctrl-C is pressed once the greeting is there; the input stays open until then."""

    async def run(self, home: Path) -> Outcome:
        """Run it to its end."""
        report = home / "report.json"
        options = [option.format(home=home) for option in self.options]
        if not any(option.startswith("--report") for option in options):
            options += ["--report", str(report)]
        async with Server(*self.script) as server:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "assistant", "console", *options),
                cwd=ROOT,
                env=environment(home, server.url, **dict(self.env)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(PATIENCE):
                    seen = await self._interrupt(process) if self.interrupted else b""
                    out, err = await process.communicate(self.typed)
            finally:
                if process.returncode is None:
                    process.kill()
            words = [request.messages[-1]["content"] for request in server.requests]
        assert process.returncode is not None
        written = json.loads(report.read_text()) if report.exists() else None
        text = (seen + out).decode(), err.decode()
        return Outcome(process.returncode, *text, written, tuple(words))

    @staticmethod
    async def _interrupt(process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None
        seen = b""
        while b"support?" not in seen and not process.stdout.at_eof():
            seen += await process.stdout.readline()
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        return seen


def lines_of(*typed: str) -> bytes:
    """Lines as a pipe brings them."""
    return "".join(f"{line}\n" for line in typed).encode()


LONG = "and it is really very important to me that you know this " * 200
BUY = uses(Use("to_buying"))
AIR = uses(Use("select_model", {"model": "Air", "colour": "sky blue"}))

CONSOLES = {
    "goodbye": Console(
        lines_of(
            "I'm Dana, buy",
            "the air",
            "",
            "  ",
            "yes",
            "broken",
            "no sound",
            "bye",
            "hello?",
            "/help",
        ),
        (
            uses(Use("record_name", {"name": "dana"}), Use("to_buying")),
            AIR,
            uses(Use("to_support")),
            uses(Use("log_support_issue", {"issue": "no sound"})),
            uses(Use("end_support_call")),
        ),
    ),
    "input runs out": Console(lines_of("buy", "what now")[:-1], (BUY, says("Which one?"))),
    "quit": Console(lines_of("/state", "/why", "/quit", "buy"), ()),
    "refused": Console(
        lines_of("yes", "/why", "/nope"), (uses(Use("confirm_purchase")), says("Sales or support?"))
    ),
    "model down": Console(
        lines_of("one", "two", "three", "four"), (fails(500),) * 6, env=(("FALLBACK", "off"),)
    ),
    "wrong key": Console(lines_of("hello"), (fails(401, f"bad key {KEY}"),)),
    "odd input": Console(
        b"caf\xe9 \xff\xfe please\n" + lines_of(LONG, "naïve 📱") + b"a\x00b\x1b[31m\x07\r\n",
        (says("Say that again?"),) * 4,
    ),
    "customize": Console(
        lines_of("hello"), (says("Yes?"),), ("--no-color",), (("CUSTOMIZE", "1"),)
    ),
    "own shop": Console(lines_of("hello"), (says("Yes?"),), ("--shop", "{home}/shop")),
    "interrupted": Console(b"", (), interrupted=True),
}

ELSEWHERE = {
    "full disk": Console(lines_of("hello"), (says("Yes?"),), ("--report", "/dev/full")),
    "byte order mark": Console(b"\xef\xbb\xbf" + lines_of("/quit"), ()),
    "poor encoding": Console(
        lines_of("caf\xe9", "na\u00efve"),
        (says("The caf\xe9 \u201cNa\u00efve\u201d?"),) * 2,
        env=(("PYTHONIOENCODING", "ascii"), ("PYTHONUTF8", "0")),
    ),
    "embedded": Console(
        lines_of("hello"),
        (),
        ("--shop", "{home}/told", "--customize"),
        (("LLM", "offline"),),
    ),
    "socks": Console(lines_of("hello"), (), (), (("ALL_PROXY", "socks5://127.0.0.1:9"),)),
}
"""Consoles that end otherwise, each with a test of its own."""

REFUSED = {
    "no such shop": (("--shop", "{home}/none"), "SHOP={home}/none is not a directory: "),
    "broken catalogue": (("--shop", "{home}/catalogue"), "{home}/catalogue/catalogue.toml: "),
    "broken prompt": (("--shop", "{home}/prompt"), "{home}/prompt/buying.md: "),
    "bad placeholder": (("--shop", "{home}/placeholder"), "{home}/placeholder/shop.toml: "),
    "unwritable report": (
        ("--report", "{home}/none/r.json"),
        "{home}/none/r.json cannot be written",
    ),
}


def shops(home: Path) -> None:
    """A shop that can be used and three that can't."""
    files = {
        "shop/shop.toml": 'persona = "Kim"\nshop = "Fruit Corner"\n',
        "told/buying.md": "Sell like a pirate.",
        "catalogue/catalogue.toml": "currency = 12",
        "prompt/buying.md": "Sell for {price}.",
        "placeholder/shop.toml": '[lines]\nquote = "The {model} costs nothing."',
    }
    for name, text in files.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text(text)


class Ended:
    """Every console above, run to its end when it is first asked for: one that fails is one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._outcomes: dict[str, Outcome] = {}

    def __getitem__(self, name: str) -> Outcome:
        if name not in self._outcomes:
            home = Path(tempfile.mkdtemp(dir=self._folder))
            shops(home)
            refused = Console(b"hi\n", (), REFUSED[name][0]) if name in REFUSED else None
            console = refused or {**CONSOLES, **ELSEWHERE}[name]
            self._outcomes[name] = asyncio.run(console.run(home))
        return self._outcomes[name]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The consoles."""
    return Ended(tmp_path_factory.mktemp("consoles"))


def report_of(outcome: Outcome) -> dict[str, Any]:
    """The report, which must be there."""
    assert outcome.report is not None
    return outcome.report


# Every console


@pytest.mark.parametrize("name", CONSOLES)
def test_the_exit_code_is_zero_however_the_call_ended(name: str, ended: Ended) -> None:
    """A call that took place is a success, whoever ended it and whatever failed in it."""
    assert ended[name].code == 0


@pytest.mark.parametrize("name", [*CONSOLES, *REFUSED])
def test_neither_traceback_nor_library_log_is_seen(name: str, ended: Ended) -> None:
    """The screen shows the call and sentences for people, and never a key."""
    seen = ended[name].out + ended[name].err
    for foreign in ("Traceback", "livekit", "httpx", "asyncio", "Warning", 'File "', KEY):
        assert foreign not in seen


@pytest.mark.parametrize("name", CONSOLES)
def test_the_report_has_its_keys_however_the_call_ended(name: str, ended: Ended) -> None:
    """One JSON object whose parts are those that were promised."""
    report = report_of(ended[name])
    assert KEYS <= set(report) <= KEYS | {"call", "began", "lasted_seconds"}
    facts = {"customer_name", "callback_number", "selected_model", "support_issue"}
    assert set(report["facts"]) == facts
    assert set(report["model"]) >= {"requests", "prompt_characters"}
    assert report["path"][0] == "greeting"
    assert report["path"][-1] == "ended"
    assert all(a != b for a, b in zip(report["path"], report["path"][1:], strict=False))
    for order in report["orders"]:
        assert set(order) == {"number", "model", "storage", "colour", "price", "name", "call_on"}
    for ticket in report["tickets"]:
        assert set(ticket) == {"number", "issue", "status", "name", "call_on"}
    for trigger in report["triggers"]:
        assert set(trigger) == {"trigger", "from", "to", "accepted", "reasons"}


@pytest.mark.parametrize("name", CONSOLES)
def test_piped_output_has_no_colours(name: str, ended: Ended) -> None:
    """Where the output is no terminal, no escape sequence of ours is written."""
    assert "\033[1;36m" not in ended[name].out
    assert "\033[2m" not in ended[name].out


@pytest.mark.parametrize("name", REFUSED)
def test_a_call_that_cannot_start_says_why_in_one_sentence(
    name: str, ended: Ended, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Exit code 2, one sentence with what and where on the error stream, nothing else."""
    outcome = ended[name]
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.report is None
    (sentence,) = outcome.err.splitlines()
    assert sentence.startswith("The call could not start: ")
    where = REFUSED[name][1].split("{home}")[-1]
    assert where in sentence


# What happens in them


def test_a_call_up_to_the_goodbye_is_reported_whole(ended: Ended) -> None:
    """Path, facts, order, ticket and ending are those of the call that was held."""
    report = report_of(ended["goodbye"])
    assert report["path"] == ["greeting", "buying", "support", "ended"]
    assert report["facts"] == {
        "customer_name": "Dana",
        "callback_number": "",
        "selected_model": "iPhone Air",
        "support_issue": "no sound",
    }
    (order,) = report["orders"]
    assert order["model"] == "iPhone Air"
    assert (order["storage"], order["colour"], order["price"]) == ("256 GB", "sky blue", 999)
    (ticket,) = report["tickets"]
    assert (ticket["issue"], ticket["status"]) == ("no sound", "open")
    assert report["ended_by"] == "end_support_call"
    assert report["model"]["requests"] == 5


def test_lines_after_the_end_and_empty_lines_are_ignored(ended: Ended) -> None:
    """Nothing is asked of the model for them, nor for a plain yes to the quote."""
    outcome = ended["goodbye"]
    assert outcome.asked == ("I'm Dana, buy", "the air", "broken", "no sound", "bye")
    assert "hello?" not in outcome.out
    assert "/state" not in outcome.out


def test_the_screen_shows_who_speaks_and_each_trigger(ended: Ended) -> None:
    """Speakers by name, triggers with state before and after, the path at the end."""
    out = ended["goodbye"].out
    assert "Model: OpenAI gpt-4.1-nano at http://127.0.0.1:" in out
    assert "Jill: Hi, this is Jill at the iPhone shop." in out
    assert "Caller: the air" in out
    assert "Sales: The iPhone Air in sky blue with 256 GB is $999." in out
    assert "[caller_spoke(answer='yes'): buying -> buying]" in out
    assert "False" not in out
    assert "[record_name(name='Dana'): greeting -> greeting]" in out
    assert "[to_buying(): greeting -> buying]" in out
    assert "[confirm_purchase(): buying -> buying]" in out
    assert "The call went greeting -> buying -> support -> ended, ended by end_support_call." in out


def test_each_line_waits_for_the_answer_before_it(ended: Ended) -> None:
    """What the caller says next stands behind the opening that their last line led to."""
    out = ended["goodbye"].out
    opening = out.index(conversation.OPENING_BUYING.wording)
    assert out.index("Caller: I'm Dana, buy") < opening < out.index("Caller: the air")


@pytest.mark.parametrize("name", ["input runs out", "quit", "interrupted"])
def test_input_that_ends_is_a_caller_who_hung_up(name: str, ended: Ended) -> None:
    """The end of the pipe, /quit and Ctrl-C are the same to the call."""
    assert report_of(ended[name])["ended_by"] == "caller_hung_up"


def test_a_last_line_without_its_newline_counts(ended: Ended) -> None:
    """The end of the input ends the line, too."""
    assert ended["input runs out"].asked == ("buy", "what now")


def test_commands_are_answered_by_the_console(ended: Ended) -> None:
    """/state, /why and an unknown command never reach the model; nothing follows /quit."""
    quitted, refused = ended["quit"], ended["refused"]
    assert quitted.asked == ()
    assert "- state: greeting" in quitted.out
    assert "Nothing was refused so far." in quitted.out
    reason = "confirm_purchase is not possible while the caller is with the front desk."
    assert f"[confirm_purchase() refused in greeting: {reason}]" in refused.out
    assert f"\n{reason}\n" in refused.out
    assert "There is no /nope." in refused.out


def test_a_model_that_is_down_ends_the_call_with_an_apology(ended: Ended) -> None:
    """With no brain behind it: two apologies and the farewell; three sentences for the operator."""
    outcome = ended["model down"]
    assert outcome.out.count(lines.APOLOGY.wording) == 2
    assert outcome.out.count(lines.APOLOGY_FAREWELL.wording) == 1
    assert report_of(outcome)["ended_by"] == "call_failed"
    assert "Caller: four" not in outcome.out
    assert [line.count("trouble of its own (500)") for line in outcome.err.splitlines()] == [1] * 3


def test_a_wrong_key_is_one_sentence_and_the_embedded_brain_answers(ended: Ended) -> None:
    """The caller is answered without an apology, and the operator told to check the key."""
    outcome = ended["wrong key"]
    assert "Jill: Yes, I'm here." in outcome.out
    assert lines.APOLOGY.wording not in outcome.out
    (sentence,) = outcome.err.splitlines()
    assert sentence.endswith(
        "refused the key (401): check OPENAI_API_KEY. The embedded brain goes on with the call."
    )


def test_odd_input_is_said_as_well_as_it_can_be(ended: Ended) -> None:
    """Bytes that are no UTF-8, very long lines and control characters end no call."""
    outcome = ended["odd input"]
    assert len(outcome.asked) == 4
    assert outcome.asked[1] == LONG.strip()
    assert outcome.asked[2] == "naïve 📱"


def test_customizing_without_a_terminal_says_so_and_goes_on(ended: Ended) -> None:
    """No line of the pipe is taken for an instruction."""
    outcome = ended["customize"]
    assert "CUSTOMIZE=1 needs a terminal" in outcome.out
    assert outcome.asked == ("hello",)


def test_a_shops_own_words_are_spoken(ended: Ended) -> None:
    """The persona and the shop of its directory greet the caller."""
    assert "Kim: Hi, this is Kim at Fruit Corner." in ended["own shop"].out


def test_a_report_that_cannot_be_written_is_told_after_the_call(ended: Ended) -> None:
    """The call was held, and its journal has it; that no report is left shows in the exit code."""
    outcome = ended["full disk"]
    assert outcome.code == 1
    assert "The call went greeting -> ended" in outcome.out
    (sentence,) = outcome.err.splitlines()
    assert "could not be written to /dev/full (No space left on device): `make replay" in sentence


def test_a_mark_before_the_first_line_is_no_part_of_it(ended: Ended) -> None:
    """Editors begin a file with one; /quit is /quit all the same."""
    assert ended["byte order mark"].asked == ()
    assert report_of(ended["byte order mark"])["ended_by"] == "caller_hung_up"


def test_nothing_vanishes_where_the_output_is_no_utf_8(ended: Ended) -> None:
    """Letters that the encoding lacks are told by their codes."""
    outcome = ended["poor encoding"]
    assert outcome.out.count("Jill: The caf\\xe9 \\u201cNa\\xefve\\u201d?") == 2
    assert "Caller: caf\\xe9" in outcome.out
    assert outcome.code == 0


def test_it_is_told_that_the_embedded_brain_takes_no_instructions(ended: Ended) -> None:
    """Neither the shop's own nor those that would be asked for; nothing is asked."""
    outcome = ended["embedded"]
    assert (
        "so the shop's own instructions and CUSTOMIZE will do nothing in this call" in outcome.out
    )
    assert "is told:" not in outcome.out
    assert outcome.code == 0


def test_a_proxy_that_cannot_be_used_is_no_fault_of_ours(ended: Ended) -> None:
    """A call by SOCKS is possible, or told in a sentence."""
    outcome = ended["socks"]
    assert "a fault of ours" not in outcome.err
    assert outcome.code == 0


# At a terminal


class Terminal:
    """A console on a pseudo-terminal: type, and wait for what appears."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self._master = master
        self._seen = ""
        self._all = b""
        self._arrived = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    @property
    def shown(self) -> str:
        """Everything shown so far, escape sequences left out."""
        return ESCAPE.sub("", self._all.decode(errors="replace"))

    @property
    def raw(self) -> str:
        """Everything shown so far."""
        return self._all.decode(errors="replace")

    async def shows(self, text: str) -> None:
        """Wait until this appears behind what was waited for last."""
        while text not in self.shown[len(self._seen) :]:
            self._arrived.clear()
            await self._arrived.wait()
        self._seen = self.shown[: self.shown.index(text, len(self._seen)) + len(text)]

    async def type(self, line: str) -> None:
        """Wait for the prompt, then type a line."""
        await self.shows("You:")
        os.write(self._master, f"{line}\r".encode())

    async def ends(self) -> int:
        """Wait for its end."""
        code = await self.process.wait()
        asyncio.get_running_loop().remove_reader(self._master)
        os.close(self._master)
        return code

    def _read(self) -> None:
        try:
            self._all += os.read(self._master, 65536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self._master)
        self._arrived.set()


async def terminal(home: Path, url: str, *options: str, **env: str) -> Terminal:
    """Start a console on a terminal of its own."""
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "assistant", "console", *options),
        cwd=ROOT,
        env=environment(home, url, **env),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    return Terminal(process, master)


async def test_a_typed_call_with_its_commands(tmp_path: Path) -> None:
    """/help, /state and /why answer at once, words are said, and the end is told."""
    report = tmp_path / "r.json"
    kept = tmp_path / "iphone-shop" / "history"  # an older console's
    kept.parent.mkdir()
    kept.write_text("+My name is Dana\n")
    async with asyncio.timeout(PATIENCE), Server(BUY, uses(Use("end_purchase_call"))) as server:
        console = await terminal(tmp_path, server.url, "--report", str(report))
        await console.type("/help")
        await console.shows("/quit    hang up")
        await console.type("/state")
        await console.shows("- state: greeting")
        await console.type("/why")
        await console.shows("Nothing was refused so far.")
        await console.type("I want to buy")
        await console.shows(conversation.OPENING_BUYING.wording)
        await console.type("bye")
        await console.shows("greeting -> buying -> ended, ended by end_purchase_call.")
        assert await console.ends() == 0
    assert "Caller:" not in console.shown
    assert "\033[1;36mJill:\033[0m" in console.raw
    assert json.loads(report.read_text())["ended_by"] == "end_purchase_call"
    assert "history" not in os.listdir(kept.parent)


async def test_quitting_at_a_question_holds_no_call(tmp_path: Path) -> None:
    """/quit is no instruction."""
    async with asyncio.timeout(PATIENCE), Server() as server:
        console = await terminal(tmp_path, server.url, CUSTOMIZE="1")
        await console.shows("GreetingAgent is told:")
        await console.type("/quit")
        await console.shows("No call was held.")
        assert await console.ends() == 0
    assert "calls.db" not in os.listdir(tmp_path)


async def test_customizing_at_a_terminal(tmp_path: Path) -> None:
    """Enter keeps an agent's instructions, a new text replaces them, a bad one is told."""
    async with asyncio.timeout(PATIENCE), Server(says("Ahoy.")) as server:
        console = await terminal(tmp_path, server.url, CUSTOMIZE="1", NO_COLOR="1")
        await console.shows("GreetingAgent is told:")
        await console.type("Talk like a pirate.")
        await console.shows("BuyingAgent is told:")
        await console.type("")
        await console.shows("SupportAgent is told:")
        await console.type("Never mind {price}.")
        await console.shows("Kept as they are: typed: support uses {price}")
        await console.shows("WaitingAgent is told:")
        await console.type("")
        await console.type("hello")
        await console.shows("Ahoy.")
        await console.type("/quit")
        assert await console.ends() == 0
    assert "Talk like a pirate." in server.requests[0].messages[0]["content"]
    assert "\033[1;36m" not in console.raw
