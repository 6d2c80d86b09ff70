"""The command line."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

import typer

# A command loads what it needs itself: that takes seconds, and a wrong option is told first.
from assistant.display import shown, take_any_letter
from assistant.errors import MendableError

app = typer.Typer(
    help="The phone line of an iPhone shop.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    The exit code is 0 however a call ended, 1 where its report was not written, and 2 where it
    could not start.
    """
    take_any_letter()
    try:
        app(arguments, prog_name="python -m assistant")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


@contextmanager
def _told(beginning: str = "") -> Iterator[None]:
    """What a person can mend is told in its sentence; an interrupt is a way to end."""
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit from None
    except (MendableError, OSError) as error:
        typer.echo(shown(f"{beginning}: {error}" if beginning else str(error)), err=True)
        raise typer.Exit(2) from None
    except Exception as error:
        if not beginning:
            raise
        kind = type(error).__name__
        typer.echo(shown(f"{beginning}, by a fault of ours: {kind}: {error}"), err=True)
        raise typer.Exit(2) from None


@contextmanager
def _loading() -> Iterator[None]:
    """Load modules without looking for garbage: that takes a third of the time, and finds none."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what is loaded stays, and isn't looked at again
        gc.enable()


def _device(of: str) -> Any:
    return typer.Option(metavar="NAME", help=f"the {of}'s number or part of its name")


@app.command()
def console(
    shop: Annotated[
        str, typer.Option(metavar="DIR", help="the shop's own words, catalogue, knowledge")
    ] = "",
    report: Annotated[
        str, typer.Option(metavar="FILE", help="write the call as JSON at its end")
    ] = "",
    customize: Annotated[
        bool, typer.Option("--customize", help="ask for each agent's instructions")
    ] = False,
    call: Annotated[
        str, typer.Option(metavar="CALL", help="go on with a call that was cut off")
    ] = "",
    mode: Annotated[
        str, typer.Option(metavar="MODE", help="text, voice, or auto: voice where it can be")
    ] = "",
    microphone: Annotated[str, _device("microphone")] = "",
    loudspeaker: Annotated[str, _device("loudspeaker")] = "",
    no_color: Annotated[bool, typer.Option("--no-color", help="no colours")] = False,
    log: Annotated[
        str, typer.Option(metavar="FILE", help="write what the libraries say to a file")
    ] = "",
) -> None:
    """Talk to the assistant here."""
    with _loading():
        from assistant import settings

    with _told("The call could not start"):
        settings.load_file()
        here = settings.read_console(
            report=report,
            customize=customize,
            call=call,
            mode=mode,
            microphone=microphone,
            loudspeaker=loudspeaker,
            no_color="1" if no_color else "",
            log=log,
        )
        read = settings.read(shop=shop)
        with _loading():
            import asyncio

            from assistant.console.talk import talk

        reported = asyncio.run(talk(read, here))
    if not reported:
        raise typer.Exit(1)


@app.command()
def room(
    server: Annotated[
        str, typer.Option(metavar="FILE", help="the livekit-server, if not on the PATH")
    ] = "",
) -> None:
    """Open a LiveKit room on this machine and serve it."""
    from assistant import settings

    with _told("No calls are taken"):
        settings.load_file()
        from assistant.worker import local

        local.run(server or None)


@app.command()
def page(
    server: Annotated[
        str, typer.Option(metavar="FILE", help="bring this livekit-server and a worker along")
    ] = "",
) -> None:
    """Serve a web page: to call the shop, to watch calls, and to look back at them."""
    from assistant import settings

    with _told("The page is not served"):
        settings.load_file()
        from contextlib import nullcontext

        from assistant.page import start as pages
        from assistant.worker import local

        with local.line(server) if server else nullcontext():
            read, asked = settings.read(), settings.read_page()
            pages.run(pages.options(read, asked), opening=bool(server))


def _serve(context: typer.Context, *, dev: bool) -> None:
    from assistant import settings

    with _told("No calls are taken"):
        settings.load_file()
        read = settings.read()
        from assistant.worker import start

        start.run(read, context.args, dev=dev)


_LIVEKITS_OWN = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=_LIVEKITS_OWN)
def dev(context: typer.Context) -> None:
    """Serve LiveKit's rooms, with readable logs. LiveKit's own options may follow."""
    _serve(context, dev=True)


@app.command(context_settings=_LIVEKITS_OWN)
def start(context: typer.Context) -> None:
    """Serve LiveKit's rooms, in production. LiveKit's own options may follow."""
    _serve(context, dev=False)


@app.command()
def trunk(
    file: Annotated[str, typer.Argument(metavar="FILE", envvar="TRUNK", help="what it is to be")],
) -> None:
    """Set up the shop's telephone numbers on a LiveKit server, and say what stands there."""
    from pathlib import Path

    from assistant import settings

    with _told("The trunk is not set up"):
        settings.load_file()
        keys = settings.read().rooms
        import asyncio

        from assistant.phone import trunk as telephone

        wanted = telephone.read(Path(file), keys.trunk_password)
        for line in asyncio.run(telephone.on_server(keys, wanted)):
            typer.echo(line)


_Call = Annotated[
    str, typer.Argument(metavar="CALL", envvar="CALL", help="its id; `calls` lists them")
]


def _look_back(command: str, call: str = "", most: int = 0) -> None:
    from assistant import settings

    with _told():
        settings.load_file()
        read = settings.read()
        from assistant.history import commands

        asked = commands.Asked(command, read.database_url, call.strip(), most)
        commands.run(replace(asked, reports=read.rooms.reports, renderer=read.dot))


@app.command()
def calls(most: Annotated[int, typer.Option(help="how many")] = 20) -> None:
    """List the last calls."""
    _look_back("calls", most=most)


@app.command()
def traffic(most: Annotated[int, typer.Option(help="how many")] = 500) -> None:
    """Draw how many calls took each way."""
    _look_back("traffic", most=most)


@app.command()
def trace(call: _Call = "") -> None:
    """Draw one call on the flowchart."""
    _look_back("trace", call)


@app.command()
def replay(call: _Call = "") -> None:
    """Tell one call step by step, from its journal."""
    _look_back("replay", call)


@app.command()
def forget(call: _Call = "") -> None:
    """Blank what a caller said, for good."""
    _look_back("forget", call)


_EVERY = typer.Option("--all", envvar="ALL", help="what is done or cancelled too")
_CSV = typer.Option("--csv", envvar="CSV", help="for a spreadsheet")
_DONE = typer.Option("--done", envvar="DONE", metavar="NUMBER", help="mark this one done")


def _left(kind: str, every: bool, as_csv: bool, done: str) -> None:
    from assistant import settings

    with _told():
        settings.load_file()
        read = settings.read()
        from assistant.history import left

        left.run(left.Wanted(kind, read.database_url, every, as_csv, done))


@app.command()
def orders(
    every: Annotated[bool, _EVERY] = False,
    as_csv: Annotated[bool, _CSV] = False,
    done: Annotated[str, _DONE] = "",
) -> None:
    """List the orders that are to be seen to, with whom to call; or mark one done."""
    _left("orders", every, as_csv, done)


@app.command()
def tickets(
    every: Annotated[bool, _EVERY] = False,
    as_csv: Annotated[bool, _CSV] = False,
    done: Annotated[str, _DONE] = "",
) -> None:
    """List the tickets that are to be seen to, with whom to call; or mark one done."""
    _left("tickets", every, as_csv, done)


if __name__ == "__main__":
    sys.exit(main())
