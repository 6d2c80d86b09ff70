"""Everything that may differ between two shops or machines: the environment, read here alone."""

from assistant.settings.groups import DEFAULT_DATABASE, Console, Page, Rooms, Settings
from assistant.settings.reading import (
    SettingsError,
    load_file,
    names,
    read,
    read_console,
    read_page,
)

__all__ = [
    "DEFAULT_DATABASE",
    "Console",
    "Page",
    "Rooms",
    "Settings",
    "SettingsError",
    "load_file",
    "names",
    "read",
    "read_console",
    "read_page",
]
