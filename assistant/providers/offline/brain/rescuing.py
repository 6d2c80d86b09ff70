"""Where the rules understand nothing: what the second reader is sure of, if it can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.language.acts import Read, read
from assistant.language.clauses import Heard, stripped
from assistant.language.phrases.vocabulary import Phrases
from assistant.language.segments import sentences
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.reply import Reply, calling, saying
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.second import IN_NEED, LIKELY, SHOPPING, SURE, asked_of


@dataclass(frozen=True, slots=True)
class Rescue:
    """Being put through, a suggestion, a problem noted, the next step; what is final is asked."""

    phrases: Phrases

    def reply(self, talk: Talk, heard: Heard) -> Reply | None:
        """What to do about words that no rule understands; None if that is not sure either."""
        asked = asked_of(self.phrases, talk)
        found = read(heard.raw, asked)
        if done := self._reply(talk, heard, found):
            return done
        if found.of("done") >= LIKELY:
            return saying(replies.ELSE)
        parts = [*sentences(heard.raw)]  # a long story comes to its point in one of them
        told = (self._reply(talk, heard, read(words, asked)) for words in reversed(parts[-3:]))
        return next(filter(None, told), None) if len(parts) > 1 else None

    def _reply(self, talk: Talk, heard: Heard, found: Read) -> Reply | None:
        return (
            self._put_through(talk, heard, found)
            or self._at_sales(talk, heard, found)
            or self._at_support(talk, heard, found)
        )

    def _put_through(self, talk: Talk, heard: Heard, found: Read) -> Reply | None:
        for takes, acts, plain in (
            ("phones", SHOPPING, "wants_sales"),
            ("problems", IN_NEED, "wants_support"),
        ):
            desk = next((desk for desk in self.phrases.desks if desk.takes == takes), None)
            if desk and desk.tool in talk.offered and found.of(*acts) >= SURE:
                wish = "" if found.act == plain else stripped(heard.raw)
                return calling(desk.tool, **({"wish": wish} if wish else {}))
        return None

    def _at_sales(self, talk: Talk, heard: Heard, found: Read) -> Reply | None:
        if "recommend_models" not in talk.offered:
            return None
        if found.of("asks_recommendation") >= SURE:
            return calling("recommend_models", need=stripped(heard.raw))
        waiting = talk.known.selected is not None and not talk.known.ordered
        if waiting and found.of("agrees") >= LIKELY:
            chosen = talk.known.selected
            return saying(replies.TO_BE_SURE.format(model=chosen.model if chosen else ""))
        if waiting and found.of("declines") >= SURE:
            return saying(replies.NOT_ORDERED)
        if waiting and found.of("postpones") >= SURE:
            return saying(replies.TAKE_TIME)
        return None

    def _at_support(self, talk: Talk, heard: Heard, found: Read) -> Reply | None:
        ticket, log = talk.known.open_ticket, talk.tool("log_")
        if ticket is None:
            if log and found.of("problem") >= SURE:
                return calling(log, **{talk.argument(log): stripped(heard.raw)})
            return None
        if found.of("not_fixed") >= SURE and (look := talk.tool("troubleshooting")):
            return calling(look, issue=ticket.issue)
        if found.of("step_progress") >= SURE:
            return saying(replies.TAKE_TIME_HERE)
        return None
