"""Serving the page: until interrupted, at one address that is printed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import webbrowser

from aiohttp import web

from assistant.page.options import Options, PageError
from assistant.page.server import application
from assistant.records.sql.archive import SqlArchive
from assistant.settings import Page, Settings


async def serve(options: Options, *, opening: bool = False) -> None:
    """Serve the page until cancelled, and show it in a browser if there is one.

    Raises:
        PageError: its port is somebody else's.
        RecordError: the database's address is wrong.
    """
    stopped = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows knows interrupts alone
        for asked in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(asked, stopped.set)
    runner = web.AppRunner(application(options, SqlArchive(options.database_url)), access_log=None)
    await runner.setup()
    try:
        address = await _listening(runner, options)
        print(f"\nThe shop's page is open: {address}\nCtrl+C closes it.\n", flush=True)
        if opening and _has_browser():
            await asyncio.to_thread(webbrowser.open, address)
        await stopped.wait()
    finally:
        await runner.cleanup()


async def _listening(runner: web.AppRunner, options: Options) -> str:
    site = web.TCPSite(runner, options.host, options.port)
    try:
        await site.start()
    except OSError as error:
        raise PageError(
            f"The page can't have {options.host}:{options.port} ({error.strerror or error}): "
            "set PAGE_PORT to another one; 0 takes a free one."
        ) from None
    port = runner.addresses[0][1]
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{port}"


def _has_browser() -> bool:
    """Whether somebody sits in front of a screen here."""
    if not sys.stdout.isatty():
        return False
    seen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not (seen or sys.platform in ("darwin", "win32")):
        return False
    with contextlib.suppress(webbrowser.Error):
        webbrowser.get()
        return True
    return False


def options(read: Settings, page: Page) -> Options:
    """How the page is served, as the settings say it.

    Raises:
        PageError: it can't be served so.
    """
    rooms = read.rooms
    origins = page.page_origins.replace(",", " ").split()
    return Options(
        livekit_url=rooms.livekit_url,
        livekit_key=rooms.livekit_api_key,
        livekit_secret=rooms.livekit_api_secret,
        database_url=read.database_url,
        host=page.page_host,
        port=page.page_port,
        password=page.page_password,
        origins=tuple(origins),
        calls_an_hour=page.page_calls_an_hour,
        behind_proxy=page.page_behind_proxy,
        browser_url=page.page_livekit_url,
        agent_name=rooms.agent_name,
        reports=rooms.reports,
    )


def run(options: Options, *, opening: bool = False) -> None:
    """Serve the page until interrupted.

    Raises:
        PageError, RecordError: it can't be served.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options, opening=opening))
