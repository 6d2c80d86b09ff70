"""The terminal of a call: what the person at it sees, and the lines they type or pipe."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

from livekit.agents import ConversationItemAddedEvent, llm

from assistant import logs
from assistant.call.call import Call
from assistant.display import shown
from assistant.records import Entry
from assistant.session.session import CallSession
from assistant.shop.wording.prompts import Prompts
from statemachine.engine.journal.refusals import in_words
from statemachine.engine.triggers import telling
from statemachine.states import State
from statemachine.table import TABLE

ReadLine = Callable[[], Awaitable[str | None]]
"""The next line typed, or nothing once there are no more."""


class Screen:
    """What the person at the terminal sees."""

    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def speech(self, who: str, text: str) -> None:
        """Somebody says something."""
        self._print(f"{self._paint('1;36', shown(who) + ':')} {shown(text)}")

    def heard(self, text: str) -> None:
        """What a piped caller said; a person at a terminal sees their own line already."""
        self._print(f"{self._paint('1;32', 'Caller:')} {shown(text)}")

    def trigger(self, entry: Entry) -> None:
        """A trigger with the state before and after, or why it was refused."""
        named = shown(_named(entry))
        if entry.accepted:
            self._print(self._paint("2", f"  [{named}: {entry.source} -> {entry.target}]"))
        else:
            why = " ".join(in_words(entry, TABLE))
            self._print(self._paint("33", f"  [{named} refused in {entry.source}: {shown(why)}]"))

    def note(self, text: str) -> None:
        """Something about the call rather than in it."""
        self._print(self._paint("2", shown(text)))

    def trouble(self, text: str) -> None:
        """Something the operator should see to."""
        self._print(self._paint("1;31", f"! {shown(text)}"), sys.stderr)

    def prompt(self) -> str:
        """What stands before the person's own line."""
        return self._paint("1;32", "You: ")

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        with contextlib.suppress(OSError):  # whoever looked has closed their terminal
            print(text, file=stream or sys.stdout, flush=True)

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colours else text


def _named(entry: Entry) -> str:
    """The trigger as a call in Python, without arguments that say no more than their defaults."""
    given = telling(TABLE.triggers.get(entry.trigger), entry.arguments)
    told = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return f"{entry.trigger}({told})"


class _Trouble(logging.Handler):
    """Shows the assistant's own warnings as one line each; tracebacks go to the log file only."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(logging.WARNING)
        self._screen = screen

    def emit(self, record: logging.LogRecord) -> None:
        self._screen.trouble(record.getMessage())


def keep_quiet(screen: Screen, log: Path | None) -> None:
    """Keep libraries off the screen; with a log file, everything goes there."""
    warnings.simplefilter("ignore")
    root = logging.getLogger()
    file = logging.FileHandler(log, encoding="utf-8") if log else logging.NullHandler()
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.handlers = [file]
    root.setLevel(logging.DEBUG if log else logging.WARNING)
    logs.keep_words_out()
    logging.getLogger("assistant").addHandler(_Trouble(screen))


def show(screen: Screen, call: Call, line: CallSession, words: Prompts, *, echo: bool) -> None:
    """Put everything that is said and done in a call on the screen, as it happens."""
    names = {State.GREETING: words.persona, State.WAITING: words.persona}

    def on_item(event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage) or not item.text_content:
            return
        if item.role == "assistant":
            speaker = call.on_the_line
            screen.speech(names.get(speaker, speaker.desk.capitalize()), item.text_content.strip())
        elif item.role == "user" and echo:
            screen.heard(item.text_content)

    call.observers.append(screen.trigger)
    line.session.on("conversation_item_added", on_item)


def typed(screen: Screen, state: Path) -> ReadLine:
    """Lines typed at a terminal, with editing, and a history that ends with the call.

    No caller's words are kept; an older console's history of them goes from the state folder.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.formatted_text import ANSI
    from prompt_toolkit.patch_stdout import patch_stdout

    with contextlib.suppress(OSError):
        (state / "iphone-shop" / "history").unlink(missing_ok=True)
    asker: PromptSession[str] = PromptSession()

    async def read() -> str | None:
        try:
            with patch_stdout(raw=True):
                return await asker.prompt_async(ANSI(screen.prompt()))
        except (EOFError, KeyboardInterrupt):
            return None

    return read


def piped() -> ReadLine:
    """Lines from a pipe or a file, one at a time as they are wanted."""
    source = open(sys.stdin.fileno(), encoding="utf-8-sig", errors="replace", closefd=False)  # noqa: SIM115

    async def read() -> str | None:
        line = await asyncio.get_running_loop().run_in_executor(None, source.readline)
        return line if line else None

    return read
