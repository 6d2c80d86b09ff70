"""Every "not": what a sentence denies, and what a caller owns already or turns down."""

import re

from assistant.language.sentence import Sentence, word_set

PEOPLE = word_set(
    "i im we you he hes she shes son daughter kid kids boy girl nephew niece brother sister "
    "child children grandson granddaughter grandkid teenager who they theyre husband wife "
    "mother father"
)
_ARTICLES = word_set("a an the old older current own this that used broken new very apple")
_LEAVING = word_set(
    "switch switching coming come upgrade upgrading moving move over away transfer data"
)
_ASKING = word_set("can could may should might shall do if did")
_SETTING_ASIDE = word_set("hate not without than except isnt never")
_WISHING = word_set("want like need mean meant say said take")
_DENYING = word_set("dont didnt not never doesnt wont")
_NOT = (
    r"(?:(?:do|did|does|am|are|is|was|will|would|can|could) not|not|never|no need|no longer|no"
    r"|without|instead of|rather than|neither|forget|forget about|never mind|skip|stop) "
)
_BRIDGE = (
    r"(?:(?:really|actually|even|here|calling|call|looking|trying|want|wanted|wanting|need|needing|"
    r"interested|planning|going|like|to|in|about|for|a|an|the|any|my|your|new|another|be|with|speak|"
    r"talk|talking|anything|it|this|that|regarding|after|you|i|have|having|get|getting|put|through"
    r"|transfer|me|of|today|yet|right|now|at|all|think|thinking) ){0,6}"
)
_NEGATED = re.compile(rf"(?<![^ ]){_NOT}{_BRIDGE}$")
_NOT_SURE = re.compile(r"(?<![^ ])not (?:sure|certain|decided|only|just|yet) ")
_SAID_NOT = re.compile(
    r"(?<!why )(?<!or )\b(?:\w+n't|not|never|cannot|nor|neither|none|nothing)\b"
    r"(?! (?:only|just|mere|miss|forget|worry|hesitate|believe|wait|mind|mention|merely))"
)
_CLAUSE = re.compile(r"[,;:.!?]|\b(?:but|because|so|it's|it is|that's|this is|they're)\b")


def owned(said: Sentence, place: int) -> bool:
    """Whether the phone named at a place is one the caller has: "my 12", "I have a Samsung"."""
    last, earlier, third = _before(said, place)
    match last:
        case "my":
            return True
        case "from":
            return earlier in _LEAVING
        case "in":
            return earlier in ("trade", "trading")
        case "has":
            return earlier in PEOPLE
        case "have" | "own" | "use" | "had":
            return earlier in ("i", "ive", "we", "already") and third not in _ASKING
        case "having" | "using":
            return earlier in ("im", "am", "currently", "were")
        case "got":
            return earlier in ("ive", "already", "weve")
        case _:
            return False


def declined(said: Sentence, place: int) -> bool:
    """Whether what is named at a place is set aside: "not the 17", "I don't want", "than the"."""
    last, earlier, third = _before(said, place)
    if last in _SETTING_ASIDE or (last == "of" and earlier == "instead"):
        return True
    refused = earlier in _DENYING or (earlier == "really" and third in ("dont", "not"))
    return last in _WISHING and refused


def _before(said: Sentence, place: int) -> tuple[str, str, str]:
    """The three words before a place, nearest first, without articles and the like."""
    place -= 1
    while said.word(place) in _ARTICLES:
        place -= 1
    return said.word(place), said.word(place - 1), said.word(place - 2)


def asserted(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first place where the pattern stands without being denied ("I don't want to buy")."""
    for found in pattern.finditer(text):
        if not denied(text[: found.start()]):
            return found
    return None


def denied(before: str) -> bool:
    """Whether what comes next is denied by the tidied words before it."""
    return bool(_NEGATED.search(before)) and not _NOT_SURE.search(before[-40:])


def denied_aloud(before: str) -> bool:
    """Whether what comes next is denied in its clause, in words as written: "it isn't free"."""
    clause = _CLAUSE.split(before)[-1]
    return clause.endswith(" no ") or bool(_SAID_NOT.search(" ".join(clause.split()[-7:])))
