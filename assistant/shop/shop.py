"""What a shop brings to its calls: its words, its catalogue and its knowledge."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assistant.shop import about, catalogue, knowledge
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge
from assistant.shop.wording import prompts
from assistant.shop.wording.prompts import Prompts


@dataclass(frozen=True)
class Shop:
    """Read once, for every call."""

    words: Prompts
    catalogue: Catalogue
    knowledge: Knowledge
    about: About = NOTHING_KNOWN


def load(folder: Path | None) -> Shop:
    """The shop of this directory; what it doesn't bring comes with the assistant.

    But for what it knows about itself: another shop's address is no use to it.

    Raises:
        PromptError, CatalogueError, KnowledgeError, AboutError: one of its files cannot be used.
    """
    own = _own(folder, "about.toml")
    return Shop(
        prompts.load(folder),
        catalogue.load(_own(folder, "catalogue.toml")),
        knowledge.load(_own(folder, "knowledge.toml")),
        about.load(own) if own or folder is None else NOTHING_KNOWN,
    )


def _own(folder: Path | None, name: str) -> Path | None:
    path = folder / name if folder else None
    return path if path and path.exists() else None
