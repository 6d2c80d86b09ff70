"""A sentence as normalised words: lower case, numbers read, a recogniser's splits joined."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace


def word_set(text: str) -> frozenset[str]:
    """A set of words, written down as a sentence of them."""
    return frozenset(text.split())


_FROM_TEN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_UNITS = f"zero one two three four five six seven eight nine {_FROM_TEN}"
_TIES = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(_UNITS.split())}
TENS = {word: 10 * value for value, word in enumerate(_TIES.split(), start=2)}
NUMBER_WORDS = SMALL | TENS
"""The numbers that are one word, below a hundred."""
_TEENS = {word: value for word, value in SMALL.items() if value > 10}
_PLURAL_TEENS = {word + "s": value for word, value in _TEENS.items()}
_TEEN_WITH_E = {word + end: word for word in _TEENS for end in ("e", "y", "ie")}
_SCALES = {"hundred": 100, "thousand": 1000}
_MOST = 10**7
_FILLED_PAUSES = word_set("uh um uhm er erm hmm mm ah eh")
_WAYS = {
    "iphone": ("i phone", "i phones", "eye phone", "eye phones"),
    "airpods": ("air pods", "air pod"),
    "gigabyte": ("giga byte", "giga bytes"),
    "terabyte": ("tera byte", "tera bytes", "terra byte", "terra bytes"),
}
_HALVES = ("fair phone", "i pad", "mac book", "i os", "s e", "x r", "x s", "seven teen", "six teen")
_SPLIT = {said: word for word, ways in _WAYS.items() for said in ways}
_SPLIT |= {said: said.replace(" ", "") for said in _HALVES}
_SAME_WORD = {
    "iphones": "iphone",
    "androids": "android",
    "samsungs": "samsung",
    "pros": "pro",
    "airs": "air",
    "minis": "mini",
    "ee": "e",
    "grey": "gray",
}
_RUN_TOGETHER = ("iphone", "pro", "max", "plus", "mini", "ultra", "air", *_TEENS)
_COMPOUND = re.compile(f"(?:{'|'.join(_RUN_TOGETHER)}){{2,4}}")
_COMPOUND_PART = re.compile("|".join(_RUN_TOGETHER))
_SPOKEN_MARKS = {"%": "percent", "&": "and"}
_WORD = re.compile(
    r"(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?(?![0-9])|[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>[.,;:!?…$€£%&+])"
)


def is_number_word(word: str) -> bool:
    """Whether a word is a number: in digits, or part of one in words."""
    return word.isdecimal() or word in NUMBER_WORDS or word in _SCALES


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a sentence: as said, as a whole number if it is one, and what stands before."""

    word: str
    number: int | None = None
    spelled: bool = False  # a number said in words
    pause: bool = False  # a comma or full stop stands before it
    attached: bool = False  # no space stands before it
    money: bool = False  # a currency sign stands before it

    @property
    def norm(self) -> str:
        """The word with numbers as digits, for comparing."""
        return self.word if self.number is None else str(self.number)


_SILENCE = Token("")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said, word by word; beyond either end there is silence."""

    tokens: tuple[Token, ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def at(self, place: int) -> Token:
        """The token at a place, one without a word beyond either end."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else _SILENCE

    def word(self, place: int) -> str:
        """The word at a place, empty beyond either end."""
        return self.at(place).word

    def number(self, place: int) -> int | None:
        """The number at a place, if there is one."""
        return self.at(place).number

    def norms(self, start: int = 0, end: int | None = None) -> tuple[str, ...]:
        """The words of a stretch with numbers as digits."""
        return tuple(token.norm for token in self.tokens[start:end])


MOST_READ = 1000
"""Characters of a caller's turn that are read: two minutes of speech say less."""
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018`\u00b4", "'"))


def plain(text: str) -> str:
    """One way to write what may be written in many: compatible characters, one apostrophe."""
    seen = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    if seen.isascii():
        return seen
    return "".join(each for each in seen if unicodedata.category(each) not in _UNSEEN)


_UNSEEN = ("Cf", "Mn", "Me")


def as_heard(spoken: str) -> str:
    """A caller's words as every reader takes them: plain, and no more of them than can be meant."""
    text = plain(spoken[: 2 * MOST_READ])
    return (
        text if len(text) <= MOST_READ else text[:MOST_READ].rpartition(" ")[0] or text[:MOST_READ]
    )


def heard(spoken: str) -> Sentence:
    """A sentence as its normalised words."""
    text = as_heard(spoken).lower()
    text = re.sub(r"'s\b|'(?=\W|$)", "", text).replace("'", "")
    return Sentence(tuple(_scaled(_counted(_rejoined(_separated(text))))))


def _separated(text: str) -> Iterator[Token]:
    """The words, figures and meaningful marks of a text, and what stands before each."""
    pause = money = False
    last_end = -1
    for found in _WORD.finditer(text):
        attached, last_end = found.start() == last_end, found.end()
        if mark := found["mark"]:
            if mark == "+" and attached:
                yield Token("plus", attached=True)
            elif mark in _SPOKEN_MARKS:
                yield Token(_SPOKEN_MARKS[mark])
            money = mark in "$€£"
            pause = pause or mark in ".,;:!?…"
            continue
        word = found["word"]
        if word in _FILLED_PAUSES:
            continue
        if figures := found["number"]:
            whole = figures.replace(",", "")
            number = int(whole) if whole.isdecimal() and len(whole) < 7 else None
            yield Token(whole, number, pause=pause, attached=attached, money=money)
        else:
            parts = _COMPOUND_PART.findall(word) if _COMPOUND.fullmatch(word) else [word]
            for place, part in enumerate(parts):
                first = place == 0
                said = _SAME_WORD.get(part, part)
                yield Token(said, pause=pause and first, attached=attached or not first)
        pause = money = False


def _rejoined(tokens: Iterable[Token]) -> Iterator[Token]:
    """Words that a recogniser splits ("i phone"), joined."""
    last: Token | None = None
    for token in tokens:
        whole = _SPLIT.get(f"{last.word} {token.word}") if last else None
        if last and whole:
            last = Token(whole, pause=last.pause, attached=last.attached)
            continue
        if last:
            yield last
        last = token
    if last:
        yield last


def _counted(tokens: Iterable[Token]) -> list[Token]:
    """Number words read: "twenty five" is one number, "sixteeny" is "sixteen e"."""
    result: list[Token] = []
    for token in tokens:
        if teen := _TEEN_WITH_E.get(token.word):
            result.append(replace(token, word=teen, number=_TEENS[teen], spelled=True))
            result.append(Token("e", attached=True))
            continue
        value = NUMBER_WORDS.get(token.word, _PLURAL_TEENS.get(token.word))
        if value is None:
            result.append(token)
            continue
        last = result[-1] if result else _SILENCE
        tens = last.number or 0
        if last.spelled and tens in range(20, 100, 10) and 0 < value < 10:
            said = f"{last.word} {token.word}"
            result[-1] = Token(said, tens + value, spelled=True, pause=last.pause)
        else:
            result.append(replace(token, number=value, spelled=True))
    return result


def _scaled(tokens: list[Token]) -> list[Token]:
    """Hundreds and thousands read: "two hundred and fifty six" is one number."""
    said = Sentence(tuple(tokens))
    result: list[Token] = []
    place = 0
    while place < len(said):
        token = said.at(place)
        place += 1
        scale = _SCALES.get(token.word)
        last = result[-1] if result else _SILENCE
        if scale is None or not (last.number or last.word == "a"):
            result.append(token)
            continue
        value = (last.number or 1) * scale
        rest = place + 1 if said.word(place) == "and" else place
        small = said.number(rest)
        if small is not None and said.at(rest).spelled and said.word(rest + 1) != "hundred":
            value += small
            place = rest + 1
        thousands = result[-2].number if len(result) > 1 else None
        if scale == 100 and thousands and thousands % 1000 == 0 and value < 1000:
            value += thousands  # "one thousand" and "one hundred ninety nine"
            result.pop()
            last = result[-1]
        if value < _MOST:
            result[-1] = replace(last, word=str(value), number=value, spelled=True)
    return result
