"""A yes among what people tell beside it: it counts where nothing they tell weighs on the order."""

from __future__ import annotations

import pytest

from assistant.language.consent import classify
from statemachine.answers import Answer
from statemachine.facts import Selection
from tests.calls import shop

OFFERS = shop()[0].offers
CHOSEN = Selection("iPhone 17", "256 GB", "sage", 79_900, 1)
AGREES = """
Order it. My grandson graduates in a fortnight.
Order it please, the kids drew straws over it.
We argued all through dinner, so yes, order it.
Fine, he is my only brother. Place the order.
This I take, please.
You make the order, yes.
Indeed, order her hers.
That's the one she wants, please order it.
Book that order in, would you kindly.
Yes, that is what I rang for.
Right, his too please.
The firm's paying, so go ahead.
You bury a grandmother but once in a lifetime. Go ahead and order it.
My barber told me I need a better one. Sold, order it!
Any color will do. Yes, order it.
Seven ninety-nine is fine, order it.
It's pricey, but I'll take it.
My old one is falling apart, so yes, order it.
Can't wait, order it please.
Be so good as to order it.
I should like to have it, please.
Don't wait, order it.
ok i take this one please
Yes, put it under Johnson.
My wife says yes too, so go ahead.
"""
AGREES_NOT = """
My brother on the phone here said, so yes, order it.
I am holding out for the other color, so yes, order it.
It would be for tomorrow, so yes, order it.
Can you please hold the line?
Could you please
Would you please?
I see why not.
I have another call coming in, so please go ahead.
Throw in a case, so please order it.
Get me a case. Order it.
Ask my husband. Order it.
You said it is waterproof. Please order it.
My boss has to sign. Order it.
My boss must sign, so please order it.
Yes, someday.
I'd love it, one day.
Yes, I am still here.
Yes, my cousin has got that one.
Yes please, but my wife decides.
Order it, only if my boss signs.
Yes, I will come by and try it.
Throw in a case and I'll take it.
My sister would order it, yes.
Order it? Yes, that was the question.
Yes please, the sixteen was prettier.
I have waited so long.
The price is right.
I'd say no.
Well done.
You said seven hundred. Order it.
Not that one. Order it.
I need the other color. Order it.
Get me a case for it. Then order it.
He would buy it.
I'm happy with the one I have.
I'm good.
Put that down!
You've got me there.
Yes, sort of.
Yes, I was just kidding.
My wife said order it.
I hope so.
I'll take it under consideration.
I'm going with Samsung, I've decided.
I may well take it.
Provided my wife agrees, sure.
Yes, I can hear you.
Yes, hello.
Sorry, go ahead, I was chewing.
Go on.
I'll do that.
It works now.
Can you ship it?
Would you order it?
Yes please, put the kettle on.
Yes, and then what
Brilliant, just brilliant.
I'd like a phone.
Sure, it's a good phone, I'm sure.
"""


def lines(text: str) -> list[str]:
    """The sentences of a list."""
    return text.strip().splitlines()


@pytest.mark.parametrize("said", lines(AGREES))
def test_a_yes_counts_whatever_harmless_is_told_beside_it(said: str) -> None:
    """Before it, and after one that is firm."""
    assert classify(said, OFFERS, CHOSEN) is Answer.YES


@pytest.mark.parametrize("said", lines(AGREES_NOT))
def test_a_yes_beside_something_that_weighs_is_asked_again(said: str) -> None:
    """A delay, a condition, another phone, somebody else's errand, or only a sign of presence."""
    assert classify(said, OFFERS, CHOSEN) is not Answer.YES
