"""Whether a caller's words are a plain yes, a plain no, or anything else."""

from __future__ import annotations

import re

from statemachine.answers import Answer

# Phrases and words are written without apostrophes; `*` stands for up to three further words.
_KEEN_DESPITE_A_NO = """
why not|no problem|not a problem|no doubt|no worries|without a doubt|cant wait|no reason not to
dont worry|do not worry
"""
_NO_PHRASES = """
not right now|not now|not yet|not today|not really|not sure|not at the moment|not that one
not this one|not this time|not interested|not ready|not at that price|not for that price
not worth it|no way|no deal|i said no|let me think|let me see|let me check|let me sleep on it
let me sleep|let me ask my *|let me look around|i need to think|i have to think|need to think
have to think|want to think|think about it|think it over|have to ask *|need to ask *
want to ask *|sleep on it|hold on|hang on|hold it|hold off|give me *|one second|one sec
one moment|one minute|just a second|just a sec|just a minute|just a moment|two minutes
some other time|another time|maybe later|some time|never mind|nevermind|forget it
forget about it|cancel *|scratch that|undo that|take it back|leave it|skip it|id rather not
i would rather not|rather not|i will pass|ill pass|too expensive|too much|too pricey|too dear
a bit much|a lot of money|cant afford *|cannot afford *|changed my mind|havent decided
have not decided|cant decide|im unsure|dont bother|dont *|do not *|wont *|im good|im fine
im okay|im ok|stop right there|better not
"""
_YES_PHRASES = """
go ahead|go for it|go on|do it|do that|sounds good|sounds great|sounds perfect|sounds fine
sounds like a plan|that works|works for me|of course|by all means|for sure|lets do it
lets do that|lets go|order it|order that|order one|place the order|place it|place an order
ill take it|i will take it|ill have it|i will have it|take it|i want it|buy it|get it|id like it
id like that|i would like it|i would like that|id love it|that one|thats right|that is right
thats correct|that is correct|thats fine|that is fine|thats great|that is great|thatd be great
that would be great|that will do|thatll do|please do|very good|all right|uh huh|mm hmm|mhm
make it so|i do|i would|i am|it is|you bet|im sure|i am sure|i think so|i guess so|i suppose so
sure thing|looks good|fine by me|fine with me|good with me|send it|ship it|right away|hell yes
heck yes|ill buy it|sign me up
"""
_NO_WORDS = frozenset(
    """no nope nah naw negative wait stop cancel pass uhuh later never neither not hmm hm nothing
    cant cannot""".split()
)
_YES_WORDS = frozenset(
    """yes yeah yep yup yea ya yah ye yess yessir aye sure ok okay okey k alright right correct
    absolutely definitely certainly exactly indeed perfect great fine good deal confirm confirmed
    agreed affirmative totally gladly cool sold""".split()
)
_FILLER = frozenset(
    """please thanks thank you then so well oh ah um uh er mm just it that this one now i we me my
    the a an to is be am are will would like for think guess want really very much let lets
    actually order buy get take have do go with and but at about sir miss maam madam mate man too
    there all in your mind up hey love yet can could should ill id im time moment minute second sec
    bit little of some need any today sorry said its thats for me money first jose""".split()
)
_WEAK_YES = frozenset("ok okay okey k alright right fine great good cool perfect".split())
_GOODBYE = frozenset("bye goodbye byebye cheers ciao".split())
_QUESTION = re.compile(
    r"^(?:(?:and|so|but|well|ok|okay|um|uh|hmm) )*"
    r"(?:(?:is|are|was|can|could|would|will|should|does|did|how|what|which|when|where|who|whats"
    r"|hows) (?:it|that|this|you|i|we|they|there|the)|do (?:you|i|we|they))\b"
)
_YES, _NO, _POLITE = "<yes>", "<no>", "<polite>"
_SOOTHING = frozenset({"good", "fine", "ok", "okay"})


def _sayings(phrases: str, meaning: str) -> list[tuple[re.Pattern[str], str]]:
    found = [phrase for line in phrases.strip().splitlines() for phrase in line.split("|")]
    return [
        (
            re.compile(
                r"(?<!\S)" + phrase.replace(" *", r"(?: (?!know)[^<\s]+){0,3}(?! know)") + r"(?!\S)"
            ),
            meaning,
        )
        for phrase in sorted(found, key=len, reverse=True)
    ]


_SAYINGS = (
    *_sayings(_KEEN_DESPITE_A_NO, _YES),
    *_sayings(_NO_PHRASES, _NO),
    *_sayings(_YES_PHRASES, _YES),
)


def classify(words: str) -> Answer:
    """Plain yes, plain no (a "wait" or "let me think" counts as one), or open.

    Plain means that nothing else was said: "no, the blue one" and "yes, but how big is it" are
    open.
    Where both are said, a last word of no is a no ("yes, no, wait"), a no that politeness follows
    stays one ("no, I'm fine"), and a change to yes leaves it open ("no, wait, do it").
    """
    text = re.sub(r"[\u2019']", "", words.lower())
    text = " ".join(re.sub(r"[^\w ]+", " ", text).split())
    if _QUESTION.match(text):
        return Answer.OPEN
    for saying, meaning in _SAYINGS:
        text = saying.sub(meaning, text)
    heard: list[str] = []
    leaving = bool(_GOODBYE & set(text.split()))
    for word in text.split():
        if word in (_YES, _NO):
            heard.append(word)
        elif word in _GOODBYE or (leaving and word in _WEAK_YES):
            continue  # "okay, bye" agrees to nothing but the goodbye
        elif word in _NO_WORDS:
            heard.append(_NO)
        elif word in _YES_WORDS:
            heard.append(
                "<polite>" if _NO in heard and word in ("good", "fine", "ok", "okay") else _YES
            )
        elif word not in _FILLER:
            return Answer.OPEN
    heard = [each for each in heard if each != _POLITE]
    if leaving and not heard:
        return Answer.NO
    if not heard or (heard[-1] == _YES and _NO in heard):
        return Answer.OPEN
    return Answer.YES if heard[-1] == _YES else Answer.NO
