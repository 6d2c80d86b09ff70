"""What can't be undone: a goodbye, and "it is fixed", only where words account for them."""

from __future__ import annotations

import pytest

from assistant.language.leaving import Leaving, leaving
from assistant.language.solved import Solved, solved
from assistant.language.turn import spoke
from statemachine.conversation import Conversation
from statemachine.engine.machine import Accepted, Refused
from statemachine.facts import Facts
from statemachine.triggers import (
    CallerSpoke,
    CompleteSupport,
    EndCall,
    LogSupportIssue,
    ToSupport,
)

LEAVES = """
okay thanks i have got to pick up my kids bye
dinner's ready, gotta go
Thanks a million, have a lovely evening
I've got what I need, bye now
That's all, folks.
ok its fixed now bye
can we end the call please
that is the whole of it, good night
Nothing else is the matter, goodbye
no that's me sorted, I won't keep you
Nothing more from us, bye-bye from all of us
I'm late for work, bye
Right, I'm off, thanks for your patience with a silly old man
Byeee
I'd best be off
My battery is dying, bye
"""
STAYS = """
Before I go, how late are you open
wait don't go
okay bye wait no one more thing
can you hear me?
thanks for nothing it's worse
No, I don't want to end the call.
I can't hang up the call
It ends the call by itself
I have to leave it charging overnight
Thank you, sales please
That's all it says, no service
My contacts are all gone
"""
LEAVES_NOT = """
That's a good buy.
Not a thing
it says goodbye when I turn it off
my daughter just came in, she says bye
I hung up on the other guy
that's all it does
nothing else happens
i have to go to settings
See you have it in blue
Good day to you, I am calling about my phone
I have waited so long
That is the old one
is the black one in stock
Bye sweetie, love you. Okay, that was my kid leaving, go ahead.
It says hello, then goodbye, then it goes dark.
"""
FIXED = """
Yep, that did the trick, thanks so much
It has stopped restarting
my photos are back
It hasn't crashed since
The echo is gone
It's okay now
The crackling's gone
Now is good, thank you
it doesn't do that any more
no more stripes
Second trick you told me did it
It's not frozen any more.
Took a while but it works now.
Restarting it helped.
ok the sound came back now that is fixed
"""
FIXED_NOT = """
no problem at all
no trouble at all
it don work
it is updating now
The other phone works
my contacts are gone
the problem is back
It worked once
He says it's fixed
It's done updating
sounds good
I did it
it came back
louder please
I turned it off and on again
my neighbour says everything is back that is fixed
It kind of works.
It's fixed, or so I thought.
It was fixed and now it's back.
Oh sure, it works, as a paperweight.
The battery's fine, it's the port.
It went away, and now there it is again.
I need it fixed.
It just stopped.
"""
UNSOLVED = """
that worked, but now the sound is gone
It works if I hold the button
Is it fixed?
it is stuck again
it's restarting now
he says it works
I thought it was fixed
I restarted it
okay
half of it works
"""


def lines(text: str) -> list[str]:
    """The sentences of a list."""
    return text.strip().splitlines()


@pytest.mark.parametrize("said", lines(LEAVES))
def test_who_leaves_is_heard(said: str) -> None:
    """A goodbye, or that nothing more is wanted, in whatever words."""
    assert leaving(said) in (Leaving.GOODBYE, Leaving.DONE)


@pytest.mark.parametrize("said", lines(STAYS) + lines(LEAVES_NOT))
def test_words_of_leaving_in_something_else_are_no_leaving(said: str) -> None:
    """A goodbye that is told of, asked about or taken back ends nothing."""
    assert leaving(said) in (Leaving.STAYS, Leaving.OPEN)


@pytest.mark.parametrize("said", lines(FIXED))
def test_who_says_that_it_is_fixed_is_heard(said: str) -> None:
    """The problem is gone, in whatever words."""
    assert solved(said) is Solved.FIXED


@pytest.mark.parametrize("said", lines(FIXED_NOT) + lines(UNSOLVED))
def test_a_hope_a_relapse_or_another_s_word_fixes_nothing(said: str) -> None:
    """Nor a question, a condition, or something else that is gone."""
    assert solved(said) in (Solved.NOT, Solved.OPEN)


@pytest.mark.parametrize("said", lines(STAYS))
def test_no_model_ends_a_call_on_such_a_turn(said: str) -> None:
    """The machine refuses, and accepts it once the caller leaves."""
    conversation = Conversation(Facts(reference="48213"))
    conversation.send(spoke(said, conversation.facts))
    assert isinstance(conversation.send(EndCall()), Refused)
    conversation.send(spoke("bye", conversation.facts))
    assert isinstance(conversation.send(EndCall()), Accepted)


@pytest.mark.parametrize("said", ["okay then", "Thank you.", "great, thanks", ""])
def test_nobody_is_held_in_a_call_when_all_is_done(said: str) -> None:
    """A mere "okay then" is no goodbye, unless what they called for is done."""
    conversation = Conversation(Facts(reference="48213"))
    conversation.send(spoke(said, conversation.facts))
    assert isinstance(conversation.send(EndCall()), Refused)
    steps = (ToSupport(), CallerSpoke(), LogSupportIssue("no sound"), CallerSpoke())
    for trigger in (*steps, CompleteSupport()):
        conversation.send(trigger)
    conversation.send(spoke(said, conversation.facts))
    assert isinstance(conversation.send(EndCall()), Accepted)


@pytest.mark.parametrize("said", lines(UNSOLVED))
def test_no_model_closes_a_ticket_on_such_a_turn(said: str) -> None:
    """The machine refuses, and accepts it once it is fixed."""
    conversation = Conversation(Facts(reference="48213"))
    for trigger in (CallerSpoke(), ToSupport(), CallerSpoke(), LogSupportIssue("no sound")):
        conversation.send(trigger)
    conversation.send(spoke(said, conversation.facts))
    assert isinstance(conversation.send(CompleteSupport()), Refused)
    conversation.send(spoke("it works now", conversation.facts))
    assert isinstance(conversation.send(CompleteSupport()), Accepted)


@pytest.mark.parametrize("said", ["Good day", "Good day to you, Jill", "good buy"])
def test_a_greeting_or_praise_for_a_price_ends_no_call(said: str) -> None:
    """Whoever says so by itself stays, whatever it might mean at another time."""
    assert leaving(said) not in (Leaving.GOODBYE, Leaving.DONE, Leaving.IF_ASKED)
