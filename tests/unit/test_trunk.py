"""A trunk file: read, or refused with the place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from livekit import api

from assistant.phone.trunk import PASSWORD, TrunkError, read, set_up
from assistant.worker.local import LOOPBACK

FILE = '[trunk]\nnumbers = ["+12125550100"]\nallowed_addresses = ["192.0.2.1"]\n'


def written(folder: Path, text: str) -> Path:
    """A trunk file."""
    path = folder / "trunk.toml"
    path.write_text(text)
    return path


def test_a_trunk_needs_no_more_than_its_number_and_its_carrier(tmp_path: Path) -> None:
    """The rest has a default."""
    trunk = read(written(tmp_path, FILE))
    assert (trunk.name, trunk.numbers, trunk.room_prefix) == ("shop", ("+12125550100",), "call-")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[trunk]", "needs numbers"),
        ('[trunk]\nnumbers = ["555"]', "no telephone number"),
        ('[trunk]\nnumbers = ["+12125550100"]', "lets anybody in"),
        (f'{FILE}username = "shop"', PASSWORD),
        (f"{FILE}[calls]\nagents = 1", "has no 'agents'"),
        (f"{FILE}[calls]\nagent = 1", "must be a text"),
        ("[line]", "use \\[trunk\\] and \\[calls\\]"),
        ("trunk", "isn't TOML"),
    ],
)
def test_a_faulty_file_is_refused_with_its_remedy(text: str, fault: str, tmp_path: Path) -> None:
    """One sentence, with the file's name."""
    with pytest.raises(TrunkError, match=fault):
        read(written(tmp_path, text))


def test_the_password_stands_in_no_file_and_is_never_shown(tmp_path: Path) -> None:
    """It comes beside the file, and is not in what is printed of a trunk."""
    trunk = read(written(tmp_path, f'{FILE}username = "shop"'), "s3cret-of-the-carrier")
    assert trunk.password == "s3cret-of-the-carrier"
    assert "s3cret" not in repr(trunk)


async def test_a_server_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    """Which setting to look at."""
    async with api.LiveKitAPI(f"http://{LOOPBACK}:9", "key", "secret" * 8) as livekit:
        with pytest.raises(TrunkError, match="LIVEKIT_URL"):
            await set_up(livekit, read(written(tmp_path, FILE)))
