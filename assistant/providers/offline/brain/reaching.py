"""Who wants a person on the line, and who waits for one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Heard, stripped
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.reply import Reply, calling, saying
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.routing import Understanding

_ABOUT = re.compile(r"\b(?:about|regarding|concerning|because(?: of)?)\s+(\S.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reaching:
    """Answers where a colleague may be asked for, and while one is."""

    understanding: Understanding

    def serves(self, talk: Talk) -> bool:
        """Whether the caller waits for a colleague."""
        return "stop_waiting" in talk.offered

    def asks(self, talk: Talk, heard: Heard) -> Reply | None:
        """Ask for a colleague, if the caller wants one."""
        says = self.understanding.phrases
        text = says.lists["say.their_own"].sub(" ", heard.text)
        if "to_person" not in talk.offered or not says.asserts("say.person", text):
            return None
        about = _ABOUT.search(heard.raw)
        reason = stripped(about[1]).rstrip(" ?!.") if about else ""
        return calling("to_person", **({"reason": reason} if reason else {}))

    def meanwhile(self, talk: Talk, heard: Heard) -> Reply:
        """Wait on, or no longer; what else they say is for the colleague."""
        says = self.understanding.phrases
        if says.says("say.stop_waiting", heard.text):
            return calling("stop_waiting")
        desk = self.understanding.desk(heard, phone=False, hints=False)
        if desk is not None and desk.tool in talk.offered:
            return calling(desk.tool)
        return saying(replies.STILL_ASKING)
