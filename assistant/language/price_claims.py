"""Promises that make a price without a figure: "free", "half price", "20 % off"."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from assistant.language.negation import denied_aloud
from assistant.language.segments import sentences
from assistant.language.tokens import Token, unmarked, word_at
from assistant.language.units import PERCENT, figure_at, figures

_FREE = (
    r"(?<!-)(?<!feel )(?<!hands )(?<!toll )(?<!set )(?<!break )(?<!gb )(?<!gigabytes )"
    r"(?<!gigs )(?<!space )(?<!storage )(?<!memory )(?<!room )(?<!you are )(?<!you're )"
    r"(?<!i am )(?<!i'm )(?<!are you )(?<!crash )(?<!hassle )(?<!worry )\bfree\b(?!-)"
    r"(?! (?:up|from|space|storage|memory|room|time|ram|gigabytes|gb|your|some|hands?|at|to"
    r"(?! (?:you|keep|own|take))|of(?! (?:charge|cost|any charge)))\b)"
)
_PROMISES = [
    ("free", _FREE),
    ("free", r"\bwaiv\w+ (?:the|that|your|all) (?:\w+ )?(?:cost|price|fee|charge)s?\b"),
    (
        "free",
        r"\b(?:for|at) nothing\b(?! (?:else|phone))|\b(?:complimentary|gratis|on the house)\b",
    ),
    ("free", r"\b(?:without|zero)(?: any)?(?: \w+)? (?:charge|cost)\b|\bmy treat\b"),
    (
        "free",
        r"(?<!hold )(?<!holds )\bno (?:extra |additional )?(?:charge|cost)s?\b(?! (?:left|in))",
    ),
    ("free", r"\b(?:costs?|pay|paying|charge) (?:you )?(?:nothing|zero|nada)\b|\bnothing to pay\b"),
    (
        "free",
        r"(?:n't|not|never|without) (?:\w+ ){0,4}?(?:cost|pay|paying|charge)(?: you| for it)?"
        r" (?:a thing|anything)\b|\bit(?:'s| is) on (?:us|me)\b|\bfree-of-charge\b",
    ),
    ("interest-free", r"\binterest[- ]free\b"),
    ("50%", r"\bhalf[- ](?:the |its |of the )?(?:usual |normal |regular )?(?:price|cost|off)\b"),
    ("50%", r"\b(?:price|cost)(?: \w+){0,2} in half\b|\bhalve the (?:price|cost)\b"),
    ("two for one", r"\btwo for (?:the price of )?one\b|\bbogo\b|\bbuy one,? get one\b"),
    ("a third off", r"\ba third off\b"),
    ("a quarter off", r"\ba quarter off\b"),
]
_PROMISE = [(key, re.compile(pattern)) for key, pattern in _PROMISES]
_OFF = re.compile(
    r"(?: the \w+)?(?: of| \w+)?(?: of the price)? ?(?:off|discount|reduction|rebate|"
    r"cheaper|interest|markdown|cashback|cash back|price cut|lower price|less)\b"
)
_CUT = re.compile(
    r"\b(?:discounts?|save|knock|prices?|reduc\w+|rebate|off by(?! itself)|cashback)\b"
)


_NEAR = 12
"""Words before a promise that can deny it: the seven of its clause, and some to spare."""


@lru_cache(maxsize=256)
def promises_in(text: str) -> tuple[str, ...]:
    """The promises that make a price without a figure ("free", "50%"), those denied left out."""
    return tuple(dict.fromkeys(key for key, denied in all_promises(text) if not denied))


def all_promises(text: str) -> list[tuple[str, bool]]:
    """Every promise named in a text, and whether it is denied there."""
    found: list[tuple[str, bool]] = []
    for sentence in map(unmarked, sentences(text)):
        said = re.sub(r"[\s\"]+", " ", re.sub(r"[’‘]", "'", sentence))
        for key, pattern in _PROMISE:
            found += (
                (key, denied_aloud(said[max(0, match.start() - 20 * _NEAR) : match.start()]))
                for match in pattern.finditer(said)
            )
        found += _percentages(figures(sentence))
    return found


def _percentages(tokens: list[Token]) -> Iterator[tuple[str, bool]]:
    """The percentages that are taken off, and whether each is denied."""
    first = _CUT.search(" ".join(token.word for token in tokens))
    cut_at = first.end() if first else math.inf
    place = length = 0
    while place < len(tokens):
        number = figure_at(tokens, place)
        end = place + 1 if number is None else number.end
        if number is not None and word_at(tokens, end) in PERCENT:
            after = " ".join(token.word for token in tokens[end + 1 : end + 5])
            if _OFF.match(" " + after) or cut_at < length:
                before = " ".join(token.word for token in tokens[max(0, place - _NEAR) : place])
                yield f"{number.value.normalize():f}%", denied_aloud(before + " ")
        length += sum(len(token.word) + 1 for token in tokens[place:end])
        place = end
