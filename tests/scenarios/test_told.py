"""What a model is told, state by state: kept as text, so that a change to it is looked at."""

from __future__ import annotations

import pytest

from tests.told import FOLDER, requests

pytestmark = pytest.mark.timeout(30)


async def test_each_states_request_is_the_one_that_is_kept() -> None:
    """`python -m tests.told` writes them anew."""
    kept = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.txt")}
    assert await requests() == kept
