"""A call's report: one JSON object that says what happened."""

from __future__ import annotations

import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.display import shown
from assistant.errors import MendableError
from statemachine.engine.journal.words import blank, own_name, own_reasons, spoken_fields
from statemachine.facts import Facts, Ticket
from statemachine.table import TABLE

if TYPE_CHECKING:
    from assistant.call.call import (
        Call,  # it loads the telephone line, which a report can do without
    )


WHOSE = frozenset({"name", "call_on"})
"""What says of an order or a ticket whom it is for; an older report doesn't."""


class ReportError(MendableError):
    """A report's words cannot be blanked; says why and what to do."""


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
            "callback_number": facts.callback_number,
            "selected_model": facts.selected_model,
            "support_issue": facts.support_issue,
            **({"reason": facts.reason} if facts.reason else {}),
        },
        "orders": [
            {
                "number": order.number,
                "model": order.model,
                "storage": order.storage,
                "colour": order.colour,
                "price": _dollars(order.price_cents),
                "name": facts.customer_name,
                "call_on": facts.callback_number,
            }
            for order in facts.orders
        ],
        "tickets": [
            {
                "number": ticket.number,
                "issue": ticket.issue,
                "status": ticket.status,
                **({"callback": True} if ticket.callback else {}),
                "name": facts.customer_name,
                "call_on": facts.callback_number,
            }
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
        "model": call.usage.told(),
        "ended_by": call.ended_by,
        "began": datetime.fromtimestamp(call.began, UTC).isoformat(timespec="seconds"),
        "lasted_seconds": round(call.lasted, 1),
        **({"transcript": _transcript(call)} if call.transcript else {}),
    }


def _transcript(call: Call) -> list[dict[str, str]]:
    return [{"who": who, "said": said} for who, said in call.transcript]


def write(call: Call, path: Path) -> None:
    """Write the report whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text = shown(json.dumps(report(call), indent=2, ensure_ascii=False)) + "\n"
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")  # a pipe or a device
        return
    _put(path, text)


def path_of(folder: Path, call: str) -> Path:
    """Where a call's report stands in the folder of all reports."""
    return folder / f"{call}.json"


def forget(path: Path) -> bool:
    """Blank the caller's words in a report, as the journal's are; whether there was a report.

    Raises:
        ReportError: it cannot be read or written, and stands there as it was.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        _put(path, json.dumps(forgotten(told), indent=2, ensure_ascii=False) + "\n")
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ReportError(f"{path} still holds the caller's words: {error.strerror}.") from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ReportError(
            f"{path} is no report, and may hold the caller's words: delete it by hand."
        ) from None
    return True


def forgotten(told: dict[str, Any]) -> dict[str, Any]:
    """A report without the caller's words; states, counts and times stay.

    Raises:
        LookupError, TypeError, AttributeError: it is no report.
    """
    transcript = [blank(line, {"said"}) for line in told.get("transcript", ())]
    return {
        **told,
        "facts": blank(told["facts"], spoken_fields(Facts)),
        "orders": [blank(order, WHOSE) for order in told["orders"]],
        "tickets": [blank(ticket, {*spoken_fields(Ticket), *WHOSE}) for ticket in told["tickets"]],
        "triggers": [_without_words(each) for each in told["triggers"]],
        **({"transcript": transcript} if transcript else {}),
    }


def _without_words(fired: dict[str, Any]) -> dict[str, Any]:
    trigger, reasons = own_name(fired["trigger"], TABLE), own_reasons(fired["reasons"])
    return fired | {"trigger": trigger, "reasons": list(reasons)}


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all, for its owner alone: it holds a caller's words."""
    folder = path.parent
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as scratch:
        try:
            scratch.write(text)
            scratch.flush()
            os.replace(scratch.name, path)
        except BaseException:
            os.unlink(scratch.name)  # it may hold a caller's words
            raise


def _dollars(cents: int) -> float | int:
    return cents // 100 if cents % 100 == 0 else cents / 100
