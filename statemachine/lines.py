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
OPENING_BUYING = Line(
    "opening_buying",
    "You're with sales. Which iPhone are you thinking of, or shall I suggest one?",
)
OPENING_SUPPORT = Line("opening_support", "You're with support. What is your iPhone doing?")
OPENING_GREETING = Line("opening_greeting", "You're back with {persona}. What can I do for you?")

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
ISSUE_NOTED = Line("issue_noted", "I've noted that under ticket {ticket}.")
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
