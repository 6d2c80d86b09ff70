"""Serving the page: until interrupted, at one address that is printed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import webbrowser

from aiohttp import web

from assistant.page.options import Options, PageError
from assistant.page.server import application
from assistant.records.sql.archive import SqlArchive


async def serve(options: Options, *, opening: bool = False) -> None:
    """Serve the page until cancelled, and show it in a browser if there is one.

    Raises:
        PageError: its port is somebody else's.
        RecordError: the database's address is wrong.
    """
    runner = web.AppRunner(application(options, SqlArchive(options.database_url)), access_log=None)
    await runner.setup()
    try:
        address = await _listening(runner, options)
        print(f"\nThe shop's page is open: {address}\nCtrl+C closes it.\n", flush=True)
        if opening and _has_browser():
            await asyncio.to_thread(webbrowser.open, address)
        await asyncio.Event().wait()
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


def run(options: Options, *, opening: bool = False) -> None:
    """Serve the page until interrupted.

    Raises:
        PageError, RecordError: it can't be served.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options, opening=opening))
