"""The way to LiveKit's server."""

from __future__ import annotations

import pytest

from assistant.worker.proxy import proxy_for


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("wss://shop.livekit.example", "http://proxy.example:3128"),
        ("ws://livekit.example", "http://plain.example:8080"),
        ("ws://127.0.0.1:7880", None),
        ("ws://localhost:7880", None),
        ("ws://[::1]:7880", None),
        ("wss://livekit.inside.example", None),
        ("", None),
    ],
)
def test_a_proxy_is_used_where_the_environment_says_so(
    url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This machine, and whatever NO_PROXY names, is reached without it."""
    for name in ("https_proxy", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://plain.example:8080")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    assert proxy_for(url) == proxy
