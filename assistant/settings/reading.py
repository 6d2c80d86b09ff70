"""Reading the settings: the environment over the defaults, the command line over both."""

from __future__ import annotations

from typing import TypeVar

from dotenv import find_dotenv, load_dotenv
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from assistant.errors import MendableError
from assistant.settings.groups import Console, Group, Page, Rooms, Settings
from assistant.settings.kinds import Told


class SettingsError(MendableError):
    """A setting cannot be used; says which, and what it should be."""


def load_file() -> None:
    """Put what `.env` says into the environment, where libraries look for their own too.

    Raises:
        SettingsError: it can't be read.
    """
    path = find_dotenv()
    try:
        load_dotenv(path, encoding="utf-8-sig")  # some editors begin it with a byte order mark
    except UnicodeDecodeError:
        raise SettingsError(f"{path} isn't UTF-8 text: save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path} can't be read ({error.strerror}): check it") from None


def read(**chosen: object) -> Settings:
    """The settings of this environment; `chosen` come from the command line and win.

    Raises:
        SettingsError: one cannot be used.
    """
    return _read(Settings, chosen)


def read_console(**chosen: object) -> Console:
    """The same for a call at this machine.

    Raises:
        SettingsError: one cannot be used.
    """
    return _read(Console, chosen)


def read_page(**chosen: object) -> Page:
    """The same for the web page.

    Raises:
        SettingsError: one cannot be used.
    """
    return _read(Page, chosen)


_Read = TypeVar("_Read", bound=Group)


def _read(group: type[_Read], chosen: dict[str, object]) -> _Read:
    try:
        return group(**{name: value for name, value in chosen.items() if value})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, its value and what it should be."""
    first = error.errors()[0]
    if not first["loc"]:  # two settings that don't go together
        return f"{first['ctx']['error']}."
    name = str(first["loc"][0])
    if first["type"] == "literal_error":
        why = f"is unknown: use {first['ctx']['expected']}".replace("'", "")
    else:
        why = _told(name) or first["msg"]
    return f"{name.upper()}={first['input']} {why}."


def _told(name: str) -> str:
    """How the sentence ends that refuses a value of this setting."""
    metadata = _fields().get(name.upper(), FieldInfo()).metadata
    return next((each.what for each in metadata if isinstance(each, Told)), "")


def names() -> set[str]:
    """What every setting is called in the environment."""
    return set(_fields())


def _fields() -> dict[str, FieldInfo]:
    return {
        str(info.validation_alias or own).upper(): info
        for group in (Settings, Rooms, Page, Console)
        for own, info in group.model_fields.items()
        if own != "rooms"
    }
