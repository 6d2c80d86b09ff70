"""What the caller's words are as an answer to "Shall I order it?"."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assistant.language.consent import classify
from assistant.shop.catalogue import load
from statemachine.answers import Answer
from statemachine.facts import Selection

TURNS = tomllib.loads(
    (Path(__file__).parents[1] / "scenarios" / "consent_turns.toml").read_text(encoding="utf-8")
)
OFFERS = load().offers
CHOSEN = Selection("iPhone 17", "256 GB", "sage", 79900, 1)

YES = """
yes
Yes.
yeah
yep
yup
sure
Sure, why not.
ok
okay then
OK, go ahead
yes please
yes go ahead
go ahead
go for it
please do
do it
let's do it
Let’s do that!
sounds good
that sounds great
perfect
absolutely
definitely
of course
certainly
I'll take it
i'll take that one
I will take it please
yes I would like to order it
yes, order it please
place the order
yeah sure
uh yeah okay
um yes
that works for me
by all means
you bet
yes, thank you
no problem, go ahead
yes that's right
alright, let's go
buy it
yes yes yes
yes I'm sure
I think so
no, wait, do it
""".strip().splitlines()

NO = """
no
No.
nope
nah
no thanks
no, thank you
No thank you very much.
not really
wait, no
never mind
forget it
cancel that
stop
don't
don't order it
please don't do that
I don't want it
do not order that
I'd rather not
I'll pass
no no no
I changed my mind
no I can't
no way
that's too expensive
no that's too much
don't place the order
don't order anything
no sorry
not interested
it's too expensive for me
I can't afford that
no I'm good
no it's fine
I do not want to buy it
don't bother
scratch that
no thank you goodbye
""".strip().splitlines()

LATER = """
not now
not right now
not yet
not today
wait
wait a minute
hold on
hold on a second
hang on
just a second
one moment please
give me a minute
let me think
let me think about it
I need to think about it
I want to sleep on it
maybe later
yes, no, wait
I'm not sure
let me sleep on it
I'm not ready
let me ask my wife first
give me some time
wait, what colours are there
hmm, is the battery any good
let me ask you something
""".strip().splitlines()

ASKS = """
how much is it
how big is the screen
what about the 17
can you repeat that
is that the cheapest
does it come in blue
do you have the iPhone Air
how long is the delivery
""".strip().splitlines()

OPEN = """
no, the blue one
no, I'd like the Pro
yes, but how big is it
yes but in silver
the 512 gigabyte one
my name is Dana
I want to buy an iPhone
my screen is broken
what
I don't know what storage I need
yes and can you note my name, Dana
sorry
hello
you're not listening
it's for my mother
""".strip().splitlines()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (words, answer)
        for answer, each in zip(Answer, (YES, NO, LATER, ASKS, OPEN), strict=True)
        for words in each
    ],
)
def test_an_answer_is_told_by_the_whole_sentence(words: str, answer: Answer) -> None:
    """Agreeing, declining, putting off and asking are told apart; a yes with a but is open."""
    assert classify(words) is answer


def test_what_is_no_consent_orders_nothing() -> None:
    """Thanks, prices named, conditions, other people's errands, other wishes: none is a yes."""
    assert [turn for turn in TURNS["no_order"] if classify(turn) is Answer.YES] == []


def test_consent_in_other_words_is_heard() -> None:
    """At most one consent in twenty is missed, and can be asked for again."""
    missed = [turn for turn in TURNS["order"] if classify(turn) is not Answer.YES]
    assert len(missed) <= len(TURNS["order"]) // 20, missed


@pytest.mark.parametrize(
    ("words", "agrees"),
    [
        ("yes, the seventeen in sage please", True),
        ("yes, the 256 gigabyte one", True),
        ("order the iPhone 17 for me", True),
        ("yes, the seventeen pro please", False),
        ("yes, in white", False),
        ("yes, with 512 gigs", False),
        ("order two of them", False),
        ("yes for 700 dollars", False),
    ],
)
def test_a_yes_to_another_phone_is_none(words: str, agrees: bool) -> None:
    """What describes the quoted phone belongs to the yes; another phone or price doesn't."""
    assert (classify(words, OFFERS, CHOSEN) is Answer.YES) is agrees


def test_silence_is_open() -> None:
    """No words, or words without letters, answer nothing."""
    assert classify("") is classify(" ... ") is Answer.OPEN


def test_punctuation_and_capitals_do_not_matter() -> None:
    """What a recogniser adds or leaves out changes nothing."""
    assert classify("YES, PLEASE!") is classify("yes please") is Answer.YES
