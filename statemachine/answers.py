"""Whether a caller's words are a plain yes, a plain no, or anything else."""

from __future__ import annotations

import re
from enum import Enum


class Answer(str, Enum):
    """What the caller's last words were, taken as an answer to a yes-or-no question."""

    YES = "yes"
    NO = "no"
    OPEN = "open"

    def __str__(self) -> str:
        return self.value


_NO_PHRASES = (
    "not right now", "not now", "not yet", "not today", "not really", "not sure", "not at the moment",
    "not that one", "not this one", "not this time", "no way", "no thank you", "no thanks",
    "let me think", "let me see", "let me check", "let me sleep", "i need to think", "i have to think",
    "need to think", "have to think", "want to think", "think about it", "think it over",
    "sleep on it", "hold on", "hang on", "one second", "one sec", "one moment", "one minute",
    "give me a second", "give me a sec", "give me a minute", "give me a moment",
    "just a second", "just a sec", "just a minute", "just a moment", "maybe later",
    "never mind", "nevermind", "forget it", "forget about it", "cancel that", "cancel it",
    "i would rather not", "i'd rather not", "id rather not", "rather not",
    "i will pass", "i'll pass", "ill pass", "too expensive", "too much", "too pricey",
    "changed my mind",
)  # fmt: skip
_NO_WORDS = frozenset(
    "no nope nah naw negative wait stop cancel pass uhuh later never neither not hmm hm".split()
)
_YES_PHRASES = (
    "go ahead", "go for it", "do it", "do that", "sounds good", "sounds great", "sounds perfect",
    "sounds fine", "sounds like a plan", "that works", "works for me", "why not", "of course",
    "by all means", "for sure", "let's do it", "lets do it", "let's do that", "lets do that",
    "let's go", "lets go", "order it", "order that", "order one", "place the order", "place it",
    "i will take it", "i'll take it", "ill take it", "i will have it", "i'll have it", "take it",
    "i want it", "buy it", "get it", "that one", "that is right", "that's right", "thats right",
    "that is correct", "that's correct", "please do", "very good", "all right", "no problem",
    "uh huh", "mm hmm", "mhm", "make it so", "i do", "i would", "i am", "it is", "you bet",
    "no doubt", "i am sure", "i'm sure", "im sure", "i think so",
)  # fmt: skip
_YES_WORDS = frozenset(
    """yes yeah yep yup yea ya yah ye yess aye sure ok okay okey k alright right correct absolutely
    definitely certainly exactly indeed perfect great fine good deal confirm confirmed agreed
    affirmative totally gladly cool sold""".split()
)
_FILLER = frozenset(
    """please thanks thank you then so well oh ah um uh er mm just it that this one now i we me my
    the a an to is be am are will would like for think guess want really very much let lets let's
    actually order buy get take have do go with and but at about sir miss madam mate man jill too
    there all in your mind up right hey love yet can could should i'll i'd id ill time moment minute
    second sec bit little of some need any cant can't today""".split()
)
_YES, _NO = "<yes>", "<no>"
_SAYINGS = (
    [(saying, _YES) for saying in ("why not", "no problem", "no doubt", "no worries")]
    + sorted([(phrase, _NO) for phrase in _NO_PHRASES], key=lambda pair: -len(pair[0]))
    + sorted([(phrase, _YES) for phrase in _YES_PHRASES], key=lambda pair: -len(pair[0]))
)


def classify(words: str) -> Answer:
    """Plain yes, plain no (a "wait" or "let me think" counts as one), or open.

    Plain means that nothing else was said: "no, the blue one" and "yes, but how big is it" are open.
    Where both are said, a last word of no is a no ("yes, no, wait") and a last word of yes leaves
    it open ("no, wait, do it").
    """
    text = re.sub(r"[^\w' ]+", " ", words.lower().replace("\u2019", "'"))
    text = re.sub(r"\b(?:don't|dont|do not|won't|wont) (?:\w+ (?:it|that|one|them)\b)?", f"{_NO} ", text + " ")
    for saying, meaning in _SAYINGS:
        text = re.sub(rf"(?<![\w'<]){re.escape(saying)}(?![\w'>])", meaning, text)
    heard: list[str] = []
    for word in text.split():
        if word in (_YES, _NO):
            heard.append(word)
        elif word in _NO_WORDS:
            heard.append(_NO)
        elif word in _YES_WORDS:
            heard.append(_YES)
        elif word not in _FILLER:
            return Answer.OPEN
    if not heard or (heard[-1] == _YES and _NO in heard):
        return Answer.OPEN
    return Answer.YES if heard[-1] == _YES else Answer.NO
