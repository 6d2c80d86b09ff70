"""Whether the caller's words are taken as a plain yes, a plain no, or neither."""

from __future__ import annotations

import pytest

from assistant.language.answers import classify
from statemachine.answers import Answer

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
""".strip().splitlines()

NO = """
no
No.
nope
nah
no thanks
no, thank you
No thank you very much.
not now
not right now
not yet
not today
not really
wait
wait a minute
wait, no
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
yes, no, wait
I changed my mind
no I can't
no way
""".strip().splitlines()

ROUNDABOUT_NO = """
I'm not sure
that's too expensive
no that's too much
let me sleep on it
don't place the order
don't order anything
no sorry
not interested
I'm not ready
it's too expensive for me
I can't afford that
no I'm good
no it's fine
I do not want to buy it
don't bother
let me ask my wife first
give me some time
scratch that
no thank you goodbye
""".strip().splitlines()

OPEN = """
how much is it
how big is the screen
no, the blue one
no, I'd like the Pro
yes, but how big is it
yes but in silver
does it come in blue
what about the 17
wait, what colours are there
the 512 gigabyte one
my name is Dana
hmm, is the battery any good
no, wait, do it
I want to buy an iPhone
my screen is broken
what
can you repeat that
is that the cheapest
I don't know what storage I need
yes and can you note my name, Dana
sorry
hello
you're not listening
let me ask you something
it's for my mother
do you have the iPhone Air
how long is the delivery
""".strip().splitlines()


@pytest.mark.parametrize("words", YES)
def test_a_plain_yes_is_a_yes(words: str) -> None:
    """Every everyday way of agreeing, with nothing else said, is a yes."""
    assert classify(words) is Answer.YES


@pytest.mark.parametrize("words", NO)
def test_a_plain_no_or_wait_is_a_no(words: str) -> None:
    """Declining, stopping and asking for time are all a no: nothing may be ordered after them."""
    assert classify(words) is Answer.NO


@pytest.mark.parametrize("words", ROUNDABOUT_NO)
def test_a_roundabout_no_is_a_no(words: str) -> None:
    """A refusal in more words is a no as well."""
    assert classify(words) is Answer.NO


@pytest.mark.parametrize("words", OPEN)
def test_anything_else_is_open(words: str) -> None:
    """A question, a wish or a yes with a but is left to the model."""
    assert classify(words) is Answer.OPEN


def test_silence_is_open() -> None:
    """No words, or words without letters, answer nothing."""
    assert classify("") is classify(" ... ") is Answer.OPEN


def test_punctuation_and_capitals_do_not_matter() -> None:
    """What a recogniser adds or leaves out changes nothing."""
    assert classify("YES, PLEASE!") is classify("yes please") is Answer.YES


def test_very_long_words_are_answered_quickly() -> None:
    """A page of words is only more words."""
    assert classify("no " * 5000 + "banana") is Answer.OPEN
