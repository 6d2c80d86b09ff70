"""A colleague's page in a real browser: it rings, tells who waits, and puts them through."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import NO_WAITING, Served, Shop
from tests.page.helpers import (
    MICROPHONE,
    PATIENCE,
    calls,
    complains,
    hangs_up,
    is_at,
    reaches,
    types,
    until,
)
from tests.voice import callers

Open = Callable[..., Any]
Launch = Callable[..., Any]
BEEPING = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    NO_WAITING,
)
"""How a browser is started whose microphone beeps every second."""
LISTENING = """
window.tones = 0;
const made = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () { tones += 1; return made.call(this); };
window.hears = async () => {
  const context = new AudioContext();
  const heard = [...document.querySelectorAll("audio")].map((each) => {
    const part = context.createAnalyser();
    context.createMediaStreamSource(each.srcObject).connect(part);
    return part;
  });
  const sound = new Float32Array(2048);
  let loudest = 0;
  for (let times = 0; times < 60; times += 1) {
    await new Promise((later) => setTimeout(later, 25));
    for (const part of heard) {
      part.getFloatTimeDomainData(sound);
      loudest = Math.max(loudest, ...sound.map(Math.abs));
    }
  }
  await context.close();
  return loudest;
};
"""
"""Counts the tones that a page rings with, and tells how loud its loudspeaker is for 1.5 s."""
LOUD = 0.02
KINDLY = "Can I talk to a human, please?"


def is_rung(page: Any, *told: str) -> None:
    """The page rings for one caller, shows this of them, and says so to who listens."""
    card = page.locator(".waiting.ringing > li")
    expect(card).to_have_count(1, timeout=PATIENCE)
    for sentence in told:
        expect(card).to_contain_text(sentence)
    expect(page).to_have_title(re.compile(r"^\(1\) People"))
    expect(page.locator("#news")).to_contain_text("A caller wants a person")
    rung = page.evaluate("tones")
    until(lambda: page.evaluate("tones") > rung, "it doesn't ring", page)


def is_quiet(page: Any) -> None:
    """The page rings no more."""
    expect(page.locator(".waiting.ringing")).to_have_count(0, timeout=PATIENCE)
    rung = page.evaluate("tones")
    page.wait_for_timeout(2800)
    assert page.evaluate("tones") == rung, "it goes on ringing"


def speaks(page: Any, words: str) -> None:
    """Say it aloud, and wait for nothing."""
    sound = base64.b64encode(callers.says("joe", words).tobytes()).decode()
    page.evaluate("(pcm) => { speaking(pcm); }", sound)


def test_a_colleague_answers_on_the_page_and_both_hear_each_other(
    served: Served, open_page: Open, launch: Launch
) -> None:
    """By keyboard alone; the call goes on in another view, and the assistant is back after it."""
    caller = open_page(served.address, script=MICROPHONE + LISTENING)
    colleague = open_page(f"{served.address}/#/people", launch(*BEEPING), script=LISTENING)
    expect(colleague.locator(".empty")).to_contain_text("Nobody waits")
    calls(caller)
    types(caller, "My name is Zoe", "Zoe")
    types(caller, KINDLY, "colleague")
    is_at(caller, "waiting")
    is_rung(colleague, "Zoe is on the shop's line")

    reaches(colleague, "Answer")
    colleague.keyboard.press("Enter")
    is_at(caller, "with_person")
    hang = colleague.get_by_role("button", name="Leave the call")
    expect(hang).to_be_focused(timeout=PATIENCE)
    expect(colleague.locator("#news")).to_have_text("You are talking to the caller.")
    expect(colleague.locator(".talking .brief")).to_contain_text("Zoe is on the shop's line")
    is_quiet(colleague)
    until(lambda: caller.evaluate("hears()") > LOUD, "the caller hears nobody", caller)
    speaks(caller, "Hello?")
    until(lambda: colleague.evaluate("hears()") > LOUD, "the colleague hears nobody", colleague)

    colleague.get_by_role("link", name="To do").click()
    expect(colleague.get_by_role("heading", name="To do")).to_be_visible()
    colleague.get_by_role("link", name="People").click()
    colleague.get_by_role("button", name="Mute").click()
    expect(colleague.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    is_at(caller, "with_person")
    hang.click()
    expect(caller.locator(".said")).to_contain_text("colleague has left the line", timeout=PATIENCE)
    is_at(caller, "greeting")
    expect(colleague.locator(".empty")).to_be_visible()
    hangs_up(caller)


def test_who_declines_is_asked_no_more_and_who_hangs_up_rings_no_more(
    served: Served, open_page: Open
) -> None:
    """On a phone's width; the caller is promised a call back, which stands under "To do"."""
    caller = open_page(served.address)
    narrow = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    colleague = open_page(f"{served.address}/#/people", script=LISTENING, **narrow)
    calls(caller)
    types(caller, KINDLY, "colleague")
    is_rung(colleague, "A caller is on the shop's line")
    assert colleague.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    reaches(colleague, "Decline")
    colleague.keyboard.press("Space")
    is_quiet(colleague)
    expect(caller.locator(".said")).to_contain_text("ticket", timeout=PATIENCE)
    is_at(caller, "greeting")
    ticket = caller.locator(".card.ticket h3").inner_text().split()[-1]
    todo = open_page(f"{served.address}/#/todo/tickets")
    expect(todo.locator(f".todo [data-number='{ticket}']")).to_contain_text("Call back")

    colleague.reload()
    types(caller, KINDLY, "colleague")
    is_rung(colleague)
    hangs_up(caller)
    expect(colleague.locator("#news")).to_have_text("The caller waits no more.", timeout=PATIENCE)
    is_quiet(colleague)
    expect(colleague).to_have_title(re.compile("^People"))


def test_a_caller_whom_nobody_answers_is_promised_a_call_back(
    open_shop: Callable[..., Shop], open_page: Open, launch: Launch, colleagues: dict[str, str]
) -> None:
    """After the setting's seconds; who has no microphone can't take a call, and is told why."""
    small = open_shop("nobody-answers", **{**colleagues, "PERSON_SECONDS": "12"})
    caller = open_page(small.address)
    shy = launch("--no-sandbox", "--use-fake-device-for-media-stream", NO_WAITING)
    colleague = open_page(f"{small.address}/#/people", shy, script=LISTENING)
    calls(caller)
    types(caller, KINDLY, "colleague")
    is_rung(colleague)
    colleague.get_by_role("button", name="Answer").click()
    complains(colleague, "The microphone isn't allowed or is missing")
    expect(colleague.locator(".waiting.ringing > li")).to_have_count(1)
    is_at(caller, "waiting")
    expect(caller.locator(".said")).to_contain_text("ticket", timeout=PATIENCE)
    is_at(caller, "greeting")
    is_quiet(colleague)
    hangs_up(caller)
    small.worker.stop()
