"""What an agent knows when it speaks: its instructions, what is established, the last messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from livekit.agents import llm

from assistant.shop.wording import lines as wordings
from assistant.shop.wording.known import known, told
from statemachine import lines as conversation
from statemachine.engine.effects import Say
from statemachine.engine.journal.entry import Entry
from statemachine.engine.journal.forgetting import FORGOTTEN
from statemachine.engine.triggers import name_of
from statemachine.facts import Facts
from statemachine.states import State
from statemachine.triggers import RecordName
from statemachine.updates import noted, ordered, quote

LAST_MESSAGES = 12
"""How many messages of the call an agent taking over gets to see."""


def going_on(state: State, facts: Facts) -> tuple[Say, ...]:
    """What a caller who was cut off is told: what they may have missed, and the next question."""
    chosen = facts.selection
    if state is State.BUYING and chosen:
        return (ordered(facts.orders[-1]) if chosen.ordered else quote(chosen),)
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
    chat: llm.ChatContext, instructions: str, state: State, facts: Facts
) -> llm.ChatContext:
    """The chat as the model gets it: the present instructions first, then what was said."""
    system = llm.ChatMessage(
        role="system", content=[f"{instructions}\n\n{told(known(state, facts))}"]
    )
    said = chat.copy(exclude_instructions=True, exclude_handoff=True, exclude_config_update=True)
    return llm.ChatContext([system, *said.items])


def carried_over(history: llm.ChatContext) -> llm.ChatContext:
    """The last messages of the call, whole and without tool calls, for the agent taking over."""
    said = history.copy(
        exclude_function_call=True,
        exclude_instructions=True,
        exclude_empty_message=True,
        exclude_handoff=True,
        exclude_config_update=True,
    )
    return llm.ChatContext(said.items[-LAST_MESSAGES:])


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
