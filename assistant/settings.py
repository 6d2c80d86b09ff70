"""The environment, read once; nobody else looks at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingsError(ValueError):
    """A setting cannot be used; says which, and what it should be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two shops or machines; times are in seconds."""

    shop: Path | None = None
    """The shop's own directory: words, catalogue, knowledge."""
    openai_api_key: str = field(default="", repr=False)
    openai_base_url: str = ""
    openai_model: str = "gpt-4.1-nano"
    openai_temperature: float = 0.3
    llm: str = "auto"
    """Which model answers: `openai`, `offline`, or `auto` (OpenAI where there is a key)."""
    first_word: float = 6.0
    """How long the model may take to its first word before the caller hears an apology."""

    def __post_init__(self) -> None:
        if self.llm not in ("auto", "openai", "offline"):
            raise SettingsError(f"LLM={self.llm} is unknown: use auto, openai or offline.")
        if self.llm == "openai" and not self.openai_api_key:
            raise SettingsError("LLM=openai needs a key: set OPENAI_API_KEY, or use LLM=offline.")
        if self.openai_base_url and not self.openai_base_url.startswith(("http://", "https://")):
            raise SettingsError(
                f"OPENAI_BASE_URL={self.openai_base_url} is no address: it begins with http:// "
                "or https://."
            )
        if self.shop and not self.shop.is_dir():
            raise SettingsError(f"SHOP={self.shop} is not a directory: name the shop's directory.")


def read(environment: Mapping[str, str] | None = None, **chosen: object) -> Settings:
    """The settings of this environment; `chosen` come from the command line and win.

    Raises:
        SettingsError: one cannot be used.
    """
    env = os.environ if environment is None else environment

    def text(name: str, default: str = "") -> str:
        return env.get(name, "").strip() or default

    def seconds(name: str, default: float) -> float:
        return number(name, default, "a number of seconds above 0", 0.0)

    def number(name: str, default: float, wanted: str, above: float = -1.0) -> float:
        try:
            value = float(text(name, str(default)))
        except ValueError:
            value = above
        if not above < value < float("inf"):
            raise SettingsError(f"{name}={text(name)} is not {wanted}.")
        return value

    shop = chosen.get("shop") or text("SHOP")
    return Settings(
        shop=Path(str(shop)).expanduser() if shop else None,
        openai_api_key=text("OPENAI_API_KEY"),
        openai_base_url=text("OPENAI_BASE_URL"),
        openai_model=text("OPENAI_MODEL", "gpt-4.1-nano"),
        openai_temperature=number("OPENAI_TEMPERATURE", 0.3, "a number from 0 to 2"),
        llm=text("LLM", "auto").lower(),
        first_word=seconds("FIRST_WORD_SECONDS", 6.0),
    )
