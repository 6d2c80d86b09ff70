"""Settings: what the environment may say, and the sentence for what it may not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import settings
from assistant.settings import Console, Settings, SettingsError, names, read_console


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """Reads the settings of an environment that says this."""

    def reading(environment: dict[str, str], **chosen: object) -> Settings:
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            return settings.read(**chosen)

    return reading


Read = Callable[..., Settings]


def test_an_empty_environment_needs_nothing(read: Read) -> None:
    """No key, no shop: the defaults are those of the design."""
    found = read({})
    assert (found.openai_model, found.llm, found.shop) == ("gpt-4.1-nano", "auto", None)
    assert found.openai_api_key == ""


def test_the_usual_names_are_honoured(read: Read, tmp_path: Path) -> None:
    """OPENAI_API_KEY, OPENAI_BASE_URL and the rest, white space around them left out."""
    found = read(
        {
            "OPENAI_API_KEY": " sk-1 ",
            "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
            "OPENAI_MODEL": "other",
            "OPENAI_TEMPERATURE": "0",
            "LLM": "OpenAI",
            "FIRST_WORD_SECONDS": "1.5",
            "SHOP": str(tmp_path),
        }
    )
    assert found.openai_api_key == "sk-1"
    assert found.openai_base_url == "http://127.0.0.1:1/v1"
    assert (found.openai_model, found.openai_temperature) == ("other", 0.0)
    assert (found.llm, found.first_word, found.shop) == ("openai", 1.5, tmp_path)


def test_an_empty_setting_is_none(read: Read) -> None:
    """A variable that is set to nothing keeps the default."""
    empty = dict.fromkeys(["OPENAI_MODEL", "LLM", "FIRST_WORD_SECONDS", "SHOP"], "  ")
    assert read(empty) == read({})


def test_the_command_line_wins(read: Read, tmp_path: Path) -> None:
    """A shop named there counts, not the environment's."""
    assert read({"SHOP": "/none"}, shop=str(tmp_path)).shop == tmp_path


def test_a_key_is_not_shown() -> None:
    """Settings may be logged."""
    shown = repr(Settings(openai_api_key="sk-secret", deepgram_api_key="dg-secret"))
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"LLM": "gpt"}, "LLM=gpt is unknown: use auto, openai or offline."),
        ({"LLM": "openai"}, "LLM=openai needs a key: set OPENAI_API_KEY, or use LLM=offline."),
        ({"STT": "x"}, "STT=x is unknown: use auto, deepgram or offline."),
        ({"TTS": "x"}, "TTS=x is unknown: use auto, deepgram or offline."),
        (
            {"STT": "deepgram"},
            "STT=deepgram needs a key: set DEEPGRAM_API_KEY, or use STT=offline.",
        ),
        (
            {"TTS": "deepgram"},
            "TTS=deepgram needs a key: set DEEPGRAM_API_KEY, or use TTS=offline.",
        ),
        (
            {"OPENAI_BASE_URL": "localhost:1"},
            "OPENAI_BASE_URL=localhost:1 is no address: it begins with http:// or https://.",
        ),
        (
            {"SHOP": "/no/such/shop"},
            "SHOP=/no/such/shop is not a directory: name the shop's directory.",
        ),
        (
            {"FIRST_WORD_SECONDS": "soon"},
            "FIRST_WORD_SECONDS=soon is not a number of seconds above 0.",
        ),
        ({"FIRST_WORD_SECONDS": "0"}, "FIRST_WORD_SECONDS=0 is not a number of seconds above 0."),
        (
            {"FIRST_WORD_SECONDS": "inf"},
            "FIRST_WORD_SECONDS=inf is not a number of seconds above 0.",
        ),
        (
            {"FIRST_WORD_SECONDS": "nan"},
            "FIRST_WORD_SECONDS=nan is not a number of seconds above 0.",
        ),
        ({"OPENAI_TEMPERATURE": "hot"}, "OPENAI_TEMPERATURE=hot is not a number from 0 to 2."),
    ],
)
def test_a_setting_that_cannot_be_used_is_told(
    read: Read, environment: dict[str, str], sentence: str
) -> None:
    """Which setting, and what it should be."""
    with pytest.raises(SettingsError) as error:
        read(environment)
    assert str(error.value) == sentence


@pytest.mark.parametrize("temperature", ["-0.5", "2.5"])
def test_a_temperature_out_of_bounds_is_told(read: Read, temperature: str) -> None:
    """OpenAI takes 0 to 2, and refuses each request otherwise."""
    with pytest.raises(SettingsError, match="is not a number from 0 to 2"):
        read({"OPENAI_TEMPERATURE": temperature})


@pytest.mark.parametrize("chosen", [{"report": "/none/r.json"}, {"mode": "sung"}])
def test_what_a_call_here_is_told_is_looked_at_before_it(chosen: dict[str, str]) -> None:
    """A report that can't be written is found out at the start."""
    with pytest.raises(SettingsError, match=r"^(REPORT=\S+ cannot be|MODE=sung is unknown)"):
        read_console(**chosen)


def test_a_given_setting_is_no_matter_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the code itself says wins over a variable of the same setting."""
    monkeypatch.setenv("FIRST_WORD_SECONDS", "3")
    monkeypatch.setenv("MODE", "voice")
    assert Settings(first_word=1.5).first_word == 1.5
    assert Console(mode="text").mode == "text"


EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_file_names_every_setting_with_its_default() -> None:
    """Nothing can be set that isn't in it, and nothing is in it that can't be set."""
    told = dict(re.findall(r"^(?:# )?([A-Z_]{3,})=(\S*)", EXAMPLE.read_text(), re.MULTILINE))
    assert told.pop("OTEL_EXPORTER_OTLP_ENDPOINT")  # OpenTelemetry's own
    assert set(told) == names()
    for group in (Settings, settings.Rooms, Console):
        for own, info in group.model_fields.items():
            name = str(info.validation_alias or own).upper()
            if isinstance(info.default, float):
                assert float(told[name]) == info.default
            elif isinstance(info.default, str) and info.default and name != "DATABASE_URL":
                assert told[name] == info.default


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"\xef\xbb\xbfOPENAI_MODEL=other\n", "other"),
        (b"OPENAI_MODEL=other\r\n", "other"),
        (b"# caf\xe9\nOPENAI_MODEL=other\n", "isn't UTF-8 text: save it as UTF-8"),
        (b"\xff\xfeO\0P\0", "isn't UTF-8 text: save it as UTF-8"),
    ],
    ids=["byte order mark", "Windows line ends", "Latin-1", "UTF-16"],
)
def test_a_file_of_settings_is_read_as_editors_write_it(
    tmp_path: Path, written: bytes, expected: str
) -> None:
    """A mark before the first name is no part of it; what isn't UTF-8 is one sentence."""
    (tmp_path / ".env").write_bytes(written)
    code = (
        "import dotenv, assistant.settings.reading as reading\n"
        "from assistant import settings\n"
        f"reading.find_dotenv = lambda: {str(tmp_path / '.env')!r}\n"
        "try:\n    settings.load_file(); print(settings.read().openai_model)\n"
        "except settings.SettingsError as error:\n    print(error)"
    )
    env = {"PATH": os.environ["PATH"]}
    told = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert told.stdout.strip().endswith(expected), told.stderr
    assert told.stderr == ""
