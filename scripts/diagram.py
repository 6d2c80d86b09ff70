"""Draw the flowchart: `diagrams/flowchart.dot`, `.svg` and `.png` from the transition table."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import graphviz  # type: ignore[import-untyped]
from graphviz.backend import dot_command  # type: ignore[import-untyped]

from statemachine.flowchart import render

FOLDER = Path(__file__).resolve().parent.parent / "diagrams"
NAME = "flowchart"
DPI = "110"
"""Sharp on a laptop's screen, and under 300 kB."""


class DiagramError(Exception):
    """The picture cannot be drawn; says what is missing and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Draw or check, say in one line what was done, and give the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.check:
            return check(options.folder)
        print(draw(options.folder, renderer(system=options.system)))
    except (DiagramError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def check(folder: Path) -> int:
    """Say whether the DOT text in the folder is the table's: 0 if it is, 1 if it is not."""
    path = folder / f"{NAME}.dot"
    if _read(path) == render():
        print(f"{path.name} shows the table as it is.")
        return 0
    print(f"{path} is out of date: run `make diagram` and commit what changed.", file=sys.stderr)
    return 1


def draw(folder: Path, dot: Path) -> str:
    """Write what is missing or changed, and tell it in one line.

    Raises:
        DiagramError: Graphviz refused the text.
    """
    text = render()
    source = folder / f"{NAME}.dot"
    pictures = [folder / f"{NAME}.svg", folder / f"{NAME}.png"]
    if _read(source) == text and all(picture.exists() for picture in pictures):
        return f"{source} is up to date: nothing written."
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        _replace(picture, _picture(text, picture.suffix[1:], dot))
    _replace(source, text.encode())  # last: a run that was cut short draws again
    return f"Drew {', '.join(path.name for path in (source, *pictures))} in {folder}."


def renderer(*, system: bool = False) -> Path:
    """The program that draws: what `DOT` names, the system's if asked, else the one we ship.

    Raises:
        DiagramError: it isn't there.
    """
    wanted = os.environ.get("DOT") or ("dot" if system else "")
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise DiagramError(f"no program {wanted!r} here: install Graphviz, or leave DOT unset.")
        return Path(found)
    beside = Path(sysconfig.get_path("scripts"))
    found = shutil.which("graphviz-pure", path=str(beside)) or shutil.which("graphviz-pure")
    if found is None:
        raise DiagramError("graphviz-pure is not installed: run `pip install -e .` first.")
    return Path(found)


def _picture(text: str, kind: str, dot: Path) -> bytes:
    before = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = dot
    try:
        sized = text.replace("{", f"{{\n\tdpi={DPI}", 1) if kind == "png" else text
        return bytes(graphviz.pipe("dot", kind, sized.encode(), quiet=True))
    except (graphviz.ExecutableNotFound, subprocess.CalledProcessError) as error:
        raise DiagramError(f"{dot} could not draw the {kind}: {error}") from None
    finally:
        dot_command.DOT_BINARY = before


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
