"""Whole calls in a real browser: typed, by keys, spoken; watched, and looked back at."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import Served, spoken
from tests.page.helpers import PATIENCE, calls, is_at, is_over, types

Open = Callable[..., Any]
EVIL = "My name is <img src=x onerror=document.title='evil'>"


def looks_back(page: Any, served: Served, number: str) -> None:
    """Find a call by the number of its order or ticket, and open it."""
    page.goto(f"{served.address}/#/calls")
    page.fill("#number", number)
    page.get_by_role("button", name="Search").click()
    rows = page.locator("table.calls tbody tr")
    expect(rows).to_have_count(1, timeout=PATIENCE)
    rows.first.get_by_role("link").click()
    expect(page.locator(".steps li").first).to_be_visible()


def test_a_typed_call_moves_the_flowchart_is_watched_and_played_back(
    served: Served, open_page: Open
) -> None:
    """One call, seen by its caller, by a watcher, and afterwards step by step."""
    page = open_page(served.address)
    calls(page)
    types(page, "I want to buy a phone", "sales")
    is_at(page, "buying")
    expect(page.locator("#way_greeting_to_buying_buying")).to_have_class(re.compile("taken"))

    watcher = open_page(f"{served.address}/#/watch")
    watcher.locator(".now a").first.click()
    is_at(watcher, "buying")
    expect(watcher.locator(".said")).to_contain_text("this is Jill")

    types(page, "the iPhone Air in sky blue", "Shall I order it")
    expect(page.locator(".card.quote")).to_contain_text("$999")
    expect(page.locator("#fact_selected_model")).to_contain_text("iPhone Air")
    expect(watcher.locator(".card.quote")).to_contain_text("$999")
    expect(watcher.locator(".said")).to_contain_text("the iPhone Air in sky blue")
    types(page, "yes please", "order number")
    order = page.locator(".card.order h3").inner_text().split()[-1]
    expect(page.locator(".took").last).to_contain_text(re.compile(r"answered in \d+\.\d s · "))
    assert watcher.locator(".said .caller").count() > 0
    assert page.evaluate("document.querySelectorAll('.now a').length") == 0

    types(page, "no thanks, goodbye", "oodbye")
    is_over(page)
    expect(watcher.locator(".place")).to_contain_text("over", timeout=PATIENCE)

    looks_back(page, served, order)
    is_at(page, "ended")
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    is_at(page, "greeting")
    expect(page.locator("#fact_orders .value")).to_have_text("–")
    page.keyboard.press("End")
    expect(page.locator("#fact_orders")).to_contain_text(order)


def test_what_a_caller_says_is_text_and_never_markup(served: Served, open_page: Open) -> None:
    """A caller called like a tag is shown like that, to the watcher and in the past too."""
    page = open_page(served.address)
    title = page.title()
    calls(page)
    types(page, EVIL, "?")
    watcher = open_page(f"{served.address}/#/watch")
    watcher.locator(".now a").first.click()
    for each in (page, watcher):
        expect(each.locator(".said")).to_contain_text("<img src=x", timeout=PATIENCE)
        assert each.locator(".said img, #fact_customer_name img").count() == 0
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('p'), {id: 'try'}));"
        "document.getElementById('try').textContent = 'x'"
    )
    assert page.title() == title
    page.get_by_role("button", name="Hang up").click()
    is_over(page)


def test_a_call_by_keys_alone(served: Served, open_page: Open) -> None:
    """One is sales; the hash says goodbye, and the shop hangs up."""
    page = open_page(served.address)
    calls(page)
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="1, sales").click()
    is_at(page, "buying")
    expect(page.locator(".said .agent")).to_have_count(2, timeout=PATIENCE)
    page.get_by_role("button", name="#, bye").click()
    is_at(page, "ended")
    is_over(page)


def test_a_whole_call_by_keyboard_on_a_phones_width(served: Served, open_page: Open) -> None:
    """Nothing needs a pointer, nothing is wider than the screen, and who listens hears the news."""
    page = open_page(
        served.address, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    page.get_by_role("button", name="Call the shop").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("this is Jill", timeout=PATIENCE)
    page.wait_for_function("document.activeElement.id === 'words'")
    page.keyboard.type("my phone has a broken screen")
    page.keyboard.press("Enter")
    is_at(page, "support")
    expect(page.locator("#news")).to_have_text(re.compile("support"))
    expect(page.get_by_role("log")).to_be_visible()
    assert page.locator(".runner").count() == 0, "motion was to be reduced"
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    page.locator(".said").wait_for()
    page.get_by_role("button", name="Hang up").focus()
    page.keyboard.press("Space")
    is_over(page)


def test_a_whole_spoken_call(
    served: Served, open_page: Open, launch: Callable[..., Any], tmp_path: Path
) -> None:
    """A microphone that plays a caller's lines: heard, answered, sold to, and said goodbye to."""
    lines = [
        (9.0, "I would like to buy a phone."),
        (21.0, "The iPhone 17 Pro, please."),
        (36.0, "Yes, please."),
        (52.0, "No, thank you. Goodbye."),
    ]
    microphone = spoken(tmp_path / "caller.wav", lines)
    speaking = launch(
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}%noloop",
    )
    page = open_page(served.address, speaking)
    page.get_by_role("button", name="Call the shop").click()
    expect(page.locator(".said .caller").first).to_contain_text("phone", timeout=60_000)
    is_at(page, "buying")
    expect(page.locator(".card.quote, .card.order")).to_contain_text("17 Pro", timeout=60_000)
    expect(page.locator(".card.order")).to_be_visible(timeout=60_000)
    order = page.locator(".card.order h3").inner_text().split()[-1]
    is_over(page)

    looks_back(page, served, order)
    is_at(page, "ended")
    page.get_by_role("button", name="One step back").click()
    page.goto(f"{served.address}/#/figures")
    expect(page.locator(".figure").nth(1)).to_contain_text(re.compile(r"Orders\s*\d"))
    page.goto(f"{served.address}/#/traffic")
    expect(page.locator(".chart.traffic svg")).to_be_visible()
    expect(page.locator("table.counts").first).to_contain_text("sales")
