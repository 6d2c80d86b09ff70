"""What recognisers write, put into this shop's writing: its models, storages, prices, goodbyes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from assistant.language.numbers import NUMBER_WORDS, number_at
from assistant.language.tokens import cut

_Repair: TypeAlias = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

_WORD: Final = "|".join([*NUMBER_WORDS, "hundred", "thousand"])
_NUMBER: Final = rf"(?:(?:a )?(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*)"
_GENERATION: Final = r"(?:1[1-7]|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
_TITLES: Final = {"air": "Air", "pro": "Pro", "se": "SE"}
_MADE_UP: Final = re.compile(
    r"(?:you|the|so|uh|um|the first|(?:thank you|thanks) for watching)?[\s.,!?]*", re.IGNORECASE
)


def shop_words(text: str) -> str:
    """Returns a transcript as this shop writes: its models, storage, prices and goodbyes.

    Empty for what recognisers are known to make up where nobody speaks. The rest stays as heard.
    """
    text = re.sub(
        r"[♪♫\[\]]+|\((?:music|applause|laughter|silence)\)", " ", text, flags=re.IGNORECASE
    )
    text = re.sub(r"\s+", " ", text).strip()
    if _MADE_UP.fullmatch(text) or _goes_round(text):
        return ""
    for pattern, replacement in _REPAIRS:
        text = pattern.sub(replacement, text)
    return text


def _goes_round(text: str) -> bool:
    """Says whether the text is one phrase of three words or more over and over: no caller's."""
    words = re.findall(r"[\w']+", text.lower())
    for length in range(3, len(words) // 2 + 1):
        if len(words) >= 2.5 * length and all(
            word == words[place % length] for place, word in enumerate(words)
        ):
            return True
    return False


def _figure(text: str) -> str | None:
    """A number in figures, however it was said ("two fifty six"); None for what is none."""
    tokens = tuple(cut(text.lower()))
    number = number_at(tokens, 0)
    return str(int(number.value)) if number and number.end == len(tokens) else None


def _iphone(match: re.Match[str]) -> str:
    generation = _figure(match["generation"]) or match["generation"]
    return f"iPhone {generation}"


def _variant(match: re.Match[str]) -> str:
    generation = _figure(match["generation"]) or match["generation"]
    words = [
        word.capitalize() for word in re.split(r"[ -]+", match["variant"].replace("+", "plus"))
    ]
    first = words[0] if words[0] in ("Pro", "Plus") else "Pro"
    return " ".join([generation, first, *words[1:]])


def _small(match: re.Match[str]) -> str:
    return f"{_figure(match['generation'])}e"


def _gigabytes(match: re.Match[str]) -> str:
    figure = _figure(match["number"])
    return f"{figure} GB" if figure else match[0]


def _terabytes(match: re.Match[str]) -> str:
    return f"{2 if match['number'].lower() in ('two', '2') else 1} TB"


def _dollars(match: re.Match[str]) -> str:
    figure = _figure(match["number"])
    return f"${int(figure):,}" if figure else match[0]


def _joined_code(match: re.Match[str]) -> str:
    code = re.sub(r"[\s,]", "", match["code"])
    if not re.fullmatch(r"\d{5,6}-\d{1,2}", code):
        code = code.replace("-", "")
    return f"{match['letter'].upper()}{code}"


def _goodbye(match: re.Match[str]) -> str:
    return "Goodbye" if match[0][0].isupper() else "goodbye"


def _repair(pattern: str, replacement: str | Callable[[re.Match[str]], str]) -> _Repair:
    return re.compile(pattern, re.IGNORECASE), replacement


# Each was heard from Moonshine or Whisper for what it is turned into.
_REPAIRS: Final[tuple[_Repair, ...]] = (
    _repair(r"\b(?:good|god)[ -]?(?:bye|by)\b", _goodbye),
    _repair(
        r"(?<=\bthank you)[,.]? (?:the|good|could) (?:bite|bike|by|bye)(?=[.!]*$)", ". Goodbye"
    ),
    _repair(r"^(?:the )?(?:bye|by)[.,!]*$", "Bye."),
    _repair(r"\bbye-bye\b", "bye bye"),
    _repair(r"^(?:tails|sails)(?=[,.!]|$| please)", "Sales"),
    _repair(r"\bd?iphone(?P<s>s?)\b", r"iPhone\g<s>"),
    _repair(
        r"\b(?:i|eye)[ -]?(?:phone(?:s|d)?|phon(?:'s|ed)?)\b(?=,? (?:"
        rf"{_GENERATION}|air\b|pro\b|se\b))",
        "iPhone",
    ),
    _repair(
        r"(?<!can )(?<!could )(?<!should )(?<!may )(?<!when )(?<!if )(?<!do )\b(?:i[ -]|eye )"
        r"phone(?P<s>s?)\b(?! (?:you|him|her|them|back|my|your|the)\b)",
        r"iPhone\g<s>",
    ),
    _repair(r"\biPhone Aaron\b", "iPhone Air in"),
    _repair(r"\biPhone (?:heir|err|ere|hair)\b", "iPhone Air"),
    _repair(r"\biPhone (air|pro|se)\b", lambda m: f"iPhone {_TITLES[m[1].lower()]}"),
    _repair(rf"\biPhone(?:'s)?,? (?P<generation>{_GENERATION})(?:th)?\b", _iphone),
    _repair(rf"\b(?P<generation>{_GENERATION})[ -]?e\b(?![-'\w])", _small),
    _repair(
        rf"\b(?P<generation>{_GENERATION})(?:th)?(?:[ -]?\+|[ ,-]+"
        r"(?P<variant>(?:pro|pearl|prow|row|bro)(?:[ -]max)?|plus)\b)",
        lambda m: _variant(m) if m["variant"] else f"{_figure(m['generation'])} Plus",
    ),
    _repair(r"\b(?:terror|tear|tera|terra)[ -]?(?=(?:byte|bite)s?\b)", "tera"),
    _repair(r"\b(?P<number>an?|one|two|1|2) ?(?:tera(?:byte|bite)s?|tb)\b", _terabytes),
    _repair(
        rf"\b(?P<number>\d+|{_NUMBER})[ -]?(?:gigabytes?|giga[ -]bytes?|gigs?|gb)\b", _gigabytes
    ),
    _repair(rf"(?<![\d.,$])\b(?P<number>\d[\d,]*|{_NUMBER}) (?:dollars|bucks)\b", _dollars),
    _repair(r"\b(?P<letter>[ST])[ ,-]{0,2}(?P<code>\d(?:[ ,-]{0,2}\d){4,})(?!\d)", _joined_code),
    _repair(r"\bwi[ -]?fi\b|\b(?:why|y) fi\b|(?<=\bthe )wife I\b", "Wi-Fi"),
    _repair(r"\bultra[ -]marines?\b", "ultramarine"),
    _repair(r"\b(sky|deep|mist)[- ]?blue\b", r"\1 blue"),
)
