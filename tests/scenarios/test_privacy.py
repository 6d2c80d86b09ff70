"""What a caller says stays out of every log, at its most talkative."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from livekit.agents import APIConnectionError, APIStatusError

from assistant import logs
from tests.calls import console
from tests.fakes import Use
from tests.openai_server import Server, Step, breaks, fails, says, uses

ROOT = Path(__file__).parents[2]
WORDS = re.compile("dana|quill|lavender|grandmother|gargle|bathtub", re.IGNORECASE)
LINES = (
    "Hi, I'm Dana Quill",
    "I want to buy a lavender phone for my grandmother",
    "the iPhone Air",
    "yes please",
    "and my own phone gargles since it fell into the bathtub, there is no sound",
    "what do you say, Quill?",
    "bye",
)
SCRIPT: tuple[Step, ...] = (
    uses(Use("record_name", {"name": "Dana Quill"})),
    says("Nice to meet you, Dana Quill."),
    uses(Use("to_buying", {"wish": "a lavender phone for my grandmother"})),
    uses(Use("select_model", {"model": "the lavender one"})),
    uses(Use("select_model", {"model": "Air"})),
    uses(Use("confirm_purchase")),
    uses(Use("to_support", {"wish": "gargles since the bathtub"})),
    uses(Use("log_support_issue", {"issue": "gargles since the bathtub"})),
    uses(Use("sell_dana_a_boat", {"name": "Quill"}), Use("record_name", '{"name": "Quill')),
    fails(400, "Dana Quill is not allowed to gargle"),
    uses(Use("end_support_call")),
    *(says("I see."),) * 4,
)


async def held(home: Path, **more: str) -> tuple[str, dict[str, object]]:
    """Hold the call at LOG in a console of its own; its log, all but the screen, and its report."""
    async with asyncio.timeout(90), Server(*SCRIPT) as server:
        settings = {
            "OPENAI_API_KEY": "sk-1",
            "OPENAI_BASE_URL": server.url,
            "OPENAI_LOG": "debug",
            "REPORT": str(home / "report"),
            **more,
        }
        process = await console(
            home, settings, "--log", str(home / "log"), stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate("".join(f"{line}\n" for line in LINES).encode())
    assert WORDS.search(out.decode()), "the person at the screen sees the call"
    log = (home / "log").read_text() + err.decode()
    return log, json.loads((home / "report").read_text())


async def test_no_log_holds_a_callers_words(tmp_path: Path) -> None:
    """A whole call with order, ticket, refusals and a failing model, with everything logged."""
    log, report = await held(tmp_path)
    assert "HTTP Request: POST" in log
    assert "livekit.agents" in log
    assert "DEBUG" in log
    assert [line for line in log.splitlines() if WORDS.search(line)] == []
    assert report["path"] == ["greeting", "buying", "support", "ended"]
    assert "transcript" not in report
    model = report["model"]
    assert isinstance(model, dict)
    assert model["tokens"] == {"prompt": 10 * 10, "completion": 10 * 5}


async def test_a_forgotten_call_leaves_no_word_of_its_caller_anywhere(tmp_path: Path) -> None:
    """Whatever it left: the database with its free pages and its log, reports, pictures, logs."""
    (tmp_path / "reports").mkdir()
    await held(tmp_path)
    (call,) = json.loads((tmp_path / "report").read_text())["call"].split()
    (tmp_path / "report").rename(tmp_path / "reports" / f"{call}.json")
    assert leaving_words(tmp_path) >= {"calls.db", f"{call}.json"}
    for command in ("trace", "forget"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant", command, call),
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "PYTHON_DOTENV_DISABLED": "1",
                "DATABASE_URL": f"sqlite:///{tmp_path}/calls.db",
                "REPORTS": str(tmp_path / "reports"),
            },
        )
        assert await process.wait() == 0
    assert f"{call}.svg" in os.listdir(tmp_path / "data/traces")
    assert leaving_words(tmp_path) == set()


def leaving_words(folder: Path) -> set[str]:
    """The files below a folder that hold a word of the caller's and not of the catalogue's."""
    words = re.compile(rb"dana|quill|grandmother|gargle|bathtub", re.IGNORECASE)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if words.search(path.read_bytes())}


async def test_nor_when_the_database_is_away(tmp_path: Path) -> None:
    """What could not be written is named in the log, without what was in it."""
    log, report = await held(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:9/calls")
    assert set(re.findall(r"(\w+) was not written down", log)) == {"beginning"}
    assert re.search(r"has ended with caller_spoke, .*to_buying, .* unwritten", log)
    assert [line for line in log.splitlines() if WORDS.search(line)] == []
    assert report["orders"] == []


@pytest.fixture
def discreet() -> Iterator[io.StringIO]:
    """A logger of LiveKit's name below the filters, and what it writes."""
    factory = logging.getLogRecordFactory()
    levels = {name: logging.getLogger(name).level for name in ("openai", "transitions")}
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger("livekit.agents").addHandler(handler)
    logs.keep_words_out()
    yield written
    logging.getLogger("livekit.agents").removeHandler(handler)
    logging.setLogRecordFactory(factory)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_traceback_says_where_and_what_kind_but_not_with_which_words(
    discreet: io.StringIO,
) -> None:
    """An error's own message may quote a caller; where it happened helps all the same."""
    try:
        try:
            int("Dana Quill")
        except ValueError as error:
            raise LookupError("Quill isn't in the bathtub") from error
    except LookupError:
        logging.getLogger("livekit.agents").exception("it broke")
    told = discreet.getvalue()
    assert "it broke" in told
    assert "ValueError\nwhich led to:" in told
    assert "test_privacy.py" in told
    assert told.endswith("LookupError\n")
    assert not re.search(r"Quill|bathtub", re.sub(r"^ {4}.*$", "", told, flags=re.MULTILINE))


@pytest.mark.parametrize("log", ["livekit.agents", "livekit.plugins.deepgram", "aiohttp.server"])
def test_what_a_provider_says_of_an_error_is_not_told(discreet: io.StringIO, log: str) -> None:
    """Written into the message or given with it, as it is or in what it came from."""
    handler = logging.StreamHandler(discreet)
    logging.getLogger(log).addHandler(handler)
    try:
        try:
            raise APIStatusError("Dana", status_code=500, body={"error": "Quill gargles"})
        except APIStatusError as error:
            logging.getLogger(log).warning(f"failed to recognize speech: {error}, retrying in 1s")
            logging.getLogger(log).warning("it failed: %s", error)
            logging.getLogger(log).warning(f"it failed: {error!r} ({error.body})")
            raise APIConnectionError() from error
    except APIConnectionError as error:
        logging.getLogger(log).warning(f"failed to synthesize speech: {error}, retrying in 1s")
    finally:
        logging.getLogger(log).removeHandler(handler)
    assert WORDS.findall(discreet.getvalue()) == []
    assert "failed to recognize speech: livekit.agents._exceptions.APIStatusError, retrying" in (
        discreet.getvalue()
    )


CHATTER = "my zeppelin waits outside"
ECHO = "You said: my zeppelin waits outside"


def files_in(folder: Path) -> dict[str, bytes]:
    """Everything that lies in it, by name."""
    return {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def test_nothing_that_a_call_leaves_holds_what_was_only_said(tmp_path: Path) -> None:
    """Log, report, records and standard error, with a server that says it all again in its errors.

    What the caller wants of the shop (a name, a problem, an order) is kept: that is its business.
    """
    script: tuple[Step, ...] = (
        says("Nice."),
        *(fails(500, ECHO),) * 2,
        breaks(message=ECHO, code=503),
        *(says("I see."),) * 9,
    )
    async with asyncio.timeout(90), Server(*script) as server:
        settings = {
            "OPENAI_API_KEY": "sk-1",
            "OPENAI_BASE_URL": server.url,
            "REPORT": str(tmp_path / "report"),
        }
        process = await console(
            tmp_path, settings, "--log", str(tmp_path / "log"), stderr=asyncio.subprocess.PIPE
        )
        said = "".join(f"{line}\n" for line in ("hello", CHATTER, CHATTER, "bye"))
        _, err = await process.communicate(said.encode())
    left = files_in(tmp_path)
    assert {"log", "report", "calls.db"} <= left.keys()
    assert [name for name, held in left.items() if b"zeppelin" in held] == []
    assert b"zeppelin" not in err
    assert b"The embedded brain goes on with the call" in left["log"]


def test_an_error_of_the_system_keeps_its_message(discreet: io.StringIO) -> None:
    """A missing file is named."""
    try:
        Path("/nowhere/at/all").read_text()
    except OSError:
        logging.getLogger("livekit.agents").exception("it broke")
    assert "No such file or directory: '/nowhere/at/all'" in discreet.getvalue()


def test_what_livekit_marks_as_conversation_is_taken_out(discreet: io.StringIO) -> None:
    """Its records carry words in extra fields, which a worker's log would show."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[method-assign]
    logger = logging.getLogger("livekit.agents")
    logger.addHandler(handler)
    logger.error("said", extra={"lk.pii.transcript": "Dana", "speech_id": "s1"})
    logger.removeHandler(handler)
    assert "lk.pii.transcript" not in seen[0].__dict__
    assert seen[0].__dict__["speech_id"] == "s1"
