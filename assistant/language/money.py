"""Amounts of money in a text: those that are said, and what a caller wants to spend.

The gate keeps made-up ones unsaid: an amount in the model's own words that belongs neither to a
model named in that sentence, nor to the selected one, nor to what the caller said never reaches the
caller. Doubt goes against the speaker: a bare number in a sentence about money is an amount unless
something shows what else it is (a model, a storage, a count, a time, an order number).
"""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from assistant.language.lists import word_lists
from assistant.language.numbers import Number
from assistant.language.segments import sentences
from assistant.language.tokens import Token, word_at
from assistant.language.units import (
    CENTS,
    CODES,
    CURRENCY,
    KINDS,
    PERCENT,
    SIGNS,
    STORAGE,
    figure_at,
    figures,
)

_LISTS: Final = word_lists("amounts")
_MONEY = _LISTS["money"]
_HEDGES = _LISTS["hedges"]
_DIRECT = _LISTS["direct"]
_CONTINUES = _LISTS["continues"]
_NAMED_BY = _LISTS["named_by"]
_NUMBER_OF = _LISTS["number_of"]
_COUNTED = STORAGE | _LISTS["counted"]
_POINTING = _LISTS["pointing"]
_TIMED = _LISTS["timed"]
_BUDGET: Final = word_lists("budget", "amounts")
_LEAST = 99  # dollars: nobody looks for a phone with less
_RANGED = ("and", "to", "or")
_NO_BUDGET = _COUNTED | KINDS | PERCENT
_MONEY_CUE = re.compile(
    r"\b(?:yours (?:for|at)|(?:have|take|get|grab|give|buy) (?:it|you|that|this|one|them|the)\b.* "
    r"(?:for|at)|let (?:it|you)\b.* for|go(?:es|ing)? for|(?:can|could|will|ll) (?:do|say)|"
    r"(?:come|go|bring|drop|lower|cut|take|get) .*down|down to|how does|"
    r"(?:drop|lower|cut|bring) (?:it|that|the)\b.* to|how about|make it|settle (?:on|for)|"
    r"meet you at|for (?:just|only)|just for you|let is say|a month|per month|a year|per year)\b"
)
_BARE_SIZES = (64, 128, 256, 512, 1024)

# --- amounts ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def amounts_in(text: str) -> tuple[int, ...]:
    """Every amount of money in a text, in cents and in order, whatever its currency."""
    return tuple(amount for one in sentences(text) for amount in _amounts(figures(one)))


def _amounts(tokens: list[Token]) -> list[int]:
    """The amounts of one sentence: those marked as money, and the bare ones that read as such."""
    text = " ".join(token.word for token in tokens)
    about_money = not _MONEY.isdisjoint(text.split()) or _MONEY_CUE.search(text) is not None
    found: list[int] = []
    open_range: tuple[int, Decimal] | None = None
    named_until = place = -1
    while (place := place + 1) < len(tokens):
        number = figure_at(tokens, place)
        if number is None:
            continue
        marked, end = _marked(tokens, place, number)
        if marked is not None:
            signed = word_at(tokens, place - 1) in SIGNS
            if open_range and open_range[0] == place - 1 - signed:
                found.append(int(open_range[1] * 100))
            found.append(marked)
            open_range = None
        elif _named(tokens, place, number, named_until):
            named_until, open_range = number.end, None
        elif word_at(tokens, number.end) not in PERCENT:
            if _reads_as_money(tokens, place, number, about_money):
                found.append(int(number.value * 100))
            else:
                ranged = word_at(tokens, number.end) in ("to", "or", "and")
                open_range = (number.end, number.value) if ranged else None
        place = end - 1
    return found


def _marked(tokens: list[Token], start: int, number: Number) -> tuple[int | None, int]:
    """What a number is in cents if something marks it as money, and where it ends with that."""
    before, end = word_at(tokens, start - 1), number.end
    if word_at(tokens, end) in ("us", "american", "canadian", "of"):
        end += word_at(tokens, end + 1) in CURRENCY
    unit = CURRENCY.get(word_at(tokens, end))
    own_sign = word_at(tokens, end) in SIGNS and end + 1 < len(tokens) and not number.grand
    if own_sign and figure_at(tokens, end + 1) and before not in ("", *SIGNS):
        unit = CURRENCY[tokens[end].word] if before in _DIRECT else None  # "17, $799"
    if unit is None and before not in SIGNS | CODES and not number.grand:
        return None, number.end
    cents = int(number.value * (100 if before in SIGNS | CODES or unit is None else unit))
    end = end + 1 if unit is not None else number.end
    more = end + (word_at(tokens, end) == "and")
    change = figure_at(tokens, more)
    if change and change.value < 100 and word_at(tokens, change.end) in CENTS and unit != 1:
        cents += int(change.value) * CENTS[word_at(tokens, change.end)]
        end = change.end + 1
    return cents, end


def _named(tokens: list[Token], start: int, number: Number, named_until: int) -> bool:
    """Whether a bare number is part of a name: a model, step, ticket, date or storage."""
    before, following = word_at(tokens, start - 1), word_at(tokens, number.end)
    if before in _NAMED_BY or following in STORAGE:
        return True
    if before in ("is", "are", "to", "the", "a") and word_at(tokens, start - 2) in _NUMBER_OF:
        return True
    if word_at(tokens, start - 2) in ("order", "ticket") and before in SIGNS | {"number"}:
        return True
    if following in KINDS and number.value < 100:
        return not (following == "plus" and word_at(tokens, number.end + 1) in ("tax", "a", "the"))
    if number.value < 100 and before in ("and", "or", "vs", "versus", "than", "the", "to"):
        if named_until in (start - 1, start - 2):
            return True
        if before == "the" and not number.digits:
            return True
    return number.value < 100 and named_until == start and start > 0


def _reads_as_money(tokens: list[Token], start: int, number: Number, about_money: bool) -> bool:
    """Whether a number that nothing marks is an amount all the same, judged by its neighbours."""
    back = start - 1
    while word_at(tokens, back) in _HEDGES:
        back -= 1
    before, nearest, end = word_at(tokens, back), word_at(tokens, start - 1), number.end
    following, paused = word_at(tokens, end), end >= len(tokens) or tokens[end].pause
    value = number.value
    direct = before in _DIRECT and word_at(tokens, back - 1) != "there"
    periodic = following in ("a", "per", "each", "every", "monthly") and not paused
    if not paused and (
        following in _COUNTED
        or (following not in _CONTINUES and word_at(tokens, end + 1) in _COUNTED)
    ):
        return False
    if value in _BARE_SIZES and not (about_money and direct and nearest not in ("with", "for")):
        return False
    if number.digits:
        return about_money and (direct or (value >= 100 and nearest not in _POINTING))
    if following == "off" and value > 1 and not paused:
        return True
    timed = nearest in _TIMED or word_at(tokens, back) in _TIMED
    clock = number.pair and value % 100 < 60
    if timed and not about_money and (clock or 1990 <= value <= 2035):
        return False
    if nearest in ("in", "since", "year") and 1990 <= value <= 2035:
        return False
    if number.kilo and not about_money and value in (4000, 5000, 6000, 8000):
        return False
    if value >= 100:
        return value < 10**6 or about_money
    if not about_money or nearest in _POINTING:
        return False
    hours = following == "to" or (before == "to" and figure_at(tokens, back - 1) is not None)
    if hours and value <= 12 and "from" in (word_at(tokens, back), word_at(tokens, back - 2)):
        return False
    if value == 1:
        return direct and (paused or periodic or following in ("today", "flat", "total", "now"))
    if direct:
        return True
    return before not in ("at", "and") and (paused or following in _CONTINUES)


def bare_amount(said: str) -> int | None:
    """The amount that a number stands for which is all that was said ("about eighty"), in cents."""
    tokens = [token for token in figures(said) if token.word not in _HEDGES]
    number = figure_at(tokens, 0)
    whole = number is not None and number.end == len(tokens) and number.value >= 20
    return int(number.value * 100) if number and whole else None


# --- budgets ----------------------------------------------------------------------------------


def budget_in(text: str) -> str:
    """The amount to spend in a text, as it was said ("500 to 700 dollars"); empty for none."""
    tokens = figures(text)
    place = 0
    while place < len(tokens):
        number = figure_at(tokens, place)
        if number is not None and (end := _spent(tokens, place, number)):
            signed = place > 0 and tokens[place - 1].word in SIGNS
            said = " ".join(token.word for token in tokens[place:end])
            return f"{tokens[place - 1].word}{said}" if signed else said
        place = number.end if number else place + 1
    return ""


def _spent(tokens: list[Token], place: int, number: Number) -> int:
    """Where an amount to spend that begins at a place ends, 0 where it is none."""
    back = place - 1
    while word_at(tokens, back) in _BUDGET["leads"]:
        back -= 1
    cue = word_at(tokens, back)
    second = figure_at(tokens, number.end + 1) if word_at(tokens, number.end) in _RANGED else None
    if second is not None:
        _, end = _marked(tokens, number.end + 1, second)
        if cue == "between" or (end > second.end and second.value > _LEAST):
            return end
    cents, end = _marked(tokens, place, number)
    if word_at(tokens, end - 1) in SIGNS and end < len(tokens):
        end = number.end  # "17, $799"
    signed = word_at(tokens, place - 1) in SIGNS
    if cents is not None and (signed or number.grand or end > number.end):
        return end if cents > 100 * _LEAST else 0
    written = number.end == place + 1 and tokens[place].value is not None
    size = number.value in _BARE_SIZES and (written or number.pair)
    cued = cue in _BUDGET["cues"] and word_at(tokens, number.end) not in _NO_BUDGET
    least = 129 if written else _LEAST
    return end if cued and number.value > least and not (size or number.digits) else 0


def budget_of(said: str) -> int | None:
    """An amount to spend in cents, from how a caller or a model puts it; None for none."""
    if amounts := amounts_in(said) or amounts_in(f"{said} dollars"):
        return max(amounts)
    values = [token.value for token in figures(said) if token.value is not None]
    return int(values[-1] * 100) if values else None
