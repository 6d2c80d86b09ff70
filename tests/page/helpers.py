"""What the tests do on the page, in a person's words."""

from __future__ import annotations

import re
import time
from typing import Any

from playwright.sync_api import expect

PATIENCE = 40_000


def calls(page: Any) -> None:
    """Ring, and be greeted."""
    page.get_by_role("button", name=re.compile("^Call")).click()
    expect(page.locator(".said")).to_contain_text("this is Jill", timeout=PATIENCE)
    is_at(page, "greeting")
    listens(page)


def types(page: Any, words: str, answer: str) -> None:
    """Say it with the keyboard, and wait until the answer has been said."""
    said = page.locator(".said")
    before = said.inner_text().count(answer)
    page.fill("#words", words)
    page.press("#words", "Enter")
    until(lambda: said.inner_text().count(answer) > before, f"no {answer!r} to {words!r}", page)
    listens(page)


def listens(page: Any) -> None:
    """The shop has finished its sentence: a yes to half of a price would get the price again."""
    voices = page.locator(".voices")
    until(
        lambda: not voices.is_visible() or "is listening" in voices.inner_text(),
        "it goes on speaking",
        page,
    )


def is_at(page: Any, state: str) -> None:
    """The flowchart has this state lit, and no other one."""
    expect(page.locator(f"#state_{state}")).to_have_class(re.compile(r"\bon\b"), timeout=PATIENCE)
    assert page.locator(".state.on").count() == 1


def is_over(page: Any) -> None:
    """The call has ended properly."""
    expect(page.get_by_role("button", name="Call again")).to_be_visible(timeout=PATIENCE)


def complains(page: Any, sentence: str, patience: int = PATIENCE) -> None:
    """The page says this sentence to who looks and to who listens."""
    trouble = page.locator("p.trouble:visible")
    expect(trouble).to_contain_text(sentence, timeout=patience)
    assert trouble.get_attribute("role") == "alert"


def until(true: Any, otherwise: str, page: Any, patience: float = 40.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"{otherwise}:\n{page.locator('body').inner_text()[-1500:]}"
        page.wait_for_timeout(100)
