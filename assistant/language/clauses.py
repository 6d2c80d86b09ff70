"""What was said, tidied: one spelling for what a recogniser or a hurried caller makes many of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.tokens import as_heard

_SHORT = {
    "im": "i am", "ive": "i have", "ill": "i will", "id": "i would", "dont": "do not",
    "doesnt": "does not", "didnt": "did not", "cant": "can not", "cannot": "can not",
    "wont": "will not", "isnt": "is not", "wasnt": "was not", "arent": "are not",
    "wouldnt": "would not", "couldnt": "could not", "shouldnt": "should not", "werent": "were not",
    "havent": "have not", "hasnt": "has not", "hadnt": "had not", "aint": "is not",
    "thats": "that is", "whats": "what is", "its": "it is", "hes": "he is", "shes": "she is",
    "theres": "there is", "lets": "let us", "youre": "you are", "theyre": "they are",
    "weve": "we have", "youve": "you have", "wheres": "where is", "hows": "how is",
    "whos": "who is", "heres": "here is", "theyve": "they have", "itll": "it will",
    "thatll": "that will", "youll": "you will", "wed": "we would", "youd": "you would",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "lemme": "let me",
    "gimme": "give me", "dunno": "do not know", "kinda": "kind of", "sorta": "sort of",
    "outta": "out of", "coulda": "could have", "cuz": "because", "cos": "because",
    "coz": "because", "cause": "because", "til": "until", "till": "until", "u": "you",
    "ur": "your", "pls": "please", "plz": "please", "thx": "thanks", "ty": "thanks", "ta": "thanks",
    "thankyou": "thank you", "ok": "okay", "k": "okay", "okey": "okay", "oki": "okay",
    "yea": "yes", "yeah": "yes", "yep": "yes", "yup": "yes", "yah": "yes", "ya": "yes",
    "yess": "yes", "yessir": "yes", "yeh": "yes", "aye": "yes",
    "nope": "no", "nah": "no", "naw": "no",
    "hiya": "hi", "heya": "hi", "allright": "alright", "aight": "alright",
    "whaddya": "what do you", "whatcha": "what are you", "cellphone": "phone",
    "telephone": "phone", "smartphone": "phone", "handset": "phone", "phones": "phone",
    "iphones": "iphone", "mobile": "phone", "gud": "good",
    "nevermind": "never mind", "colour": "color", "colours": "colors", "grey": "gray",
    "mum": "mother", "mom": "mother", "dad": "father", "wifi": "wi fi", "mic": "microphone",
    "everythings": "everything is", "somethings": "something is", "phone's": "phone is",
    "iphone's": "iphone is", "1st": "first", "2nd": "second", "3rd": "third",
    "battery's": "battery is", "screen's": "screen is",
    "name's": "name is", "names": "name is", "let's": "let us", "ain't": "is not",
    "won't": "will not", "can't": "can not", "shan't": "shall not", "y'all": "you",
    "speaker's": "speaker is", "camera's": "camera is", "one's": "one is", "ma'am": "madam",
    "everything's": "everything is", "something's": "something is", "nothing's": "nothing is",
    "mine's": "mine is", "where's": "where is", "how's": "how is", "who's": "who is",
}  # fmt: skip
_ENDINGS = (
    (re.compile(r"\b(\w+)n't\b"), r"\1 not"),
    (re.compile(r"\b(it|that|what|he|she|there|here|which|why|when)'s\b"), r"\1 is"),
    (re.compile(r"\b(i)'m\b"), r"\1 am"),
    (re.compile(r"\b(\w+)'re\b"), r"\1 are"),
    (re.compile(r"\b(\w+)'ve\b"), r"\1 have"),
    (re.compile(r"\b(\w+)'ll\b"), r"\1 will"),
    (re.compile(r"\b(\w+)'d\b"), r"\1 would"),
    (re.compile(r"\b(face|apple|touch|caller) (?:i would|i ?d)\b"), r"\1_id"),
)
_JOINED = (
    (re.compile(r"\b(?:i|eye|hi|a|my) ?phones?\b(?= \d| pro\b| air\b| seven| six)"), "iphone"),
    (re.compile(r"\b(?:i|eye) phones?\b"), "iphone"),
    (re.compile(r"\b(?:mobile|cell|smart|smart ?mobile) phone\b"), "phone"),
    (re.compile(r"\b(?:good|god) ?by(?:e|es)?\b|\bgoodby\b|\bgood bye\b"), "goodbye"),
    (re.compile(r"\b(?:by|buy) (?:by|buy|bye)\b|\bbye (?:by|buy)\b|\bbyebye\b"), "bye bye"),
    (re.compile(r"\b(want|like|wish|looking|here|going|need|wanted|love|trying|able|plan|planning|"
                r"ready|decided|come|hoping|hope) to (?:bye|by)\b"), r"\1 to buy"),
    (re.compile(r"\b(can|could|may|will|would|should|might|i|just|please|we) (?:bye|by) "
                r"(a|an|the|one|it|this|that|another|my|me|some|new|iphone)\b"), r"\1 buy \2"),
    (re.compile(r"^(?:bye|by) (?=(?:a|an|the|one|another|new|iphone) )"), "buy "),
    (re.compile(r"\bup ?grade\b"), "upgrade"),
    (re.compile(r"\b(?:sport|sup port|supports)\b"), "support"),
    (re.compile(r"^(?:sails|sale|cells)$"), "sales"),
    (re.compile(r"\b(\w+(?: \w+)?) \1\b(?<!bye bye)"), r"\1"),
)  # fmt: skip
_FILLERS = re.compile(
    r"\b(?:you know what|u[hm]+|uhm+|er+m?|erm|hm+|ah+|eh|mhm|ehm|you know|like i said"
    r"|sort of|kind of)\b"
)
_CUT = re.compile(
    r"(?:[.;:!?…]+|,|\s[-–—]+)(?:\s+|$)"
    r"|(?<! is)(?<! are)(?<! has)(?<! have)(?<! am)"
    r"\s+(?=(?:but|and|so|because|cause|cuz|cos|actually|then|also|although|though"
    r"|however|only|plus my|oh|well|except)\s)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:and|but|so|well|oh|um+|uh+|er+|okay|ok|because|cause|cos|also|then"
    r"|actually|hi|hello|hey|yes|yeah|yep|no(?=[,.!])|sure|right(?=[,.!])|sorry|please|just|now"
    r"|look|listen|you see|you know|basically|honestly"
    r"|the thing is|the (?:problem|issue) is(?: that)?|my (?:problem|issue) is(?: that)?"
    r"|there|good (?:morning|afternoon|evening)|jill)\b[\s,.!:-]*)+",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\b(?:no|wait|sorry|i mean|i meant|make (?:it|that)|actually|scratch that|correction"
    r"|rather)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence: as it was said, and tidied with a blank after each word."""

    raw: str
    text: str

    def __bool__(self) -> bool:
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller said: as it was said, tidied as a whole, and cut into clauses."""

    raw: str
    text: str
    clauses: tuple[Clause, ...]
    asks: bool
    """Whether it was written as a question."""

    @property
    def words(self) -> tuple[str, ...]:
        """The tidied words."""
        return tuple(self.text.split())


@lru_cache(maxsize=128)
def hear(raw: str) -> Heard:
    """Tidy what was said and cut it into clauses."""
    raw = as_heard(raw)
    raw = re.sub(r"\b(mr|mrs|ms|dr|prof|st)\.\s", r"\1 ", raw, flags=re.IGNORECASE)
    raw = " ".join(raw.split())
    parts = [part for part in _CUT.split(raw) if part and part.strip()]
    clauses = tuple(c for part in parts if (c := Clause(part.strip(), tidy(part))))
    return Heard(raw, tidy(raw), clauses, raw.rstrip().endswith("?"))


@lru_cache(maxsize=256)
def tidy(raw: str) -> str:
    """Lower case, no punctuation, short forms written out, a blank after each word."""
    text = as_heard(raw).lower()
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"[^\w$'€£%]+|_", " ", text)
    text = re.sub(r"\b(?:uh huh|mm hmm|mhm|m hm)\b", "yes", text)
    text = re.sub(r"\b(?:uh uh|nuh uh|unh unh)\b", "no", text)
    text = re.sub(r"\b(?:see ya|cya|ta ta)\b", "goodbye", text)
    text = " ".join(_SHORT.get(word, word) for word in text.split())
    for pattern, instead in _ENDINGS:
        text = pattern.sub(instead, text)
    text = text.replace("'s", " s").replace("'", "")
    text = " ".join(_FILLERS.sub(" ", text).split())
    for pattern, instead in _JOINED:
        text = pattern.sub(instead, text)
    text = " ".join(text.split())
    return text + " " if text else ""


def corrected(raw: str) -> tuple[str, ...]:
    """What was said after each "no, wait", "sorry" or "make it", the last first."""
    return tuple(reversed(_CORRECTION.split(raw)))


def stripped(raw: str) -> str:
    """What was said without the words that people only begin with, for a ticket or a wish."""
    plain = _LEADING.sub("", raw.strip()).strip(" ,.;:!-")
    return plain or raw.strip(" ,.;:!-")
