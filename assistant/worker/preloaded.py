"""Imported by the process that every call's process is forked from: what all of them read alike.

Read here, it is one piece of memory for all, and no process that begins takes time for it.
Nothing in here may begin a thread: a fork leaves threads behind.
"""

from __future__ import annotations

from assistant.language import turn
from assistant.language.phrases import vocabulary
from assistant.providers.offline import brain, stt, tts  # noqa: F401

vocabulary.load()
turn.ready()
