"""What a log doesn't tell: callers' numbers, and the same thing a thousand times."""

from __future__ import annotations

import logging

import pytest

from assistant import logs
from assistant.logs import Repeats, masked


class Written(logging.Handler):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """What the root's only handler writes, watched over."""
    handler = Written()
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    logs.watch_what_is_written()
    logs.watch_what_is_written()
    return handler


def test_numbers_in_the_names_of_rooms_and_callers_are_masked(written: Written) -> None:
    """LiveKit's telephone service names both after the number; ids stay whole."""
    names = {
        "room": "call-_+15551230987_AbC",
        "participant": "sip_+1 (555) 123-0987",
        "lk.participant_identity": "sip_+15551230987",
        "room_id": "RM_1555123098",
        "job_id": "AJ_1555123098",
    }
    logging.getLogger("livekit.agents").warning("received job request", extra=names)
    (record,) = written.records
    told = [record.__dict__[name] for name in names]
    assert told == ["call-_***87_AbC", "sip_***87", "sip_***87", "RM_1555123098", "AJ_1555123098"]
    assert masked("room 17, order S48213") == "room 17, order S48213"


def test_a_line_that_comes_again_and_again_is_counted() -> None:
    """A few are written, the last of them says so, and later how many there were."""
    now = 0.0
    repeats = Repeats(ours=3, span=60.0, clock=lambda: now)
    handler = Written()
    handler.addFilter(repeats)

    def says(words: str, name: str = "assistant.takeover") -> None:
        record = logging.LogRecord(name, 40, "f", 1, "call %s", (words,), None)
        handler.handle(record)

    for _ in range(111_000):
        says("RM_1")
    says("RM_2")
    now = 61.0
    says("RM_1")
    assert [record.getMessage() for record in handler.records] == [
        "call RM_1",
        "call RM_1",
        "call RM_1 (counted from here on, for 60 s)",
        "call RM_2",
        "call RM_1 (and 110997 times more before)",
    ]


def test_what_a_library_says_of_whatever_is_sent_to_it_is_one_line_of_its() -> None:
    """Each with another name would else be a line of its own."""
    handler = Written()
    handler.addFilter(Repeats(others=2))
    for number in range(1000):
        topic = (f"topic {number}",)
        record = logging.LogRecord("root", 20, "f", 1, "ignoring stream '%s'", topic, None)
        handler.handle(record)
    assert len(handler.records) == 2
