"""What an agent knows when it speaks: its instructions, what is established, the last messages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import cast

from livekit.agents import llm

from assistant.shop.wording import lines as wordings
from assistant.shop.wording.known import known, told
from assistant.shop.wording.spoken import read as read_spoken
from assistant.shop.wording.spoken import spoken
from statemachine import lines as conversation
from statemachine.engine.effects import Say
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.words import FORGOTTEN
from statemachine.engine.triggers import name_of
from statemachine.facts import Facts
from statemachine.offers import models
from statemachine.states import State
from statemachine.triggers import RecordName
from statemachine.updates import noted, ordered, quote

LAST_MESSAGES = 12
"""How many messages of the call an agent taking over gets to see."""


def going_on(state: State, facts: Facts) -> tuple[Say, ...]:
    """What a caller who was cut off is told: what they may have missed, and the next question."""
    chosen = facts.selection
    if state is State.BUYING and chosen and not chosen.lapsed:
        return (ordered(facts.orders[-1], facts.contact) if chosen.ordered else quote(chosen),)
    if state is State.SUPPORT and facts.open_tickets:
        return noted(facts.open_tickets[-1]), Say(wordings.NO_STEP)
    return (Say(conversation.opening(state.value)),)


def pending(facts: Facts, journal: Sequence[Entry]) -> str:
    """The wish with which the caller was put through, while nothing has come of it; else empty.

    Nor has the caller said anything since: they may have taken it back, and a journal doesn't say.
    """
    for entry in reversed(journal):
        if entry.accepted and entry.trigger != name_of(RecordName):
            waiting = entry.source != entry.target and facts.wish != FORGOTTEN
            return facts.wish if waiting else ""
    return ""


def prompted(
    chat: llm.ChatContext,
    instructions: str,
    state: State,
    facts: Facts,
    by_code: Collection[str] = (),
) -> llm.ChatContext:
    """The chat as the model gets it: what never changes first, then what is known and was said.

    `by_code` are the ids of the messages that code has spoken.
    """
    parts = (instructions, _sold(facts) if state is State.BUYING else "", told(known(state, facts)))
    prompt = "\n\n".join(filter(None, parts))
    system = llm.ChatMessage(role="system", content=[prompt])
    said = chat.copy(exclude_instructions=True, exclude_handoff=True, exclude_config_update=True)
    return llm.ChatContext([system, *_told_apart(said.items, by_code)])


def _sold(facts: Facts) -> str:
    """What the shop sells, a line for each model: its storages and colours. Prices are spoken."""
    lines = ["Sold here, and nothing else:"]
    for model in models(facts.offers):
        offers = [offer for offer in facts.offers if offer.model == model]
        sizes = re.sub(r" GB(?=, \d+ GB)", "", ", ".join(offer.storage for offer in offers))
        colours = ", ".join(dict.fromkeys(each for offer in offers for each in offer.colours))
        lines.append(f"- {model}: {sizes}; {colours}")
    return "\n".join(lines)


def _told_apart(items: Sequence[llm.ChatItem], by_code: Collection[str]) -> list[llm.ChatItem]:
    """The items with what code has said standing in the answer of the tool that led to it."""
    apart: list[llm.ChatItem] = []
    for item in items:
        if item.id in by_code and isinstance(item, llm.ChatMessage):
            place = _answer_of_code(apart)
            if place is not None:
                answer = cast(llm.FunctionCallOutput, apart[place])
                words = spoken((item.text_content or "").strip())
                apart[place] = answer.model_copy(update={"output": words})
                continue
        apart.append(item)
    return apart


def _answer_of_code(items: Sequence[llm.ChatItem]) -> int | None:
    """Where the last answer stands, since the caller spoke, whose tool leaves speaking to code."""
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if isinstance(item, llm.ChatMessage) and item.role == "user":
            return None
        if isinstance(item, llm.FunctionCallOutput) and not item.reply_required:
            return place if read_spoken(item.output) is None else None
    return None


def carried_over(history: llm.ChatContext, by_code: Collection[str] = ()) -> llm.ChatContext:
    """The last of the call for the agent taking over: messages, and tools whose words were heard.

    Another desk's tools are of no use here; what they made code say stands in their answers.
    """
    said = history.copy(
        exclude_instructions=True,
        exclude_empty_message=True,
        exclude_handoff=True,
        exclude_config_update=True,
    )
    kept = _told_apart(said.items, by_code)
    heard = {
        item.call_id
        for item in kept
        if isinstance(item, llm.FunctionCallOutput) and read_spoken(item.output) is not None
    }
    return llm.ChatContext(_last([i for i in kept if _call_of(i) is None or _call_of(i) in heard]))


def _last(items: list[llm.ChatItem]) -> list[llm.ChatItem]:
    """The last messages, and the tools between them, each with its answer."""
    messages = [n for n, item in enumerate(items) if isinstance(item, llm.ChatMessage)]
    return items[messages[-LAST_MESSAGES] :] if len(messages) > LAST_MESSAGES else items


def recent(items: Sequence[llm.ChatItem], turns: int) -> Sequence[llm.ChatItem]:
    """The chat from the caller's last so many turns on, once there are half as many more.

    So it is cut now and then, not at each turn: in between, what a provider's prompt cache has
    stays in front. A turn is never cut in two, nor a tool from its answer.
    """
    spoken = [n for n, item in enumerate(items) if item.type == "message" and item.role == "user"]
    return items[spoken[-turns] :] if len(spoken) > turns + turns // 2 else items


def _call_of(item: llm.ChatItem) -> str | None:
    return item.call_id if isinstance(item, (llm.FunctionCall, llm.FunctionCallOutput)) else None


def with_wish(chat: llm.ChatContext, first: str, bridges: Iterable[str]) -> llm.ChatContext:
    """The chat in which a wish and what the caller added before its answer are one message.

    `first` is the id of the message with which the caller was put through; a bridge said since,
    as far as it was heard, is no answer.
    """
    at = next((n for n, item in enumerate(chat.items) if item.id == first), len(chat.items))
    since = chat.items[at + 1 :]
    said = [item for item in since if isinstance(item, llm.ChatMessage)]
    added = caller_messages(since)
    bridged = [m for m in said if m not in added and _begins_one(m, bridges)]
    if not added or len(added) + len(bridged) < len(since):
        return chat
    words = " ".join(message.text_content or "" for message in caller_messages(chat.items[at:]))
    last = added[-1]
    whole = llm.ChatMessage(id=last.id, role="user", content=[words], created_at=last.created_at)
    return llm.ChatContext([*chat.items[:at], whole])


def _begins_one(message: llm.ChatMessage, bridges: Iterable[str]) -> bool:
    heard = (message.text_content or "").strip()
    return any(bridge.startswith(heard) for bridge in bridges)


def last_words(chat: llm.ChatContext) -> llm.ChatMessage | None:
    """The caller's last message in a chat."""
    said = (item for item in reversed(chat.items) if isinstance(item, llm.ChatMessage))
    return next((message for message in said if message.role == "user"), None)


def caller_said(chat: llm.ChatContext) -> list[str]:
    """Everything the caller said in a chat."""
    return [message.text_content or "" for message in caller_messages(chat.items)]


def caller_messages(items: list[llm.ChatItem]) -> list[llm.ChatMessage]:
    """The caller's messages among the items of a chat."""
    said = (item for item in items if isinstance(item, llm.ChatMessage))
    return [message for message in said if message.role == "user"]
