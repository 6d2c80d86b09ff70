"""List what the program is made of: a CycloneDX bill of materials, and every package's licence."""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
LOCK = HERE / "requirements-speech.lock"
"""What a worker has installed: everything but the tools of development."""
FOLDER = HERE / "build"
_PINNED = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.MULTILINE)
_UNKNOWN = "not told: not installed on this machine"


@dataclass(frozen=True)
class Package:
    """One package of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str


def packages(lock: str) -> list[Package]:
    """What a lock names, with the licence that the installed package tells of itself."""
    starts = list(_PINNED.finditer(lock))
    ends = [*(found.start() for found in starts[1:]), len(lock)]
    return [
        Package(
            found[1],
            found[2],
            tuple(re.findall(r"--hash=sha256:(\w+)", lock[found.end() : end])),
            _licence(found[1]),
        )
        for found, end in zip(starts, ends, strict=True)
    ]


def _licence(name: str) -> str:
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return _UNKNOWN
    short = told["License-Expression"] or told["License"] or ""
    if short and "\n" not in short and len(short) < 80:
        return str(short)
    classes = [
        each.split(" :: ")[-1]
        for each in told.get_all("Classifier") or ()
        if each.startswith("License :: ")
    ]
    return " and ".join(classes) or "not told by the package"


def bill(found: list[Package]) -> dict[str, object]:
    """CycloneDX 1.6: name, version, address and hashes of each."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "iphone-shop-assistant"}},
        "components": [
            {
                "type": "library",
                "name": each.name,
                "version": each.version,
                "purl": f"pkg:pypi/{each.name}@{each.version}",
                "licenses": [{"license": {"name": each.licence}}],
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in each.hashes],
            }
            for each in found
        ],
    }


def main() -> int:
    """Write both, and say where."""
    found = packages(LOCK.read_text(encoding="utf-8"))
    FOLDER.mkdir(exist_ok=True)
    bom, licences = FOLDER / "sbom.cdx.json", FOLDER / "licences.txt"
    bom.write_text(json.dumps(bill(found), indent=2) + "\n", encoding="utf-8")
    rows = [f"{each.name:<44} {each.version:<14} {each.licence}" for each in found]
    licences.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(f"{len(found)} packages: {bom.relative_to(HERE)} and {licences.relative_to(HERE)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
