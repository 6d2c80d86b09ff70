"""What of a room reaches a call: its caller's own sound, and text within limits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from livekit import rtc
from livekit.agents import room_io

from assistant.worker import entrance
from assistant.worker.entrance import AT_ONCE, EVERY, LONGEST, Limit, limited

KINDS = rtc.ParticipantKind


def test_so_many_messages_may_come_at_once_and_then_one_after_the_other() -> None:
    """Who waits may send as many at once again, and no more."""
    now = 0.0
    limit = Limit(clock=lambda: now)
    assert [limit.admits() for _ in range(AT_ONCE + 2)] == [True] * AT_ONCE + [False] * 2
    now += EVERY
    assert [limit.admits(), limit.admits()] == [True, False]
    now += 1000 * EVERY
    assert [limit.admits() for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]


async def test_what_a_caller_types_is_cut_and_what_comes_too_fast_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A thousand messages are a handful; the log has one line of it, and no word of theirs."""
    heard: list[str] = []
    session: Any = None
    typed = limited(lambda _, event: heard.append(event.text), "RM_1", Limit(at_once=2))
    for number in range(1000):
        event = room_io.TextInputEvent(text=f"secret {number} " * 500)
        answer = typed.text_input_cb(session, event)
        assert answer is not None
        await answer
    assert len(heard) == 2
    assert {len(text) for text in heard} == {LONGEST}
    assert caplog.messages == ["call RM_1: the caller's messages come too fast to be read"]


@pytest.mark.parametrize(
    ("kind", "may_type"),
    [(KINDS.PARTICIPANT_KIND_STANDARD, True), (KINDS.PARTICIPANT_KIND_SIP, False)],
)
def test_nobody_types_on_a_telephone_and_no_sound_comes_before_the_connection(
    kind: Any, may_type: bool
) -> None:
    """Sound under a caller's track that anybody may send is not taken for theirs."""
    caller: Any = SimpleNamespace(identity="caller", kind=kind)
    chosen = entrance.options(caller, "RM_1")
    audio, text = chosen.get_audio_input_options(), chosen.get_text_input_options()
    assert audio is not None
    assert not audio.pre_connect_audio
    assert (text is not None) == may_type
    assert chosen.participant_identity == "caller"
