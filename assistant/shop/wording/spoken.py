"""What code said to a caller, as a model finds it in the history and the embedded brain reads it.

It stands as the answer of the tool that led to it. As words of the model's own it would teach that
prices and order numbers may be said without a tool.
"""

from __future__ import annotations

_SPOKEN = "Spoken to the caller for you: "


def spoken(words: str) -> str:
    """What a tool has answered whose words the caller has heard, as far as they have."""
    return f"{_SPOKEN}{words}"


def read(output: str) -> str | None:
    """The words in what a tool has answered; None where it has spoken none."""
    return output.removeprefix(_SPOKEN) if output.startswith(_SPOKEN) else None
