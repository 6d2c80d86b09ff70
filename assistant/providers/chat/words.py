"""The words of an answer while it comes: let through at once, until something isn't speech."""

from __future__ import annotations

import re

from assistant.providers.chat.written import BARE, STRAY_END, THOUGHT, Known, Reading, read

_OPENS = re.compile(r"[<{\[`◁_]")
"""Where something begins that nobody says: a mark, JSON, code, or a tool's name goes on."""
_ENDED = re.compile(r".*(?:[.!?…][\"')]*\s+|\n)", re.DOTALL)
"""What has been said up to the end of a sentence."""
_CHANNELS = ("assistant", "analysis", "commentary", "final")


class Words:
    """Lets an answer's text through up to the first thing that is no speech; holds the rest."""

    def __init__(self, known: Known, *, whole: bool) -> None:
        """`whole` holds everything, as the text may turn out to be a thought at its end."""
        self._known = known
        self._whole = whole
        self._held = ""
        self._open = ""
        """What was let through of a sentence that has not ended."""
        self._begun = False
        self.any = False
        """Whether there was any text at all."""
        self.thinks = False
        """Whether the model thought aloud."""

    def feed(self, text: str) -> str:
        """What may be heard of the answer now."""
        self._held += text
        self.any |= bool(text.strip())
        if self._whole:
            if not STRAY_END.match(self._held):
                return ""
            self._held = STRAY_END.sub("", self._held)
            self._whole, self.thinks = False, True
        if not self._begun:
            head = self._held.lstrip()
            if BARE.match(head) or any(name.startswith(head) for name in _CHANNELS):
                return ""  # a channel's name, without its marks
            self._begun = True
        said = self._let_through()
        self._open = _ENDED.sub("", self._open + said)
        return said

    def _let_through(self) -> str:
        out = ""
        while True:
            found = _OPENS.search(self._held)
            cut = found.start() if found else len(self._held)
            out, self._held = out + self._held[:cut], self._held[cut:]
            thought = THOUGHT.match(self._held)
            if thought is None:
                return out
            self._held = self._held[thought.end() :]
            self.thinks = True

    def end(self) -> tuple[Reading, bool]:
        """The answer is over: what was held, understood.

        And whether the sentence let through in part is not to be said: it has become something
        else, or is among the words now from its beginning.
        """
        text, begun = self._open + self._held, self._open
        self._held = self._open = ""
        self.thinks |= STRAY_END.match(text) is not None
        reading = read(text, self._known)
        if reading.words.startswith(begun):
            return reading.after(begun), False
        return reading, True
