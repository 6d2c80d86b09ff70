"""The sentences that code speaks, word for word, with their placeholders.

A shop may word each of them anew; its placeholders stay as they are. `{shop}` and `{persona}` may
stand in any line.
"""

from __future__ import annotations

from statemachine.engine.lines import Line

GREETING = Line(
    "greeting",
    "Hi, this is {persona} at {shop}. Are you calling about a new iPhone, or do you need support?",
)
GREETING_AGAIN = Line(
    "greeting_again",
    "Hi again, this is {persona} at {shop}. Are you calling about your {matter} {number}?",
)
OPENING_BUYING = Line(
    "opening_buying",
    "You're with sales. Which iPhone are you thinking of, or shall I suggest one?",
)
OPENING_SUPPORT = Line("opening_support", "You're with support. What is your iPhone doing?")
OPENING_GREETING = Line("opening_greeting", "You're back with {persona}. What can I do for you?")

OPENING_WAITING = Line(
    "opening_waiting", "I'm asking a colleague to take your call; one moment, please."
)
OPENING_WITH_PERSON = Line("opening_with_person", "My colleague is on the line now: go ahead.")
STOPPED_WAITING = Line("stopped_waiting", "All right, you're back with me. What can I do for you?")
PERSON_LEFT = Line(
    "person_left",
    "My colleague has left the line, and I'm back. Is there anything else I can do for you?",
)
PERSON_DECLINED = Line(
    "person_declined",
    "I'm sorry, my colleagues can't take your call just now. We'll call you back: that's noted "
    "under ticket {ticket}. Is there anything else I can do for you?",
)
NOBODY_ANSWERED = Line(
    "nobody_answered",
    "I'm sorry, nobody is free to talk to you just now. We'll call you back: that's noted under "
    "ticket {ticket}. Is there anything else I can do for you?",
)
PERSON_NOT_REACHED = Line(
    "person_not_reached",
    "I'm sorry, I can't get through to my colleagues. We'll call you back: that's noted under "
    "ticket {ticket}. Is there anything else I can do for you?",
)
SHOP_CLOSED = Line(
    "shop_closed",
    "My colleagues aren't in right now; we open {opens}. We'll call you back: that's noted under "
    "ticket {ticket}. Is there anything else I can do for you?",
)
NOBODY_IN = Line(
    "nobody_in",
    "I can't put you through to a colleague right now. We'll call you back: that's noted under "
    "ticket {ticket}. Is there anything else I can do for you?",
)
PERSON_DECLINED_WHICH_NUMBER = Line(
    "person_declined_which_number",
    "I'm sorry, my colleagues can't take your call just now. We'll call you back: that's noted "
    "under ticket {ticket}. Which number can we reach you on?",
)
NOBODY_ANSWERED_WHICH_NUMBER = Line(
    "nobody_answered_which_number",
    "I'm sorry, nobody is free to talk to you just now. We'll call you back: that's noted under "
    "ticket {ticket}. Which number can we reach you on?",
)
PERSON_NOT_REACHED_WHICH_NUMBER = Line(
    "person_not_reached_which_number",
    "I'm sorry, I can't get through to my colleagues. We'll call you back: that's noted under "
    "ticket {ticket}. Which number can we reach you on?",
)
SHOP_CLOSED_WHICH_NUMBER = Line(
    "shop_closed_which_number",
    "My colleagues aren't in right now; we open {opens}. We'll call you back: that's noted under "
    "ticket {ticket}. Which number can we reach you on?",
)
NOBODY_IN_WHICH_NUMBER = Line(
    "nobody_in_which_number",
    "I can't put you through to a colleague right now. We'll call you back: that's noted under "
    "ticket {ticket}. Which number can we reach you on?",
)

QUOTE = Line("quote", "The {model} with {storage} is {price}. Shall I order it for you?")
QUOTE_IN_COLOUR = Line(
    "quote_in_colour",
    "The {model} in {colour} with {storage} is {price}. Shall I order it for you?",
)
NOT_SOLD = Line(
    "not_sold", "I'm afraid we don't sell {asked}. The closest we have is the {nearest}."
)
WHICH_MODEL = Line("which_model", "Which iPhone do you mean? We have the {models}.")
NO_SUCH_STORAGE = Line(
    "no_such_storage", "The {model} comes with {storages}. Which would you like?"
)
NO_SUCH_COLOUR = Line("no_such_colour", "The {model} comes in {colours}. Which would you like?")
ORDERED = Line(
    "ordered",
    "Done, the {phone} with {storage} is ordered for {price}; your order number is {order}. "
    "We'll call you back to arrange payment and delivery. Is there anything else?",
)
ORDERED_ONE = Line(
    "ordered_one",
    "Done, one {phone} with {storage} is ordered for {price}; your order number is {order}. "
    "I take one phone at a time: which one is next?",
)
ORDERED_WHICH_NUMBER = Line(
    "ordered_which_number",
    "Done, the {phone} with {storage} is ordered for {price}; your order number is {order}. "
    "We'll call you back to arrange payment and delivery: which number can we reach you on?",
)
ORDERED_THIS_NUMBER = Line(
    "ordered_this_number",
    "Done, the {phone} with {storage} is ordered for {price}; your order number is {order}. "
    "We'll call you back to arrange payment and delivery: "
    "shall we do that on the number you're calling from?",
)
CALLBACK_NOTED = Line(
    "callback_noted",
    "I've noted under ticket {ticket} that we call you back. Is there anything else?",
)
CALLBACK_WHICH_NUMBER = Line(
    "callback_which_number",
    "I've noted under ticket {ticket} that we call you back: which number can we reach you on?",
)
CALLBACK_THIS_NUMBER = Line(
    "callback_this_number",
    "I've noted under ticket {ticket} that we call you back: "
    "shall we do that on the number you're calling from?",
)
ORDER_FOUND = Line("order_found", "Your order {order}, {stands}. Is there anything else?")
ORDER_TO_CANCEL = Line("order_to_cancel", "Your order {order}, {stands}. Shall I cancel it?")
ORDER_CANCELLED = Line(
    "order_cancelled", "Your order {order} is cancelled. Is there anything else?"
)
ORDER_UNPROVED = Line(
    "order_unproved",
    "I can't find that order for you. Tell me its number and the name it is under, please.",
)
WHICH_NUMBER = Line("which_number", "Which number can we reach you on?")
WHICH_NUMBER_AGAIN = Line(
    "which_number_again", "I'm sorry. Say it once more, digit by digit, please."
)
TELL_NUMBER = Line("tell_number", "And tell me on which number we can reach you.")
TELL_NAME = Line("tell_name", "And tell me whom to ask for when we call you back.")
TELL_BOTH = Line(
    "tell_both", "And tell me whom to ask for when we call you back, and on which number."
)
NO_SUCH_NUMBER = Line(
    "no_such_number",
    "That isn't a whole telephone number. Say it again digit by digit, or press its keys "
    "and then the hash key.",
)
NUMBER_NOTED = Line("number_noted", "I've noted {number}. Is there anything else?")
NUMBER_AND_NAME = Line("number_and_name", "I've noted {number}. What name shall I put with it?")
NUMBER_AND_HELP = Line(
    "number_and_help", "I've noted {number}. Tell me how it goes with your iPhone."
)
THIS_NUMBER = Line("this_number", "Good, we'll call you there. Is there anything else?")
THIS_NUMBER_AND_NAME = Line(
    "this_number_and_name", "Good, we'll call you there. What name shall I put with it?"
)
NUMBER_AND_QUOTE = Line(
    "number_and_quote", "I've noted {number}. Shall I order the {model} for you?"
)
NOT_NOTED_DOWN = Line("not_noted_down", "That's fine, I'll leave it out. Is there anything else?")
ISSUE_NOTED = Line("issue_noted", "I've noted that under ticket {ticket}.")
ISSUE_WITH_NUMBER = Line(
    "issue_with_number",
    "I've noted that under ticket {ticket}, with the number you're calling from.",
)
FIXED = Line("fixed", "I'm glad that's sorted. Is there anything else I can do for you?")
FAREWELL_BUYING = Line("farewell_buying", "Thanks for calling {shop}. Goodbye!")
FAREWELL_SUPPORT = Line(
    "farewell_support", "Thanks for calling {shop}. I hope your phone behaves. Goodbye!"
)
FAREWELL = Line("farewell", "Thanks for calling {shop}. Goodbye!")
SILENT_FAREWELL = Line(
    "silent_farewell", "I can't hear you, so I'll let you go. Do call again. Goodbye!"
)

CONVERSATION = tuple(line for line in list(vars().values()) if isinstance(line, Line))
"""Every line that a row, an opening or a refusal of the conversation can speak."""


def opening(state: str) -> Line:
    """The line with which an agent takes over when the caller hasn't said what they want yet."""
    for line in CONVERSATION:
        if line.name == f"opening_{state}":
            return line
    raise LookupError(f"no line opens {state!r}: add OPENING_{state.upper()} to lines.py")
