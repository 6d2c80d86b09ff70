"""Settings: what the environment may say, and the sentence for what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings, SettingsError, read


def test_an_empty_environment_needs_nothing() -> None:
    """No key, no shop: the defaults are those of the design."""
    settings = read({})
    assert (settings.openai_model, settings.llm, settings.shop) == ("gpt-4.1-nano", "auto", None)
    assert settings.openai_api_key == ""


def test_the_usual_names_are_honoured(tmp_path: Path) -> None:
    """OPENAI_API_KEY, OPENAI_BASE_URL and the rest, white space around them left out."""
    settings = read(
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
    assert settings.openai_api_key == "sk-1"
    assert settings.openai_base_url == "http://127.0.0.1:1/v1"
    assert (settings.openai_model, settings.openai_temperature) == ("other", 0.0)
    assert (settings.llm, settings.first_word, settings.shop) == ("openai", 1.5, tmp_path)


def test_an_empty_setting_is_none() -> None:
    """A variable that is set to nothing keeps the default."""
    empty = dict.fromkeys(["OPENAI_MODEL", "LLM", "FIRST_WORD_SECONDS", "SHOP"], "  ")
    assert read(empty) == read({})


def test_the_command_line_wins(tmp_path: Path) -> None:
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
def test_a_setting_that_cannot_be_used_is_told(environment: dict[str, str], sentence: str) -> None:
    """Which setting, and what it should be."""
    with pytest.raises(SettingsError) as error:
        read(environment)
    assert str(error.value) == sentence


@pytest.mark.parametrize("temperature", ["-0.5", "2.5"])
def test_a_temperature_out_of_bounds_is_told(temperature: str) -> None:
    """OpenAI takes 0 to 2, and refuses each request otherwise."""
    with pytest.raises(SettingsError, match="is not a number from 0 to 2"):
        read({"OPENAI_TEMPERATURE": temperature})
