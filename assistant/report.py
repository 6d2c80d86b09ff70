"""A call's report: one JSON object that says what happened."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from assistant.call import Call


def report(call: Call) -> dict[str, object]:
    """The call as plain data; prices are in dollars.

    It holds a name and an issue, and what was said only where transcripts are kept.
    """
    facts = call.facts
    return {
        "call": call.id,
        "path": call.path,
        "facts": {
            "customer_name": facts.customer_name,
            "selected_model": facts.selected_model,
            "support_issue": facts.support_issue,
        },
        "orders": [
            {
                "number": order.number,
                "model": order.model,
                "storage": order.storage,
                "colour": order.colour,
                "price": _dollars(order.price_cents),
            }
            for order in facts.orders
        ],
        "tickets": [
            {"number": ticket.number, "issue": ticket.issue, "status": ticket.status}
            for ticket in facts.tickets
        ],
        "triggers": [
            {
                "trigger": entry.trigger,
                "from": entry.source,
                "to": entry.target,
                "accepted": entry.accepted,
                "reasons": list(entry.reasons),
            }
            for entry in call.journal
        ],
        "model": {
            "requests": call.requests,
            "prompt_characters": call.prompt_characters,
            "tokens": dict(call.tokens) or None,
            "first_word_seconds": _spread(call.first_words),
        },
        "ended_by": call.ended_by,
        "began": datetime.fromtimestamp(call.began, UTC).isoformat(timespec="seconds"),
        "lasted_seconds": round(call.lasted, 1),
        **({"transcript": _transcript(call)} if call.transcript else {}),
    }


def _spread(seconds: list[float]) -> dict[str, float] | None:
    """How long a caller waited, usually and at worst; None where nobody did."""
    if not seconds:
        return None
    return {"median": round(median(seconds), 3), "max": round(max(seconds), 3)}


def _transcript(call: Call) -> list[dict[str, str]]:
    return [{"who": who, "said": said} for who, said in call.transcript]


def write(call: Call, path: Path) -> None:
    """Write the report whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    told = json.dumps(report(call), indent=2, ensure_ascii=False) + "\n"
    text = told.encode("utf-8", "replace").decode("utf-8")  # lone surrogates aren't UTF-8
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # a pipe or a device
        return
    folder = path.parent
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as scratch:
        scratch.write(text)
    os.chmod(scratch.name, 0o644)
    os.replace(scratch.name, path)


def _dollars(cents: int) -> float | int:
    return cents // 100 if cents % 100 == 0 else cents / 100
