"""What holds for every test."""

from __future__ import annotations

import gc
import os

import hypothesis
import pytest

from assistant import settings

# A developer's own keys and settings have no place in a test, nor has a test in their cache.
os.environ["PYTHON_DOTENV_DISABLED"] = "1"
for name in settings.names():
    os.environ.pop(name, None)
os.environ["KEPT_LINES"] = "off"

# How long an example takes is the machine's affair: a busy one would fail them all.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


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
