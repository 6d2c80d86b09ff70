"""The amount a caller wants to spend: the words for it, and the amount that they put."""

from __future__ import annotations

import re
from functools import cache

from assistant.language.money import amounts_in
from assistant.language.numbers import NUMBER_WORDS

_WORD = "|".join(NUMBER_WORDS)
_NUMBER = (
    rf"(?:[$€£]?\d+(?:\.\d+)?k?|(?:a|{_WORD}) (?:and a half )?(?:hundred|thousand|grand)"
    rf"(?: (?:and )?(?:{_WORD}|\d+)(?: hundred)?)*|\d+ (?:hundred|thousand|grand))"
)
_MONEY = "(?:dollars|dollar|bucks|usd|quid|euros|pounds|grand)"
_CUE = (
    "(?:under|below|less than|up to|around|about|roughly|maximum|max|max of|at most|within"
    "|not more than|no more than|over|more than|between|than|spend|spending|budget|have|got|only"
    "|afford|limit|pay|is|of|for|like)"
)
_COUNTED = (
    "gb|gigs|gig|gigabytes|tb|percent|years|hours|minutes|days|times|pro|max|plus|air|e|photos"
    "|pictures|apps|songs|contacts|videos|people|messages|miles"
)
_AMOUNT = (
    rf"(?<![^ ])(?P<amount>{_NUMBER} (?:(?:and|to|or) {_NUMBER} )?{_MONEY} |[$€£]\d\d\d+ "
    rf"|(?<=between ){_NUMBER} (?:and|to|or) {_NUMBER} )"
    rf"|(?<![^ ]){_CUE} (?:a |my |the |of |is |maximum |around |about |like |maybe |say )*"
    rf"(?P<cued>{_NUMBER} )(?!(?:{_COUNTED}) )"
)
_STORAGE = re.compile(r"(?<![^ ])\d+ (?:gb|gigs|gig|gigabytes) ")


@cache
def _amount() -> re.Pattern[str]:
    """Compiled when first asked for: it takes a tenth of a second, and most calls need none."""
    return re.compile(_AMOUNT)


def budget_in(text: str) -> str:
    """The amount to spend in a tidied text, as it was said; empty for none."""
    for found in _amount().finditer(_STORAGE.sub("", text)):
        said = (found["amount"] or found["cued"]).strip()
        figure = re.fullmatch(r"[$€£]?(\d+)(?:\.\d+)?", said)
        if figure is None:
            return said
        least = 99 if said[0] in "$€£" else 129
        if int(figure[1]) > least and figure[1] not in ("256", "512", "1024"):
            return said
    return ""


def budget_of(said: str) -> int | None:
    """An amount to spend in cents, from how a caller or a model puts it; None for none."""
    amounts = amounts_in(said) or amounts_in(f"{said} dollars")
    if amounts:
        return max(amounts)
    figures = re.findall(r"\d+(?:\.\d+)?", said.replace(",", ""))
    return int(float(figures[-1]) * 100) if figures else None
