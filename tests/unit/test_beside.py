"""What is beside phones: who may want a person, a call back or an order is offered the tools."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.language.turn import spoke
from statemachine.answers import Beside, Contact
from statemachine.conversation import Conversation
from statemachine.engine.triggers import name_of
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import CallerSpoke, ConfirmPurchase, SelectModel, ToPerson
from tests.brain_bench import STOCK, scenarios

OPENING = Facts(offers=STOCK.offers, reference="48213")
WAYS = """
Is there anyone I can talk to?
get me a human
Could I have a word with your supervisor?
I'd rather deal with a real person
can you put me on to somebody
put me through to the owner please
I don't want to talk to a robot
Who's in charge there?
let me speak with the boss
operator
agent!
I want to make a complaint
this is ridiculous, I've explained it three times
are you an AI?
please have someone ring me tomorrow
can you call me back
give me a bell, my number's on file
Would it be possible to get a callback this afternoon?
my cell is five five five, two oh two
you can reach me at home
let me give you my number
can somebody phone me about it
get back to me when you know
I'm driving, text me
use the number I'm calling from
where's my order
Where is the phone I paid for?
it still hasn't arrived
my delivery was due on Monday
I ordered an iPhone last week
What's the status of S48213, my order?
can you track my package
I'd like to cancel
cancel the order I placed yesterday
I want my money back
how do I return it
can I get a refund
about my order from Tuesday
you charged me twice
I never got a confirmation
has it been shipped yet
when is it coming
my purchase hasn't come
quiero hablar con una persona
ich möchte mit einem Menschen sprechen
I need an invoice for my company
we're a school and need forty of them
""".strip().splitlines()
PLAIN = """
Hello, are you open today?
I'd like to buy an iPhone.
I want to order a new phone
can I order the 17 Pro
Yes, please order it.
okay, place the order
The iPhone Air in sky blue, please.
How much is the 17 Pro Max with one terabyte?
Does it have a good camera?
the big one in orange
My battery drains in two hours.
It gets hot when I charge it
I have tried that already.
That helped, it is fixed now.
And my old phone's screen is cracked.
I'll bring it in. Goodbye.
That's all, goodbye.
No, thanks.
Hi, this is Dana Smith.
""".strip().splitlines()
QUOTED = Conversation(OPENING, State.BUYING)
QUOTED.send(CallerSpoke())
QUOTED.send(SelectModel("iPhone Air"))


def offered(*said: str, facts: Facts = OPENING, state: State = State.GREETING) -> set[str]:
    """What is offered after a caller's words, told one after the other."""
    now = Conversation(facts, state)
    for words in said:
        now.send(spoke(words, now.facts))
    return {name_of(kind) for kind in now.offered()}


BESIDE = {"to_person", "request_callback", "find_order", "record_number"}


@pytest.mark.parametrize("words", WAYS)
def test_whoever_may_mean_it_is_offered_it(words: str) -> None:
    """A person, a call back, a number to ring, an order placed before."""
    assert offered(words) >= BESIDE


@pytest.mark.parametrize("words", PLAIN)
def test_whoever_speaks_of_phones_alone_is_offered_none_of_it(words: str) -> None:
    """What nobody spoke of takes no room in what a model is sent."""
    assert not offered(words, facts=QUOTED.facts, state=State.BUYING) & BESIDE


def test_what_was_named_once_stays() -> None:
    """What the model has asked back is answered in words that name nothing."""
    assert offered("I want to talk to someone", "the big one in orange") >= BESIDE


def test_a_yes_to_nothing_that_code_asked_may_be_one_to_the_models_own_question() -> None:
    """It may have proposed a colleague; the turn after it is plain again."""
    assert offered("yes please") >= BESIDE
    assert not offered("yes please", "the big one in orange") & BESIDE
    assert not offered("yes please", facts=QUOTED.facts, state=State.BUYING) & BESIDE


def test_a_number_is_taken_where_it_is_asked_for_or_told() -> None:
    """Whatever else is offered then."""
    asked = replace(OPENING, contact=Contact.NUMBER)
    assert offered("um, I don't know", facts=asked) & BESIDE == {"record_number"}
    assert "record_number" in offered("it's two one two, five five five, oh one two three")


def test_who_has_ordered_may_take_it_back_in_any_words() -> None:
    """What is cancelled has to be looked up."""
    now = Conversation(QUOTED.facts, State.BUYING)
    now.send(spoke("Yes, please order it.", now.facts))
    now.send(ConfirmPurchase())
    assert "find_order" in offered("hm, rather not", facts=now.facts, state=State.BUYING)


def test_a_person_is_refused_with_the_reason_where_nobody_asked() -> None:
    """A model that sends callers away of its own accord is told so."""
    now = Conversation(OPENING, State.GREETING)
    now.send(spoke("I'd like to buy an iPhone.", now.facts))
    outcome = now.send(ToPerson())
    assert [reason.name for reason in outcome.reasons] == ["beside_phones"]  # type: ignore[union-attr]


def test_what_was_not_read_when_it_was_said_is_in_doubt() -> None:
    """An older journal's turns; and nothing is known before the first."""
    assert CallerSpoke().beside is Facts().beside is Beside.MAYBE


def test_most_of_what_callers_say_is_plain() -> None:
    """Of sentences written for other things."""
    said = [each["said"] for each in scenarios("heldout_utterances", "utterance")]
    plain = [words for words in said if spoke(words, OPENING).beside is Beside.NOTHING]
    assert len(plain) > len(said) * 0.6
