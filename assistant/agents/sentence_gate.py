"""Lets a model's words through sentence by sentence, as they stream in."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.agents.gate import Objection
from assistant.language.codes import codes_in
from assistant.language.money import amounts_in
from assistant.language.price_claims import promises_in
from assistant.language.segments import sentence_end

LONGEST = 400
"""What has no end after so many characters is read, and let through, in parts."""
_MARKS = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]*(?=\s|\Z)")


class SentenceGate:
    """Lets streamed text through sentence by sentence, as far as nothing is objected to.

    The first sentence of a reply that is refused is replaced; further ones are dropped. What passes
    keeps every byte, the white space before a sentence being part of it.
    """

    def __init__(
        self,
        objection: Callable[[str], Objection | None],
        instead: Callable[[Objection], str],
    ) -> None:
        self._objection, self._instead = objection, instead
        self._held = self._heard = ""
        self._replaced = False

    def feed(self, delta: str) -> list[str]:
        """The pieces that may be spoken now that a delta has come."""
        self._held += delta
        return self._release(final=False)

    def flush(self, *, replace: bool = True) -> list[str]:
        """The pieces that may be spoken of what is left; the next text is a new reply.

        Without `replace` nothing takes the place of what may not be spoken: something else follows.
        """
        self._replaced = self._replaced or not replace
        pieces = self._release(final=True)
        self._heard, self._replaced = "", False
        return pieces

    def drop(self) -> None:
        """Forget the sentence that has begun: it isn't to be said."""
        self._held = ""

    def _release(self, final: bool) -> list[str]:
        pieces: list[str] = []
        while self._held:
            end = sentence_end(self._held, final)
            if (end or len(self._held)) > LONGEST:
                end = self._held.rfind(" ", 1, LONGEST) if " " in self._held[1:LONGEST] else LONGEST
            if end is None and not final:
                break
            sentence, self._held = self._held[:end], self._held[end:] if end else ""
            if (refused := self._refused(sentence)) is not None:
                if self._replaced:
                    continue
                self._replaced = True
                blank = sentence[: len(sentence) - len(sentence.lstrip())]
                sentence = blank + self._instead(refused)
            pieces.append(sentence)
            self._heard = " ".join((self._heard + " " + _MARKS.sub("", sentence)).split()[-12:])
        return pieces

    def _refused(self, sentence: str) -> Objection | None:
        """What is objected to in a sentence, alone and right after what was heard last."""
        if (alone := self._objection(sentence)) is not None:
            return alone
        joined = f"{self._heard} {sentence.strip()}"
        new = _figures(joined) - _figures(self._heard) - _figures(sentence)
        return self._objection(joined) if new else None


def _figures(text: str) -> set[int | str]:
    return {*amounts_in(text), *promises_in(text), *codes_in(text)}
