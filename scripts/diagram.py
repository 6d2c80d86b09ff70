"""Draw the flowchart: `diagrams/flowchart.dot`, `.svg` and `.png` from the transition table."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.errors import MendableError
from assistant.history.pictures import picture, renderer
from assistant.settings import read
from statemachine.engine.flowchart import render
from statemachine.table import TABLE

FOLDER = Path(__file__).resolve().parent.parent / "diagrams"
NAME = "flowchart"


def main(arguments: list[str] | None = None) -> int:
    """Draw or check, say in one line what was done, and give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.check:
            return check(options.folder)
        print(draw(options.folder, renderer(read().dot or ("dot" if options.system else ""))))
    except (MendableError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def check(folder: Path) -> int:
    """Say whether the DOT text in the folder is the table's: 0 if it is, 1 if it is not."""
    path = folder / f"{NAME}.dot"
    if _read(path) == render(TABLE):
        print(f"{path.name} shows the table as it is.")
        return 0
    print(f"{path} is out of date: run `make diagram` and commit what changed.", file=sys.stderr)
    return 1


def draw(folder: Path, dot: Path) -> str:
    """Write what is missing or changed, and tell it in one line.

    Raises:
        DrawingError: Graphviz refused the text.
    """
    text = render(TABLE)
    source = folder / f"{NAME}.dot"
    pictures = [folder / f"{NAME}.svg", folder / f"{NAME}.png"]
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
