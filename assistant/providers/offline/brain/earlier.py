"""A number to be called back on, a call back, and orders from before: wherever they come up."""

from __future__ import annotations

from assistant.language.clauses import Heard, tidy
from assistant.language.codes import order_number
from assistant.language.people import own_name
from assistant.language.phrases.vocabulary import Phrases
from assistant.language.reaching import longest_run
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.reply import Reply, ToolCall, calling
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.routing import Understanding


def callback(phrases: Phrases, talk: Talk, heard: Heard) -> ToolCall | None:
    """A number to be called back on, said without being asked."""
    if "record_number" not in talk.offered or not phrases.says("say.my_number", heard.text):
        return None
    said = longest_run(heard.raw)
    return ToolCall("record_number", {"number": said}) if said else None


def about_earlier(understanding: Understanding, talk: Talk, heard: Heard) -> Reply | None:
    """An order from before, to be told of or cancelled; or to be called back."""
    says, text = understanding.phrases, heard.text
    if "cancel_order" in talk.offered and understanding.plain_yes(heard):
        return calling("cancel_order")
    if "find_order" in talk.offered:
        quoted = talk.known.selected is not None and not talk.known.ordered
        wants_cancelled = says.says("say.cancel_order", text) and not quoted
        asked = says.says("asked.proof", tidy(talk.asked))
        number = order_number(heard.raw)
        again = says.says("asked.again", tidy(talk.asked)) and understanding.plain_yes(heard)
        elsewhere = bool(talk.known.orders) and not wants_cancelled
        wants = says.says("say.my_order", text) and not elsewhere
        if wants or wants_cancelled or again or (asked and number):
            before = " ".join(talk.caller_before()[:1])
            cancels = wants_cancelled or (asked and says.says("say.cancel_order", tidy(before)))
            return _find(says, talk, heard, number, cancels=cancels)
    wanted = says.asserts("say.call_back", text) and not understanding.asks(heard)
    if "request_callback" in talk.offered and wanted:
        return calling("request_callback")
    return None


def number_told(phrases: Phrases, talk: Talk, heard: Heard) -> str:
    """The order's or the ticket's number, to those who ask for it again."""
    if not phrases.says("say.number", heard.text):
        return ""
    orders = [phone.order for phone in talk.known.orders if phone.order]
    tickets = [ticket.number for ticket in talk.known.tickets]
    tickets += filter(None, [talk.known.callback])
    about_ticket = "ticket" in heard.words or "case" in heard.words or not orders
    if about_ticket and tickets:
        return replies.TICKET_NUMBER.format(number=tickets[-1])
    return replies.ORDER_NUMBER.format(number=orders[-1]) if orders else ""


def _find(phrases: Phrases, talk: Talk, heard: Heard, number: str, *, cancels: bool) -> Reply:
    name = own_name(phrases, heard, talk.asked, "")
    told = {"name": name, "cancel": "yes" if cancels else ""}
    given = {key: value for key, value in told.items() if value}
    return Reply((ToolCall("find_order", {"number": number, **given}),))
