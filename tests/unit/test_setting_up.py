"""Setting up with make, on machines as people have them; pip is a script that notes its use."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.console import devices, talk
from assistant.console.devices import Device
from assistant.console.screen import Screen
from assistant.records.sql import upgrade
from assistant.settings import Console, Settings
from scripts import sbom

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")

PIP = """#!/bin/sh
case "$*" in *sysconfig*) exit ${REPLACED:-0};; esac
echo "$PIP_USER $*" >> "$LOG"
case "$*" in *speech*) exit ${NO_WHEEL:-0};; esac
"""


def checkout(folder: Path) -> Path:
    """A checkout with a virtual environment whose Python only notes what it is asked."""
    folder.mkdir(parents=True)
    for name in ("Makefile", "requirements.lock", "requirements-speech.lock"):
        shutil.copy(ROOT / name, folder)
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PIP)
    python.chmod(0o755)
    return folder


def make(folder: Path, target: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Make something there."""
    env = {"PATH": os.environ["PATH"], "LOG": str(folder / "log"), **more}
    return subprocess.run(
        ["make", "-C", str(folder), target], env=env, capture_output=True, text=True
    )


def test_a_users_own_pip_settings_do_not_reach_into_the_virtual_environment(
    tmp_path: Path,
) -> None:
    """PIP_USER=1 is an error there."""
    folder = checkout(tmp_path / "shop")
    assert make(folder, ".venv/run.ready", PIP_USER="1").returncode == 0
    asked = (folder / "log").read_text().splitlines()
    assert [line.split()[0] for line in asked] == ["0", "0"]
    assert all("--require-hashes" in line for line in asked)


def test_a_machine_without_speech_is_set_up_for_text(tmp_path: Path) -> None:
    """No wheel for the embedded ears or voice, or none any more: one sentence, and it goes on."""
    folder = checkout(tmp_path / "shop")
    made = make(folder, ".venv/run.ready", NO_WHEEL="1")
    assert made.returncode == 0
    assert "have no package for this machine, so calls are in text" in made.stderr
    assert (folder / ".venv/run.ready").exists()


def test_an_interpreter_that_was_replaced_is_set_up_anew(tmp_path: Path) -> None:
    """What was installed for the one before isn't there for this one."""
    folder = checkout(tmp_path / "shop")
    assert make(folder, ".venv/run.ready").returncode == 0
    assert "up to date" in make(folder, ".venv/run.ready").stdout
    again = tmp_path / "python"
    again.write_text('#!/bin/sh\nmkdir -p .venv/bin; cp "$SELF" .venv/bin/python')
    again.chmod(0o755)
    (tmp_path / "fake").write_text(PIP)
    (tmp_path / "fake").chmod(0o755)
    more = {"REPLACED": "1", "PYTHON": str(again), "SELF": str(tmp_path / "fake")}
    assert make(folder, ".venv/run.ready", **more).returncode == 0
    assert len((folder / "log").read_text().splitlines()) == 4


def test_a_folder_in_which_there_can_be_no_virtual_environment_is_told(tmp_path: Path) -> None:
    """A colon separates the folders of PATH."""
    folder = checkout(tmp_path / "shop: mine")
    shutil.rmtree(folder / ".venv")
    made = make(folder, ".venv/bin/python")
    assert made.returncode == 2
    assert f"a colon in its name: move {folder}." in made.stderr


def test_a_folder_with_a_percent_sign_has_its_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The migrations' library fills in what stands behind one."""
    monkeypatch.setattr(upgrade, "__file__", "/100%(off)s/upgrade.py")
    assert upgrade._config().get_main_option("script_location") == "/100%(off)s/migrations"


@pytest.mark.parametrize("package", ["hibari", "moonshine_voice"])
def test_a_call_without_speech_is_held_in_text_and_says_so(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A microphone alone makes no spoken call."""
    there = importlib.util.find_spec
    missing = {package, "faster_whisper"}
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name in missing else there(name, *a)
    )
    monkeypatch.setattr(devices, "found", lambda *_: (Device(0, 24_000), Device(1, 24_000)))
    assert talk._spoken(Screen(False), Settings(), Console(), by_hand=True) is None
    told = capsys.readouterr().out
    assert told.startswith("A call by voice isn't possible here: ")
    assert told.endswith("So this is a text call.\n")
    assert told.count("\n") == 1


WITHOUT_SPEECH = """
import asyncio, sys
sys.modules.update(dict.fromkeys(("hibari", "moonshine_voice", "faster_whisper")))  # not there
from livekit.agents.utils import http_context
from assistant.providers import build
from assistant.settings import Settings
from assistant.shop import shop

settings = Settings(deepgram_api_key="key", turn_detection="off")
print(build.without_spares(settings))
there = shop.load(None)
warm = build.prewarm(settings, ["Hello."])

async def call():
    async with http_context.open():
        parts = build.build_voice(settings, there.catalogue, there.knowledge, warm)
        print(*parts.reasons, sep="\\n")
        await parts.aclose()

asyncio.run(call())
"""


def test_deepgram_is_enough_where_no_speech_is_installed() -> None:
    """A worker's process loads and a call begins; one sentence says that nothing stands behind."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_SPEECH], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    warned, *reasons = ran.stdout.splitlines()
    assert warned.startswith("No embedded ears and no embedded voice can stand behind Deepgram's")
    assert "pip install -r requirements-speech.lock" in warned
    alone = "(DEEPGRAM_API_KEY is set), with none behind it."
    parts = [reason.split(":")[0] for reason in reasons if reason.endswith(alone)]
    assert parts == ["Hearing", "Speaking"]


READY = """
from assistant.language import accounts, turn

turn.ready()
before = accounts.account.cache_info().misses
from statemachine.facts import Facts
turn.spoke("I'd like to buy an iPhone, please", Facts())
print(before, accounts.account.cache_info().misses - before)
"""


def test_what_words_are_understood_by_is_read_before_a_call() -> None:
    """The first caller's first words find it there."""
    ran = subprocess.run(
        [sys.executable, "-c", READY], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, then = map(int, ran.stdout.split())
    assert (before > 0, then) == (True, 0)


def test_the_bill_of_materials_names_each_package_of_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With version, address, hashes and licence; speech included."""
    monkeypatch.setattr(sbom, "HERE", tmp_path)
    monkeypatch.setattr(sbom, "FOLDER", tmp_path / "build")
    assert sbom.main() == 0
    told = json.loads((tmp_path / "build/sbom.cdx.json").read_text())
    found = {each["name"]: each for each in told["components"]}
    locked = [line for line in sbom.LOCK.read_text().splitlines() if line[:1].isalnum()]
    assert len(told["components"]) == len(locked) >= len(found)
    assert found["livekit-agents"]["purl"].startswith("pkg:pypi/livekit-agents@1.")
    assert found["livekit-agents"]["licenses"][0]["license"]["name"].startswith("Apache")
    assert all(each["hashes"] for each in found.values())
    assert "hibari-tts" in (tmp_path / "build/licences.txt").read_text()
    assert f"{len(locked)} packages" in capsys.readouterr().out


def test_a_call_in_text_loads_neither_voices_nor_plugins_nor_what_draws() -> None:
    """They would take as long as all the rest, before the greeting."""
    code = (
        "import sys, assistant.console.talk as talk\n"
        "from assistant.providers import build\n"
        "from assistant.settings import Settings\n"
        "from assistant.shop import shop\n"
        "served = shop.load(None)\n"
        "build.build(Settings(), served.catalogue, served.knowledge)\n"
        "print(*sorted(sys.modules))"
    )
    env = {"PATH": os.environ["PATH"]}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    loaded = set(told.stdout.split())
    assert "assistant.providers.offline.brain" in loaded
    unused = {"alembic", "graphviz", "hibari", "moonshine_voice", "faster_whisper", "sounddevice"}
    unused |= {"assistant.providers.speakable", "assistant.history.commands", "assistant.worker"}
    assert not loaded & unused
    assert not [name for name in loaded if name.startswith("livekit.plugins.")]
