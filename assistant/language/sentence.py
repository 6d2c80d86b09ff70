"""A sentence as normalised words: numbers read, a recogniser's splits joined."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from assistant.language.lists import meanings, word_lists
from assistant.language.numbers import UNITS, cardinal_at
from assistant.language.tokens import Token, as_heard, cut


def word_set(text: str) -> frozenset[str]:
    """A set of words, written down as a sentence of them."""
    return frozenset(text.split())


_LISTS = word_lists("heard")
_TEENS = [word for word, value in UNITS.items() if value > 10]
_SAME_WORD = meanings("heard", "same") | {f"{word}s": word for word in _TEENS}
_JOINED = {way.replace("_", " "): word for way, word in meanings("heard", "joined").items()}
_RUN_TOGETHER = "|".join((*_LISTS["run_together"], *_TEENS))
_COMPOUND = re.compile(f"(?:{_RUN_TOGETHER}){{2,4}}|(?:{'|'.join(_TEENS)})(?:e|y|ie)")
_COMPOUND_PART = re.compile(f"{_RUN_TOGETHER}|e|y|ie")
_SPOKEN_SIGNS = {"%": "percent", "&": "and"}
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


def heard(spoken: str) -> Sentence:
    """A sentence as its normalised words."""
    return _heard(as_heard(spoken))


@lru_cache(maxsize=256)
def _heard(text: str) -> Sentence:
    return Sentence(tuple(_counted(list(_rejoined(_words(text))))))


def _words(text: str) -> Iterator[Token]:
    """The words and figures of a text; a sign is told by what it stands at."""
    pause = money = False
    for token in cut(text):
        word, pause = token.word, pause or token.pause
        if token.value is not None:
            yield token._replace(pause=pause, money=money)
        elif word[0].isalpha():
            word = word.replace("'", "").replace(".", "")
            if word in _LISTS["fillers"]:
                continue
            if not _COMPOUND.fullmatch(word):
                yield token._replace(word=_SAME_WORD.get(word, word), pause=pause)
            else:
                for part in _COMPOUND_PART.findall(word):
                    said = "e" if part in ("y", "ie") else _SAME_WORD.get(part, part)
                    yield token._replace(word=said, pause=pause)
                    pause, token = False, token._replace(attached=True)
        elif word == "+" and token.attached:
            yield token._replace(word="plus")
        elif word in _SPOKEN_SIGNS:
            yield Token(_SPOKEN_SIGNS[word])
        else:
            money = money or word in "$€£"
            continue
        pause = money = False


def _rejoined(tokens: Iterable[Token]) -> Iterator[Token]:
    """Words that a recogniser splits ("i phone"), joined."""
    last: Token | None = None
    for token in tokens:
        whole = _JOINED.get(f"{last.word} {token.word}") if last else None
        if last and whole:
            last = last._replace(word=whole)
            continue
        if last:
            yield last
        last = token
    if last:
        yield last


def _counted(tokens: list[Token]) -> Iterator[Token]:
    """Number words read: "twenty five" is one number, "two hundred and fifty six" another."""
    place = 0
    while place < len(tokens):
        token, found = tokens[place], cardinal_at(tokens, place)
        if found is None or (token.value is not None and found.end == place + 1):
            yield token
            place += 1
            continue
        word = " ".join(each.raw.lower() for each in tokens[place : found.end])
        value = int(found.value)
        yield token._replace(word=word, value=Decimal(value), number=value, spelled=True)
        place = found.end
