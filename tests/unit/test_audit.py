"""Looking for known weaknesses, at a stand-in for the service on the loopback address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from scripts import audit
from scripts.livekit_server import VERSION


@dataclass
class Service:
    """OSV's answers to questions in one go: what it knows, by package, and what it was asked."""

    knows: dict[str, list[str]] = field(default_factory=dict)
    status: int = 200
    body: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def answer(self, query: dict[str, Any]) -> dict[str, Any]:
        """What it says of one package, one advisory a page."""
        self.asked.append(query)
        ids = self.knows.get(query["package"]["name"], [])
        page = int(query.get("page_token", 0))
        told: dict[str, Any] = {"vulns": [{"id": ids[page]}]} if page < len(ids) else {}
        return told | ({"next_page_token": str(page + 1)} if page + 1 < len(ids) else {})


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """The service, for as long as this lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            results = [service.answer(query) for query in asked["queries"]]
            body = service.body or json.dumps({"results": results}).encode()
            self.send_response(service.status if self.path == "/v1/querybatch" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    yield service
    server.shutdown()
    server.server_close()


def run(service: Service, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """What `make audit` ends with, and says, when it asks this service."""
    with serving(service):
        code = audit.main(["--service", f"{service.url}/"])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_each_package_of_the_lock_is_looked_up(capsys: pytest.CaptureFixture[str]) -> None:
    """And the page's client and LiveKit's server; where nothing is known, it says so."""
    service = Service()
    code, out, err = run(service, capsys)
    assert (code, err) == (0, "")
    assert out == f"No known weakness in {len(service.asked)} packages, {service.url} says.\n"
    asked = {(q["package"]["ecosystem"], q["package"]["name"]): q["version"] for q in service.asked}
    assert len(asked) > 80
    assert asked["PyPI", "livekit-agents"].startswith("1.")
    assert asked["npm", "livekit-client"].count(".") == 2
    assert f"v{asked['Go', 'github.com/livekit/livekit-server']}" == VERSION


def test_what_is_known_is_named_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """Every advisory of a package, also those on further pages, and a code that stops a script."""
    code, out, _ = run(Service({"aiohttp": ["GHSA-1", "PYSEC-2"], "yarl": ["GHSA-3"]}), capsys)
    assert code == 1
    lines = out.splitlines()
    assert any(line.startswith("aiohttp ") and line.endswith("GHSA-1, PYSEC-2") for line in lines)
    assert any(line.startswith("yarl ") and line.endswith("(PyPI): GHSA-3") for line in lines)
    assert lines[-1].startswith("2 of ")


@pytest.mark.parametrize(
    ("service", "why"),
    [
        (Service(status=503), "answered 503"),
        (Service(body=b"<html>"), "gave no answer that can be read"),
        (Service(body=b"{}"), "gave no answer that can be read"),
        (Service(body=b'{"results": []}'), "0 answers to"),
        (Service(body=b'{"results": [5]}'), "1 answers to"),
    ],
)
def test_a_service_that_cannot_be_asked_is_no_clean_bill(
    service: Service, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says that nothing is known, and another code than that of a weakness."""
    code, out, err = run(service, capsys)
    assert (code, out) == (2, "")
    assert err.startswith("Nothing is known of weaknesses: http://127.0.0.1:")
    assert why in err
    assert err.count("\n") == 1


def test_a_service_out_of_reach_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As on a machine without a way out."""
    with serving(Service()) as gone:
        pass
    assert audit.main(["--service", gone.url]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"Nothing is known of weaknesses: {gone.url} can't be reached (")
    assert told.count("\n") == 1
