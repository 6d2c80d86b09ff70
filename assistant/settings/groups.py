"""Everything that may differ between two shops or machines: the environment, read here alone.

A setting's name in the environment is its own in capitals, or the one that it is given below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.settings.kinds import (
    Choice,
    Country,
    DeepgramAddress,
    Ears,
    Flag,
    FolderOrOff,
    HomePath,
    Level,
    LiveKitAddress,
    Pace,
    Port,
    PortOrNone,
    ReportsFolder,
    Seconds,
    SecondsOrNone,
    Share,
    ShopFolder,
    Some,
    TelephoneNumber,
    Temperature,
    WebAddress,
    Whole,
    WrittenFile,
)

DEFAULT_DATABASE: Final = "sqlite:///data/calls.db"
"""Where records are kept unless told otherwise: a file below the working directory."""


def _named(name: str, default: Any = ...) -> Any:
    """A setting that has a name of its own in the environment."""
    return Field(default=default, validation_alias=name)


def _secret() -> Any:
    """A setting that is never shown."""
    return Field(default="", repr=False)


class Group(BaseSettings):
    """Settings that belong together; one that is set to nothing keeps its default."""

    model_config = SettingsConfigDict(frozen=True, str_strip_whitespace=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in values.items()
            if not (isinstance(value, str) and not value.strip())
        }


class Rooms(Group):
    """How the worker serves LiveKit's rooms; times are in seconds."""

    livekit_url: LiveKitAddress = ""
    livekit_api_key: str = _secret()
    livekit_api_secret: str = _secret()
    trunk_password: str = _secret()
    """The carrier's, where the telephone trunk has a user (`make trunk`); it stands in no file."""
    agent_name: str = ""
    """With a name, the worker comes only where it is asked for by it; without, to every room."""
    most_calls: Whole = 0
    """How many calls a worker takes at once; 0 leaves that to the processor's load."""
    load_threshold: Share = 0.7
    """The share of the processor's time beyond which no further call is taken."""
    idle_processes: Whole = 2
    """How many processes wait, loaded, for the next calls: as many can begin in one moment."""
    call_memory: Some = _named("CALL_MEMORY_MB", 1500)
    """Megabytes beyond which a call's process is ended: many times what one needs."""
    drain: Seconds = _named("DRAIN_SECONDS", 1800.0)
    """How long a worker that was asked to stop lets its calls go on."""
    health_host: str = "127.0.0.1"
    health_port: Port = 8081
    metrics_port: PortOrNone = 0
    """Where Prometheus reads the worker's counters, at /metrics; 0 is nowhere."""
    reports: ReportsFolder = None
    """The directory in which each call's report is written at its end."""
    person_page: Flag = False
    """Whether colleagues take calls on the web page (docs/person.md)."""
    person_number: TelephoneNumber = ""
    """The colleague's telephone that is rung for a caller who wants a person."""
    person_trunk: str = ""
    """The outbound trunk of LiveKit's SIP service through which it is rung."""
    person_transfer: Annotated[Literal["room", "refer"], Choice] = "room"
    """`room`: they come into the caller's room; `refer`: a telephone caller is put on to them."""
    person_seconds: Seconds = 30.0
    """How long a caller waits for somebody to answer."""
    log_level: Level = "INFO"
    log_format: Annotated[Literal["json", "colored"], Choice] = "json"

    @model_validator(mode="after")
    def _can_ring(self) -> Rooms:
        if self.person_number and not self.person_trunk and self.person_transfer == "room":
            raise ValueError(
                "PERSON_NUMBER needs the trunk it is rung through: set PERSON_TRUNK, or "
                "PERSON_TRANSFER=refer"
            )
        return self

    @property
    def reaches_people(self) -> bool:
        """Whether there is a way to any of the shop's people."""
        return self.person_page or bool(self.person_number)


class Settings(Group):
    """What any call needs to know; times are in seconds."""

    shop: ShopFolder = None
    """The shop's own directory: words, catalogue, knowledge."""
    openai_api_key: str = _secret()
    openai_base_url: WebAddress = ""
    openai_model: str = "gpt-4.1-nano"
    openai_temperature: Temperature = 0.3
    deepgram_api_key: str = _secret()
    deepgram_stt_model: str = "nova-3"
    deepgram_stt_url: DeepgramAddress = "https://api.deepgram.com/v1/listen"
    deepgram_tts_model: str = "aura-2-andromeda-en"
    deepgram_tts_url: DeepgramAddress = "https://api.deepgram.com/v1/speak"
    language: str = _named("ASSISTANT_LANGUAGE", "en-US")
    """What the caller speaks. Everything that comes with the assistant is in English."""
    country: Country = "US"
    """The shop's, in two letters: a telephone number without a country's code is one of its own."""
    returning: SecondsOrNone = _named("RETURNING_SECONDS", 7 * 86400.0)
    """For how long a caller's number is remembered with what they rang about; 0: never."""
    stt: Ears = "auto"
    """Who hears: `deepgram`, `offline`, or `auto` (Deepgram where there is a key)."""
    tts: Ears = "auto"
    """Who speaks, likewise."""
    llm: Annotated[Literal["auto", "openai", "offline"], Choice] = "auto"
    """Which model answers: `openai`, `offline`, or `auto` (OpenAI where there is a key)."""
    fallback: Flag = True
    """Whether the embedded ears, voice and brain stand behind a real provider that fails."""
    reflex: Flag = True
    """Whether plain words ("sales, please") are acted on without asking a real model."""
    history_turns: Some = 20
    """How many of the caller's last turns a model is told word for word, at least; what was
    established before them it knows from the facts."""
    offline_stt: Annotated[Literal["auto", "moonshine", "whisper"], Choice] = "auto"
    """Which embedded recogniser; `auto` is the first that runs here."""
    offline_speed: Pace = 1.0
    """The embedded voice's pace."""
    cache: HomePath = _named("XDG_CACHE_HOME", Path("~/.cache"))
    """What can be made anew; the folder of the user's programs."""
    kept_lines: FolderOrOff = Field(
        default_factory=lambda read: read["cache"] / "iphone-shop/lines"
    )
    """Where a provider's fixed lines are kept as sound, to be paid for once; `off` keeps none."""
    voice_detection: Annotated[Literal["silero", "livekit"], Choice] = "silero"
    """Who tells speech from silence: Silero's plugin, or the same model in LiveKit's own library,
    for half the processor's time and 16 MB less a call (docs/running.md)."""
    turn_detection: Annotated[Literal["local", "off"], Choice] = "local"
    """Who tells the end of a turn: LiveKit's `local` model, or `off` for pauses alone."""
    pause: Seconds = _named("PAUSE_SECONDS", 0.4)
    """How long the caller must be silent for their words to be recognised."""
    min_pause: Seconds = _named("MIN_PAUSE_SECONDS", 0.3)
    """How long after the caller's last sound a reply may begin at the earliest."""
    max_pause: Seconds = _named("MAX_PAUSE_SECONDS", 1.5)
    """How long a caller who seems not to have finished is waited for."""
    interruption: Seconds = _named("INTERRUPTION_SECONDS", 0.6)
    """How long the caller must speak over the assistant to interrupt it: a cough is shorter."""
    resume: Seconds = _named("RESUME_SECONDS", 1.0)
    """How long after a noise without words the assistant goes on with its sentence."""
    echo: SecondsOrNone = _named("ECHO_SECONDS", 0.0)
    """How long after its first sound the assistant can't be interrupted, where there is echo."""
    hold_on: Seconds = _named("HOLD_ON_SECONDS", 2.0)
    """How long the model may take to its first word before the caller is asked to wait."""
    first_word: Seconds = _named("FIRST_WORD_SECONDS", 6.0)
    """How long the model may take to its first word before the caller hears an apology."""
    first_sound: Seconds = _named("FIRST_SOUND_SECONDS", 3.0)
    """How long a voice or a recogniser may take before the one behind it takes over."""
    silence: Seconds = _named("SILENCE_SECONDS", 12.0)
    """How long a caller says nothing before they are asked, and again before the call ends."""
    person_words: Seconds = _named("PERSON_WORDS_SECONDS", 8.0)
    """How long a caller who waits for a colleague hears nothing before they are told so again."""
    longest_call: Seconds = _named("LONGEST_CALL_SECONDS", 1800.0)
    """How long a call may last."""
    database_url: str = Field(default=DEFAULT_DATABASE, repr=False)
    """Where records are kept: SQLite in a file, or PostgreSQL. It may hold a password."""
    keep_transcripts: Flag = False
    """Whether a call's report holds what was said, word for word."""
    dot: str = ""
    """The Graphviz program that draws; the one that comes along without it."""

    rooms: Rooms = Field(default_factory=Rooms, validation_alias="no variable")
    """How rooms are served: settings of their own in the environment."""

    @model_validator(mode="after")
    def _go_together(self) -> Settings:
        for name, chosen in (("STT", self.stt), ("TTS", self.tts)):
            if chosen == "deepgram" and not self.deepgram_api_key:
                raise ValueError(
                    f"{name}=deepgram needs a key: set DEEPGRAM_API_KEY, or use {name}=offline"
                )
        if self.llm == "openai" and not self.openai_api_key:
            raise ValueError("LLM=openai needs a key: set OPENAI_API_KEY, or use LLM=offline")
        if self.min_pause > self.max_pause:
            raise ValueError(
                f"MIN_PAUSE_SECONDS={self.min_pause:g} is above MAX_PAUSE_SECONDS="
                f"{self.max_pause:g}: make it smaller"
            )
        return self


class Page(Group):
    """How the web page is served; read by `make page` only."""

    page_host: str = "127.0.0.1"
    """Where it listens; beyond this machine it needs a password."""
    page_port: Port = 8080
    page_password: str = _secret()
    """What the page asks for before it shows anything."""
    page_origins: str = ""
    """The websites whose visitors may call by the button, with commas between them."""
    page_calls_an_hour: Whole = 30
    """How many calls one address may begin in an hour."""
    page_behind_proxy: Flag = False
    """Whether a proxy in front tells the caller's address and that it speaks https."""
    page_livekit_url: LiveKitAddress = ""
    """LiveKit's address as browsers reach it, where it is another one than LIVEKIT_URL."""


class Console(Group):
    """How one call at this machine is held; read by `make console` only."""

    report: WrittenFile = None
    """The file that the call is written to as JSON, at its end."""
    customize: Flag = False
    """Whether each agent's instructions are asked for."""
    log: WrittenFile = None
    """The file that gets what the libraries say."""
    call: str = ""
    """The call to go on with; none begins a new one."""
    mode: Annotated[Literal["auto", "text", "voice"], Choice] = "auto"
    """`text`, `voice`, or `auto`: by voice where the lines are not piped and there is sound."""
    microphone: str = ""
    """Its number or a part of its name; none is the one in use."""
    loudspeaker: str = ""
    """Likewise."""
    no_color: str = ""
    """Anything at all: no colours."""
    state: HomePath = _named("XDG_STATE_HOME", Path("~/.local/state"))
    """What is kept from one call to the next; the folder of the user's programs."""
