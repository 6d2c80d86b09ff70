"""The environment, read once; nobody else looks at it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from assistant.errors import MendableError

LOG_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR", "CRITICAL")


DEFAULT_DATABASE = "sqlite:///data/calls.db"
"""Where records are kept unless told otherwise: a file below the working directory."""


class SettingsError(MendableError):
    """A setting cannot be used; says which, and what it should be."""


@dataclass(frozen=True, slots=True)
class Rooms:
    """How the worker serves LiveKit's rooms; times are in seconds."""

    livekit_url: str = ""
    livekit_api_key: str = field(default="", repr=False)
    livekit_api_secret: str = field(default="", repr=False)
    agent_name: str = ""
    """With a name, the worker comes only where it is asked for by it; without, to every room."""
    most_calls: int = 0
    """How many calls a worker takes at once; 0 leaves that to the processor's load."""
    load_threshold: float = 0.7
    """The share of the processor's time beyond which no further call is taken."""
    idle_processes: int = 2
    """How many processes wait, loaded, for the next calls: as many can begin in one moment."""
    drain: float = 1800.0
    """How long a worker that was asked to stop lets its calls go on."""
    health_host: str = "127.0.0.1"
    health_port: int = 8081
    metrics_port: int = 0
    """Where Prometheus reads the worker's counters, at /metrics; 0 is nowhere."""
    reports: Path | None = None
    """The directory in which each call's report is written at its end."""
    log_level: str = "INFO"
    log_format: str = "json"

    def __post_init__(self) -> None:
        schemes = ("ws://", "wss://", "http://", "https://")
        if self.livekit_url and not self.livekit_url.startswith(schemes):
            raise SettingsError(
                f"LIVEKIT_URL={self.livekit_url} is no address: it begins with ws:// or wss://."
            )
        if self.load_threshold >= 1.0:
            raise SettingsError(f"LOAD_THRESHOLD={self.load_threshold:g} must be below 1.")
        if not 0 <= self.health_port < 65536:
            raise SettingsError(f"HEALTH_PORT={self.health_port} is no port: 0 takes a free one.")
        if not 0 <= self.metrics_port < 65536:
            raise SettingsError(f"METRICS_PORT={self.metrics_port} is no port: 0 means none.")
        if self.log_format not in ("json", "colored"):
            raise SettingsError(f"LOG_FORMAT={self.log_format} is unknown: use json or colored.")
        if self.log_level not in LOG_LEVELS:
            raise SettingsError(
                f"LOG_LEVEL={self.log_level} is unknown: use {', '.join(LOG_LEVELS)}."
            )
        if self.reports and not (self.reports.is_dir() and os.access(self.reports, os.W_OK)):
            raise SettingsError(f"REPORTS={self.reports} is no directory that can be written to.")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that may differ between two shops or machines; times are in seconds."""

    shop: Path | None = None
    """The shop's own directory: words, catalogue, knowledge."""
    openai_api_key: str = field(default="", repr=False)
    openai_base_url: str = ""
    openai_model: str = "gpt-4.1-nano"
    openai_temperature: float = 0.3
    deepgram_api_key: str = field(default="", repr=False)
    deepgram_stt_model: str = "nova-3"
    deepgram_stt_url: str = "https://api.deepgram.com/v1/listen"
    deepgram_tts_model: str = "aura-2-andromeda-en"
    deepgram_tts_url: str = "https://api.deepgram.com/v1/speak"
    language: str = "en-US"
    """What the caller speaks. Everything that comes with the assistant is in English."""
    stt: str = "auto"
    """Who hears: `deepgram`, `offline`, or `auto` (Deepgram where there is a key)."""
    tts: str = "auto"
    """Who speaks, likewise."""
    llm: str = "auto"
    """Which model answers: `openai`, `offline`, or `auto` (OpenAI where there is a key)."""
    fallback: bool = True
    """Whether the embedded ears and voice stand behind a real provider that fails."""
    offline_stt: Literal["auto", "moonshine", "whisper"] = "auto"
    """Which embedded recogniser; `auto` is the first that runs here."""
    offline_speed: float = 1.0
    """The embedded voice's pace."""
    kept_lines: Path | None = None
    """Where a provider's fixed lines are kept as sound, so that they are paid for once."""
    turn_detection: str = "local"
    """Who tells the end of a turn: LiveKit's `local` model, or `off` for pauses alone."""
    pause: float = 0.4
    """How long the caller must be silent for their words to be recognised."""
    min_pause: float = 0.3
    """How long after the caller's last sound a reply may begin at the earliest."""
    max_pause: float = 1.5
    """How long a caller who seems not to have finished is waited for."""
    interruption: float = 0.6
    """How long the caller must speak over the assistant to interrupt it: a cough is shorter."""
    resume: float = 1.0
    """How long after a noise without words the assistant goes on with its sentence."""
    echo: float = 0.0
    """How long after its first sound the assistant can't be interrupted, where there is echo."""
    hold_on: float = 2.0
    """How long the model may take to its first word before the caller is asked to wait."""
    first_word: float = 6.0
    """How long the model may take to its first word before the caller hears an apology."""
    first_sound: float = 3.0
    """How long a voice or a recogniser may take before the one behind it takes over."""
    silence: float = 12.0
    """How long a caller says nothing before they are asked, and again before the call ends."""
    longest_call: float = 1800.0
    """How long a call may last."""

    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    """Where records are kept: SQLite in a file, or PostgreSQL. It may hold a password."""
    keep_transcripts: bool = False
    """Whether a call's report holds what was said, word for word."""

    rooms: Rooms = field(default_factory=Rooms)
    """How rooms are served."""

    def __post_init__(self) -> None:
        if self.llm not in ("auto", "openai", "offline"):
            raise SettingsError(f"LLM={self.llm} is unknown: use auto, openai or offline.")
        for name, chosen in (("STT", self.stt), ("TTS", self.tts)):
            if chosen not in ("auto", "deepgram", "offline"):
                raise SettingsError(f"{name}={chosen} is unknown: use auto, deepgram or offline.")
            if chosen == "deepgram" and not self.deepgram_api_key:
                raise SettingsError(
                    f"{name}=deepgram needs a key: set DEEPGRAM_API_KEY, or use {name}=offline."
                )
        if self.llm == "openai" and not self.openai_api_key:
            raise SettingsError("LLM=openai needs a key: set OPENAI_API_KEY, or use LLM=offline.")
        if self.openai_base_url and not self.openai_base_url.startswith(("http://", "https://")):
            raise SettingsError(
                f"OPENAI_BASE_URL={self.openai_base_url} is no address: it begins with http:// "
                "or https://."
            )
        for name, address in (
            ("DEEPGRAM_STT_URL", self.deepgram_stt_url),
            ("DEEPGRAM_TTS_URL", self.deepgram_tts_url),
        ):
            if not address.startswith(("http://", "https://", "ws://", "wss://")):
                raise SettingsError(f"{name}={address} is no address: it begins with https://.")
        if self.turn_detection not in ("local", "off"):
            raise SettingsError(
                f"TURN_DETECTION={self.turn_detection} is unknown: use local or off."
            )
        if self.offline_stt not in ("auto", "moonshine", "whisper"):
            raise SettingsError(
                f"OFFLINE_STT={self.offline_stt} is unknown: use auto, moonshine or whisper."
            )
        if self.min_pause > self.max_pause:
            raise SettingsError(
                f"MIN_PAUSE_SECONDS={self.min_pause:g} is above MAX_PAUSE_SECONDS="
                f"{self.max_pause:g}: make it smaller."
            )
        if not 0.5 <= self.offline_speed <= 2.0:
            raise SettingsError(
                f"OFFLINE_SPEED={self.offline_speed:g} is too fast or too slow: use 0.5 to 2."
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

    def number(
        name: str, default: float, wanted: str, above: float = -1.0, most: float = 1e9
    ) -> float:
        try:
            value = float(text(name, str(default)))
        except ValueError:
            value = above
        if not above < value <= most:
            raise SettingsError(f"{name}={text(name)} is not {wanted}.")
        return value

    def whole(name: str, default: int) -> int:
        value = number(name, default, "a whole number from 0 on", -0.5)
        if value != int(value):
            raise SettingsError(f"{name}={text(name)} is not a whole number from 0 on.")
        return int(value)

    def rooms() -> Rooms:
        reports = text("REPORTS")
        return Rooms(
            livekit_url=text("LIVEKIT_URL"),
            livekit_api_key=text("LIVEKIT_API_KEY"),
            livekit_api_secret=text("LIVEKIT_API_SECRET"),
            agent_name=text("AGENT_NAME"),
            most_calls=whole("MOST_CALLS", 0),
            load_threshold=number("LOAD_THRESHOLD", 0.7, "a share above 0 and below 1", 0.0),
            idle_processes=whole("IDLE_PROCESSES", 2),
            drain=seconds("DRAIN_SECONDS", 1800.0),
            health_host=text("HEALTH_HOST", "127.0.0.1"),
            health_port=whole("HEALTH_PORT", 8081),
            metrics_port=whole("METRICS_PORT", 0),
            reports=Path(reports).expanduser() if reports else None,
            log_level=text("LOG_LEVEL", "INFO").upper(),
            log_format=text("LOG_FORMAT", "json").lower(),
        )

    def on(name: str, default: bool) -> bool:
        chosen_text = text(name, "on" if default else "off").lower()
        if chosen_text not in ("on", "off", "1", "0"):
            raise SettingsError(f"{name}={chosen_text} is unknown: use on or off.")
        return chosen_text in ("on", "1")

    def folder(name: str) -> Path | None:
        """A folder; `off` is none, and without a setting it lies in the user's cache."""
        if text(name).lower() == "off":
            return None
        cache = Path(env.get("XDG_CACHE_HOME") or "~/.cache")
        return Path(text(name) or cache / "iphone-shop/lines").expanduser()

    shop = chosen.get("shop") or text("SHOP")
    return Settings(
        shop=Path(str(shop)).expanduser() if shop else None,
        openai_api_key=text("OPENAI_API_KEY"),
        openai_base_url=text("OPENAI_BASE_URL"),
        openai_model=text("OPENAI_MODEL", "gpt-4.1-nano"),
        openai_temperature=number("OPENAI_TEMPERATURE", 0.3, "a number from 0 to 2", -1e-9, 2.0),
        deepgram_api_key=text("DEEPGRAM_API_KEY"),
        deepgram_stt_model=text("DEEPGRAM_STT_MODEL", "nova-3"),
        deepgram_stt_url=text("DEEPGRAM_STT_URL", "https://api.deepgram.com/v1/listen"),
        deepgram_tts_model=text("DEEPGRAM_TTS_MODEL", "aura-2-andromeda-en"),
        deepgram_tts_url=text("DEEPGRAM_TTS_URL", "https://api.deepgram.com/v1/speak"),
        language=text("ASSISTANT_LANGUAGE", "en-US"),
        stt=text("STT", "auto").lower(),
        tts=text("TTS", "auto").lower(),
        llm=text("LLM", "auto").lower(),
        fallback=on("FALLBACK", True),
        offline_stt=cast(
            Literal["auto", "moonshine", "whisper"], text("OFFLINE_STT", "auto").lower()
        ),
        offline_speed=number("OFFLINE_SPEED", 1.0, "a number from 0.5 to 2", 0.0),
        kept_lines=folder("KEPT_LINES"),
        turn_detection=text("TURN_DETECTION", "local").lower(),
        pause=seconds("PAUSE_SECONDS", 0.4),
        min_pause=seconds("MIN_PAUSE_SECONDS", 0.3),
        max_pause=seconds("MAX_PAUSE_SECONDS", 1.5),
        interruption=seconds("INTERRUPTION_SECONDS", 0.6),
        resume=seconds("RESUME_SECONDS", 1.0),
        echo=number("ECHO_SECONDS", 0.0, "a number of seconds"),
        hold_on=seconds("HOLD_ON_SECONDS", 2.0),
        first_word=seconds("FIRST_WORD_SECONDS", 6.0),
        first_sound=seconds("FIRST_SOUND_SECONDS", 3.0),
        silence=seconds("SILENCE_SECONDS", 12.0),
        longest_call=seconds("LONGEST_CALL_SECONDS", 1800.0),
        database_url=text("DATABASE_URL", DEFAULT_DATABASE),
        keep_transcripts=on("KEEP_TRANSCRIPTS", False),
        rooms=rooms(),
    )
