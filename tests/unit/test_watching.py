"""What watches over the line: alerts and the dashboard, read by Prometheus's own promtool."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from livekit.agents.telemetry import metrics as livekit
from prometheus_client.metrics import MetricWrapperBase

from assistant import telemetry

DEPLOY = Path(__file__).parents[2] / "deploy"
DAYS = Path(__file__).parents[1] / "data" / "alerts.yaml"
ALERTS = DEPLOY / "alerts.yaml"
NAMES = re.compile(r"\b(?:shop|lk_agents)_\w+")
promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool here (Debian: prometheus)"
)


def asked(*what: object) -> str:
    """What promtool says; it must be content."""
    ran = subprocess.run(["promtool", *map(str, what)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def panels() -> list[dict[str, Any]]:
    """What the dashboard shows."""
    return list(json.loads((DEPLOY / "dashboard.json").read_text())["panels"])


def questions() -> Iterator[str]:
    """What the dashboard asks Prometheus."""
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m")


def rules() -> list[dict[str, Any]]:
    """The alerts."""
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def exported() -> dict[str, set[str]]:
    """The names under which the workers count, and the labels of each."""
    found: dict[str, set[str]] = {}
    for value in vars(telemetry).values():
        if isinstance(value, telemetry._Count):
            found[f"shop_{value._name}_total"] = set(value._labels)
    for value in vars(livekit).values():
        if isinstance(value, MetricWrapperBase):
            ends = ["_bucket", "_sum", "_count"] if value._type == "histogram" else [""]
            found |= {value._name + end: {*value._labelnames, "le"} for end in ends}
    return found


@promtool
def test_prometheus_reads_the_configuration_and_the_alerts() -> None:
    """As it would at its start."""
    assert f"{len(rules())} rules found" in asked("check", "config", DEPLOY / "prometheus.yaml")


@promtool
def test_alerts_sound_on_bad_days_and_on_no_quiet_one() -> None:
    """Each has a day on which it does; what it says is what somebody reads then."""
    asked("test", "rules", DAYS)
    sounding = set(re.findall(r"alertname: (\w+)", DAYS.read_text()))
    assert sounding == {rule["alert"] for rule in rules()}


@promtool
def test_what_the_dashboard_asks_can_be_asked(tmp_path: Path) -> None:
    """Each question, as Grafana sends it."""
    recorded = [
        {"record": f"panel:{number}", "expr": each} for number, each in enumerate(questions())
    ]
    file = tmp_path / "panels.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": recorded}]}))
    assert f"{len(recorded)} rules found" in asked("check", "rules", file)


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in rules()), *questions()])
def test_only_what_workers_count_is_asked_for(expression: str) -> None:
    """Under the names and labels that they count it by."""
    there = exported()
    named = set(NAMES.findall(expression)) - {"shop"}
    assert named <= there.keys()
    known = {"job", "instance"}.union(*(there[name] for name in named))
    labels = set(re.findall(r"[{,]\s*(\w+)\s*=", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        labels |= {label.strip() for label in group.split(",")}
    assert labels <= known


def test_every_failure_of_the_model_that_needs_a_person_is_one_that_is_counted() -> None:
    """A fault that is renamed must not leave its alert behind."""
    (rule,) = (rule for rule in rules() if rule["alert"] == "ShopModelNeedsAPerson")
    page = (DEPLOY.parent / "docs" / "failures.md").read_text()
    for fault in re.findall(r'fault=~"([^"]+)"', rule["expr"])[0].split("|"):
        assert f"`{fault}`" in page


def test_the_dashboard_lays_its_panels_side_by_side() -> None:
    """None over another, each with a title, and a sentence that says what it shows."""
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        assert panel["title"]
        assert panel["description"].endswith(".")
        taken |= cells
    assert len({panel["id"] for panel in panels()}) == len(panels())
