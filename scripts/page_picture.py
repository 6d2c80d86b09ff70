"""The README's picture: a real call, on a page of its own, taken in its middle.

`python -m scripts.page_picture` writes `docs/page.png` and `docs/page-dark.png`.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import livekit_server
from scripts.browser import NO_CHROMIUM, chromium, flags

if TYPE_CHECKING:
    from playwright.async_api import Browser

FOLDER = Path(__file__).parent.parent / "docs"
SIZE = (1440, 860)
CALL = (
    ("My name is Mary. How much is the 17 Pro in deep blue?", "Shall I order it for you?"),
    ("Yes, please.", "order number"),
    ("And my old phone has a broken screen.", "ticket"),
)


@asynccontextmanager
async def served(**settings: str) -> AsyncIterator[str]:
    """A page with a LiveKit server and a worker, as `make page` brings them; its address."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = {
            "DATABASE_URL": f"sqlite:///{folder}/calls.db",
            "PAGE_PORT": "0",
            "LLM": "offline",
            "STT": "offline",
            "TTS": "offline",
            **settings,
        }
        page = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant", "page", "--server", str(livekit_server.find())),
            env={**os.environ, **chosen},
            stdout=asyncio.subprocess.PIPE,
        )
        assert page.stdout is not None
        try:
            while line := (await page.stdout.readline()).decode():
                if found := re.search(r"http://\S+", line):
                    yield found.group()
                    break
        finally:
            page.terminate()
            await page.wait()


async def take(folder: Path) -> None:
    """Hold the call and take its pictures."""
    from playwright.async_api import async_playwright

    with tempfile.TemporaryDirectory() as scratch:
        fake = flags(scratch)
        async with served() as address, async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=chromium(), args=fake)
            await _call(browser, address, folder)
            await browser.close()


async def _call(browser: Browser, address: str, folder: Path) -> None:
    """Hold the call."""
    from playwright.async_api import expect

    width, height = SIZE
    page = await browser.new_page(
        viewport={"width": width, "height": height}, device_scale_factor=2
    )
    await page.goto(address)
    await page.get_by_role("button", name="Call the shop").click()
    await expect(page.locator(".said")).to_contain_text("support?", timeout=120_000)
    for words, answer in CALL:
        said = page.locator(".said")
        before = (await said.inner_text()).count(answer)
        await page.fill("#words", words)
        await page.press("#words", "Enter")
        for _ in range(300):
            if (await said.inner_text()).count(answer) > before:
                break
            await asyncio.sleep(0.1)
        if words != CALL[-1][0]:
            await expect(page.locator(".voices")).to_contain_text("is listening", timeout=30_000)
    await asyncio.sleep(2.5)  # in the middle of the answer
    await page.screenshot(path=folder / "page.png")
    await page.get_by_role("button", name="Dark").click()
    await asyncio.sleep(0.5)
    await page.screenshot(path=folder / "page-dark.png")


def main() -> int:
    """Take the pictures, and say where they are."""
    if not chromium():
        print(f"{NO_CHROMIUM}.", file=sys.stderr)
        return 2
    asyncio.run(take(FOLDER))
    print(f"Taken: {FOLDER / 'page.png'} and {FOLDER / 'page-dark.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
