"""What is spoken again and again is made once; what is said once isn't kept."""

from __future__ import annotations

from assistant.providers.offline.shared import repeated
from assistant.providers.offline.shared.repeated import Repeated


class Voice:
    """Counts what it is asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, keeping: Repeated, *texts: str) -> None:
        for text in texts:
            assert keeping.get(text, lambda text=text: self._made(text)) == text.encode()

    def _made(self, text: str) -> bytes:
        self.said.append(text)
        return text.encode()


def test_from_the_third_time_on_it_is_kept() -> None:
    """The second time shows that it is no caller's own name."""
    voice = Voice()
    voice.say(Repeated(100), *["the price"] * 5)
    assert voice.said == ["the price"] * 2


def test_what_is_longest_not_asked_for_goes_first() -> None:
    """It never takes more than it may."""
    voice, keeping = Voice(), Repeated(8)
    voice.say(keeping, "aaaa", "aaaa", "bbbb", "bbbb", "aaaa", "cccc", "cccc")
    del voice.said[:]
    voice.say(keeping, "aaaa", "cccc", "bbbb")
    assert voice.said == ["bbbb"]


def test_what_is_too_long_is_not_kept() -> None:
    """It is made each time."""
    voice = Voice()
    voice.say(Repeated(3), *["long"] * 3)
    assert voice.said == ["long"] * 3


def test_that_something_was_said_is_forgotten_in_time() -> None:
    """A worker that runs for weeks doesn't remember every sentence."""
    voice, keeping = Voice(), Repeated(100)
    voice.say(keeping, "once", *map(str, range(repeated.SEEN)), "once", "once")
    assert voice.said.count("once") == 3
    assert len(keeping._once) == repeated.SEEN
