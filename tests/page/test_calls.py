"""Whole calls in a real browser: typed, by keys, spoken; watched, and looked back at."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.page.conftest import WITHOUT_A_MICROPHONE, Served
from tests.page.helpers import (
    MICROPHONE,
    PATIENCE,
    calls,
    hangs_up,
    is_at,
    is_over,
    reaches,
    says,
    types,
    until,
)

Open = Callable[..., Any]


def looks_back(page: Any, served: Served, number: str) -> str:
    """Find a call by the number of its order or ticket, and open it; its id."""
    page.goto(f"{served.address}/#/calls")
    page.fill("#number", number)
    page.get_by_role("button", name="Search").click()
    rows = page.locator("table.calls tbody tr")
    expect(rows).to_have_count(1, timeout=PATIENCE)
    rows.first.get_by_role("link").click()
    expect(page.locator(".steps li").first).to_be_visible()
    return str(page.evaluate("decodeURIComponent(location.hash.split('/')[2])"))


def test_a_typed_call_moves_the_flowchart_is_watched_and_played_back(
    served: Served, open_page: Open, launch: Callable[..., Any]
) -> None:
    """One call, seen by its caller, in a second browser, and afterwards step by step."""
    page = open_page(served.address)
    calls(page)
    types(page, "I want to buy a phone", "sales")
    is_at(page, "buying")
    expect(page.locator("#way_greeting_to_buying_buying")).to_have_class(re.compile("taken"))

    watcher = open_page(f"{served.address}/#/watch", launch(*WITHOUT_A_MICROPHONE))
    on = watcher.locator(".now a").first
    expect(on).to_contain_text("sales")
    expect(on.locator("time")).to_have_text(re.compile(r"\d:\d\d"))
    on.click()
    is_at(watcher, "buying")
    expect(watcher.locator(".said")).to_contain_text("this is Jill")

    types(page, "the iPhone Air in sky blue", "Shall I order it")
    for each in (page, watcher):
        expect(each.locator(".card.quote")).to_contain_text("$999")
        expect(each.locator("#fact_selected_model")).to_contain_text("iPhone Air")
        expect(each.locator(".said .caller").last).to_contain_text("the iPhone Air in sky blue")
    types(page, "yes please", "order number")
    order = page.locator(".card.order h3").inner_text().split()[-1]
    expect(page.locator(".took").last).to_contain_text(re.compile(r"answered in \d+\.\d s · "))
    expect(watcher.locator(".card.order")).to_contain_text(order)

    types(page, "no thanks, goodbye", "oodbye")
    is_over(page)
    expect(watcher.locator(".place")).to_contain_text("over", timeout=PATIENCE)

    looks_back(page, served, order)
    is_at(page, "ended")
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    is_at(page, "greeting")
    expect(page.locator("#fact_orders .value")).to_have_text("–")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".steps [aria-current=step]")).to_contain_text("caller spoke")
    page.keyboard.press("End")
    expect(page.locator("#fact_orders")).to_contain_text(order)


def test_a_call_by_keys_alone(served: Served, open_page: Open) -> None:
    """One is sales, the hash says goodbye; and a look at another view hangs up nothing."""
    page = open_page(served.address)
    calls(page)
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("button", name="1, sales").click()
    is_at(page, "buying")
    expect(page.locator(".said .agent").last).to_contain_text("sales", timeout=PATIENCE)
    page.get_by_role("link", name="Figures").click()
    expect(page.locator(".figure").first).to_be_visible()
    page.get_by_role("link", name="Call", exact=True).click()
    expect(page.locator(".said")).to_contain_text("this is Jill")
    page.get_by_role("button", name="#, bye").click()
    is_at(page, "ended")
    is_over(page)


def test_a_whole_call_by_keyboard_on_a_phones_width(served: Served, open_page: Open) -> None:
    """Nothing needs a pointer, nothing is wider than the screen, and who listens hears the news."""
    page = open_page(
        served.address, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
    )
    reaches(page, "Call the shop")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("this is Jill", timeout=PATIENCE)
    page.wait_for_function("document.activeElement.id === 'words'")
    page.keyboard.type("my phone has a broken screen")
    page.keyboard.press("Enter")
    is_at(page, "support")
    expect(page.locator("#news")).to_have_text(re.compile("support"))
    expect(page.get_by_role("log")).to_be_visible()
    assert page.locator(".runner").count() == 0, "motion was to be reduced"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    reaches(page, "Hang up", back=True)
    page.keyboard.press("Space")
    is_over(page)
    page.wait_for_function("document.activeElement.textContent === 'Call again'")
    for view in ("watch", "people", "todo", "calls", "traffic", "figures"):
        page.goto(f"{served.address}/#/{view}")
        expect(page.locator("h1")).to_be_visible()
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{view} is wider than the screen"


def test_a_whole_spoken_call(served: Served, open_page: Open) -> None:
    """A microphone that plays a caller's lines: heard, answered, sold to, and said goodbye to."""
    page = open_page(served.address, script=MICROPHONE)
    calls(page)
    says(page, "I would like to buy a phone.", "sales")
    is_at(page, "buying")
    expect(page.locator(".said .caller").first).to_contain_text("phone")
    says(page, "The iPhone 17 Pro, please.", "Shall I order it")
    expect(page.locator(".card.quote")).to_contain_text("17 Pro")
    says(page, "Yes, please.", "order number")
    order = page.locator(".card.order h3").inner_text().split()[-1]
    says(page, "No, thank you. Goodbye.", "oodbye")
    is_over(page)

    looks_back(page, served, order)
    is_at(page, "ended")
    page.get_by_role("button", name="One step back").click()
    is_at(page, "buying")
    page.goto(f"{served.address}/#/figures")
    expect(page.locator(".figure").nth(1)).to_contain_text(re.compile(r"Orders\s*\d"))
    page.goto(f"{served.address}/#/traffic")
    expect(page.locator(".chart.traffic svg")).to_be_visible()
    expect(page.locator("table.counts").first).to_contain_text("sales")


def told_again(page: Any) -> bool:
    """Whether a playback, opened anew, has what was said: that is written at the call's end."""
    page.reload()
    expect(page.locator(".steps li").first).to_be_visible()
    return bool(page.locator("details").is_visible())


def test_a_forgotten_call_stays_blank(
    served: Served, open_page: Open, forget: Callable[[str], None]
) -> None:
    """Found by its ticket it shows who called and why; forgotten, only that somebody did."""
    page = open_page(served.address)
    calls(page)
    types(page, "My name is Zebedee", "Zebedee")
    types(page, "my phone has a cracked screen", "ticket")
    ticket = page.locator(".card.ticket h3").inner_text().split()[-1]
    hangs_up(page)

    def told() -> str:
        return str(page.locator("body").inner_text())

    call = looks_back(page, served, ticket)
    expect(page.locator("#fact_customer_name")).to_contain_text("Zebedee")
    expect(page.locator(".card.ticket")).to_contain_text("cracked screen")
    until(lambda: told_again(page), "what was said isn't shown", page)

    forget(call)
    page.reload()
    expect(page.locator("#fact_customer_name .value")).to_have_text("[Forgotten]")
    expect(page.locator(".card.ticket .forgotten")).to_be_visible()
    page.evaluate("document.querySelector('details').open = true")
    assert "zebedee" not in told().lower()
    assert "cracked" not in told().lower()
    assert page.locator(".steps li").count() > 3, "its way is still told"
