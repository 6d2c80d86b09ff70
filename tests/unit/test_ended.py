"""Whether a caller who pauses goes on is told by their words where these are plain."""

from __future__ import annotations

import pytest
from livekit.agents import LanguageCode

from assistant.language.ended import ended
from assistant.providers.turn_ends import TurnEnds


@pytest.mark.parametrize(
    "words",
    [
        "Yes, please.",
        "Yes, please order it.",
        "No, that's all. Goodbye.",
        "How much is the iPhone 17 Pro?",
        "What are your opening hours?",
    ],
)
def test_a_whole_answer_or_question_is_over(words: str) -> None:
    """Nobody waits longer for what is not to come."""
    assert ended(words) is True


@pytest.mark.parametrize(
    "words",
    [
        "The seventeen.",
        "I'd like the",
        "The iPhone 17 Pro in",
        "My name is",
        "Yes, but",
        "How about the?",
    ],
)
def test_who_looks_for_the_next_word_is_waited_for(words: str) -> None:
    """A model's name may go on, and a sentence ends on no such word."""
    assert ended(words) is False


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Yes.",
        "The 17 Pro.",
        "I'd like to buy an iPhone.",
        "My battery drains in two hours.",
        "The iPhone Air in sky blue.",
        "Dana Quill.",
    ],
)
def test_other_words_leave_it_to_their_sound(words: str) -> None:
    """More may follow, or not."""
    assert ended(words) is None


@pytest.mark.parametrize(("over", "below"), [(True, 0.0), (False, 1.01)])
async def test_plain_words_overrule_the_detector(over: bool, below: float) -> None:
    """What is asked for when the words are there is theirs to say."""
    turns = TurnEnds()
    turns.over = lambda: over
    stream = turns.stream()
    assert await stream.unlikely_threshold(LanguageCode("en")) == below
    turns.over = lambda: None
    assert 0.0 < await stream.unlikely_threshold(LanguageCode("en")) < 1.0
    await stream.aclose()
