"""The command line."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run a command. The exit code is 0 however a call ended, 2 where it could not start."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except KeyboardInterrupt:
        return 0


def _console(asked: argparse.Namespace) -> int:
    from dotenv import load_dotenv

    load_dotenv()
    # Loading these takes seconds, so a wrong option is told first.
    from assistant import settings
    from assistant.console import talk as console
    from assistant.records import RecordError
    from assistant.shop.catalogue import CatalogueError
    from assistant.shop.knowledge import KnowledgeError
    from assistant.shop.wording.prompts import PromptError

    colours = not asked.no_color and not os.environ.get("NO_COLOR") and sys.stdout.isatty()
    report = asked.report or os.environ.get("REPORT")
    log = asked.log or os.environ.get("LOG")
    try:
        options = console.Options(
            report=_writable(report),
            customize=asked.customize or os.environ.get("CUSTOMIZE", "") not in ("", "0"),
            colours=colours,
            log=_writable(log),
            call=(asked.call or os.environ.get("CALL", "")).strip(),
            mode=_mode(asked.mode or os.environ.get("MODE", "")),
            microphone=(asked.microphone or os.environ.get("MICROPHONE", "")).strip(),
            loudspeaker=(asked.loudspeaker or os.environ.get("LOUDSPEAKER", "")).strip(),
        )
        asyncio.run(console.talk(settings.read(shop=asked.shop), options))
    except (
        CatalogueError,
        KnowledgeError,
        PromptError,
        settings.SettingsError,
        RecordError,
        OSError,
    ) as error:
        print(f"The call could not start: {error}", file=sys.stderr)
        return 2
    except Exception as error:
        kind = type(error).__name__
        print(f"The call could not start, by a fault of ours: {kind}: {error}", file=sys.stderr)
        return 2
    return 0


def _rooms(asked: argparse.Namespace) -> int:
    from dotenv import load_dotenv

    load_dotenv()
    from assistant import settings
    from assistant.shop.catalogue import CatalogueError
    from assistant.shop.knowledge import KnowledgeError
    from assistant.shop.wording.prompts import PromptError
    from assistant.worker import local as room
    from assistant.worker import start

    try:
        if asked.command == "room":
            room.run(asked.server)
        else:
            start.run(settings.read(), dev=asked.command == "dev")
    except (
        CatalogueError,
        KnowledgeError,
        PromptError,
        settings.SettingsError,
        start.StartError,
    ) as error:
        print(f"No calls are taken: {error}", file=sys.stderr)
        return 2
    return 0


def _history(asked: argparse.Namespace) -> int:
    from dotenv import load_dotenv

    load_dotenv()
    from assistant import settings
    from assistant.history import commands as history

    try:
        read = settings.read()
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    call = getattr(asked, "call", None) or os.environ.get("CALL", "")
    most = getattr(asked, "most", 0)
    return history.run(
        history.Asked(
            asked.command, read.database_url, call.strip(), most, reports=read.rooms.reports
        )
    )


def _mode(name: str) -> str:
    """How the call is held.

    Raises:
        SettingsError: there is no such way.
    """
    from assistant.settings import SettingsError

    mode = name.strip().lower() or "auto"
    if mode not in ("auto", "text", "voice"):
        raise SettingsError(f"MODE={name} is unknown: use auto, text or voice.")
    return mode


def _writable(name: str | None) -> Path | None:
    """A file that can be written, found out before the call rather than after it.

    Raises:
        OSError: it cannot.
    """
    if not name:
        return None
    path = Path(name).expanduser()
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise OSError(f"{path} cannot be written; name a file in a folder that can.")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistant", description="The phone line of an iPhone shop."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    console = commands.add_parser("console", help="talk to the assistant here")
    console.add_argument("--shop", metavar="DIR", help="the shop's own words, catalogue, knowledge")
    console.add_argument("--report", metavar="FILE", help="write the call as JSON at its end")
    console.add_argument(
        "--customize", action="store_true", help="ask for each agent's instructions"
    )
    console.add_argument("--call", metavar="CALL", help="go on with a call that was cut off")
    console.add_argument(
        "--mode", metavar="MODE", help="text, voice, or auto: voice where it can be"
    )
    for device in ("microphone", "loudspeaker"):
        console.add_argument(f"--{device}", metavar="NAME", help="its number or part of its name")
    console.add_argument("--no-color", action="store_true", help="no colours")
    console.add_argument("--log", metavar="FILE", help="write what the libraries say to a file")
    console.set_defaults(run=_console)
    room = commands.add_parser("room", help="open a LiveKit room on this machine and serve it")
    room.add_argument("--server", metavar="FILE", help="the livekit-server, if not on the PATH")
    room.set_defaults(run=_rooms)
    for name, what in (("dev", "rooms, with readable logs"), ("start", "rooms, in production")):
        commands.add_parser(name, help=f"serve LiveKit's {what}").set_defaults(run=_rooms)
    _add_history(commands)
    return parser


def _add_history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, most, what in (
        ("calls", 20, "list the last calls"),
        ("traffic", 500, "draw how many calls took each way"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("--most", type=int, default=most, help=f"how many ({most})")
        command.set_defaults(run=_history)
    for name, what in (
        ("trace", "draw one call on the flowchart"),
        ("replay", "tell one call step by step, from its journal"),
        ("forget", "blank what a caller said, for good"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("call", nargs="?", metavar="CALL", help="its id; `calls` lists them")
        command.set_defaults(run=_history)


if __name__ == "__main__":
    sys.exit(main())
