"""The second reader: what a sentence does, by what was asked, and where it is followed alone."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.language.acts import ACTS, Asked, asked_by, read
from assistant.language.acts.reader import MODEL
from assistant.language.phrases.vocabulary import load
from scripts.acts.examples import digest, sentences
from statemachine.lines import GREETING, OPENING_SUPPORT, ORDERED, QUOTE
from tests.brain_bench import Line


def test_the_same_word_does_what_was_asked_for() -> None:
    """A "no" declines an order, ends after "anything else?", and says that a step failed."""
    assert read("no", Asked.ORDER).act == "declines"
    assert read("no", Asked.MORE).act == "done"
    assert read("no", Asked.STEP).act == "not_fixed"


def test_it_is_as_sure_as_one_of_all_acts_must_be() -> None:
    """What it says of the acts adds up to one, for words of any kind and for none."""
    for words in ("yes please", "zxqv blorp", "", "?", "ну да " * 400):
        assert sum(read(words, Asked.NONE).sure) == pytest.approx(1, abs=1e-4)
    assert len(read("yes", Asked.ORDER).sure) == len(ACTS)


def test_what_was_asked_is_told_by_the_words_and_else_by_the_desk() -> None:
    """The shop's own lines ask what they ask; a step without a question asks whether it helped."""
    phrases = load()
    assert asked_by(phrases, GREETING.wording, "greeting") is Asked.FRONT
    assert asked_by(phrases, QUOTE.wording, "buying", begun=True) is Asked.ORDER
    assert asked_by(phrases, ORDERED.wording, "buying") is Asked.MORE
    assert asked_by(phrases, OPENING_SUPPORT.wording, "support") is Asked.PROBLEM
    assert asked_by(phrases, "Open Settings.", "support", begun=True) is Asked.STEP


def test_the_committed_model_is_small_and_has_learned_the_sentences_as_they_stand() -> None:
    """Who changes a sentence makes the model anew (python -m scripts.acts), under a megabyte."""
    assert MODEL.stat().st_size < 1_000_000
    with np.load(MODEL) as stored:
        assert str(stored["learned"]) == digest(sentences())


def test_what_no_rule_understands_is_done_by_the_second_reader_if_it_can_be_undone() -> None:
    """A caller in other words than the rules' is put through, and their problem is noted."""
    line = Line()
    line.begin()
    line.say("my gizmo went for a swim in the bathtub and now it just stares at me")
    assert line.path == ["greeting", "support"]
    assert line.conversation.facts.tickets


def test_what_can_not_be_undone_is_asked_where_only_the_second_reader_understands() -> None:
    """It may have been a yes: nothing is ordered, and the question is put once more."""
    line = Line()
    line.begin()
    for words in ("I'd like to buy an iPhone", "the iPhone 17 please", "let's have that stunner"):
        line.say(words)
    assert not line.conversation.facts.orders
    assert "hall I order the iPhone 17" in line.log[-1]
