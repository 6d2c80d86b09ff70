"""Messages in the order that strict servers want: the caller first, then turn about."""

from __future__ import annotations

from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

NOBODY_YET = "(The caller is on the line.)"
"""What stands for the caller where the assistant has spoken first, or speaks again."""


def strict(messages: list[Message]) -> list[Message]:
    """The same talk with the instructions in the first message, which is the caller's.

    Messages of one side that follow each other are one; results of tools stay behind their calls.
    """
    told = "\n\n".join(_text(m) for m in messages if m["role"] in ("system", "developer"))
    shaped: list[Message] = []
    for message in messages:
        if message["role"] in ("system", "developer"):
            continue
        _append(shaped, dict(message))
    if not shaped or shaped[-1]["role"] == "assistant":
        shaped.append({"role": "user", "content": NOBODY_YET})
    if told:
        shaped[0]["content"] = f"{told}\n\n{_text(shaped[0])}"
    return shaped


def _append(shaped: list[Message], message: Message) -> None:
    last = shaped[-1] if shaped else None
    if last is None and message["role"] != "user":
        shaped.append({"role": "user", "content": NOBODY_YET})
    elif last and last["role"] == message["role"] and not _uses_tools(last, message):
        last["content"] = "\n".join(filter(None, (_text(last), _text(message))))
        return
    elif last and last["role"] == "assistant" and message["role"] == "assistant":
        shaped.append({"role": "user", "content": NOBODY_YET})
    shaped.append(message)


def _uses_tools(*messages: Message) -> bool:
    return any(m["role"] == "tool" or m.get("tool_calls") for m in messages)


def _text(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
