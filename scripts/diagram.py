"""Draw the flowchart from the transition table, and the rooms of the house from the code.

Each into `diagrams/` as `.dot`, `.svg` and `.png`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from assistant.errors import MendableError
from assistant.history.pictures import picture, renderer
from assistant.settings import read
from scripts import rooms
from statemachine.engine import flowchart
from statemachine.table import TABLE

FOLDER = Path(__file__).resolve().parent.parent / "diagrams"
PICTURES: dict[str, Callable[[], str]] = {
    "flowchart": lambda: flowchart.render(TABLE),
    "rooms": rooms.render,
}
"""What is drawn, by the name of its files."""


def main(arguments: list[str] | None = None) -> int:
    """Draw or check, say in one line what was done, and give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.check:
            return max(check(options.folder, name) for name in PICTURES)
        dot = renderer(read().dot or ("dot" if options.system else ""))
        for name in PICTURES:
            print(draw(options.folder, name, dot))
    except (MendableError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def check(folder: Path, name: str = "flowchart") -> int:
    """Say whether the DOT text in the folder is current: 0 if it is, 1 if it is not."""
    path = folder / f"{name}.dot"
    if _read(path) == PICTURES[name]():
        print(f"{path.name} is current.")
        return 0
    print(f"{path} is out of date: run `make diagram` and commit what changed.", file=sys.stderr)
    return 1


def draw(folder: Path, name: str, dot: Path) -> str:
    """Write what is missing or changed, and tell it in one line.

    Raises:
        DrawingError: Graphviz refused the text.
    """
    text = PICTURES[name]()
    source = folder / f"{name}.dot"
    pictures = [folder / f"{name}.svg", folder / f"{name}.png"]
    if _read(source) == text and all(path.exists() for path in pictures):
        return f"{source} is up to date: nothing written."
    folder.mkdir(parents=True, exist_ok=True)
    for path in pictures:
        _replace(path, picture(text, path.suffix[1:], dot))
    _replace(source, text.encode())  # last: a run that was cut short draws again
    return f"Drew {', '.join(path.name for path in (source, *pictures))} in {folder}."


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _replace(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.diagram", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 if the text is stale")
    parser.add_argument("--system", action="store_true", help="draw with the system's dot")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: diagrams)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
