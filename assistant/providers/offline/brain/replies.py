"""What the brain says in its own words. No amounts of money here: code speaks those."""

from __future__ import annotations

ASK = {
    "greeting": "Are you calling about a new iPhone, or do you need support?",
    "buying": "Which iPhone would you like, or shall I suggest one?",
    "support": "What is your iPhone doing?",
    "waiting": "Just say so if you'd rather not wait for a colleague.",
}
ASK_ANY_DESK = "What can I do for you?"
ABLE = {
    "greeting": "I can put you through to sales for a new iPhone, or to support for a problem.",
    "buying": "I can tell you prices, compare models, suggest one and order it for you.",
    "support": "I can note a problem with your iPhone and go through the steps that help with it.",
}
ELSE = "Is there anything else I can do for you?"
NOT_UNDERSTOOD = "Sorry, I didn't understand that."
HELLO = "Hello!"
THANKED = "You're welcome."
THANKS_NAME = "Thanks, {name}."
ORDER_NUMBER = "Your order number is {number}."
TICKET_NUMBER = "Your ticket number is {number}."
SHALL_I_ORDER = "Shall I order the {model} for you?"
TO_BE_SURE = "Just to be sure: shall I order the {model} for you?"
ONE_AT_A_TIME = "I can order one at a time. Shall I order the first {model} for you?"
NO_DISCOUNT = "The prices I tell you are the ones we have; I can't change them."
ONE_FIRST = "One at a time, then. Which one would you like first?"
NOT_ORDERED = (
    "No problem, I won't order it. Which iPhone would you like instead, or is there anything else?"
)
TAKE_TIME = "Of course, take your time. Just say so when I should order it, or ask me anything."
TAKE_TIME_HERE = "Take your time. Tell me how it goes."
WHICH_MODEL = "Which iPhone do you mean? We have the {models}."
WHICH_IN_COLOUR = "We have the {models} in {colour}. Which one would you like?"
HAVE_MODELS = "We have the {models}. Which one would you like to hear about?"
COLOURS = "The {model} comes in {colours}. Which would you like?"
STORAGES = "The {model} comes with {storages}. Which would you like?"
FIRST_CHOOSE = "I'll gladly order one for you. Which iPhone shall it be?"
ORDERED_ALREADY = "Your {model} is ordered already. Is there anything else?"
DONT_KNOW_MODEL = "I can't say more about that than what our catalogue tells me."
TELL_PROBLEM = "I'm sorry to hear that. What exactly is it doing?"
TELL_PROBLEM_AGAIN = (
    "I see. Does it turn on, for instance, or is it the screen, the battery or the sound?"
)
GLAD = "I'm glad it works."
WORKS_AGAIN = "Is it working again, then?"
NEXT_STEP = "Then let's try this: {step} Tell me how that goes."
NO_MORE = "That's all that can be tried over the phone. {stop} Is there anything else?"
NO_STEPS = (
    "I don't know a step for that. Try restarting it, and if it stays so, bring it to the shop."
)
REFUSED = "I'm sorry, that isn't possible just now."
STILL_ASKING = "I'm still asking a colleague. Just say so if you'd rather not wait."
YES_WHAT = "Of course. What would you like?"
NEITHER = "All right, neither of the two. What is it about, then?"
NOTHING_ELSE_HERE = "Sales and support are all that I have here. Is there anything else I can do?"
YES_WHICH = "Sure, which of the two: a new iPhone, or support?"
SAY_AGAIN = "Sure: {said}"
LISTENING = "Go ahead, I'm listening."


def listed(names: tuple[str, ...], joint: str = "and") -> str:
    """Names as they are spoken in a row."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def ask(state: str) -> str:
    """What to ask where nothing is known yet."""
    return ASK.get(state, ASK_ANY_DESK)


def not_understood(state: str, question: str = "") -> str:
    """Said plainly, with what can be done here and the question that is open."""
    return " ".join(filter(None, (NOT_UNDERSTOOD, ABLE.get(state, ""), question or ask(state))))
