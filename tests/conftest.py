"""What holds for every test."""

from __future__ import annotations

import gc
import os

import pytest

os.environ["PYTHON_DOTENV_DISABLED"] = "1"  # a developer's own keys have no place in a test


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Collect garbage before a failure's source is parsed.

    Python 3.11 raises a SystemError ("AST constructor recursion depth mismatch") when sessions that
    are over are collected while it parses, and pytest then breaks off instead of reporting.
    """
    if call.excinfo is not None:
        gc.collect()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """The same for what plugins load at the end."""
    gc.collect()
