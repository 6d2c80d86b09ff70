"""What is shown to a person: in any encoding, and without what a terminal would obey."""

from __future__ import annotations

import re
import sys
from io import TextIOWrapper

_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
"""Control and bidirectional characters, and halves of characters; not new lines and tabs."""


def shown(text: str) -> str:
    """Text as it may be shown anywhere: what would be obeyed stands there as its code, `\\u001b`.

    A caller's words may clear the screen of whoever looks at their call, write to the clipboard, or
    turn a line round. In JSON these codes mean the same characters as before.
    """
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def tell(text: str = "") -> None:
    """Print a line to the person who asked."""
    print(shown(text))


def take_any_letter() -> None:
    """From now on a letter that the terminal's encoding lacks is told by its code, and not lost."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
