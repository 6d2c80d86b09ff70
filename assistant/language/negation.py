"""How a caller stands to what they name: whether they own it already or turn it down."""

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
