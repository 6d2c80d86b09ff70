"""What a caller types or presses: heard like what they say."""

from __future__ import annotations

import contextlib

from livekit.agents import UserInputTranscribedEvent

from assistant.session.session import CallSession

LONGEST = 500
"""Characters of one typed message that are heard."""


def typed(line: CallSession, words: str) -> None:
    """The caller has typed this: what is being said stops, and they are answered."""
    said, data = " ".join(words.split())[:LONGEST], line.data
    if not said or not data.call.state.agent:
        return  # the call is over, or they are talking to somebody else
    # As with words that were recognised: they count as presence, and are shown to who looks on.
    heard = UserInputTranscribedEvent(transcript=said, is_final=True)
    line.session.emit("user_input_transcribed", heard)
    if data.handover.under_way:
        return  # the agent entering answers
    with contextlib.suppress(RuntimeError):  # the session is over, or says its farewell
        line.session.interrupt()
        for speech in data.to_say:
            if speech.allow_interruptions and not speech.done():
                speech.interrupt()
        data.to_say.clear()
        line.session.generate_reply(user_input=said)


def pressed(line: CallSession, key: str) -> None:
    """The caller has pressed this key: they are there, and what it chooses is heard."""
    line.attend()
    line.keypad.hear = lambda words: typed(line, words)
    line.keypad.press(key)


def is_typing(line: CallSession) -> None:
    """The caller is about to say something: nobody asks whether they are still there."""
    line.attend()
