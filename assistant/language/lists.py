"""Lists of single words, in files of their own or beside the phrases that they go with."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "phrases"


@cache
def table(section: str, file: str = "") -> dict[str, Any]:
    """A section as its file has it; the file is named like the section where none is given."""
    text = (_FOLDER / f"{file or section}.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)[section]
    return found


@cache
def word_lists(section: str, file: str = "") -> dict[str, frozenset[str]]:
    """The lists of a section."""
    lists = table(section, file).items()
    return {name: frozenset(words.split()) for name, words in lists if isinstance(words, str)}


def by_word(section: str, name: str, file: str = "") -> dict[str, frozenset[str]]:
    """The words that a section's table of words has for each of some."""
    ways = table(section, file)[name].items()
    return {word: frozenset(words.split()) for word, words in ways}


def meanings(section: str, name: str, file: str = "") -> dict[str, str]:
    """What each word of a section's table of words is another way to say."""
    ways = table(section, file)[name].items()
    return {way: meant for meant, said in ways for way in said.split()}
