"""Voice tests need synthetic callers and an independent ear; without them they are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.voice.callers import MISSING

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say in one line what is missing, where something is."""
    if MISSING:
        reason = f"the voice tests are left out: pip install {' '.join(MISSING)}"
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))
