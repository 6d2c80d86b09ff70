"""Lists of single words, in files of their own or beside the phrases that they go with."""

import tomllib

from assistant.language.phrases import OWN_FOLDER


def word_lists(section: str, file: str = "") -> dict[str, frozenset[str]]:
    """The lists of a section, in the file of its name unless another one is named."""
    text = (OWN_FOLDER / f"{file or section}.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text)[section].items()}
