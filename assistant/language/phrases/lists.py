"""Lists of single words, each in a file of its own beside the phrases."""

import tomllib

from assistant.language.phrases import OWN_FOLDER


def word_lists(section: str) -> dict[str, frozenset[str]]:
    """The lists of the section that the file of this name holds."""
    text = (OWN_FOLDER / f"{section}.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text)[section].items()}
