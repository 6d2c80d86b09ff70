"""Talking to the assistant in a terminal, or from a pipe: a text call with its workings in view."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import uuid
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from livekit.agents import ConversationItemAddedEvent, llm
from livekit.agents.utils import http_context

from assistant import (
    devices,
    lines,
    logs,
    prompts,
    providers,
    report,
    shop,
    sound,
    telemetry,
)
from assistant.call import Call
from assistant.handoff import known
from assistant.prompts import Prompts
from assistant.records import Entry, RecordError, Store, UnknownCall
from assistant.records.sql import open_even_if_away
from assistant.records.store import path_of
from assistant.session import Line
from assistant.settings import Settings, SettingsError
from assistant.text import TextCall
from assistant.userdata import UserData
from statemachine.offers import Offer
from statemachine.replay import ReplayError
from statemachine.states import FINAL, INITIAL, OPEN, State
from statemachine.triggers import CallerHungUp, CallFailed

log = logging.getLogger("assistant.console")

PATIENCE = 3.0
"""Seconds that an ended call's last entries may take to be written."""
CLOSING = 5.0
"""Seconds that a spoken call's session may take to close."""
HELP = """  /state   where the call stands and what is established
  /why     why the last refused trigger was refused
  /help    this
  /quit    hang up
  Anything else is said to the assistant."""

ReadLine = Callable[[], Awaitable[str | None]]
"""The next line typed, or nothing once there are no more."""


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    report: Path | None = None
    customize: bool = False
    colours: bool = True
    log: Path | None = None
    call: str = ""
    """The call to go on with; none begins a new one."""
    mode: str = "auto"
    """`text`, `voice`, or `auto`: by voice where the lines are not piped and there is sound."""
    microphone: str = ""
    """Its number or a part of its name; none is the one in use."""
    loudspeaker: str = ""
    """Likewise."""


class Screen:
    """What the person at the terminal sees."""

    def __init__(self, colours: bool) -> None:
        self._colours = colours

    def speech(self, who: str, text: str) -> None:
        """Somebody says something."""
        self._print(f"{self._paint('1;36', who + ':')} {text}")

    def heard(self, text: str) -> None:
        """What a piped caller said; a person at a terminal sees their own line already."""
        self._print(f"{self._paint('1;32', 'Caller:')} {text}")

    def trigger(self, entry: Entry) -> None:
        """A trigger with the state before and after, or why it was refused."""
        given = ", ".join(f"{name}={value!r}" for name, value in entry.arguments.items() if value)
        named = f"{entry.trigger}({given})"
        if entry.accepted:
            self._print(self._paint("2", f"  [{named}: {entry.source} -> {entry.target}]"))
        else:
            why = " ".join(entry.reasons)
            self._print(self._paint("33", f"  [{named} refused in {entry.source}: {why}]"))

    def note(self, text: str) -> None:
        """Something about the call rather than in it."""
        self._print(self._paint("2", text))

    def trouble(self, text: str) -> None:
        """Something the operator should see to."""
        self._print(self._paint("1;31", f"! {text}"), sys.stderr)

    def prompt(self) -> str:
        """What stands before the person's own line."""
        return self._paint("1;32", "You: ")

    def _print(self, text: str, stream: TextIO | None = None) -> None:
        with contextlib.suppress(OSError):  # whoever looked has closed their terminal
            print(text, file=stream or sys.stdout, flush=True)

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self._colours else text


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


async def talk(settings: Settings, options: Options) -> None:
    """Hold one call and write its report, however it ends.

    Raises:
        CatalogueError, KnowledgeError, PromptError, SettingsError, RecordError: it cannot start.
    """
    screen = Screen(options.colours)
    keep_quiet(screen, options.log)
    served = shop.load(settings.shop)
    words, models, problems = served.words, served.catalogue, served.knowledge
    by_hand = sys.stdin.isatty()
    read_line = _typed(screen) if by_hand else _piped()
    if options.customize:
        words = await _customized(words, screen, read_line if by_hand else None)

    telemetry.export()
    store = await open_even_if_away(settings.database_url)
    call: Call | None = None
    try:
        used = _spoken(screen, options, by_hand)
        call = await _begun(options.call, models.offers, store)
        screen.note(f"Call {call.id}. Should it break off: CALL={call.id} make console")
        data = UserData(call, words, models, problems, settings, resumed=bool(options.call))
        if used:
            with _hanging_up() as hung_up, devices.off_screen(options.log):
                await _speak(screen, data, options.report, used, hung_up)
        else:
            await _write(screen, data, options.report, read_line, echo=not by_hand)
        if not call.fenced:
            screen.note(f"\nThe call went {' -> '.join(call.path)}, ended by {call.ended_by}.")
    finally:
        if call is not None:
            await call.write_up(PATIENCE)
        await store.close()
        await asyncio.to_thread(telemetry.flush)


async def _begun(asked: str, offers: tuple[Offer, ...], store: Store) -> Call:
    """A new call, or the one asked for where it was cut off.

    Raises:
        RecordError: that one can't be gone on with, in a sentence that says what to do.
    """
    if not asked:
        return await Call.begin(f"console-{uuid.uuid4().hex[:12]}", offers, store)
    try:
        if path_of((await store.read(asked)).journal, INITIAL.value)[-1] == FINAL.value:
            raise RecordError(f"Call {asked} has ended: `make replay CALL={asked}` tells it.")
        return await Call.resume(asked, store)
    except UnknownCall:
        raise RecordError(f"There is no call {asked}: `make calls` lists them.") from None
    except ReplayError as error:
        raise RecordError(f"Call {asked} can't be gone on with: {error}") from None


async def _write(
    screen: Screen, data: UserData, where: Path | None, read_line: ReadLine, *, echo: bool
) -> None:
    """Hold a call in text, until it ends or the lines do."""
    call = data.call
    parts = providers.build(data.settings, data.catalogue, data.knowledge)
    line = Line(data, parts)
    text = TextCall(line)
    for reason in parts.reasons:
        screen.note(reason)
    screen.note("A text call: type what the caller says, /help for more.\n")
    _show(screen, call, line, data.prompts, echo=echo)
    try:
        await text.start()
        await _converse(text, screen, read_line)
    except Exception:
        log.exception("The call broke off: a fault of the assistant's own; --log FILE keeps it.")
        await call.fire(CallFailed())
    finally:
        await text.hang_up()
        if where:
            report.write(call, where)
        await parts.llm.aclose()


Devices = tuple[devices.Device, devices.Device]


def _spoken(screen: Screen, options: Options, by_hand: bool) -> Devices | None:
    """Microphone and loudspeaker of a spoken call, or none if it is held in text; says why, then.

    Raises:
        SettingsError: voice was asked for, and something is missing.
    """
    if options.mode == "text":
        return None
    if options.mode == "auto" and not by_hand:
        screen.note("The lines come from a pipe, so this is a text call.")
        return None
    try:
        with devices.off_screen(options.log):
            return devices.found(options.microphone, options.loudspeaker)
    except devices.SoundError as lacking:
        if options.mode == "voice":
            raise SettingsError(f"MODE=voice needs sound: {lacking}.") from None
        screen.note(f"A call by voice isn't possible here: {lacking}. So this is a text call.")
    return None


@contextlib.contextmanager
def _hanging_up() -> Iterator[asyncio.Event]:
    """Ctrl+C, or a terminal that is closed, hangs up; pressed again, it doesn't break that off."""
    hung_up, loop = asyncio.Event(), asyncio.get_running_loop()
    taken = []
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        with contextlib.suppress(AttributeError, NotImplementedError):  # Windows
            loop.add_signal_handler(getattr(signal, name), hung_up.set)
            taken.append(getattr(signal, name))
    try:
        yield hung_up
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


async def _speak(
    screen: Screen, data: UserData, where: Path | None, used: Devices, hung_up: asyncio.Event
) -> None:
    """Hold a call by this machine's microphone and loudspeaker, until it ends or is hung up.

    Raises:
        SoundError: they can't be opened any more.
    """
    call = data.call
    screen.note("Loading the voice ...")
    try:
        await _hold(screen, data, used, hung_up)
    except devices.SoundError as lacking:
        await call.fire(CallFailed())
        raise devices.SoundError(f"{lacking}.") from None
    except Exception:
        log.exception("The call broke off: a fault of the assistant's own; --log FILE keeps it.")
        await call.fire(CallFailed())
    finally:
        await call.settled()
        if not call.ended.is_set():
            await call.fire(CallerHungUp())
        if where:
            report.write(call, where)


async def _hold(screen: Screen, data: UserData, used: Devices, hung_up: asyncio.Event) -> None:
    words = data.prompts
    fixed = [words.word(line) for line in lines.FIXED]
    warm = providers.prewarm(data.settings, fixed)  # plugins insist on the main thread
    await asyncio.sleep(0.01)  # so that a Ctrl+C from meanwhile arrives
    if hung_up.is_set():
        return
    async with http_context.open():
        parts = providers.build_voice(data.settings, data.catalogue, data.knowledge, warm)
        line = Line(data, parts)
        for reason in parts.reasons:
            screen.note(reason)
        screen.note("A spoken call: just talk, Ctrl+C hangs up.\n")
        _show(screen, data.call, line, words, echo=True)
        try:
            if lost := await _aloud(line, used, hung_up):
                screen.trouble(f"The {lost} is gone, and with it the call.")
        finally:
            await parts.aclose()


async def _aloud(line: Line, used: Devices, hung_up: asyncio.Event) -> str:
    """Talk until the session ends or is hung up; returns the device that is gone, if one is."""
    over = asyncio.Event()
    line.session.on("close", lambda _: over.set())
    ear, mouth = sound.Microphone(), sound.Loudspeaker()
    async with sound.connected(line.session, ear, mouth):
        with devices.opened(used, ear, mouth) as room:
            try:
                await line.session.start(line.first_agent, record=False)
                keeping = asyncio.create_task(line.keep_lines())
                lost = await _first(over.wait(), hung_up.wait(), room.lost())
                keeping.cancel()
                return lost if isinstance(lost, str) else ""
            finally:
                mouth.close()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOSING):
                        await line.session.aclose()


async def _first(*waits: Coroutine[Any, Any, object]) -> object:
    """What comes first; the others aren't waited for any more."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()
    finally:
        for task in tasks:
            task.cancel()


def _show(screen: Screen, call: Call, line: Line, words: Prompts, *, echo: bool) -> None:
    names = {State.GREETING: words.persona}

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


async def _converse(text: TextCall, screen: Screen, read_line: ReadLine) -> None:
    call = text.line.data.call
    while not text.ended:
        said = await read_line()
        if said is None or said.strip() == "/quit":
            return
        if call.fenced:
            screen.trouble("This call has been taken up elsewhere; it goes on there.")
            return
        words = said.strip()
        if words == "/help":
            screen.note(HELP)
        elif words == "/state":
            screen.note(known(call.state, call.facts))
        elif words == "/why":
            refused = [entry for entry in call.journal if not entry.accepted]
            screen.note(" ".join(refused[-1].reasons) if refused else "Nothing was refused so far.")
        elif words.startswith("/"):
            screen.note(f"There is no {words.split()[0]}.\n{HELP}")
        elif words:
            await text.say(words)


async def _customized(words: Prompts, screen: Screen, read_line: ReadLine | None) -> Prompts:
    """Ask for each agent's instructions; Enter keeps what is there."""
    if read_line is None:
        screen.note("CUSTOMIZE=1 needs a terminal to ask in; the instructions stay as they are.")
        return words
    for state in OPEN:
        screen.note(f"\n{state.agent} is told:\n{words.instructions_for(state)}\n")
        screen.note(f"New instructions for {state.agent}, in one line; Enter keeps them.")
        given = await read_line()
        if given is None:
            break
        if given.strip():
            try:
                words = prompts.with_instructions(words, {state.value: given}, "typed")
            except prompts.PromptError as error:
                screen.trouble(f"Kept as they are: {error}")
    return words


def _typed(screen: Screen) -> ReadLine:
    """Lines typed at a terminal, with history and editing."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.formatted_text import ANSI
    from prompt_toolkit.history import FileHistory, InMemoryHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    folder = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state")) / "iphone-shop"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        history: FileHistory | InMemoryHistory = FileHistory(str(folder / "history"))
    except OSError:
        history = InMemoryHistory()
    asker: PromptSession[str] = PromptSession(history=history)

    async def read() -> str | None:
        try:
            with patch_stdout(raw=True):
                return await asker.prompt_async(ANSI(screen.prompt()))
        except (EOFError, KeyboardInterrupt):
            return None

    return read


def _piped() -> ReadLine:
    """Lines from a pipe or a file, one at a time as they are wanted."""
    source = open(sys.stdin.fileno(), encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115

    async def read() -> str | None:
        line = await asyncio.get_running_loop().run_in_executor(None, source.readline)
        return line if line else None

    return read
