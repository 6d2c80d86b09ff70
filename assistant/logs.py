"""What may stand in a log: what happened, and never what a caller said."""

from __future__ import annotations

import logging
import traceback
from typing import Any

from livekit.agents.telemetry.pii import is_pii_attribute

_ON_THE_WIRE = (
    "asyncpg",
    "deepgram",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "openai",
    "sqlalchemy",
    "websockets",
)
"""Libraries that tell at DEBUG what they send: prompts, rows, transcripts."""
_LIVEKIT = (
    "livekit",
    "livekit.agents",
    "livekit.plugins.deepgram",
    "livekit.plugins.openai",
    "livekit.plugins.silero",
)
"""Loggers whose records carry conversation in extra fields, marked as such."""
_MADE_UP = "unknown AI function"
"""What LiveKit says of a tool that there is none of; the name behind it may be anything."""
_HARMLESS = (OSError, ImportError, AttributeError, NameError)
"""Errors whose message holds names of ours or the system's, and no values."""


def keep_words_out() -> None:
    """From now on no log of this process holds a caller's words, whatever its level."""
    for name in _ON_THE_WIRE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))
    # It tells of every guard of every trigger that is thought through.
    logging.getLogger("transitions").setLevel(logging.WARNING)
    for name in _LIVEKIT:
        logger = logging.getLogger(name)
        if _without_conversation not in logger.filters:
            logger.addFilter(_without_conversation)
    if logging.getLogRecordFactory() is not _Record:
        logging.setLogRecordFactory(_Record)


def _without_conversation(record: logging.LogRecord) -> bool:
    """Take out the fields that LiveKit marks as conversation, and names that a model made up."""
    if str(record.msg).startswith(_MADE_UP):
        record.msg, record.args = _MADE_UP, ()
    for key in [key for key in record.__dict__ if is_pii_attribute(key)]:
        del record.__dict__[key]
    return True


class _Record(logging.LogRecord):
    """A record whose traceback tells where and of which kind an error was, without its values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[1] is not None:
            self.exc_text = "\n".join(told(self.exc_info[1]))
            self.exc_info = None


def told(error: BaseException) -> list[str]:
    """An error's traceback and that of what it came from, in lines."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*told(before), "which led to:"] if before is not None else []
    frames = "".join(traceback.format_tb(error.__traceback__)).splitlines()
    message = f": {error}" if isinstance(error, _HARMLESS) else ""
    return [*lines, "Traceback (most recent call last):", *frames, _kind(error) + message]


def _kind(error: BaseException) -> str:
    kind = type(error)
    home = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return home + kind.__qualname__
