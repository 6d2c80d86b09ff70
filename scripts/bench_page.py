"""How long from a trigger in the agent to the page: measured in a real browser, over real calls.

`python -m scripts.bench_page [CALLS]`. The agent notes when each entry of its journal is decided,
the page when a class in the flowchart changes for it: one clock for both.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile

from scripts.browser import NO_CHROMIUM, chromium, flags
from scripts.page_picture import served

WATCH = """
window.seen = [];
new MutationObserver((changes) => {
  if (changes.some((each) => each.attributeName === 'class' || each.addedNodes.length)) {
    window.seen.push([Date.now() / 1000, document.querySelector('.last').textContent]);
  }
}).observe(document.querySelector('.chart'), {
  subtree: true, childList: true, attributes: true, attributeFilter: ['class'],
});
"""
LINES = (
    "I want to buy a phone",
    "the iPhone 17 Pro in silver",
    "what about the iPhone Air",
    "my screen is broken as well",
    "it began yesterday",
)


async def measure(calls: int) -> list[float]:
    """Seconds from each trigger to the page's change, over so many calls."""
    from playwright.async_api import async_playwright, expect

    delays: list[float] = []
    scratch = tempfile.mkdtemp()
    async with served(PAGE_CALLS_AN_HOUR="10000") as address, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium(), args=flags(scratch))
        for _ in range(calls):
            page = await browser.new_page()
            await page.goto(address)
            await page.get_by_role("button", name="Call the shop").click()
            await expect(page.locator(".said")).to_contain_text("support?", timeout=120_000)
            await page.evaluate(WATCH)
            for words in LINES:
                await page.fill("#words", words)
                await page.press("#words", "Enter")
                await page.wait_for_timeout(5_000)
            seen: list[tuple[float, str]] = await page.evaluate("window.seen")
            now = await page.evaluate("fetch('/api/calls').then((answer) => answer.json())")
            call = now["calls"][0]["id"]
            told = await page.evaluate(f"fetch('/api/calls/{call}').then((a) => a.json())")
            for step in told["steps"][1:]:
                trigger, at = step["last"]["trigger"], step["at"]
                name = trigger.replace("_", " ")
                shown = [moment - at for moment, last in seen if moment >= at and name in last]
                if shown and trigger != "caller_spoke":
                    delays.append(min(shown))
            await page.get_by_role("button", name="Hang up").click()
            await page.close()
        await browser.close()
    return delays


def main() -> int:
    """Measure, and say the median and the 95th percentile."""
    if not chromium():
        print(f"Trigger to page: left out. {NO_CHROMIUM}.")
        return 0
    delays = asyncio.run(measure(int((sys.argv[1:] or ["3"])[0])))
    worst = statistics.quantiles(delays, n=20)[-1]
    print(
        f"Trigger in the agent to the page's change: median {statistics.median(delays) * 1000:.0f} "
        f"ms, 95 % {worst * 1000:.0f} ms ({len(delays)} triggers)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
