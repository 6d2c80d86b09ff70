"""The files for running it elsewhere, as far as they can be checked without a Docker daemon."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from scripts.livekit_server import VERSION

ROOT = Path(__file__).parents[2]


def _compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy/compose.yaml").read_text()))


def test_the_compose_file_runs_the_server_that_was_tested() -> None:
    """One version of LiveKit's server stands in the tests, the set-up and the deployment."""
    image = _compose()["services"]["livekit"]["image"]
    assert image.partition("@")[0] == f"livekit/livekit-server:{VERSION}"


def test_every_image_is_named_by_version_and_digest() -> None:
    """A tag can be moved; a digest is what it names."""
    services = _compose()["services"].values()
    pulled = {each["image"] for each in services if "build" not in each}
    docker = (ROOT / "deploy/Dockerfile").read_text()
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", docker, re.MULTILINE)
    assert set(re.findall(r"^FROM (\S+)", docker, re.MULTILINE)) == {"${PYTHON}"}
    for image in (*pulled, base):
        assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*@sha256:[0-9a-f]{64}", image), image


def test_two_workers_wait_for_what_they_need_and_may_finish_their_calls() -> None:
    """Workers start after server and database, and have longer to stop than a call may last."""
    services = _compose()["services"]
    for name in ("worker-1", "worker-2"):
        worker = services[name]
        assert set(worker["depends_on"]) == {"livekit", "postgres"}
        assert worker["stop_grace_period"] == "31m"  # DRAIN_SECONDS is 30 minutes
    assert all("healthcheck" in services[name] for name in ("livekit", "postgres"))


def test_no_secret_stands_in_a_file() -> None:
    """Keys and passwords come from the environment, and without one nothing starts."""
    text = (ROOT / "deploy/compose.yaml").read_text()
    for name in ("LIVEKIT_API_SECRET", "POSTGRES_PASSWORD", "NODE_IP"):
        assert re.search(rf"\${{{name}:\?", text), name


def test_what_the_image_copies_is_there() -> None:
    """Every path the Dockerfile copies from the repository exists and isn't ignored."""
    docker = (ROOT / "deploy/Dockerfile").read_text()
    allowed = (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines()
    for source in re.findall(r"^COPY (?!--from)(\S+) ", docker, re.MULTILINE):
        assert (ROOT / source).exists()
        assert f"!{source}" in allowed
