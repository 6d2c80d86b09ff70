"""A shop's files as editors and people leave them: read, or refused in one sentence."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from assistant.errors import MendableError
from assistant.shop import about, catalogue, knowledge, shop
from assistant.shop.about.entries import NOTHING_KNOWN
from assistant.shop.about.reading import OWN_FILE as ABOUT
from assistant.shop.catalogue.reading import OWN_FILE as CATALOGUE
from assistant.shop.knowledge.reading import OWN_FILE as KNOWLEDGE

OWN = {"catalogue.toml": CATALOGUE, "knowledge.toml": KNOWLEDGE, "about.toml": ABOUT}
FILES = (*OWN, "shop.toml", "buying.md")


def written(name: str, folder: Path) -> bytes:
    """What such a file may hold."""
    if name in OWN:
        return OWN[name].read_bytes()
    return b'persona = "Kim"\n' if name.endswith(".toml") else b"Sell phones."


@pytest.mark.parametrize("name", FILES)
def test_a_byte_order_mark_is_no_part_of_a_file(name: str, tmp_path: Path) -> None:
    """Notepad writes one, and the person who did nothing wrong isn't told of it."""
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + written(name, tmp_path))
    served = shop.load(tmp_path)
    assert served.catalogue == catalogue.load()
    assert served.knowledge == knowledge.load()
    assert served.about == (about.load() if name == "about.toml" else NOTHING_KNOWN)
    assert "\ufeff" not in served.words.persona + "".join(served.words.instructions.values())


def refusal(folder: Path) -> str:
    """The sentence with which a shop is refused."""
    with pytest.raises(MendableError) as refused:
        shop.load(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("name", FILES)
def test_a_file_in_another_encoding_is_told(name: str, tmp_path: Path) -> None:
    """It names the file and the remedy."""
    path = tmp_path / name
    path.write_bytes(b"# caf\xe9\n" + written(name, tmp_path))
    assert re.fullmatch(
        rf"{path}: (the file: )?it isn't UTF-8 text; save it as UTF-8\.", refusal(tmp_path)
    )


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_a_files_place_is_told_rather_than_waited_for(name: str, tmp_path: Path) -> None:
    """Nobody writes into it, and the start would hang."""
    os.mkfifo(tmp_path / name)
    assert "it can't be read (it is no plain file); check the path." in refusal(tmp_path)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".toml")])
def test_a_file_nested_without_end_is_told(name: str, tmp_path: Path) -> None:
    """It is no fault of ours."""
    (tmp_path / name).write_text("x = " + "[" * 100_000)
    assert "its brackets stand too deep in each other; take some out." in refusal(tmp_path)


@pytest.mark.parametrize(
    ("name", "pattern", "put"),
    [
        ("catalogue.toml", r'(?m)^pitch = "', 'pitch = "Only {price} today. '),
        ("knowledge.toml", r'(?m)^steps = \[\s*"', 'steps = ["Take the {tape} and '),
        ("knowledge.toml", r'(?m)^stop = "', 'stop = "Ask {persona} then. '),
        ("knowledge.toml", r'(?m)^stop = "', 'stop = "Open the { of it. '),
    ],
)
def test_a_placeholder_that_nothing_fills_in_is_refused(
    name: str, pattern: str, put: str, tmp_path: Path
) -> None:
    """The caller would hear the brace and the word in it."""
    text, times = re.subn(pattern, put, OWN[name].read_text(), count=1)
    assert times == 1
    (tmp_path / name).write_text(text)
    assert "in it, which would be read out; write the words themselves." in refusal(tmp_path)
