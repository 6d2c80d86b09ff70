"""What keeps the page safe, in a real browser; what its server lets through is a unit test."""

from __future__ import annotations

import functools
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from assistant.worker.local import LocalServer
from tests.page.conftest import Served, ServePage
from tests.page.helpers import PATIENCE, calls, complains, hangs_up, types

Open = Callable[..., Any]
EVIL = "My name is <img src=x onerror=document.title='evil'>"
JOINING = """
window.join = async (path, body) => {
  const answer = await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const given = await answer.json();
  const room = new LivekitClient.Room();
  await room.connect(given.server_url, given.participant_token);
  return room;
};
window.tried = async (doing) => {
  try {
    await doing();
    return "done";
  } catch (error) {
    return "refused";
  }
};
window.picture = () => document.createElement("canvas").captureStream(5).getVideoTracks()[0];
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing of whom it served."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def website(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A website of somebody else's: its origin, and the folder of its files."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}", tmp_path
    serving.shutdown()


def test_the_page_opens_with_its_password(
    server: LocalServer, serve_page: ServePage, open_page: Open, records: str
) -> None:
    """A wrong one is told, the right one opens the page, and a reload doesn't ask again."""
    served = serve_page(**server.environment, DATABASE_URL=records, PAGE_PASSWORD="open sesame")
    page = open_page(served.address)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the password.")
    page.get_by_label("Password").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Call the shop")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.get_by_role("button", name="Call the shop")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.cookie") == "", "no script reads the session"


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
    hangs_up(page)
    page.goto(f"{served.address}/#/calls")
    page.locator("table.calls tbody a").first.click()
    expect(page.locator(".steps li").first).to_be_visible()
    assert page.locator("main img").count() == 0
    assert "evil" not in page.title()
    assert title


def test_nothing_runs_but_the_pages_own_scripts(served: Served, open_page: Open) -> None:
    """Even markup that got into the page would do nothing: no inline script, no other host."""
    page = open_page(served.address, strict=False)
    expect(page.get_by_role("button", name="Call the shop")).to_be_visible()
    page.evaluate(
        """async () => {
          window.against = [];
          addEventListener("securitypolicyviolation",
                           (told) => against.push(told.effectiveDirective));
          const inline = document.createElement("script");
          inline.textContent = "window.evil = 1";
          const markup = document.createElement("p");
          markup.innerHTML = "<img src=x onerror='window.evil = 2'>";
          const elsewhere = document.createElement("script");
          elsewhere.src = "http://127.0.0.1:9/evil.js";
          document.body.append(inline, markup, elsewhere);
          await fetch("http://127.0.0.1:9/").catch(() => {});
        }"""
    )
    page.wait_for_function("against.length >= 4")
    kinds = set(page.evaluate("against"))
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= kinds
    assert page.evaluate("window.evil") is None


def test_a_caller_publishes_a_microphone_and_a_watcher_nothing(
    served: Served, open_page: Open
) -> None:
    """Each with their own token and a client that tries; the watcher is unseen by the caller."""
    page = open_page(served.address, script=JOINING)
    found = page.evaluate(
        """async () => {
          const caller = await join("/api/token", { room_name: "mine", participant_name: "Mary" });
          let calls = [];
          while (!calls.length) {
            await new Promise((later) => setTimeout(later, 300));
            ({ calls } = await (await fetch("/api/now")).json());
          }
          const watcher = await join("/api/watch", { call: calls[0].id });
          const found = {
            room: caller.name,
            microphone: await tried(() => caller.localParticipant.setMicrophoneEnabled(true)),
            picture: await tried(() => caller.localParticipant.publishTrack(picture())),
            renamed: await tried(() => caller.localParticipant.setMetadata("agent")),
            watching: watcher.name === caller.name,
            hidden: watcher.localParticipant.permissions.hidden,
            sound: await tried(() => watcher.localParticipant.setMicrophoneEnabled(true)),
          };
          let heard = "";
          caller.on("dataReceived", () => { heard = "data"; });
          caller.registerTextStreamHandler("x", () => { heard = "words"; });
          await tried(() => watcher.localParticipant.publishData(new Uint8Array([1]), {}));
          await tried(() => watcher.localParticipant.sendText("I buy a phone", { topic: "x" }));
          await tried(() => watcher.localParticipant.sendText("sales", { topic: "lk.chat" }));
          await new Promise((later) => setTimeout(later, 2000));
          found.heard = heard;
          found.seen = [...caller.remoteParticipants.keys()].map((who) => who.split("-")[0]);
          found.state = (await (await fetch("/api/now")).json()).calls[0].state;
          await Promise.all([caller.disconnect(), watcher.disconnect()]);
          return found;
        }"""
    )
    assert re.fullmatch(r"web-\S{16}", found.pop("room"))
    assert found == {
        "microphone": "done",
        "picture": "refused",
        "renamed": "refused",
        "watching": True,
        "hidden": True,
        "sound": "refused",
        "heard": "",
        "seen": ["agent"],
        "state": "greeting",
    }


def test_an_address_that_has_begun_many_calls_is_told_to_wait(
    server: LocalServer, serve_page: ServePage, open_page: Open
) -> None:
    """The limit is a sentence on the page, and the button is there for later."""
    page = open_page(
        serve_page(**server.environment, AGENT_NAME="nobody", PAGE_CALLS_AN_HOUR="1").address
    )
    page.get_by_role("button", name="Call the shop").click()
    hangs_up(page)
    page.get_by_role("button", name="Call again").click()
    complains(page, "You have begun many calls in the last hour: wait a little")
    expect(page.get_by_role("button", name="Call again")).to_be_enabled()


def test_a_websites_button_calls_through_the_same_machine(
    server: LocalServer,
    served: Served,
    serve_page: ServePage,
    open_page: Open,
    records: str,
    website: tuple[str, Path],
) -> None:
    """One script tag: a visitor is greeted and put through; another website's visitor isn't."""
    origin, files = website
    home = serve_page(
        **server.environment, DATABASE_URL=records, PAGE_ORIGINS=origin, PAGE_PASSWORD="x"
    ).address
    tag = f'<!doctype html><title>A shop</title><script src="{home}/button.js" defer></script>'
    (files / "index.html").write_text(tag)
    page = open_page(f"{origin}/index.html")
    page.get_by_role("button", name="Call us").click()
    expect(page.get_by_text("On the line")).to_be_visible(timeout=PATIENCE)
    said = page.get_by_role("log")
    expect(said).to_contain_text("this is Jill", timeout=PATIENCE)
    page.get_by_label("What you say").fill("I want to buy a phone")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("sales", timeout=PATIENCE)
    page.get_by_role("button", name="Hang up").click()
    expect(page.get_by_role("button", name="Call again")).to_be_visible(timeout=PATIENCE)

    stranger = open_page(f"{origin.replace('127.0.0.1', 'localhost')}/index.html")
    stranger.get_by_role("button", name="Call us").click()
    expect(stranger.get_by_role("alert")).to_contain_text("can't be reached from here")
