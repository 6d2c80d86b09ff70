"""What fails says so: one sentence each, and what to do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from assistant.worker.local import LocalServer
from tests.e2e.conftest import StartWorker
from tests.page.conftest import WITHOUT_A_MICROPHONE, Served, ServePage, Shop
from tests.page.helpers import calls, complains, hangs_up, is_at, is_well, types

Open = Callable[..., Any]


NOWHERE = "postgresql://127.0.0.1:9/nothing"


def test_a_microphone_that_is_not_allowed_leaves_a_typed_call(
    served: Served, open_page: Open, launch: Callable[..., Any]
) -> None:
    """The page says where it is allowed, and the call goes on without it."""
    shy = launch("--no-sandbox", "--use-fake-device-for-media-stream")
    page = open_page(served.address, shy)
    calls(page)
    complains(page, "The microphone isn't allowed")
    types(page, "I want to buy a phone", "sales")
    is_at(page, "buying")
    hangs_up(page)


def test_where_there_is_no_microphone_the_call_is_typed(
    served: Served, open_page: Open, launch: Callable[..., Any]
) -> None:
    """The page says that there is none."""
    page = open_page(served.address, launch(*WITHOUT_A_MICROPHONE), permissions=["microphone"])
    calls(page)
    complains(page, "There is no microphone here")
    hangs_up(page)


def test_a_server_that_is_away_is_told(serve_page: ServePage, open_page: Open) -> None:
    """Nothing rings, and the button is there again."""
    page = open_page(
        serve_page(
            LIVEKIT_URL="ws://127.0.0.1:9", LIVEKIT_API_KEY="key", LIVEKIT_API_SECRET="s" * 40
        ).address
    )
    page.get_by_role("button", name="Call the shop").click()
    complains(page, "can't be reached: start it")
    expect(page.get_by_role("button", name="Call again")).to_be_enabled()


def test_a_worker_that_is_away_is_told(
    server: LocalServer, serve_page: ServePage, open_page: Open
) -> None:
    """A call that nobody answers says so, and can be hung up."""
    page = open_page(serve_page(**server.environment, AGENT_NAME="nobody-of-that-name").address)
    page.get_by_role("button", name="Call the shop").click()
    complains(page, "Nobody has picked up: the worker is away")
    hangs_up(page)


def test_a_database_that_is_away_is_told(
    server: LocalServer, serve_page: ServePage, open_page: Open
) -> None:
    """Every view over the past says that calls go on."""
    served = serve_page(**server.environment, DATABASE_URL=NOWHERE)
    page = open_page(f"{served.address}/#/calls")
    for view in ("calls", "traffic", "figures", "todo", "watch"):
        page.goto(f"{served.address}/#/{view}")
        complains(page, "can't be read just now", 60_000)


def test_a_worker_whose_lines_are_all_taken_is_told(
    open_shop: Callable[..., Shop], open_page: Open
) -> None:
    """Who rings while another one talks is told that nobody picks up, and what to do."""
    small = open_shop("small", MOST_CALLS="1")
    first, second = open_page(small.address), open_page(small.address)
    calls(first)
    second.get_by_role("button", name="Call the shop").click()
    complains(second, "all its lines are taken. Start one, or call later")
    hangs_up(second)
    hangs_up(first)
    small.worker.stop()


def test_a_call_taken_up_by_another_worker_says_so(
    open_shop: Callable[..., Shop], start_worker: StartWorker, open_page: Open
) -> None:
    """The worker of a call is killed; another one goes on where it was, and the page tells."""
    shop = open_shop("taken-up")
    page = open_page(shop.address)
    calls(page)
    types(page, "I want to buy a phone", "sales")
    second = start_worker(**shop.chosen)
    shop.worker.stop()
    expect(page.locator(".status")).to_contain_text("Another worker has taken", timeout=60_000)
    is_at(page, "buying")
    types(page, "the iPhone Air", "Shall I order it")
    hangs_up(page)
    second.stop()


def test_records_that_can_not_be_written_are_told_while_they_can_not(
    served: Served, open_page: Open, locked: Callable[[], Any]
) -> None:
    """Nothing was ordered, says the page; once they can be written again, it is quiet and it is."""
    page = open_page(served.address)
    calls(page)
    types(page, "the iPhone Air in sky blue", "Shall I order it")
    with locked():
        types(page, "yes please", "sorry")
        complains(page, "can't write anything down just now, so nothing was ordered")
        assert page.locator(".card.order").count() == 0
    types(page, "yes please", "order number")
    is_well(page)
    hangs_up(page)


class Cable:
    """A way to a port that can be cut and mended."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._whole = True
        self._ends: list[socket.socket] = []
        self._heard = socket.create_server(("127.0.0.1", 0))
        self.port = self._heard.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            near, _ = self._heard.accept()
            if not self._whole:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._to))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        finally:
            other.close()

    def cut(self) -> None:
        """Nothing gets through any more."""
        self._whole = False
        for end in self._ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._ends.clear()

    def mend(self) -> None:
        """From now on connections get through again."""
        self._whole = True


def test_a_connection_that_is_lost_and_back_is_told_both_times(
    server: LocalServer, served: Served, serve_page: ServePage, records: str, open_page: Open
) -> None:
    """The sentence goes when the line is whole again, and the call goes on."""
    cable = Cable(int(server.url.rpartition(":")[2]))
    address = serve_page(
        **server.environment,
        DATABASE_URL=records,
        PAGE_LIVEKIT_URL=f"ws://127.0.0.1:{cable.port}",
    ).address
    page = open_page(address)
    calls(page)
    cable.cut()
    complains(page, "The connection is lost")
    cable.mend()
    is_well(page)
    types(page, "I want to buy a phone", "sales")
    hangs_up(page)
