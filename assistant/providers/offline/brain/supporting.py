"""At a desk that notes what the caller states: a problem at support, a reason elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.language.clauses import Heard, hear, stripped, tidy
from assistant.language.people import says_name
from assistant.language.phrases.vocabulary import Desk, Phrases
from assistant.language.solved import Solved, solved
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.reply import Reply, calling, saying
from assistant.providers.offline.brain.request import Talk
from assistant.providers.offline.brain.routing import Understanding
from assistant.providers.offline.brain.second import (
    BUSY,
    LIKELY,
    QUITE_SURE,
    SURE,
    doubted,
    ends_in,
    seems,
)
from assistant.providers.offline.brain.shopping import SUPERLATIVES


@dataclass(frozen=True, slots=True)
class Supporting:
    """Answers where a `log_...` tool takes what is stated."""

    understanding: Understanding

    def serves(self, talk: Talk) -> bool:
        """Whether this is such a desk."""
        return any(talk.tool(prefix) for prefix in ("log_", "complete_", "troubleshooting"))

    def elsewhere(self, talk: Talk, heard: Heard, phone: bool) -> Desk | None:
        """The desk the caller wants to be put through to from here."""
        says = self.understanding.phrases
        desk = self.understanding.desk(heard, phone=False, hints=False)
        if desk is not None and desk.tool in talk.offered:
            return desk
        wants = says.says("meant.price", heard.text) or says.says("meant.interest", heard.text)
        wants = wants or says.says("meant.suggest", heard.text)
        points = any(says.asserts(f"meant.{name}", heard.text) for name in SUPERLATIVES)
        shops = (phone and wants) or (
            points and (self.understanding.asks(heard) or says.says("words.phone", heard.text))
        )
        if shops and not self.understanding.trouble(heard):
            return next((d for d in says.desks if d.takes == "phones"), None)
        return None

    def answer(self, talk: Talk, heard: Heard) -> Reply | None:
        """Note it, close it, go on with the next step, or ask."""
        if not self.serves(talk):
            return None
        ticket = talk.known.open_ticket
        if ticket is None:
            return self._first(talk, heard)
        if self._fixed(talk, heard):
            return (
                calling(done)
                if (done := talk.tool("complete_"))
                else saying(f"{replies.GLAD} {replies.ELSE}")
            )
        if self._asks_of_repairs(heard):
            return None
        if self._another(talk, heard, ticket.issue) and (log := talk.tool("log_")):
            words = self.understanding.trouble(heard).words
            return self._log(talk, log, words or stripped(heard.raw))
        if self._maybe_fixed(talk, heard):
            return saying(replies.WORKS_AGAIN)
        return self._help(talk, heard, ticket.issue)

    def _first(self, talk: Talk, heard: Heard) -> Reply | None:
        log = talk.tool("log_")
        trouble = self.understanding.trouble(heard)
        if solved(heard.raw) is Solved.FIXED and not trouble.words:
            return saying(f"{replies.GLAD} {replies.ELSE}")
        if not log:
            return None
        if trouble.words:
            return self._log(talk, log, trouble.words)
        pressed = any(
            said in talk.asked for said in (replies.TELL_PROBLEM, replies.TELL_PROBLEM_AGAIN)
        )
        if trouble.vague or (not trouble and self._only_broken(talk, heard)):
            if pressed:
                return self._log(talk, log, stripped(heard.raw))
            return saying(replies.TELL_PROBLEM)
        if self._states(talk, heard) or self._names_part(talk, heard):
            return self._log(talk, log, stripped(heard.raw))
        return None

    @staticmethod
    def _log(talk: Talk, tool: str, issue: str) -> Reply:
        return calling(tool, **{talk.argument(tool): issue})

    def _only_broken(self, talk: Talk, heard: Heard) -> bool:
        lone = self.understanding.lone_trouble(heard) is not None
        return lone and not self._names_part(talk, heard)

    def _names_part(self, talk: Talk, heard: Heard) -> bool:
        """Whether only a part is named, where the problem was asked for: "screen"."""
        says = self.understanding.phrases
        asked = talk.arriving or says.says("asked.trouble", tidy(talk.asked))
        lone = self.understanding.lone_trouble(heard) is not None
        return asked and lone and says.says("problem.part", heard.text)

    def _states(self, talk: Talk, heard: Heard) -> bool:
        """Whether something is described at all, in whatever words, where it was asked for."""
        says = self.understanding.phrases
        if self.understanding.leaves(heard, talk.asked):
            return False
        if seems(says, talk, heard, "problem") >= SURE:
            return True
        here = says.desk(talk.known.state)
        noting = here is None or here.takes == "problems"
        if noting and doubted(says, talk, heard, "problem", "not_fixed"):
            return False
        if self.understanding.asks(heard):
            how = says.says("say.how_to", heard.text)
            return how and self.understanding.problem(heard.raw) is not None
        if any(topic.said.search(heard.text) for topic in says.talk):
            return False
        asked = says.says("asked.trouble", tidy(talk.asked))
        if not asked and noting:
            return False
        if says.says("say.hesitates", heard.text):
            return False
        if asked and self.understanding.problem(heard.raw) is not None:
            return True
        rest = [clause.text for clause in heard.clauses if not says_name(says, clause)]
        text = says.lists["say.hold"].sub("", " ".join(rest))
        least = 2 if noting else 1  # "too big" is a reason
        return len([w for w in text.split() if w not in says.small and len(w) > 2]) >= least

    def _fixed(self, talk: Talk, heard: Heard) -> bool:
        says = self.understanding.phrases
        match solved(heard.raw):
            case Solved.FIXED:
                return True
            case Solved.IF_ASKED:
                asked = says.says("asked.helped_plainly", tidy(talk.asked))
                return asked and not self.understanding.leaves(heard, talk.asked)
            case _:
                return False

    def _maybe_fixed(self, talk: Talk, heard: Heard) -> bool:
        """Whether only the second reader takes it for "it works again", which is asked about."""
        says = self.understanding.phrases
        least = QUITE_SURE if solved(heard.raw) is Solved.NOT else LIKELY
        whole = seems(says, talk, heard, "fixed") >= least
        return whole or ends_in(says, talk, heard, "fixed") >= QUITE_SURE

    def _asks_of_repairs(self, heard: Heard) -> bool:
        """Whether it is asked what a repair costs, or how long it takes."""
        topics = self.understanding.phrases.talk
        named = any(topic.name == "repairs" and topic.said.search(heard.text) for topic in topics)
        return named and self.understanding.asks(heard)

    def _another(self, talk: Talk, heard: Heard, issue: str) -> bool:
        """Whether a second problem is stated, not more about the first one."""
        trouble, asked = self.understanding.trouble(heard), talk.asked
        if not trouble.words:
            says = self.understanding.phrases
            more = says.says("problem.more", heard.text)
            return more and seems(says, talk, heard, "problem") >= SURE
        one, other = self.understanding.problem(issue), self.understanding.problem(trouble.words)
        if other is not None and one == other:
            return False
        if tidy(trouble.words) == tidy(issue):
            return False
        says = self.understanding.phrases
        if _STILL.search(heard.text) and not says.says("problem.another", heard.text):
            return False
        if says.says("problem.more", heard.text):
            return True
        if says.says("say.did_it", heard.text) or says.says("say.tried", heard.text):
            return False
        if says.says("asked.more", tidy(asked)) or _same_fault(issue, trouble.words, says):
            return False
        if other is not None and says.says("problem.other", tidy(trouble.words)):
            return True
        return one is not None and other is not None and says.says("problem.fails", heard.text)

    def _help(self, talk: Talk, heard: Heard, issue: str) -> Reply | None:
        """The next step, patience, or whatever else was said."""
        says, text = self.understanding.phrases, heard.text
        look = talk.tool("troubleshooting")
        no = says.says("say.no", text) and len(heard.words) < 6
        asked = says.says("asked.helped", tidy(talk.asked))
        tried = says.says("say.did_it", text) or says.says("say.not_fixed", text)
        tried = tried or says.says("problem.next_step", text)
        if says.says("say.hold", text) and not tried:
            return saying(replies.TAKE_TIME_HERE)
        if says.says("say.pardon", text):
            return None
        trouble = self.understanding.trouble(heard)
        if trouble.words and self.understanding.problem(issue) is None:
            issue = f"{issue}, {trouble.words}"
        if not tried and seems(says, talk, heard, *BUSY) >= SURE:
            return saying(replies.TAKE_TIME_HERE)
        further = seems(says, talk, heard, "not_fixed") >= SURE
        if tried or (no and asked) or trouble or further:
            return calling(look, issue=issue) if look else saying(replies.NO_STEPS)
        if asked and self.understanding.plain_yes(heard):
            return saying(replies.TAKE_TIME_HERE)
        return None


_STILL = re.compile(r"(?<![^ ])(?:still|same) ")


def _same_fault(issue: str, words: str, says: Phrases) -> bool:
    """Whether the same is said to be wrong: "it goes black", "the screen goes black"."""
    found = (
        {match[0].split()[-1] for match in says.lists["problem.amiss"].finditer(tidy(each))}
        for each in (issue, words)
    )
    one, other = found
    return not {word for word in one & other if len(word) > 3}.isdisjoint(one)


def next_step(text: str, said: tuple[str, ...]) -> str:
    """The first step in a look-up's text that the agent hasn't said yet, as it is spoken."""
    steps = [found[1] for found in re.finditer(r"^\d+\.\s*(.+)$", text, re.MULTILINE)]
    stop = re.search(r"^If none helps:\s*(.+)$", text, re.MULTILINE)
    heard = hear(" ".join(said)).text
    for step in steps:
        if hear(step).text not in heard:
            return replies.NEXT_STEP.format(step=step)
    if steps:
        return replies.NO_MORE.format(stop=stop[1] if stop else "")
    return f"{replies.NO_STEPS} {replies.ELSE}"
