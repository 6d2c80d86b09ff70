"""Decides on an answer: which tools to call, or what to say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.language.clauses import Heard, hear, stripped, tidy
from assistant.language.people import own_name
from assistant.language.phrases.vocabulary import Desk, Phrases
from assistant.providers.offline.brain import replies
from assistant.providers.offline.brain.earlier import about_earlier, callback, number_told
from assistant.providers.offline.brain.reaching import Reaching
from assistant.providers.offline.brain.reply import Reply, ToolCall, calling, saying
from assistant.providers.offline.brain.request import Output, Talk
from assistant.providers.offline.brain.rescuing import Rescue
from assistant.providers.offline.brain.routing import Understanding
from assistant.providers.offline.brain.second import (
    CERTAIN,
    LIKELY,
    SHOPPING,
    denied,
    no_problem,
    problem_told,
    seems,
)
from assistant.providers.offline.brain.selling import Selling
from assistant.providers.offline.brain.supporting import Supporting, next_step
from assistant.shop.about import NOTHING_KNOWN, About
from assistant.shop.catalogue import Catalogue
from assistant.shop.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Brain:
    """The whole of it: one request in, one answer out; nothing is kept between requests."""

    catalogue: Catalogue
    knowledge: Knowledge
    phrases: Phrases
    about: About = NOTHING_KNOWN
    understanding: Understanding = field(init=False)
    selling: Selling = field(init=False)
    supporting: Supporting = field(init=False)
    reaching: Reaching = field(init=False)
    rescue: Rescue = field(init=False)

    def __post_init__(self) -> None:
        """Set up the parts that know one desk each."""
        understanding = Understanding(self.phrases, self.knowledge)
        object.__setattr__(self, "understanding", understanding)
        object.__setattr__(self, "selling", Selling(self.catalogue, understanding))
        object.__setattr__(self, "supporting", Supporting(understanding))
        object.__setattr__(self, "reaching", Reaching(understanding))
        object.__setattr__(self, "rescue", Rescue(self.phrases))

    def answer(self, talk: Talk, *, may_call: bool = True) -> Reply:
        """What to do about the caller's last words, or about what a tool has answered."""
        if talk.outputs:
            return self._after_tools(talk)
        if not talk.said.strip():
            return saying(replies.ask(talk.known.state) if talk.turns else replies.HELLO)
        answer = self._to_words(talk, talk.heard)
        if talk.arriving and not answer.calls and talk.said.strip() != talk.known.wish:
            answer = self._to_words(talk, hear(talk.said)) or answer
        if answer.calls and may_call:
            return answer
        return saying(answer.text or self._not_understood(talk))

    # words

    def _to_words(self, talk: Talk, heard: Heard) -> Reply:
        noted = tuple(filter(None, (self._name(talk, heard), callback(self.phrases, talk, heard))))
        answer = self._wanted(talk, heard)
        answer = self._with_goodbye(talk, heard, answer)
        if not noted:
            return answer
        if answer.calls:
            return Reply((*noted, *answer.calls))
        return Reply(noted, answer.text)

    def _wanted(self, talk: Talk, heard: Heard) -> Reply:
        """The desk's answer, else being put through, else talk."""
        if self.phrases.says("say.pardon", heard.text) and len(heard.words) < 8 and talk.asked:
            return saying(replies.SAY_AGAIN.format(said=talk.asked))
        if len(heard.words) < 14 and (told := number_told(self.phrases, talk, heard)):
            return saying(f"{told} {replies.ELSE}")
        if earlier := about_earlier(self.understanding, talk, heard):
            return earlier
        if self._asks_about_the_shop(talk, heard):
            return calling("about_shop", question=stripped(heard.raw))
        if self.reaching.serves(talk):
            return self.reaching.meanwhile(talk, heard)
        if person := self.reaching.asks(talk, heard):
            return person
        if routed := self._put_through(talk, heard):
            settled = self.selling.serves(talk) and self.selling.settles(talk, heard)
            return Reply((ToolCall("confirm_purchase", {}), *routed.calls)) if settled else routed
        if self.selling.serves(talk):
            found = self.selling.answer(talk, heard)
        else:
            found = self.supporting.answer(talk, heard)
        return found or self._chat(talk, heard)

    def _asks_about_the_shop(self, talk: Talk, heard: Heard) -> bool:
        """Whether the words ask for what the shop knows about itself, and for nothing else."""
        if "about_shop" not in talk.offered or self.selling.named_at(heard) >= 0:
            return False
        asks = self.understanding.asks(heard) or len(heard.words) < 5
        return asks and self.about.knows(heard.raw)

    def _name(self, talk: Talk, heard: Heard) -> ToolCall | None:
        if "record_name" not in talk.offered:
            return None
        name = own_name(self.phrases, heard, talk.asked, talk.known.name)
        return ToolCall("record_name", {"name": name}) if name else None

    def _with_goodbye(self, talk: Talk, heard: Heard, answer: Reply) -> Reply:
        """End the call where the caller leaves; what they settle on the way still happens."""
        end = talk.tool("end_")
        level = self.understanding.leaves(heard, talk.asked) if end else 0
        names = {call.name for call in answer.calls}
        if not level or any(name.startswith("complete_") for name in names):
            return answer
        if self._misheard_buy(talk, heard):
            return answer
        kept = tuple(call for call in answer.calls if call.name == "confirm_purchase")
        looking_up = not any(name.startswith(_DEEDS) for name in names)
        if level == 2 or looking_up or kept:
            return Reply((*kept, ToolCall(end, {})))
        return answer

    def _misheard_buy(self, talk: Talk, heard: Heard) -> bool:
        """Whether it is a "buy" heard wrongly: first words, after being asked what it is about."""
        first = not talk.caller_before() and bool(talk.tool("to_"))
        asked = self.phrases.says("asked.desk", tidy(talk.asked)) or not talk.asked
        return first and asked and _LONE_BYE.fullmatch(heard.text) is not None

    # being put through

    def _put_through(self, talk: Talk, heard: Heard) -> Reply | None:
        """To another desk, if the words lead to one that is offered."""
        offered = [desk for desk in self.phrases.desks if desk.tool in talk.offered]
        if not offered:
            return None
        if self._misheard_buy(talk, heard):
            chosen = [desk for desk in offered if desk.takes == "phones"]
            return calling(chosen[0].tool) if chosen else None
        desk = self._desk(talk, heard)
        if desk is not None and self._doubted(talk, heard, desk):
            phone = desk.takes == "problems" and self.selling.wants_phone(talk, heard)
            trouble = desk.takes == "phones" and bool(self.understanding.trouble(heard))
            takes = "phones" if phone else "problems" if trouble else "nothing"
            desk = next((d for d in offered if d.takes == takes), None)
        if desk is None or desk not in offered:
            return None
        wish = self._wish(talk, heard, desk)
        return calling(desk.tool, **({"wish": wish} if wish else {}))

    def _doubted(self, talk: Talk, heard: Heard, desk: Desk) -> bool:
        """Whether the second reader sees no sign of what would lead to this desk.

        Support asked for outright is doubted at sales alone, and no desk where a phone is named.
        """
        if desk.takes == "problems":
            told = hear(self.understanding.trouble(heard).words)
            asked_for = self.understanding.asked_for(heard) is desk
            if asked_for:
                shops = seems(self.phrases, talk, heard, *SHOPPING) >= CERTAIN
                return shops and self.selling.serves(talk)
            return no_problem(self.phrases, talk, heard, told)
        if desk.takes != "phones":
            return False
        if self.selling.wants_phone(talk, heard) and not self.selling.names_unsold_alone(heard):
            return False
        return denied(self.phrases, talk, heard, *SHOPPING)

    def _desk(self, talk: Talk, heard: Heard) -> Desk | None:
        if first := self.understanding.first_of_two(heard, self.selling.named_at(heard)):
            return first
        if not self.selling.serves(talk) and not self.supporting.serves(talk):
            phone = self.selling.wants_phone(talk, heard)
            if self.phrases.says("asked.desk", tidy(talk.asked)) and not phone:
                named = self.understanding.named_desk(heard, tidy(talk.asked))
                reason = self.understanding.desk(heard, phone=False)
                return reason or named or self.understanding.lone_trouble(heard)
            return self.understanding.desk(heard, phone)
        if self.selling.serves(talk):
            if self.selling.keeps(talk, heard):
                return None
            return self.understanding.desk(heard, phone=False, hints=False)
        phone = self.selling.wants_phone(talk, heard)
        own = talk.known.open_ticket is not None and self.selling.names_unsold_alone(heard)
        return self.supporting.elsewhere(talk, heard, phone and not own)

    def _wish(self, talk: Talk, heard: Heard, desk: Desk) -> str:
        """What the caller said beyond wanting to be put through."""
        if desk.takes == "problems":
            trouble = self.understanding.trouble(heard)
            lone = not trouble and self.phrases.says("problem.part", heard.text)
            lone = lone and self.understanding.lone_trouble(heard) is not None
            told = trouble.words or problem_told(self.phrases, talk, heard)
            return stripped(heard.raw) if lone else told
        if desk.takes == "phones":
            return stripped(heard.raw) if self.selling.says_which(talk, heard) else ""
        rest = desk.unless.sub("", desk.wants.sub("", desk.hints.sub("", heard.text)))
        said = [w for w in rest.split() if w not in self.phrases.small and len(w) > 2]
        return stripped(heard.raw) if len(said) > 1 else ""

    # after tools

    def _after_tools(self, talk: Talk) -> Reply:
        """The second request of a turn: go on with what the tool said, and call nothing again."""
        last = talk.outputs[-1]
        if last.name == "troubleshooting_steps":
            return saying(next_step(last.text, talk.agent_said()))
        if last.name == "record_name":
            return self._after_name(talk, last)
        if talk.arriving and last.name not in talk.offered:
            return self._to_words(talk, talk.heard)  # that was at the desk they come from
        if "didn't happen" in last.text or "needs the" in last.text:
            return saying(f"{replies.REFUSED} {self._going_on(talk)}")
        return saying(self._going_on(talk))

    def _after_name(self, talk: Talk, output: Output) -> Reply:
        name = talk.known.name or own_name(self.phrases, talk.heard, talk.asked, "") or ""
        thanks = replies.THANKS_NAME.format(name=name) if name else replies.THANKED
        if "didn't happen" in output.text:
            thanks = ""
        answer = self._with_goodbye(talk, talk.heard, self._wanted(talk, talk.heard))
        if answer.calls:
            return answer
        words = len(talk.heard.words) - len(name.split())
        useful = answer.text and words > 6 and replies.NOT_UNDERSTOOD not in answer.text
        return saying(f"{thanks} {answer.text if useful else self._going_on(talk)}".strip())

    def _going_on(self, talk: Talk) -> str:
        """The question that is open here."""
        known = talk.known
        if self.selling.serves(talk) and known.selected and not known.ordered:
            return replies.SHALL_I_ORDER.format(model=known.selected.model)
        if known.open_ticket and self.supporting.serves(talk):
            return replies.TAKE_TIME_HERE
        if known.orders or known.tickets:
            return replies.ELSE
        return replies.ask(known.state)

    # talk

    def _chat(self, talk: Talk, heard: Heard) -> Reply:
        """Small talk, off the subject, what only the second reader understands, or nothing."""
        says, text, state = self.phrases, heard.text, talk.known.state
        if talk.arriving:
            return saying(replies.ask(state))
        again = self._going_on(talk)
        for topic in says.talk:
            if topic.said.search(text):
                asks = seems(says, talk, heard, "asks_product", "shop_info", "off_topic") >= LIKELY
                rescued = None if asks else self.rescue.reply(talk, heard)
                if rescued and rescued.calls:
                    return rescued  # the word stands for something else here
                return saying(f"{topic.reply} {replies.ABLE.get(state, '')} {again}")
        if says.says("say.thanks", text):
            return saying(f"{replies.THANKED} {replies.ELSE}")
        if says.says("asked.else", tidy(talk.asked)) and self.understanding.plain_yes(heard):
            return saying(replies.YES_WHAT)
        waits = says.says("say.hold", text) or says.says("say.wait", text)
        if waits and len(heard.words) < _LONG:
            return saying(replies.TAKE_TIME_HERE if known_trouble(talk) else replies.LISTENING)
        if says.says("say.hello", text) and len(heard.words) < 8:
            return saying(f"{replies.HELLO} {again}")
        if talk.tool("to_") and self._declines_all(talk, heard):
            told = replies.NEITHER in talk.asked
            return saying(replies.NOTHING_ELSE_HERE if told else replies.NEITHER)
        if self.understanding.plain_yes(heard) and talk.tool("to_"):
            if self.selling.serves(talk) and self.selling.awaits(talk):
                return saying(again)  # an "okay" that is no order
            return saying(replies.YES_WHICH if state == "greeting" else replies.YES_WHAT)
        return self.rescue.reply(talk, heard) or saying(self._not_understood(talk))

    def _declines_all(self, talk: Talk, heard: Heard) -> bool:
        """Whether a bare "no" is said to what a front desk has to offer."""
        elsewhere = self.selling.serves(talk) or self.supporting.serves(talk)
        return not elsewhere and self.phrases.says("say.no", heard.text) and len(heard.words) < 5

    def _not_understood(self, talk: Talk) -> str:
        awaits = self.selling.serves(talk) and self.selling.awaits(talk)
        return replies.not_understood(talk.known.state, self._going_on(talk) if awaits else "")


def known_trouble(talk: Talk) -> bool:
    """Whether the caller is being helped with a problem."""
    return talk.known.open_ticket is not None and not talk.tool("select_model")


_LONE_BYE = re.compile(r"(?:hi |hello |um |to )?(?:by|buy|bi|bai) (?:please )?")
"""What a recogniser makes of "buy"; "bye" itself is a goodbye, for those who type."""
_LONG = 12
"""Words: who says so many says more than "wait"."""
_DEEDS = ("confirm_", "complete_", "log_", "to_", "select_")
