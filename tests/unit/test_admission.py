"""Which calls a worker lets in, and what it tells LiveKit's server of itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from livekit import api

from assistant.worker.admission import BEGINNING, Admission
from assistant.worker.identity import epoch_of


@dataclass
class Request:
    """A job that LiveKit's server offers."""

    id: str
    answers: list[str] = field(default_factory=list)
    while_accepting: Any = None
    room: Any = field(default_factory=lambda: api.Room(sid="RM_1"))

    async def accept(self, *, identity: str) -> None:
        assert epoch_of(identity, "RM_1") == 1
        self.answers.append("accepted")
        if self.while_accepting:
            await self.while_accepting()

    async def reject(self, *, terminate: bool) -> None:
        self.answers.append("ended" if terminate else "left to others")


async def test_a_worker_takes_no_more_calls_than_it_may() -> None:
    """A call beyond the most is left to another worker, also when the others have not begun."""
    admission = Admission(2, lambda: ["one"])
    late = Request("three")
    second = Request("two", while_accepting=lambda: admission.admit(late))
    await admission.admit(second)
    assert (second.answers, late.answers) == (["accepted"], ["left to others"])


async def test_a_call_that_came_to_nothing_takes_no_room() -> None:
    """A job that was accepted and not assigned doesn't count any more."""

    async def not_assigned() -> None:
        raise TimeoutError

    admission = Admission(1, list)
    with pytest.raises(TimeoutError):
        await admission.admit(Request("one", while_accepting=not_assigned))
    assert admission.load() == 0.0


async def test_without_a_number_every_call_is_taken() -> None:
    """LiveKit's own rule has decided already."""
    admission, request = Admission(0, lambda: map(str, range(100))), Request("one")
    await admission.admit(request)
    assert request.answers == ["accepted"]


@pytest.mark.parametrize(
    ("most", "on", "told"),
    [(4, 0, 0.0), (4, 2, 0.345), (4, 3, 0.5175), (4, 4, 1.0), (4, 5, 1.0), (1, 0, 0.0)],
)
def test_a_worker_that_is_not_full_is_offered_calls(most: int, on: int, told: float) -> None:
    """LiveKit's server offers none to who says 0.7 or more: the last call of four is offered."""
    assert Admission(most, lambda: map(str, range(on))).load() == pytest.approx(told)


async def test_calls_that_begin_in_one_moment_count_before_the_processor_has_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An idle machine of two cores takes four at once; the fifth waits until it shows what's left.

    Said once when it is full, and once when it isn't any more.
    """
    caplog.set_level(logging.INFO)
    now, busy = 0.0, 0.05
    admission = Admission(0, list, 0.7, lambda: busy, cores=2, clock=lambda: now)
    asked = [Request(str(number)) for number in range(5)]
    for request in asked:
        await admission.admit(request)
        admission.load()
    assert [request.answers for request in asked] == [["accepted"]] * 4 + [["left to others"]]
    assert admission.load() == 1.0
    now += BEGINNING
    assert admission.load() < 0.7
    busy = 0.9
    assert [admission.load(), admission.load()] == [1.0, 1.0]
    assert caplog.messages == [
        "No further call is taken: the processor is at 5% and 4 calls have just begun, "
        "and LOAD_THRESHOLD is 0.7.",
        "A call was left to another worker: the processor is at 5% and 4 calls have just begun, "
        "and LOAD_THRESHOLD is 0.7.",
        "Calls are taken again.",
        "No further call is taken: the processor is at 90%, and LOAD_THRESHOLD is 0.7.",
    ]


async def test_what_is_for_trying_takes_every_call_and_says_why_it_waits(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """LiveKit's server is told that there is nothing to do, however busy the machine is."""
    admission, request = Admission(0, list, 0.7, lambda: 0.98), Request("one")
    admission.for_trying = True
    assert (admission.load(), admission.is_full()) == (0.0, False)
    await admission.admit(request)
    assert request.answers == ["accepted"]
    assert caplog.messages == [
        "The call is taken all the same, and may begin late: the processor is at 98%, "
        "and LOAD_THRESHOLD is 0.7."
    ]
