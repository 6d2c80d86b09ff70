"""What may stand in a log: what happened, and never what a caller said."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livekit.agents.telemetry.pii import is_pii_attribute

from assistant.display import shown

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

_PLACES = re.compile(r"room|participant|identity|caller|to_user|from_user")
"""Extra fields that name a room or somebody in it; LiveKit's telephone service names both after the
caller's number."""
_NUMBER = re.compile(r"\+?\d[\d ().-]{4,}\d")
"""What may be a telephone number: six digits or more."""
OURS = "assistant"
"""The logger above all of this program's."""


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


def watch_what_is_written() -> None:
    """From now on nothing that this process writes names a caller's number, or repeats itself.

    For the process that writes the log of all others, once its handlers are there.
    """
    for handler in logging.getLogger().handlers:
        if _without_numbers not in handler.filters:
            handler.addFilter(_without_numbers)
            handler.addFilter(Repeats())


def masked(text: str) -> str:
    """A text whose telephone numbers end in their last two digits, and begin in nothing."""
    return _NUMBER.sub(lambda found: f"***{found[0][-2:]}", text)


def _without_numbers(record: logging.LogRecord) -> bool:
    """Mask the numbers in the names of rooms and of who is in them."""
    for key, value in list(record.__dict__.items()):
        if isinstance(value, str) and _PLACES.search(key) and not key.endswith(("_id", "sid")):
            setattr(record, key, masked(value))
    return True


@dataclass
class _Seen:
    """How often a line came since."""

    since: float
    times: int = 0


class Repeats(logging.Filter):
    """Lets a line through a few times in a while; what comes besides is counted.

    A line is ours by all of its words, and a library's by what it is made of: the rest may be
    whatever somebody sent.
    """

    def __init__(
        self,
        ours: int = 10,
        others: int = 100,
        span: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._ours, self._others, self._span, self._clock = ours, others, span, clock
        self._seen: dict[tuple[str, str], _Seen] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this one is written."""
        own = record.name.partition(".")[0] == OURS
        line = record.getMessage() if own else str(record.msg)
        most = self._ours if own else self._others
        now, key = self._clock(), (record.name, line)
        seen = self._seen.get(key)
        if seen is None or now - seen.since > self._span:
            if seen is not None and seen.times > most:
                record.msg = f"{record.msg} (and {seen.times - most} times more before)"
            self._seen = {k: v for k, v in self._seen.items() if now - v.since <= self._span}
            seen = self._seen[key] = _Seen(now)
        seen.times += 1
        if seen.times == most:
            record.msg = f"{record.msg} (counted from here on, for {self._span:g} s)"
        return seen.times <= most


class _Record(logging.LogRecord):
    """A record whose traceback tells where and of which kind an error was, without its values."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.name.partition(".")[0] != OURS:
            _without_errors(self)
        if self.exc_info and self.exc_info[1] is not None:
            self.exc_text = "\n".join(told(self.exc_info[1]))
            self.exc_info = None

    def getMessage(self) -> str:
        """What happened, with nothing that a terminal would obey: names come from outside."""
        return shown(super().getMessage())


def _without_errors(record: logging.LogRecord) -> None:
    """Take out what an error says that a library tells of: a provider's quotes what was sent.

    Its kind stays. The text may stand in the message already; then it is the error in hand that
    shows which part of it that is.
    """
    if isinstance(record.args, tuple):
        record.args = tuple(_said_of(each) for each in record.args)
    error = sys.exc_info()[1]
    while error is not None:
        if not isinstance(error, _HARMLESS):
            for text in _texts(error):
                record.msg = str(record.msg).replace(text, _kind(error))
        error = error.__cause__ or error.__context__


def _said_of(value: object) -> object:
    shown = isinstance(value, BaseException) and not isinstance(value, _HARMLESS)
    return _kind(value) if shown and isinstance(value, BaseException) else value


def _texts(error: BaseException) -> list[str]:
    """All that an error may be told as, the longest first."""
    parts = (error, getattr(error, "message", ""), getattr(error, "body", None) or "", *error.args)
    texts: set[str] = set()
    for part in parts:
        with contextlib.suppress(Exception):  # somebody else's code
            texts |= {str(part), repr(part)}
    return sorted((text for text in texts if len(text) > 3), key=len, reverse=True)


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
