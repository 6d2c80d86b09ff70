"""Look for known weaknesses in what is installed: `python -m scripts.audit [--service URL]`.

Each package of the lock, the page's client of LiveKit and LiveKit's server are looked up in OSV,
which takes names and versions and answers with advisories. It ends with 0 where none is known, with
1 where one is, and with 2 where the service can't be asked: nothing is known then, either way.
"""

from __future__ import annotations

import argparse
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scripts import livekit_server, sbom

SERVICE = "https://api.osv.dev"
PATIENCE = 20.0
"""Seconds that one answer may take."""
AT_ONCE = 500
"""How many packages are asked for at once; the service takes 1,000."""
PAGES = sbom.HERE / "assistant" / "page" / "static" / "vendor"
"""What the page brings from npm, in folders named after package and version."""


class AuditError(Exception):
    """The service can't be asked; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that this program is made of."""

    ecosystem: str
    name: str
    version: str

    def question(self) -> dict[str, object]:
        """What the service is asked about it."""
        package = {"ecosystem": self.ecosystem, "name": self.name}
        return {"package": package, "version": self.version}


def parts() -> list[Part]:
    """What is looked up: the lock, and what comes from elsewhere."""
    locked = sbom.packages(sbom.LOCK.read_text(encoding="utf-8"))
    brought = (folder.name.rpartition("-") for folder in sorted(PAGES.iterdir()))
    server = livekit_server.VERSION.removeprefix("v")
    return [
        *(Part("PyPI", each.name, each.version) for each in locked),
        *(Part("npm", name, version) for name, _, version in brought),
        Part("Go", "github.com/livekit/livekit-server", server),
    ]


def weaknesses(found: Sequence[Part], service: str) -> dict[Part, list[str]]:
    """The advisories known of each of these, by their ids.

    Raises:
        AuditError: the service can't be asked.
    """
    known: dict[Part, list[str]] = {}
    open_questions = [(part, part.question()) for part in found]
    while open_questions:
        asked, open_questions = open_questions[:AT_ONCE], open_questions[AT_ONCE:]
        answers = _ask(service, [question for _, question in asked])
        for (part, question), answer in zip(asked, answers, strict=True):
            known.setdefault(part, []).extend(each["id"] for each in answer.get("vulns", ()))
            if more := answer.get("next_page_token"):
                open_questions.append((part, {**question, "page_token": more}))
    return {part: ids for part, ids in known.items() if ids}


def _ask(service: str, questions: list[dict[str, object]]) -> list[dict[str, Any]]:
    asked = urllib.request.Request(
        f"{service}/v1/querybatch",
        json.dumps({"queries": questions}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            results = json.load(answer)["results"]
        if len(results) != len(questions):
            raise ValueError(f"{len(results)} answers to {len(questions)} questions")
    except urllib.error.HTTPError as error:
        raise AuditError(f"{service} answered {error.code}") from None
    except urllib.error.URLError as error:
        raise AuditError(f"{service} can't be reached ({error.reason})") from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise AuditError(f"{service} gave no answer that can be read ({error})") from None
    return [result if isinstance(result, dict) else {} for result in results]


def main(given: Sequence[str] | None = None) -> int:
    """Look them up, and say what is known."""
    reads = argparse.ArgumentParser(prog="python -m scripts.audit", description=__doc__)
    reads.add_argument("--service", default=SERVICE, metavar="URL", help="OSV, or one like it")
    service = reads.parse_args(given).service.rstrip("/")
    looked_up = parts()
    try:
        known = weaknesses(looked_up, service)
    except AuditError as error:
        print(f"Nothing is known of weaknesses: {error}. Try again elsewhere.", file=sys.stderr)
        return 2
    for part, ids in known.items():
        print(f"{part.name} {part.version} ({part.ecosystem}): {', '.join(ids)}")
    if known:
        print(
            f"{len(known)} of {len(looked_up)} packages have known weaknesses; {service} has more."
        )
        return 1
    print(f"No known weakness in {len(looked_up)} packages, {service} says.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
