"""The sentences that code speaks beside the conversation's own: bridges, look-ups, apologies."""

from __future__ import annotations

from statemachine.engine.lines import Line
from statemachine.lines import CONVERSATION

RECOMMENDED = Line("recommended", "I'd suggest the {model}. {pitch} With {storage} it's {price}.")
ALSO_RECOMMENDED = Line(
    "also_recommended", "Or there's the {model}. {pitch} With {storage} it's {price}."
)
OVER_BUDGET = Line(
    "over_budget",
    "Nothing we have comes in under {budget}. "
    "The closest is the {model} with {storage}, at {price}.",
)
COMPARED = Line(
    "compared",
    "The {first} with {first_storage} is {first_price}. {first_pitch} "
    "The {second} with {second_storage} is {second_price}. {second_pitch}",
)
WHICH_OF_THEM = Line("which_of_them", "Which one would you like?")
WHAT_ELSE = Line("what_else", "What else can I do for you?")
STILL_ORDER = Line("still_order", "Shall I order the {model} for you?")
LIKE_IT = Line("like_it", "Would you like that one?")

BRIDGE = Line("bridge", "One moment.")
GO_ON = Line("go_on", "Go on.")
KEYPAD = Line("keypad", "On your keypad: {keys}.")
WHICH_PHONE = Line("which_phone", "Which iPhone would you like?")
NO_PERSON = Line(
    "no_person", "I'm afraid nobody can come to the line just now. What else can I do for you?"
)
HOLD_ON = Line("hold_on", "Just a moment, please.")
RESUMED = Line("resumed", "I'm sorry, we were cut off for a moment.")
UNHEARD = Line("unheard", "Sorry, I didn't catch that. Could you say it again?")
STILL_THERE = Line("still_there", "Are you still there?")
TIME_IS_UP = Line(
    "time_is_up", "I'm afraid I have to end our call here. Do call again if you need us. Goodbye!"
)
STILL_ASKING = Line("still_asking", "I'm still asking my colleagues; thank you for waiting.")
BRIEF_NAME = Line("brief_name", "{name} is on the shop's line.")
BRIEF_NOBODY = Line("brief_nobody", "A caller is on the shop's line, who hasn't given a name.")
BRIEF_REASON = Line("brief_reason", "They ask for a colleague about {reason}.")
BRIEF_ORDER = Line(
    "brief_order", "They have ordered the {phone} with {storage} for {price}: {order}."
)
BRIEF_SELECTED = Line(
    "brief_selected",
    "They were told that the {phone} with {storage} is {price}; nothing is ordered.",
)
BRIEF_TICKET = Line("brief_ticket", "Ticket {ticket} is open: {issue}.")
BRIEF_KEYS = Line("brief_keys", "Press 1 to take the call, or 2 to decline it.")
FIRST_STEP = Line("first_step", "Let's try something first. {step} Tell me how that goes.")
NO_STEP = Line("no_step", "Tell me a little more about what it does.")
PRICE_UNSAID = Line(
    "price_unsaid", "Tell me which model you mean, and I'll give you its exact price."
)
PRICE_STANDS = Line(
    "price_stands",
    "What I can offer is the {model} with {storage} for {price}. Shall I order it for you?",
)
ENGLISH_ONLY = Line("english_only", "I'm sorry, I only speak English.")
ORDER_NUMBER = Line("order_number", "Your order number is {order}.")
TICKET_NUMBER = Line("ticket_number", "Your ticket number is {ticket}.")
NOT_HERE = Line(
    "not_here", "I can't do that myself, but I can put you through to sales or to support."
)
NOT_ORDERED = Line("not_ordered", "Nothing is ordered yet. Which iPhone would you like?")
NOT_NOTED = Line("not_noted", "Nothing is noted yet. What is your iPhone doing?")
NOT_DONE = Line("not_done", "That's more than I can do or promise on the phone.")
APOLOGY = Line("apology", "I'm sorry, something went wrong on my side. Could you say that again?")
APOLOGY_ENTERING = Line(
    "apology_entering", "I'm sorry, something went wrong on my side. How can I help you?"
)
APOLOGY_RECORDS = Line(
    "apology_records", "I'm sorry, I couldn't write that down just now. Could you say it once more?"
)
APOLOGY_ORDER = Line(
    "apology_order",
    "I'm sorry, I couldn't write that down just now. Shall I order the {model} for you?",
)
APOLOGY_FAREWELL = Line(
    "apology_farewell",
    "I'm sorry, our line isn't working properly. Please call again a little later. Goodbye!",
)

ALL = (*CONVERSATION, *(line for line in list(vars().values()) if isinstance(line, Line)))
"""Every line a shop may word anew."""

FIXED = tuple(line for line in ALL if not line.placeholders)
"""Every line without a figure or a name: the same in each call."""
