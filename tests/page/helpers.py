"""What the tests do on the page, in a person's words."""

from __future__ import annotations

import base64
import re
import time
from typing import Any

from playwright.sync_api import expect

from tests.voice import callers

PATIENCE = 40_000
MICROPHONE = f"""
window.speaking = (() => {{
  const context = new AudioContext();
  const heard = context.createMediaStreamDestination();
  navigator.mediaDevices.getUserMedia = async () => heard.stream;
  return async (pcm) => {{
    await context.resume();
    const words = new Int16Array(Uint8Array.from(atob(pcm), (c) => c.charCodeAt(0)).buffer);
    const sound = context.createBuffer(1, words.length, {callers.RATE});
    sound.copyToChannel(Float32Array.from(words, (each) => each / 32768), 0);
    const playing = context.createBufferSource();
    playing.buffer = sound;
    playing.connect(heard);
    playing.start();
    await new Promise((done) => {{ playing.onended = done; }});
  }};
}})();
"""
"""A page's microphone that plays what it is given. Chromium's own plays a file from its beginning,
whether the shop has finished its sentence or not."""


def calls(page: Any) -> None:
    """Ring, and be greeted."""
    page.get_by_role("button", name=re.compile("^Call")).click()
    expect(page.locator(".said")).to_contain_text("this is Jill", timeout=PATIENCE)
    is_at(page, "greeting")


def types(page: Any, words: str, answer: str) -> None:
    """Say it with the keyboard, and wait until the answer has been said."""

    def say() -> None:
        page.fill("#words", words)
        page.press("#words", "Enter")

    _answered(page, say, words, answer)


def says(page: Any, words: str, answer: str) -> None:
    """Say it aloud once the shop listens, and wait until the answer has been said."""
    listens(page)
    sound = base64.b64encode(callers.says("joe", words).tobytes()).decode()
    _answered(page, lambda: page.evaluate("(pcm) => speaking(pcm)", sound), words, answer)


def _answered(page: Any, say: Any, words: str, answer: str) -> None:
    agents = page.locator(".said .agent")

    def heard() -> int:
        return "\n".join(agents.all_inner_texts()).count(answer)

    before = heard()
    say()
    until(lambda: heard() > before, f"no {answer!r} to {words!r}", page)
    listens(page)


def listens(page: Any) -> None:
    """The shop has finished its sentence: a yes to half of a price would get the price again."""
    voices = page.locator(".voices")
    until(
        lambda: not voices.is_visible() or "is listening" in voices.inner_text(),
        "it goes on speaking",
        page,
    )


def hangs_up(page: Any) -> None:
    """End the call from this side."""
    page.get_by_role("button", name="Hang up").click()
    is_over(page)


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


def is_well(page: Any) -> None:
    """The page complains of nothing any more."""
    expect(page.locator("p.trouble:visible")).to_have_count(0, timeout=PATIENCE)


def reaches(page: Any, name: str, *, back: bool = False) -> None:
    """Go from one thing to the next with the tabulator until this button has the focus."""
    for _ in range(30):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"the tabulator never reaches {name!r}")


def until(true: Any, otherwise: str, page: Any, patience: float = 40.0) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"{otherwise}:\n{page.locator('body').inner_text()[-1500:]}"
        page.wait_for_timeout(100)
