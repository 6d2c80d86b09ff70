"""Pictures of DOT text, drawn by Graphviz: the one that comes along, or another one."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import graphviz  # type: ignore[import-untyped]
from graphviz.backend import dot_command  # type: ignore[import-untyped]

from assistant.errors import MendableError

DPI = "110"
"""Sharp on a laptop's screen, and under 300 kB."""


class DrawingError(MendableError):
    """The picture cannot be drawn; says what is missing and what to do."""


def renderer(wanted: str = "") -> Path:
    """The program that draws: the one named, else the one that comes along.

    Raises:
        DrawingError: it isn't there.
    """
    if wanted:
        found = shutil.which(wanted)
        if found is None:
            raise DrawingError(f"no program {wanted!r} here: install Graphviz, or leave DOT unset.")
        return Path(found)
    beside = Path(sysconfig.get_path("scripts"))
    found = shutil.which("graphviz-pure", path=str(beside)) or shutil.which("graphviz-pure")
    if found is None:
        raise DrawingError("graphviz-pure is not installed: run `pip install -e .` first.")
    return Path(found)


def picture(text: str, kind: str, dot: Path) -> bytes:
    """DOT text as `svg` or `png`.

    Raises:
        DrawingError: Graphviz refused it.
    """
    before = dot_command.DOT_BINARY
    dot_command.DOT_BINARY = dot
    try:
        sized = text.replace("{", f"{{\n\tdpi={DPI}", 1) if kind == "png" else text
        return bytes(graphviz.pipe("dot", kind, sized.encode(), quiet=True))
    except (graphviz.ExecutableNotFound, subprocess.CalledProcessError) as error:
        raise DrawingError(f"{dot} could not draw the {kind}: {error}") from None
    finally:
        dot_command.DOT_BINARY = before
