"""What a setting's value may be, and what is told of one that it can't be."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from phonenumbers import SUPPORTED_REGIONS
from pydantic import AfterValidator, BeforeValidator, Field


@dataclass(frozen=True)
class Told:
    """How the sentence ends that refuses a value: `LLM=gpt` and then this."""

    what: str


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _off_is_none(value: object) -> object:
    return None if _lower(value) == "off" else value


def _is_folder(path: Path | None) -> Path | None:
    if path and not path.is_dir():
        raise ValueError(path)
    return path


def _takes_files(path: Path | None) -> Path | None:
    if path and not (path.is_dir() and os.access(path, os.W_OK)):
        raise ValueError(path)
    return path


def _can_be_written(path: Path | None) -> Path | None:
    """Found out before the call rather than after it."""
    if path and (path.is_dir() or not os.access(path.parent, os.W_OK)):
        raise ValueError(path)
    return path


def _has_numbers(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise ValueError(country)
    return country


def _begins(*schemes: str) -> AfterValidator:
    def checked(value: str) -> str:
        if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ValueError(value)
        return value

    return AfterValidator(checked)


Choice = BeforeValidator(_lower)
"""One of a few words, in capitals or not."""
Flag = Annotated[bool, Told("is unknown: use on or off")]
Ears = Annotated[Literal["auto", "deepgram", "offline"], Choice]
Level = Annotated[Literal["DEBUG", "INFO", "WARN", "ERROR", "CRITICAL"], BeforeValidator(_upper)]

Country = Annotated[
    str,
    BeforeValidator(_upper),
    AfterValidator(_has_numbers),
    Told("is no country: use its two letters, as US or GB"),
]
Seconds = Annotated[
    float,
    Field(gt=0, le=1e9, allow_inf_nan=False),
    Told("is not a number of seconds above 0"),
]
SecondsOrNone = Annotated[
    float, Field(ge=0, le=1e9, allow_inf_nan=False), Told("is not a number of seconds")
]
Whole = Annotated[int, Field(ge=0), Told("is not a whole number from 0 on")]
Some = Annotated[int, Field(ge=1), Told("is not a whole number from 1 on")]
Share = Annotated[float, Field(gt=0, lt=1), Told("is not a share above 0 and below 1")]
Temperature = Annotated[float, Field(ge=0, le=2), Told("is not a number from 0 to 2")]
"""What OpenAI takes."""
Pace = Annotated[float, Field(ge=0.5, le=2), Told("is too fast or too slow: use 0.5 to 2")]
Port = Annotated[int, Field(ge=0, lt=65536), Told("is no port: 0 takes a free one")]
PortOrNone = Annotated[int, Field(ge=0, lt=65536), Told("is no port: 0 means none")]

WebAddress = Annotated[
    str, _begins("http", "https"), Told("is no address: it begins with http:// or https://")
]
DeepgramAddress = Annotated[
    str, _begins("ws", "wss", "http", "https"), Told("is no address: it begins with https://")
]
LiveKitAddress = Annotated[
    str,
    _begins("ws", "wss", "http", "https"),
    Told("is no address: it begins with ws:// or wss://"),
]

TelephoneNumber = Annotated[
    str,
    Field(pattern=r"^(\+\d{4,15}|sips?:\S+)?$"),
    Told("is no number: write it as +12125550100, with the country's code"),
]

HomePath = Annotated[Path, AfterValidator(Path.expanduser)]
"""A path that may begin with `~`."""
FolderOrOff = Annotated[HomePath | None, BeforeValidator(_off_is_none)]
ShopFolder = Annotated[
    HomePath | None,
    AfterValidator(_is_folder),
    Told("is not a directory: name the shop's directory"),
]
ReportsFolder = Annotated[
    HomePath | None,
    AfterValidator(_takes_files),
    Told("is no directory that can be written to"),
]
WrittenFile = Annotated[
    HomePath | None,
    AfterValidator(_can_be_written),
    Told("cannot be written: name a file in a folder that can"),
]
